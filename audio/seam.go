package audio

// seamLength is how long a seam takes, as a part of a second: 20 ms.
const seamLength = 50

// seam joins samples that do not belong together without a click: where sound stops, comes back or leaves something out. What follows is
// blended with the last value before, so that there is never a step. Sound fades in after silence, and dies away before it.
type seam struct {
	length int       // samples of a blend
	left   int       // of the present one
	last   []float32 // newest sample of each channel
	held   []float32 // the one before the seam
}

func newSeam(rate, channels int) seam {
	return seam{length: rate / seamLength, last: make([]float32, channels), held: make([]float32, channels)}
}

// cut says that what follows does not belong to what was.
func (s *seam) cut() {
	copy(s.held, s.last)
	s.left = s.length
}

// join takes what follows, interleaved, and changes it in place.
func (s *seam) join(pcm []float32) {
	channels := len(s.last)
	for i := 0; i+channels <= len(pcm) && s.left > 0; i += channels {
		old := float32(s.left) / float32(s.length)
		for c := range channels {
			pcm[i+c] += (s.held[c] - pcm[i+c]) * old
		}
		s.left--
	}
	if n := len(pcm); n >= channels {
		copy(s.last, pcm[n-channels:])
	}
}
