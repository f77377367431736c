package validate

import (
	"strings"
	"time"
)

// maxKeyDistance is Apple's limit between key frames.
const maxKeyDistance = 2 * time.Second

// rounding is what decimal durations may be off.
const rounding = time.Millisecond

// segmentRules checks a segment that was read against its manifest and against the segment before it.
func (c *checker) segmentRules(t *track, i int) {
	s, f := &t.segments[i], &t.facts[i]
	if t.init.hasVideo() {
		c.keyRules(t, i)
	}
	if i > 0 && t.facts[i-1].ok && !s.discontinuity {
		c.continuity(t, i)
	}
	if s.hasStart {
		c.startRule(t, s, f)
	}
	if !s.nominal && !within(f.duration(), s.duration, f.frameTime()+rounding) {
		c.add(ruleDuration, t.name, s.url, "lasts %v, the manifest says %v", f.duration(), s.duration)
	}
}

func (c *checker) keyRules(t *track, i int) {
	s, f := &t.segments[i], &t.facts[i]
	if !f.key {
		r := ruleKeyAdvice
		if t.aligned {
			r = ruleKeyframe
		}
		c.add(r, t.name, s.url, "does not start with a key frame")
	}
	if late := f.tb.Duration(f.shown - f.start); late > 0 && late >= f.duration() && t.init.entry != "" {
		c.add(ruleReorder, t.name, s.url, "shows its first picture after %v, as late as the segment is long (want fewer B-frames, or longer segments)", late)
	}
	if gap := f.tb.Duration(f.keyGap); f.key && gap > maxKeyDistance+f.frameTime() {
		c.add(ruleKeyDistance, t.name, s.url, "has %v without a key frame (want at most %v)", gap, maxKeyDistance)
	}
}

func (c *checker) continuity(t *track, i int) {
	s, f, before := &t.segments[i], &t.facts[i], &t.facts[i-1]
	start := f.start
	r := ruleTfdt
	if f.tb == transportTimebase && t.init.entry == "" { // MPEG-TS
		start = unwrap(start, before.end)
		r = rulePTS
	}
	off := f.tb.Duration(start) - before.tb.Duration(before.end)
	switch {
	case off == 0:
	case r == rulePTS && within(off, 0, f.frameTime()):
		before.end = start // MPEG-TS does not say how long a picture lasts
	case within(off, 0, f.frameTime()/2):
		c.add(ruleTfdtRound, t.name, s.url, "starts %v after the end of the segment before it", off)
	default:
		c.add(r, t.name, s.url, "starts %v after the end of the segment before it (want no gap or overlap without a discontinuity)", off)
	}
}

// startRule compares an MPD's time of a segment with the media: decoding or presentation time, whichever is nearer,
// because packagers differ in which they mean where pictures are reordered.
func (c *checker) startRule(t *track, s *segment, f *facts) {
	want := t.dash.timebase().Duration(s.start)
	tolerance := f.frameTime() + rounding
	if s.nominal {
		tolerance = s.duration / 2
	}
	decoded, shown := f.tb.Duration(f.start), f.tb.Duration(f.shown)
	if !within(decoded, want, tolerance) && !within(shown, want, tolerance) {
		c.add(ruleStart, t.name, s.url, "starts at %v of media time, the manifest says %v", decoded, want)
	}
}

// trackRules checks a track as a whole, after its segments.
func (c *checker) trackRules(t *track) {
	var declared, measured time.Duration
	frame := time.Duration(0)
	exact := true
	for i := range t.segments {
		s, f := &t.segments[i], &t.facts[i]
		if !f.ok {
			continue
		}
		exact = exact && !s.nominal && within(f.duration(), s.duration, f.frameTime()+rounding)
		declared += s.duration
		measured += f.duration()
		frame = max(frame, f.frameTime())
	}
	if exact && !within(declared, measured, frame+rounding) {
		c.add(ruleDrift, t.name, t.name, "the durations in the manifest add up to %v, the media to %v", declared, measured)
	}
	c.pictureRules(t)
	c.soundRules(t)
	if t.playlist != nil {
		c.playlistRules(t)
	}
	if t.dash != nil {
		c.representationRules(t)
	}
}

func anyPrefix(list []string, prefix string) bool {
	for _, s := range list {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), prefix) {
			return true
		}
	}
	return false
}
