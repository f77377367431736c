package muxer

import (
	"context"
	"fmt"
	"maps"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/muxer/sink"
)

// maxFragment is how many bytes a fragment holds at least when it is written before its segment's end: the muxer keeps them in memory.
const maxFragment = 4 << 20

// whole writes the segments of packets that came from elsewhere, with the bare mp4 muxer: they begin where the caller says, which the dash
// muxer has an opinion of its own about.
type whole struct {
	ctx     context.Context
	m       *Muxer
	av      *av.Muxer // nil before the first packet
	buf     buffer
	begun   bool // the initialization segment is written
	held    int  // bytes of the present fragment
	segment sink.Object
	bytes   int64
}

func newWhole(ctx context.Context, m *Muxer) (writer, error) {
	return &whole{ctx: ctx, m: m}, av.CheckMuxerOptions("mp4", m.opt.Extra)
}

// open waits for the first packet: one before time zero is for an edit list to say (ISO/IEC 14496-12 section 8.6.6), one after it for tfdt.
func (w *whole) open(first *Packet) (err error) {
	options := map[string]string{
		"movflags": "+cmaf+frag_custom+skip_trailer+delay_moov", "use_editlist": "1", "avoid_negative_ts": "disabled",
		"video_track_timescale": fmt.Sprint(w.m.opt.Timescales[0]),
	}
	if first.DTS() > 0 {
		options["movflags"], options["use_editlist"] = "+cmaf+frag_custom+skip_trailer+delay_moov+frag_discont", "0"
	}
	maps.Copy(options, w.m.opt.Extra)
	w.av, err = av.OpenMuxer(av.MuxerConfig{
		Format: "mp4", Options: options, Streams: w.m.opt.Streams, Timescales: w.m.opt.Timescales, Output: &w.buf, Logger: w.m.opt.Logger,
	})
	return err
}

func (w *whole) write(p *Packet, stream int, cut bool) error {
	if w.av == nil {
		if err := w.open(p); err != nil {
			return err
		}
	}
	if cut {
		if err := w.endSegment(); err != nil {
			return err
		}
		w.m.next(p.PTS())
	}
	w.m.track.count(p, stream)
	if err := w.av.Write(p, stream); err != nil {
		return err
	}
	if w.held += p.Size(); w.held >= maxFragment {
		return w.flush()
	}
	return nil
}

// flush ends the fragment. The first time the muxer gives the initialization segment alone.
func (w *whole) flush() error {
	if w.held == 0 {
		return nil
	}
	w.held = 0
	if !w.begun {
		w.begun = true
		if err := w.av.Flush(); err != nil {
			return err
		}
		name := w.m.opt.initName()
		if err := sink.WriteObject(w.ctx, w.m.opt.Sink, name, w.buf.take()); err != nil {
			return err
		}
		if w.m.opt.OnInit != nil {
			w.m.opt.OnInit(name)
		}
	}
	if err := w.av.Flush(); err != nil {
		return err
	}
	data := w.buf.take()
	if w.segment == nil {
		var err error
		if w.segment, err = w.m.opt.Sink.Create(w.ctx, w.m.track.current.Name); err != nil {
			return err
		}
		data = append(styp(), data...)
		w.bytes = 0
	}
	w.bytes += int64(len(data))
	_, err := w.segment.Write(data)
	return err
}

func (w *whole) endSegment() error {
	if err := w.flush(); err != nil || w.segment == nil {
		return err
	}
	o := w.segment
	w.segment = nil
	if err := o.Commit(); err != nil {
		return err
	}
	done := w.m.track.current
	done.Bytes = w.bytes
	w.m.report(done)
	return nil
}

func (w *whole) finish() error {
	if err := w.endSegment(); err != nil {
		return err
	}
	return w.av.Finish()
}

func (w *whole) close() {
	if w.segment != nil {
		w.segment.Abort()
		w.segment = nil
	}
	if w.av != nil {
		w.av.Close()
		w.av = nil
	}
}
