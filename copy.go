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
// encoded. Segments end at the input's own key frames, at or after multiples of Options.SegmentDuration, and those of the sound with them. It
// begins with the first key frame and returns at the input's end; Finish follows. It is for recordings, and Options about pictures must be unset. Errors wrap ErrCopy or ErrOptions, or have
// ended the stream.
func (s *Stream) Copy(ctx context.Context, in *Input) error {
	c, err := s.beginCopy(in)
	if err != nil {
		return err
	}
	defer c.close()
	err = c.run(ctx, in)
	if err != nil && ctx.Err() == nil {
		s.pipe.fail(err)
	}
	return err
}

func (c *copier) run(ctx context.Context, in *Input) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch err := in.packetOf(); {
		case errors.Is(err, io.EOF):
			return c.finish(in)
		case err != nil:
			return err
		}
		own, err := av.NewPacket()
		if err != nil {
			return err
		}
		own.Take(in.packet)
		due, err := c.order.add(own)
		if err := errors.Join(err, c.pass(due)); err != nil {
			return err
		}
	}
}

// copier passes packets on to a rendition that has no encoder.
type copier struct {
	s     *Stream
	r     *rendition
	ticks Timebase // of the input
	scale int64    // of the output
	frame int64    // length of a picture whose packet does not tell, in ticks of the output
	order order
	held  *av.Packet // until it is known when the next one is decoded
	lasts int64      // what the one that is held is to be seen for, as the input says
	key   int64      // presentation time of the newest key frame
	lead  bool       // pictures may come that are seen before it
	told  bool       // of pictures that are hidden
	seen  int64      // presentation time of the newest picture in that order
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
	c.frame = max(1, rate.Frame().Rescale(1, c.base()))
	c.order.frame = max(1, rate.Frame().Rescale(1, c.ticks))
	p := emptyPipeline(s, grid)
	if err := p.lookBack(); err != nil {
		return nil, err
	}
	g := &rung{id: "v0", parent: -1, Rendition: Rendition{Width: in.Width(), Height: in.Height(), FrameRate: rate}}
	p.publisher = newPublisher(p, []rung{*g})
	c.r = &rendition{rung: g, p: p, in: make(chan item), join: newJoiner(c.scale)}
	p.renditions, p.copies = []*rendition{c.r}, true
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

func (c *copier) base() Timebase { return Timebase{Num: 1, Den: c.scale} }

// pass writes packets, each once the next one is there, and closes them. A sample lasts until the next one is decoded.
func (c *copier) pass(due []*av.Packet) (err error) {
	for _, p := range due {
		if err == nil {
			err = c.next(p)
		} else {
			p.Close()
		}
	}
	return err
}

func (c *copier) next(p *av.Packet) error {
	lasts := c.ticks.Rescale(p.Duration(), c.base())
	if lasts <= 0 {
		lasts = c.frame
	}
	p.SetTimes(c.ticks.Rescale(p.PTS(), c.base()), c.ticks.Rescale(p.DTS(), c.base()), lasts)
	if p.Hidden() && !c.told {
		c.told = true
		c.s.opt.Logger.Warn("pictures that the input hides at its beginning are seen: without encoding they cannot be left out")
	}
	if c.held != nil && p.DTS() <= c.held.DTS() { // the output's ticks are longer than the input's
		p.SetTimes(max(p.PTS(), c.held.DTS()+1), c.held.DTS()+1, lasts)
	}
	err := error(nil)
	if c.held != nil {
		err = c.write(p.DTS() - c.held.DTS())
	}
	c.held, c.lasts = p, lasts
	return err
}

// write writes the packet that was held, and lets the sound follow as far as it is known which segment it belongs to.
func (c *copier) write(duration int64) error {
	p := c.held
	c.held = nil
	defer p.Close()
	c.seen = max(c.seen, p.PTS())
	p.SetTimes(p.PTS(), p.DTS(), duration)
	switch {
	case p.Key():
		c.key, c.lead = p.PTS(), true
	case p.PTS() > c.key:
		c.lead = false
	}
	if err := c.r.join.write(p, 0); err != nil {
		return c.r.fault("muxer", err)
	}
	c.s.counters.in.Add(1)
	c.s.counters.out.Add(1)
	c.s.counters.copied.Store(int64(c.base().Duration(c.seen + c.frame)))
	if !c.lead { // a segment begins after all pictures that were there before its key frame
		c.advance(c.seen)
	}
	return c.s.pipe.err()
}

// advance lets the sound come as far as the pictures.
func (c *copier) advance(tick int64) {
	c.s.pipe.advanceSound(tick, 0, zeros{own: int64(c.ticks.Duration(c.order.zero))})
}

// finish writes the rest. The last picture stands as long as the sound.
func (c *copier) finish(in *Input) error {
	due, err := c.order.end()
	if err := errors.Join(err, c.pass(due)); err != nil || c.held == nil {
		return err
	}
	lasts, heard := c.lasts, c.base().Ticks(in.heard())-c.ticks.Rescale(c.order.zero, c.base())
	if rest := heard - c.held.PTS(); !in.cut && rest > lasts+c.base().Ticks(maxUneven) && rest > 0 {
		lasts = rest
	}
	end := max(c.seen+c.frame, c.held.PTS()+lasts)
	if err := c.write(lasts); err != nil {
		return err
	}
	c.s.counters.copied.Store(int64(c.base().Duration(end)))
	c.advance(end)
	c.s.pipe.copied = true
	return nil
}

func (c *copier) close() {
	c.order.close()
	if c.held != nil {
		c.held.Close()
		c.held = nil
	}
}
