package framegear

import (
	"fmt"
	"time"

	"github.com/framegear/framegear/internal/media"
)

// gridClock gives every frame its place on the output's constant grid. It decides; it does not wait, and knows no pictures.
type gridClock struct {
	mode   Clock
	rate   Rate
	base   Timebase // of PTS
	maxGap int64    // frames
	now    func() time.Time

	started bool
	next    int64     // first free slot of the grid
	start   time.Time // wall clock of slot 0
	offset  int64     // slots added after jumps
	pts0    int64     // PTS of slot 0
	last    int64     // last accepted PTS
}

// placement is what becomes of one frame.
type placement struct {
	raw     int64 // its slot by its instant alone
	repeats int64 // slots before it that repeat the picture before
	drop    bool  // the frame has no slot left
	jumped  bool  // a gap longer than maxGap was closed
}

func newGridClock(o *Options) *gridClock {
	return &gridClock{
		mode: o.Clock, rate: o.FrameRate, base: o.Timebase, now: o.now,
		maxGap: max(1, media.Nanosecond.Rescale(int64(o.MaxGap), o.FrameRate.Frame())),
	}
}

// place returns what to do with the frame that just came. Only PTS that do not increase are errors; the clock is then
// unchanged. The caller commits the placement once it has carried it out.
func (c *gridClock) place(f *Frame) (placement, error) {
	raw, err := c.slot(f)
	if err != nil {
		return placement{}, err
	}
	p := placement{raw: raw}
	switch gap := raw + c.offset - c.next; {
	case gap < 0:
		p.drop = true
	case gap > c.maxGap:
		p.jumped = true
	default:
		p.repeats = gap
	}
	return p, nil
}

// slot returns the grid's slot that is nearest to the frame's instant, before the corrections of earlier jumps.
func (c *gridClock) slot(f *Frame) (int64, error) {
	if !c.started {
		return 0, nil
	}
	switch c.mode {
	case ClockPTS:
		if f.PTS <= c.last {
			return 0, fmt.Errorf("%w: %d after %d (ticks of %s s)", ErrPTS, f.PTS, c.last, c.base)
		}
		return c.base.Rescale(f.PTS-c.pts0, c.rate.Frame()), nil
	case ClockWall:
		return media.Nanosecond.Rescale(int64(c.now().Sub(c.start)), c.rate.Frame()), nil
	}
	return c.next, nil
}

// commit moves the clock past a frame that was placed.
func (c *gridClock) commit(f *Frame, p placement) {
	if !c.started {
		c.started, c.start, c.pts0 = true, c.now(), f.PTS
	}
	c.last = f.PTS
	if p.drop {
		return
	}
	if p.jumped {
		c.offset = c.next - p.raw
	}
	c.next += p.repeats + 1
}
