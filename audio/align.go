package audio

import "math"

const (
	// maxStretch is the largest correction of speed, in millionths: 0.1 %, a sixtieth of a semitone.
	maxStretch = 1000
	// settle is the time, in seconds, in which a difference would be worked off at the speed chosen for it. With a steady
	// drift d the difference settles at d*settle: 5 ms for 0.05 %.
	settle = 10
)

// aligner decides where a block of sound goes on the media timeline. All lengths are samples. It knows no clock and no sound.
type aligner struct {
	rate int64
	// hard is the difference that is a gap or an overlap and not drift; dead is the one that is not worth doing anything.
	hard, dead int64
	// elastic allows drift to be corrected.
	elastic bool
	// ragged says that instants may be late by chance, but never early: the smallest lateness of a while counts.
	ragged bool
	// broken makes the next block take its exact place: silence was put in while the source was away.
	broken bool

	low, before int64 // smallest lateness of the present window and the one before
	left        int64 // of the present window
	smooth      int64 // average difference in 1/256 samples
	stretch     int
}

// step says what to do with a block: silence before it, samples cut from its front, and the speed to play it at.
type step struct {
	silence, trim int64
	stretch       int // millionths; positive makes it longer
}

func newAligner(rate int, t Timing, device, pushed bool) aligner {
	a := aligner{rate: int64(rate), hard: int64(rate) / 25, dead: int64(rate) / 500}
	a.elastic = t != TimingCount && (device || pushed)
	if t == TimingWall {
		a.ragged, a.hard = true, int64(rate)/6
	}
	a.reset()
	return a
}

// place takes a block of n samples that is late by some samples (negative: early) against the end of what came before.
func (a *aligner) place(late, n int64) step {
	if a.broken {
		a.broken = false
		return a.jump(late, n)
	}
	if a.ragged {
		late = a.lowest(late, n)
	}
	if late > a.hard || late < -a.hard {
		return a.jump(late, n)
	}
	if !a.elastic {
		return step{}
	}
	// An average over one second.
	n = min(n, a.rate)
	a.smooth += (late<<8 - a.smooth) * n / a.rate
	a.stretch = a.speed(a.smooth >> 8)
	return step{stretch: a.stretch}
}

// speed is proportional to the difference.
func (a *aligner) speed(late int64) int {
	switch {
	case late > a.dead:
		late -= a.dead
	case late < -a.dead:
		late += a.dead
	default:
		return 0
	}
	ppm := late * 1_000_000 / (a.rate * settle)
	return int(max(-maxStretch, min(maxStretch, ppm)))
}

// lowest returns the smallest lateness of the last one to two seconds.
func (a *aligner) lowest(late, n int64) int64 {
	a.low = min(a.low, late)
	if a.left -= n; a.left <= 0 {
		a.before, a.low, a.left = a.low, late, a.rate
	}
	return min(a.low, a.before)
}

// jump closes a gap with silence or cuts an overlap away.
func (a *aligner) jump(late, n int64) step {
	a.reset()
	if late >= 0 {
		return step{silence: late}
	}
	trim := min(n, -late)
	// What follows is late by what is still to be cut.
	a.broken = trim < -late
	return step{trim: trim}
}

func (a *aligner) reset() {
	a.smooth, a.stretch = 0, 0
	a.low, a.before, a.left = math.MaxInt64, math.MaxInt64, a.rate
}
