package encoder

import (
	"math"
	"slices"

	"github.com/framegear/framegear/internal/change"
)

// Changes say which parts of a picture differ from the one before it.
type Changes = change.Map

// Shares of a picture, as one of so many, up to which changes count as few: then x264 is told what did not change, which it takes for
// pictures that refer to the one before them, so B-frames are given up for it.
const (
	fewChanges    = 4
	hardlyChanges = 16
	tinyChanges   = 64
)

// x264 refines a picture that does not change as far as its quantizer says, which falls from picture to picture until it comes to rest.
const (
	fineQuantizer = 18 // from here on down pictures look like their sources
	atRest        = 3  // pictures in a row without a lower quantizer and with little to say, after which nothing more is to come
)

// still is what an encoder knows of pictures that change little. A picture without any change goes into the stream without the codec
// having seen it, once the codec has no more to say about the picture before. While somebody types that is so most of the time: what is
// new has been coded with the quantizer at rest, and what little is left to refine comes with the next letter.
type still struct {
	skips  *skips   // nil where the stream does not take such pictures
	hint   *Changes // of the next picture
	little int      // bytes of a packet that says little, at the finest quantizer
	most   int      // pictures that may be left out after a tiny change at rest, before one that refines it

	sent      bool    // the codec has had a picture
	last      int64   // PTS of the last one that it had
	changed   int64   // PTS of the last one with a change
	repeats   []int64 // PTS of those without a change that are inside the codec
	quantizer int     // of the last packet
	calm      int     // packets at rest, with at most tiny changes between them
	rest      int     // the quantizer that they had
	settled   bool    // nothing is to come since the last change
	spare     int     // pictures that may be left out although it is not settled
	omitted   int     // pictures left out since the last one that the codec had
	waiting   []omission
}

func newStill(o *Options, extradata []byte) *still {
	blocks := (o.Width + 15) / 16 * ((o.Height + 15) / 16)
	s := &still{skips: newSkips(extradata, o.Width, o.Height), little: 512 + blocks/4, most: 1}
	if o.FrameRate.Known() { // a quarter of a second
		s.most = max(1, int(o.FrameRate.Float()/4))
	}
	return s
}

// omission is a picture that follows the one with PTS after.
type omission struct{ after, pts, duration int64 }

// take returns what changed in the next picture, nil when that is not known or too much to be of use.
func (s *still) take(key bool) *Changes {
	m := s.hint
	s.hint = nil
	if key || m == nil || !s.sent || !m.AtMost(fewChanges) {
		return nil
	}
	return m
}

// omits reports whether the codec does not have to see the next picture.
func (s *still) omits(m *Changes) bool {
	return s.skips != nil && m != nil && m.Changed() == 0 && (s.settled || s.omitted < s.spare)
}

// sends notes a picture that the codec gets.
func (s *still) sends(pts int64, m *Changes) {
	s.sent, s.last, s.omitted = true, pts, 0
	if m != nil && m.Changed() == 0 {
		s.repeats, s.spare = append(s.repeats, pts), min(s.spare, 1)
		return
	}
	s.changed, s.settled = pts, false
	if m == nil || !m.AtMost(tinyChanges) {
		s.calm = 0
	}
	switch {
	case s.calm >= atRest:
		s.spare = s.most
	case m != nil && m.AtMost(hardlyChanges):
		s.spare = 1
	default:
		s.spare = 0
	}
}

// came notes a packet of the codec.
func (s *still) came(p *Packet) {
	pts, quantizer, before := p.PTS(), p.Quantizer(), s.quantizer
	s.quantizer = quantizer
	if p.Key() { // what follows has another one anyway
		s.quantizer = math.MaxInt
	}
	if i := slices.Index(s.repeats, pts); i >= 0 {
		s.repeats = slices.Delete(s.repeats, i, i+1)
		s.cameAgain(p.Size(), quantizer, before)
		s.settled = s.calm >= atRest && pts > s.changed
	} else if quantizer > max(s.rest+1, fineQuantizer) {
		s.calm, s.spare = 0, min(s.spare, 1)
	}
}

// cameAgain notes a picture without a change.
func (s *still) cameAgain(bytes, quantizer, before int) {
	switch {
	case quantizer <= fineQuantizer && bytes <= s.little>>(quantizer/6+1): // a quantizer that is six lower is half as coarse
		s.calm = atRest
	case quantizer >= before && bytes <= s.little>>(quantizer/12):
		s.calm++
	default:
		s.calm = 0
	}
	if s.calm >= atRest {
		s.rest = quantizer
	}
}

// timeline gives packets their decoding times where pictures may be omitted: those of the pictures in the order that they came in, put off by
// the reordering. It is what x264 does too, but x264 does not see all pictures.
type timeline struct {
	reorder  int
	times    []int64
	head     int // of times
	out      int
	first    int64
	duration int64
}

func (t *timeline) in(pts, duration int64) {
	if t.out == 0 && len(t.times) == 0 {
		t.first, t.duration = pts, duration
	}
	if t.head > 64 && 2*t.head > len(t.times) {
		t.times = t.times[:copy(t.times, t.times[t.head:])]
		t.head = 0
	}
	t.times = append(t.times, pts)
}

// next returns the decoding time of the next packet.
func (t *timeline) next() int64 {
	t.out++
	if late := t.reorder - t.out + 1; late > 0 {
		return t.first - int64(late)*t.duration
	}
	t.head++
	return t.times[t.head-1]
}
