package validate

import (
	"bytes"
	"time"

	"github.com/framegear/framegear/manifest"
)

// readTrack reads a track's segments one after the other and checks each, and each against the one before.
func (c *checker) readTrack(t *track) error {
	t.facts = make([]facts, len(t.segments))
	t.meter = manifest.NewMeter(t.targetDuration())
	var current *ref
	for i := range t.segments {
		s := &t.segments[i]
		if s.gap || s.encrypted {
			if s.encrypted {
				c.note("%s: encrypted segments were not looked into", t.name)
			}
			continue
		}
		if s.init != nil && (current == nil || *s.init != *current) {
			if err := c.readInit(t, *s.init); err != nil {
				return err
			}
			current = s.init
		}
		if err := c.readSegment(t, i); err != nil {
			return err
		}
	}
	t.rates = t.meter.Rate()
	if len(t.segments) > 0 {
		if err := c.comparePartBytes(t); err != nil {
			return err
		}
	}
	c.trackRules(t)
	return nil
}

// targetDuration is the window of the bit-rate meter: what the playlist says, else the longest segment, as HLS would
// round it.
func (t *track) targetDuration() time.Duration {
	if t.playlist != nil && t.playlist.target > 0 {
		return time.Duration(t.playlist.target) * time.Second
	}
	longest := time.Second
	for _, s := range t.segments {
		longest = max(longest, s.duration)
	}
	return (longest + time.Second - 1).Truncate(time.Second)
}

func (c *checker) readSegment(t *track, i int) error {
	s, f := &t.segments[i], &t.facts[i]
	o, err := c.get(t.name, s.ref, maxSegment)
	if err != nil || o == nil {
		return err
	}
	f.bytes = int64(len(o.Bytes))
	t.meter.Add(f.bytes, int64(s.duration), int64(time.Second))
	kind := kindOf(o.Bytes)
	c.contentType(t.name, o, kind)
	switch kind {
	case kindTransport:
		c.readTS(t, i, o.Bytes)
	case kindPacked:
		c.readPacked(t, i, o.Bytes)
	case kindMP4:
		c.readFMP4(t, i, o.Bytes)
	default:
		c.readOther(t, i, kind)
	}
	if f.ok {
		c.segmentRules(t, i)
	}
	return nil
}

// comparePartBytes reads the parts of the newest complete segment that has them: together they are the segment.
func (c *checker) comparePartBytes(t *track) error {
	for i := len(t.segments) - 1; i >= 0; i-- {
		s := &t.segments[i]
		if len(s.parts) > 0 && t.facts[i].ok {
			return c.compareParts(t, s)
		}
	}
	return nil
}

func (c *checker) compareParts(t *track, s *segment) error {
	whole, err := c.get(t.name, s.ref, maxSegment)
	if err != nil || whole == nil {
		return err
	}
	var joined []byte
	for _, p := range s.parts {
		if p.gap {
			return nil
		}
		o, err := c.get(t.name, p.ref, maxSegment)
		if err != nil || o == nil {
			return err
		}
		if joined = append(joined, o.Bytes...); len(joined) > len(whole.Bytes) { // no more of them are needed to tell
			break
		}
	}
	if !bytes.HasSuffix(whole.Bytes, joined) { // a styp may come before the first part
		c.add(rulePartBytes, t.name, s.url, "its %d parts together are not the segment's %d bytes", len(s.parts), len(whole.Bytes))
	}
	return nil
}
