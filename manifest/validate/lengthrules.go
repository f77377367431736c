package validate

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"
)

// lengthTolerance is how much longer than the media an MPD may say that a presentation is: many round to seconds.
const lengthTolerance = time.Second

// lengthRules compares the tracks of a recording with each other and with the length that an MPD says.
func (c *checker) lengthRules() error {
	groups := map[int][]*track{}
	last := 0
	for _, t := range c.tracks {
		if t.live || t.length == 0 || t.isPlain() || t.playlist != nil && t.playlist.iframes {
			continue
		}
		n := 0
		if t.dash != nil {
			n = t.dash.period
		}
		groups[n], last = append(groups[n], t), max(last, n)
	}
	for _, n := range slices.Sorted(maps.Keys(groups)) {
		c.sameLength(groups[n])
	}
	if c.mpd != nil && c.mpd.length > 0 && len(groups[last]) > 0 && last == c.mpd.periods-1 {
		return c.totalLength(groups[last])
	}
	return nil
}

// measure adds the segments of a track up, when all of them are looked at. The offset is what the start of the period
// is in media time.
func (t *track) measure(offset int64) {
	n := len(t.segments)
	if n == 0 || t.listed != n {
		return
	}
	last := &t.segments[n-1]
	t.lastLength = last.duration
	if last.hasStart {
		t.length = t.dash.timebase().Duration(last.start-offset) + last.duration
		return
	}
	for i := range t.segments {
		t.length += t.segments[i].duration
	}
}

// sameLength checks that no track ends a whole segment before another (RFC 8216 section 6.2.4: what only some variants
// have must not be longer than the target duration; ISO/IEC 23009-1: segments cover their period).
func (c *checker) sameLength(list []*track) {
	longest := list[0]
	for _, t := range list {
		if t.length > longest.length && !t.computed {
			longest = t
		}
	}
	for _, t := range list {
		allowed := max(longest.targetDuration(), t.targetDuration()) + rounding
		if !t.computed && longest.length-t.length > allowed {
			c.add(ruleLength, t.name, t.name, "lasts %v, %s lasts %v", t.length, longest.name, longest.length)
		}
	}
}

// totalLength checks @mediaPresentationDuration, and a length of the last period, against the media of that period.
func (c *checker) totalLength(list []*track) error {
	end, start := time.Duration(0), time.Duration(0)
	var sampled *track
	for _, t := range list {
		if t.computed {
			if sampled == nil || t.ladder != "" && sampled.ladder == "" {
				sampled = t
			}
			continue
		}
		if media := t.dash.start + t.length; media > end {
			end, start = media, media-t.lastLength
		}
	}
	switch {
	case end == 0 && sampled != nil:
		return c.beyond(sampled)
	case end == 0:
	case c.mpd.length > end+lengthTolerance:
		c.add(rulePresentation, "MPD", c.report.Target, "the MPD says that it lasts %v, the media end at %v", c.mpd.length, end)
	case start > 0 && c.mpd.length <= start:
		c.add(rulePresentation, "MPD", c.report.Target, "the MPD says that it lasts %v, whole segments are later, until %v",
			c.mpd.length, end)
	}
	return nil
}

// beyond looks for a segment after the last one of a track whose number of segments is computed from that length.
func (c *checker) beyond(t *track) error {
	n := len(t.segments)
	if n == 0 || t.init == nil || !t.facts[n-1].ok || t.next == nil {
		return nil
	}
	o, err := c.fetch.Fetch(c.ctx, t.next.url, ByteRange{}, maxSegment)
	if c.ctx.Err() != nil || errors.Is(err, ErrLimit) {
		return err
	}
	if err != nil || kindOf(o.Bytes) != kindMP4 {
		return nil //nolint:nilerr // that nothing is there is right
	}
	probe := *t
	probe.segments, probe.facts = []segment{*t.next}, make([]facts, 1)
	if c.readFMP4(&probe, 0, o.Bytes); probe.facts[0].ok && probe.facts[0].duration() > t.next.duration/2 {
		c.add(rulePresentation, "MPD", t.next.url, "the MPD says that it lasts %v, this segment is later", c.mpd.length)
	}
	return nil
}

// presentationLength is how long an MPD says that a recording is, zero when it does not.
func presentationLength(m *mpd.MPD, periods []period) time.Duration {
	if m.GetType() == mpd.DYNAMIC_TYPE || len(periods) == 0 {
		return 0
	}
	if m.MediaPresentationDuration != nil {
		return time.Duration(*m.MediaPresentationDuration)
	}
	last := periods[len(periods)-1]
	return last.start + last.length
}
