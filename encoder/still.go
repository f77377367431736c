package encoder

import "github.com/framegear/framegear/internal/change"

// Changes say which parts of a picture differ from the one before it.
type Changes = change.Map

// Shares of a picture, as one of so many, up to which changes count as few: then x264 is told what did not change, which it takes for
// pictures that refer to the one before them, so B-frames are given up for it.
const (
	fewChanges    = 4
	hardlyChanges = 16
)

// still is what an encoder knows of pictures that change little. A picture without any change goes into the stream without the codec
// having seen it, once the codec has no more to say about the picture before: it refines what it coded badly at first.
type still struct {
	skips *skips   // nil where the stream does not take such pictures
	hint  *Changes // of the next picture
	quiet int      // bytes of a packet that says next to nothing

	sent    bool  // the codec has had a picture
	last    int64 // PTS of the last one that it had
	run     int64 // PTS of the first one since the last change
	running bool
	settled bool // a packet of this run was quiet
	hardly  bool // the last change was small: what is new is refined a frame later at most, so every other picture may be left out
	omitted bool // the last picture was
	waiting []omission
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
	return s.skips != nil && m != nil && m.Changed() == 0 && (s.settled || s.hardly && !s.omitted)
}

// sends notes a picture that the codec gets.
func (s *still) sends(pts int64, m *Changes) {
	same := m != nil && m.Changed() == 0
	if !same {
		s.settled, s.running = false, false
		s.hardly = m != nil && m.AtMost(hardlyChanges)
	} else if !s.running {
		s.running, s.run = true, pts
	}
	s.sent, s.last, s.omitted = true, pts, false
}

// came notes a packet of the codec.
func (s *still) came(pts int64, bytes int) {
	if s.running && pts >= s.run {
		s.settled = bytes <= s.quiet
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
