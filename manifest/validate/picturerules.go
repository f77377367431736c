package validate

import (
	"fmt"
	"math"
	"time"

	"github.com/framegear/framegear/internal/media"
)

// pictureRules compares what a manifest says of pictures with the pictures.
func (c *checker) pictureRules(t *track) {
	if t.init == nil || !t.init.hasVideo() {
		return
	}
	if t.width > 0 && t.height > 0 && t.init.width > 0 && t.init.height > 0 && !t.sizeFits() {
		c.add(ruleResolution, t.name, t.name, "the manifest says %dx%d, the pictures are %s", t.width, t.height, t.init.size())
	}
	if t.rate != "" {
		c.frameRateRule(t)
	}
}

func (i *initFacts) size() string {
	if i.aspect > 0 && i.aspect != 1 {
		return fmt.Sprintf("%dx%d with samples of %.4g:1", i.width, i.height, i.aspect)
	}
	return fmt.Sprintf("%dx%d", i.width, i.height)
}

// sizeFits accepts the size in samples and, where samples are not square, the size at which they are shown, by either
// side.
func (t *track) sizeFits() bool {
	w, h := float64(t.width), float64(t.height)
	width, height, aspect := float64(t.init.width), float64(t.init.height), t.init.aspect
	if aspect == 0 {
		aspect = 1
	}
	fits := func(a, b float64) bool {
		const rounded = 2
		same := math.Abs(a-w) <= rounded && math.Abs(b-h) <= rounded
		return same || t.init.rotated && math.Abs(b-w) <= rounded && math.Abs(a-h) <= rounded
	}
	return fits(width, height) || fits(width*aspect, height) || fits(width, height/aspect)
}

// The share by which a frame rate may differ from what is said. People say 30 for 29.97, and no player minds.
const (
	rateRounding = 0.002
	rateMistake  = 0.01
	rateJitter   = 0.1 // of what is meant to be constant: 60 frames in milliseconds last 16 or 17
)

// frameRateRule compares the frame rate with the frames: HLS has the highest rate, DASH the average where it varies.
func (c *checker) frameRateRule(t *track) {
	declared, err := media.ParseRate(t.rate)
	if err != nil {
		c.add(ruleFrameRate, t.name, t.name, "%v", err)
		return
	}
	m, ok := t.measureRates()
	if !ok {
		return
	}
	said := declared.Float()
	constant := m.fastest/m.slowest-1 < rateJitter
	if t.isTransport() && math.Abs(2*said/m.average-1) < rateMistake {
		return // fields in packets of their own, which MPEG-TS allows
	}
	switch tooHigh := said/m.fastest-1 > rateMistake; {
	case said/m.least-1 < -rateMistake, tooHigh && constant:
		c.add(ruleFrameRate, t.name, t.name, "the manifest says %s frames per second, there are %.3f", t.rate, m.average)
	case tooHigh:
		c.add(ruleFrameRateAdvice, t.name, t.name, "the manifest says %s frames per second, there are %.3f at most",
			t.rate, m.fastest)
	case constant && math.Abs(said/m.average-1) > rateRounding:
		c.add(ruleFrameRateAdvice, t.name, t.name, "the manifest says %s frames per second, there are %.3f", t.rate, m.average)
	}
}

// measuredRates are the frame rates of a track: the average, the average but for one frame of each segment (which
// starts a segment early where its length is no multiple of the frame's), those of the shortest and of the longest
// frame.
type measuredRates struct{ average, least, fastest, slowest float64 }

func (t *track) measureRates() (m measuredRates, ok bool) {
	frames, segments, length, longest := 0, 0, 0.0, time.Duration(0)
	for i := range t.facts {
		f := &t.facts[i]
		if !f.ok || f.shortest <= 0 {
			continue
		}
		frames += f.frames
		segments++
		length += f.duration().Seconds()
		longest = max(longest, f.frameTime())
		m.fastest = max(m.fastest, 1/f.tb.Duration(f.shortest).Seconds())
	}
	if frames < 2 || length <= 0 {
		return m, false
	}
	m.average, m.least, m.slowest = float64(frames)/length, float64(frames-segments)/length, 1/longest.Seconds()
	return m, true
}
