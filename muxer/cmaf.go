package muxer

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/muxer/sink"
)

// cmaf writes low-latency segments with the bare mp4 muxer: "frag_custom" makes a fragment on every flush, at once, while the
// dash muxer would wait for the next packet. One flush is one part: one moof and one mdat.
type cmaf struct {
	ctx  context.Context
	m    *Muxer
	av   *av.Muxer
	buf  buffer
	part Part
	// segment is the growing object, nil between segments.
	segment sink.Object
	limit   int64 // longest duration of a part in ticks
}

// buffer collects what libavformat writes between two flushes.
type buffer struct{ b []byte }

// Write implements io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	return len(p), nil
}

// take returns the bytes so far, until libavformat writes again, and starts anew. Sinks borrow what they are given.
func (b *buffer) take() []byte {
	out := b.b
	b.b = b.b[:0]
	return out
}

func newCMAF(ctx context.Context, m *Muxer) (writer, error) {
	c := &cmaf{ctx: ctx, m: m}
	c.limit = tickbase(m.opt.Timescales[0]).Ticks(m.opt.Part)
	options := map[string]string{
		"movflags": "+cmaf+frag_custom+skip_trailer+frag_discont", "use_editlist": "0",
		"video_track_timescale": fmt.Sprint(m.opt.Timescales[0]), "avoid_negative_ts": "disabled",
	}
	maps.Copy(options, m.opt.Extra)
	var err error
	c.av, err = av.OpenMuxer(av.MuxerConfig{
		Format: "mp4", Options: options, Streams: m.opt.Streams, Timescales: m.opt.Timescales,
		Output: &c.buf, Logger: m.opt.Logger,
	})
	if err != nil {
		return nil, err
	}
	if err := c.writeInit(); err != nil {
		c.av.Close()
		return nil, err
	}
	return c, nil
}

func (c *cmaf) writeInit() error {
	name := c.m.opt.initName()
	data := c.buf.take()
	if early := c.m.opt.Early; early > 0 {
		var err error
		if data, err = withEdit(data, early); err != nil {
			return err
		}
	}
	if err := sink.WriteObject(c.ctx, c.m.opt.Sink, name, data); err != nil {
		return err
	}
	if c.m.opt.OnInit != nil {
		c.m.opt.OnInit(name)
	}
	return nil
}

func (c *cmaf) write(p *Packet, stream int, cut bool) error {
	switch {
	case cut:
		if err := c.endSegment(); err != nil {
			return err
		}
		c.m.next(p.PTS())
	case c.part.Duration > 0 && c.part.Duration+p.Duration() > c.limit:
		if err := c.endPart(); err != nil {
			return err
		}
	}
	if c.part.Duration == 0 {
		c.part.Start, c.part.Independent = max(0, p.PTS()), p.Key()
	}
	c.part.Duration += audible(p)
	c.m.track.count(p, stream)
	if err := c.writePacket(p, stream); err != nil {
		return err
	}
	// A part that another packet of this length would overfill is complete now: it need not wait for that packet.
	if c.part.Duration+p.Duration() > c.limit {
		return c.endPart()
	}
	return nil
}

// writePacket writes a packet at its time in the media, which the edit list moves back.
func (c *cmaf) writePacket(p *Packet, stream int) error {
	pts, dts, early := p.PTS(), p.DTS(), c.m.opt.Early
	p.SetTimes(pts+early, dts+early, p.Duration())
	err := c.av.Write(p, stream)
	p.SetTimes(pts, dts, p.Duration())
	return err
}

// endPart flushes the fragment and publishes it: first as bytes of the growing segment, then as an object of its own.
func (c *cmaf) endPart() error {
	if c.part.Duration == 0 {
		return nil
	}
	if err := c.av.Flush(); err != nil {
		return err
	}
	data := c.buf.take()
	seg := &c.m.track.current
	if c.segment == nil {
		data = append(styp(), data...)
		o, err := c.m.opt.Sink.Create(c.ctx, seg.Name)
		if err != nil {
			return err
		}
		c.segment = o
	}
	part := c.part
	part.Number, part.Index = seg.Number, int64(len(seg.Parts))
	part.Name, part.Bytes = c.m.opt.partName(part.Number, part.Index), int64(len(data))
	c.part = Part{}
	if err := c.publish(part, data); err != nil {
		return err
	}
	seg.Bytes += part.Bytes
	seg.Parts = append(seg.Parts, part)
	if c.m.opt.OnPart != nil {
		c.m.opt.OnPart(part)
	}
	return nil
}

func (c *cmaf) publish(part Part, data []byte) error {
	if _, err := c.segment.Write(data); err != nil {
		return err
	}
	if f, ok := c.segment.(sink.Flusher); ok {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	if c.m.opt.Parts == nil {
		return nil
	}
	return sink.WriteObject(c.ctx, c.m.opt.Parts, part.Name, data)
}

// endSegment publishes the rest and the segment as a whole.
func (c *cmaf) endSegment() error {
	if err := c.endPart(); err != nil {
		return err
	}
	if c.segment == nil {
		return nil
	}
	o := c.segment
	c.segment = nil
	if err := o.Commit(); err != nil {
		return err
	}
	c.m.report(c.m.track.current)
	return nil
}

func (c *cmaf) finish() error {
	if err := c.endSegment(); err != nil {
		return err
	}
	return c.av.Finish()
}

func (c *cmaf) close() {
	if c.segment != nil {
		c.segment.Abort()
		c.segment = nil
	}
	c.av.Close()
}

// styp returns a segment type box: major brand msdh, compatible with CMAF segments, fragments and chunks
// (ISO/IEC 14496-12 section 8.16.2, ISO/IEC 23000-19 section 7.3.3.1).
func styp() []byte {
	b := binary.BigEndian.AppendUint32(nil, 32)
	b = append(b, "stypmsdh"...)
	b = binary.BigEndian.AppendUint32(b, 0)
	return append(b, "msdhcmfscmffcmfl"...)
}
