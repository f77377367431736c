package framegear

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// ErrCopy is wrapped when an input's packets cannot be passed on as they are.
var ErrCopy = errors.New("framegear: cannot copy")

// Copy passes all packets of an input's pictures on as they are, instead of WriteFrame: one rendition, nothing is decoded or
// encoded. Segments end at the input's own key frames, at or after multiples of Options.SegmentDuration. It returns at the
// input's end; Finish follows. It is for recordings, and Options about pictures must be unset. Errors wrap ErrCopy or ErrOptions, or have
// ended the stream.
func (s *Stream) Copy(ctx context.Context, in *Input) error {
	c, err := s.beginCopy(in)
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch err := in.packetOf(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := c.pass(in.packet); err != nil {
			s.pipe.fail(err)
			return err
		}
	}
}

// copier passes packets on to a rendition that has no encoder.
type copier struct {
	s       *Stream
	r       *rendition
	ticks   Timebase // of the input
	scale   int64    // of the output
	frame   int64    // length of a picture whose packet does not tell, in ticks of the output
	started bool
	zero    int64 // first presentation time
	last    int64 // last decoding time
	end     int64
}

func (s *Stream) beginCopy(in *Input) (*copier, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch o := &s.opt; {
	case s.ended:
		return nil, ErrClosed
	case s.pipe != nil:
		return nil, fmt.Errorf("%w: the stream has begun already", ErrCopy)
	case o.Live || len(o.Ladder) > 1 || o.AutoLadder || o.Filter != "" || o.BurnClock || o.AudioOnly:
		return nil, fmt.Errorf("%w: Copy is for recordings of one rendition without Filter and BurnClock", ErrOptions)
	}
	c, err := s.openCopy(in)
	if err != nil {
		return nil, err
	}
	s.pipe.start()
	s.origin.begin(s.pipe.publisher)
	return c, nil
}

// openCopy builds a pipeline with one rendition whose packets come from outside.
func (s *Stream) openCopy(in *Input) (*copier, error) {
	grid, err := s.opt.grid()
	if err != nil {
		return nil, err
	}
	c := &copier{s: s, ticks: in.stream.Timebase, scale: copyScale(in.stream.Timebase)}
	grid.Timescale = c.scale
	rate := in.stream.FrameRate
	if !rate.Known() {
		rate = s.opt.FrameRate
	}
	c.frame = max(1, rate.Frame().Rescale(1, media.Timebase{Num: 1, Den: c.scale}))
	p := emptyPipeline(s, grid)
	g := &rung{id: "v0", parent: -1, Rendition: Rendition{Width: in.Width(), Height: in.Height(), FrameRate: rate}}
	p.publisher = newPublisher(p, []rung{*g})
	c.r = &rendition{rung: g, p: p, in: make(chan item), join: newJoiner(c.scale)}
	p.renditions = []*rendition{c.r}
	if err := c.open(in, p); err != nil {
		p.free()
		return nil, err
	}
	s.pipe = p
	return c, nil
}

func (c *copier) open(in *Input, p *pipeline) (err error) {
	if c.r.params, err = in.stream.Params.Clone(); err != nil {
		return fmt.Errorf("%w: %w", ErrCopy, err)
	}
	if !encoder.Makes(c.r.params.Codec) && c.r.params.Codec != media.CodecVP9 {
		return fmt.Errorf("%w: pictures in %s (want h264, hevc, av1 or vp9; others have to be encoded)", ErrCopy, c.r.params.Codec)
	}
	if err := p.publisher.describe(0, c.r.params.CodecParameters); err != nil {
		return fmt.Errorf("%w: %w", ErrCopy, err)
	}
	if err := p.openSound(); err != nil {
		return err
	}
	return c.r.openMuxer()
}

// copyScale returns ticks per second that hold the input's times exactly; muxers want fractions of a second.
func copyScale(tb Timebase) int64 {
	if tb.Num == 1 && tb.Den >= 1000 {
		return tb.Den
	}
	return media.Timescale(Rate{Num: tb.Den, Den: tb.Num})
}

// pass writes one packet. What comes before the first key frame cannot be played and is left out.
func (c *copier) pass(p *av.Packet) error {
	if !c.started && !p.Key() {
		return nil
	}
	const unknown = -1 << 63
	pts, dts := p.PTS(), p.DTS()
	if pts == unknown && dts == unknown {
		return fmt.Errorf("%w: packets without times (want a container that has them)", ErrCopy)
	}
	if pts == unknown {
		pts = dts
	}
	if dts == unknown {
		dts = pts
	}
	if !c.started {
		c.started, c.zero, c.last = true, pts, unknown
	}
	out := media.Timebase{Num: 1, Den: c.scale}
	pts, dts = c.ticks.Rescale(pts-c.zero, out), c.ticks.Rescale(dts-c.zero, out)
	duration := c.ticks.Rescale(p.Duration(), out)
	if duration <= 0 {
		duration = c.frame
	}
	dts = max(dts, c.last+1)
	if pts < dts {
		return fmt.Errorf("%w: times are out of order at %s", ErrCopy, out.Duration(pts))
	}
	c.last, c.end = dts, max(c.end, pts+duration)
	p.SetTimes(pts, dts, duration)
	if err := c.r.join.write(p, 0); err != nil {
		return c.r.fault("muxer", err)
	}
	c.s.counters.in.Add(1)
	c.s.counters.out.Add(1)
	c.s.counters.copied.Store(int64(out.Duration(c.end)))
	pipe := c.s.pipe
	pipe.advanceSound(c.end, pipe.grid.SegmentFrames*c.r.join.segments(), zeros{own: int64(c.ticks.Duration(c.zero))})
	return pipe.err()
}
