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
	// segment is the length of a segment in slots for outputs that keep to the wall clock, 0 for others.
	segment int64
	// slack is how many slots the times of a source may fall behind the wall clock before they are put right; 0 where they may for ever.
	slack int64
	// pace is by how many slots at a time, so that they fit into the pipeline.
	pace int64

	started bool
	next    int64     // first free slot of the grid
	start   time.Time // wall clock of slot 0, set before the first frame when an earlier run is continued
	offset  int64     // slots added after jumps and corrections
	lent    int64     // those that were added because the source fell behind, and are taken off again when it catches up
	pts0    int64     // PTS of slot 0
	last    int64     // last accepted PTS
	stands  int64     // how long its picture is to be seen, in ticks of base
	lagging bool      // the source had fallen behind and is not back yet
	counted int64     // slot of the next frame by count alone
	anew    bool      // the times of the next frame do not continue those before
}

// placement is what becomes of one frame.
type placement struct {
	at      time.Time // when it came
	raw     int64     // its instant alone, in parts of a slot
	repeats int64     // slots before it that repeat the picture before
	drop    bool      // the frame has no slot left
	shift   int64     // slots that its times and those after it are moved by, to keep to the wall clock
	jumped  bool      // a gap longer than maxGap ends here
	cut     int64     // the slot that it goes to after a discontinuity, 0 for none
}

func newGridClock(o *Options) *gridClock {
	c := &gridClock{
		mode: o.Clock, rate: o.FrameRate, base: o.Timebase, now: o.now,
		maxGap: max(1, media.Nanosecond.Rescale(int64(o.MaxGap), o.FrameRate.Frame())),
	}
	if o.Live && o.Clock != ClockWall && o.WhenFull == DropWhenFull {
		c.slack = max(2, media.Nanosecond.Rescale(int64(maxSlack), o.FrameRate.Frame()))
		c.pace = max(1, int64(o.Queue/2))
	}
	if grid, err := o.grid(); err == nil && o.Live && (o.Clock != ClockCount || c.slack > 0) {
		c.segment = grid.SegmentFrames
	}
	return c
}

const (
	// Instants are compared in sixteenths of a slot.
	fineBits = 4
	fine     = 1 << fineBits
	// maxSlack is how far a source may fall behind before its times are put right. Networks delay by less, players hold more back.
	maxSlack = time.Second
)

// resume continues an earlier run: slot 0 was at start, and the next free slot is next. The monotonic reading of now is
// kept, so that setting the wall clock does not move what follows.
func (c *gridClock) resume(now, start time.Time, next int64) {
	c.start, c.next = now.Add(-now.Sub(start)), next
}

// begin starts without a frame.
func (c *gridClock) begin(now time.Time) {
	c.started = true
	if c.start.IsZero() {
		c.start = now
	}
}

// discontinue says that the times of the next frame do not continue those before.
func (c *gridClock) discontinue() { c.anew = c.started && c.mode == ClockPTS }

// place returns what to do with a frame that came at the given instant. Only PTS that do not increase are errors; the clock is then
// unchanged. The caller commits the placement once it has carried it out.
func (c *gridClock) place(f *Frame, at time.Time) (placement, error) {
	raw, err := c.instant(f, at)
	if err != nil {
		return placement{}, err
	}
	p := placement{at: at, raw: raw}
	// late is how far behind its instant the frame would be shown in the next free slot.
	late := raw + c.offset*fine - c.next*fine
	p.shift = c.astray(late, at)
	late += p.shift * fine
	early, tooLate := c.tolerance()
	switch {
	case c.anew || late > c.maxGap*fine || late < -c.maxGap*fine-early || c.leaps(late, at):
		p.jumped = true
		c.land(&p)
	case late < -early:
		p.drop = true
	case late >= tooLate:
		p.repeats = slotOf(late)
	}
	return p, nil
}

// ahead returns how many slots a frame would be shown before its time by the wall clock.
func (c *gridClock) ahead(late int64, at time.Time) int64 {
	return slotOf(late) + c.next - c.slotAt(at)
}

// astray returns by how many slots the times of a live source have to be moved. One that has fallen behind is brought back to the wall
// clock step by step, for its media time would stay behind for ever otherwise; when what was late then comes in a burst, that is taken
// back, or the output would run ahead for ever.
func (c *gridClock) astray(late int64, at time.Time) int64 {
	if c.slack == 0 || !c.started {
		return 0
	}
	ahead := c.ahead(late, at)
	c.lagging = ahead < -c.slack || c.lagging && ahead < 0
	switch {
	case ahead < -c.maxGap:
		return -ahead
	case c.lagging:
		return max(-ahead-c.slack, min(-ahead, c.pace))
	case ahead > 1:
		return -min(ahead-1, c.lent)
	}
	return 0
}

