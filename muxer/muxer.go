package muxer

import (
	"context"
	"fmt"
	"math"
	"math/bits"
)

// Muxer writes one track. One goroutine at a time.
type Muxer struct {
	opt   Options
	w     writer
	track tracker
	ended bool
}

// tracker knows the segment that packets go into.
type tracker struct {
	first   int64 // where segments are counted from
	started bool
	index   int64 // segments cut so far
	current Segment
	lastDTS []int64
	exact   exact
}

// New returns a muxer; nothing is written before the first packet (the initialization segment of low latency excepted). The
// context covers the muxer's lifetime. The caller closes it.
func New(ctx context.Context, o Options) (*Muxer, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.FirstNumber == 0 {
		o.FirstNumber = 1
	}
	m := &Muxer{opt: o}
	for range o.Streams {
		m.track.lastDTS = append(m.track.lastDTS, math.MinInt64)
	}
	m.track.current.Number = o.FirstNumber
	m.track.current.Name = o.segmentName(o.FirstNumber)
	var err error
	if m.w, err = newWriter(ctx, m); err != nil {
		return nil, fmt.Errorf("muxer %s: %w", o.Track, err)
	}
	return m, nil
}

// Write takes a packet of a stream, borrowed for the call. Packets of a stream come in decoding order; with two streams they are
// interleaved by decoding time by the caller. The first stream decides where segments end.
func (m *Muxer) Write(p *Packet, stream int) error {
	if m.ended {
		return ErrClosed
	}
	if err := m.check(p, stream); err != nil {
		return err
	}
	cut := false
	if stream == 0 {
		cut = m.Cuts(p)
		if !m.track.started {
			m.track.begin(p, m.opt.origin(p))
			m.track.exact.begin(p, m.opt.Streams[0])
		}
	}
	if err := m.w.write(p, stream, cut); err != nil {
		return fmt.Errorf("muxer %s: %w", m.opt.Track, err)
	}
	if m.opt.Exact && stream == 0 {
		if cut {
			m.track.exact.begin(p, m.opt.Streams[0])
		}
		m.settle(p)
	}
	return nil
}

func (m *Muxer) check(p *Packet, stream int) error {
	if stream < 0 || stream >= len(m.opt.Streams) {
		return fmt.Errorf("%w: stream %d of %d", ErrOptions, stream, len(m.opt.Streams))
	}
	if stream == 0 && !m.track.started && !p.Key() {
		return fmt.Errorf("%w: the first packet is not a key frame", ErrOrder)
	}
	if m.opt.Part > 0 && p.DTS() < -m.opt.Early {
		return fmt.Errorf("%w: decoding time %d is before time zero by more than %d", ErrOrder, p.DTS(), m.opt.Early)
	}
	if last := m.track.lastDTS[stream]; p.DTS() <= last {
		return fmt.Errorf("%w: decoding time %d after %d", ErrOrder, p.DTS(), last)
	}
	m.track.lastDTS[stream] = p.DTS()
	return nil
}

// begin takes the first packet of all, and where segments are counted from.
func (t *tracker) begin(p *Packet, origin int64) {
	t.started, t.first = true, origin
	t.current.Start = max(0, p.PTS())
}

// Cuts reports whether a packet of the first stream would begin a new segment. For the dash and hls muxers it is the same
// comparison, on the same numbers, that they make.
func (m *Muxer) Cuts(p *Packet) bool {
	t := &m.track
	switch {
	case !t.started:
		return false
	case m.opt.Exact && m.opt.Container == FMP4:
		return m.cutsExactly(p)
	case !p.Key() || p.PTS() <= t.current.Start:
		return false
	}
	length, unit := m.opt.grid()
	elapsedHi, elapsedLo := bits.Mul64(uint64(p.PTS()-t.first), uint64(unit))
	endHi, endLo := bits.Mul64(uint64((t.index+1)*length), uint64(m.opt.Timescales[0]))
	return elapsedHi > endHi || elapsedHi == endHi && elapsedLo >= endLo
}

// Segments returns how many segments were begun.
func (m *Muxer) Segments() int64 {
	if !m.track.started {
		return 0
	}
	return m.track.index + 1
}

// count adds a packet to the current segment.
func (t *tracker) count(p *Packet, stream int) {
	if stream == 0 {
		t.current.Duration += audible(p)
		t.current.Frames++
	}
}

// audible is how long a packet is presented. What lies before time zero is an encoder's priming and not to be heard.
func audible(p *Packet) int64 { return max(0, p.Duration()+min(0, p.PTS())) }

// next ends the current segment and begins another one; it returns the ended one.
func (m *Muxer) next(start int64) Segment {
	t := &m.track
	done := t.current
	t.index++
	t.current = Segment{Number: done.Number + 1, Start: start, Name: m.opt.segmentName(done.Number + 1)}
	return done
}

// Finish writes what is left as the last segment. Only Close is allowed afterwards. A muxer without a packet finishes without a segment.
func (m *Muxer) Finish() error {
	if m.ended {
		return ErrClosed
	}
	m.ended = true
	if !m.track.started {
		return nil
	}
	if err := m.w.finish(); err != nil {
		return fmt.Errorf("muxer %s: %w", m.opt.Track, err)
	}
	m.track.exact.ended(m.track.exact.end, m.tell)
	return nil
}

// Close frees the muxer; a segment that is not complete is not published. Closing twice is harmless.
func (m *Muxer) Close() {
	m.ended = true
	if m.w != nil {
		m.w.close()
		m.w = nil
	}
}