// leaps reports whether the times of a live source have jumped ahead while the wall clock has not.
func (c *gridClock) leaps(late int64, at time.Time) bool {
	return c.slack > 0 && c.started && late > c.slack*fine && c.ahead(late, at) > c.slack
}

// land decides where a frame goes after a jump. A recorded output closes the gap. A live one keeps to the wall clock: by
// repeats where the jump was in the timestamps alone, else with the segment that is due now.
func (c *gridClock) land(p *placement) {
	if c.segment == 0 {
		return
	}
	if p.cut = c.due(p.at); p.cut == 0 {
		p.repeats = max(0, c.slotAt(p.at)-c.next)
	}
}

// due returns the first slot of the segment that is due at an instant, 0 when what is missing until then is short enough to
// be filled.
func (c *gridClock) due(at time.Time) int64 {
	slot := c.slotAt(at)
	if first := slot / max(c.segment, 1) * c.segment; slot-c.next > c.maxGap && first > c.next {
		return first
	}
	return 0
}

// slotAt returns the slot of an instant on the wall clock.
func (c *gridClock) slotAt(at time.Time) int64 {
	return media.Nanosecond.Rescale(int64(at.Sub(c.start)), c.fineTick()) >> fineBits
}

// slotOf returns the slot that an instant in parts of a slot is nearest to.
func slotOf(parts int64) int64 { return (parts + fine/2) >> fineBits }

// tolerance returns how early a frame may take the next slot, and how late is so late that slots before it are filled.
// Times from a file are exact, so the nearest slot is right. Arrival times jitter: a frame may be one slot off before
// anything is done, otherwise a steady source on the edge between two slots would be dropped and repeated in turn.
func (c *gridClock) tolerance() (early, late int64) {
	if c.mode == ClockWall {
		return fine, fine * 3 / 2
	}
	return fine / 2, fine / 2
}

// instant returns the frame's instant on the grid, before the corrections of earlier jumps.
func (c *gridClock) instant(f *Frame, at time.Time) (int64, error) {
	if !c.started {
		return c.next * fine, nil
	}
	switch c.mode {
	case ClockPTS:
		if f.PTS <= c.last && !c.restarts(f.PTS) {
			return 0, fmt.Errorf("%w: %d after %d (ticks of %s s)", ErrPTS, f.PTS, c.last, c.base)
		}
		return c.base.Rescale(f.PTS-c.pts0, c.fineTick()), nil
	case ClockWall:
		return media.Nanosecond.Rescale(int64(at.Sub(c.start)), c.fineTick()), nil
	}
	return c.counted * fine, nil
}

// restarts reports whether a PTS that does not increase begins anew. One corrupt PTS far ahead must not refuse what follows.
func (c *gridClock) restarts(pts int64) bool {
	return c.anew || c.base.Rescale(c.last-pts, c.rate.Frame()) > c.maxGap
}

func (c *gridClock) fineTick() Timebase { return Timebase{Num: c.rate.Den, Den: c.rate.Num * fine} }

// commit moves the clock past a frame that was placed.
func (c *gridClock) commit(f *Frame, p placement) {
	if !c.started {
		c.started = true
		if c.start.IsZero() {
			c.start = p.at
		}
		c.pts0 = f.PTS - c.base.Ticks(p.at.Sub(c.start))
		c.counted = c.next
	}
	c.last, c.stands = f.PTS, f.Duration
	c.counted++
	c.offset += p.shift
	c.lent += p.shift
	if p.drop {
		return
	}
	if p.jumped {
		c.offset = c.next - slotOf(p.raw)
		if p.shift == 0 {
			c.lent = 0
		}
	}
	if p.cut > 0 {
		c.offset = c.slotAt(p.at) - slotOf(p.raw)
		c.next = p.cut
	}
	c.anew = false
	c.next += p.repeats + 1
}

// overdue returns how many slots have passed by the wall clock without a frame, keeping one that may still be on its way, and where
// the source has times of its own as many as it may fall behind.
func (c *gridClock) overdue() int64 {
	switch {
	case !c.started:
		return 0
	case c.mode == ClockWall:
		return max(0, c.slotAt(c.now())+c.offset-c.next-1)
	}
	return max(0, c.slotAt(c.now())-c.next-c.slack)
}

// behind returns how far what is shown is behind the wall clock, negative when it is ahead.
func (c *gridClock) behind(at time.Time) time.Duration {
	return at.Sub(c.start) - c.rate.Frame().Duration(c.next)
}

// skip moves the clock over slots that were filled without a frame.
func (c *gridClock) skip(n int64) { c.next += n }

// rest returns how many more slots the last picture is to be seen in where nothing follows it.
func (c *gridClock) rest() int64 {
	if c.mode != ClockPTS || c.segment != 0 || !c.started || c.stands <= 0 {
		return 0
	}
	end := c.base.Rescale(c.last+c.stands-c.pts0, c.fineTick())
	return (end+c.offset*fine+fine/2)/fine - c.next
}
