package framegear

import "time"

// WithNow sets the wall clock of a stream to come.
func (o Options) WithNow(now func() time.Time) Options {
	o.now = now
	return o
}

// WithWork makes each segment of a rendition take as long as work does.
func (o Options) WithWork(work func(track string)) Options {
	o.work = work
	return o
}

// GridClock lets tests ask the clock alone.
type GridClock struct{ c *gridClock }

// Placed is what a [GridClock] did with a frame.
type Placed struct {
	Slot, Repeats int64
	Drop, Jumped  bool
	Cut           bool // after a discontinuity
}

func NewGridClock(o Options) *GridClock {
	o = o.withDefaults()
	return &GridClock{newGridClock(&o)}
}

// Take places a frame as WriteFrame would and returns what became of it.
func (g *GridClock) Take(f *Frame) (Placed, error) {
	p, err := g.c.place(f, g.c.now())
	if err != nil {
		return Placed{}, err
	}
	done := Placed{Repeats: p.repeats, Drop: p.drop, Jumped: p.jumped, Cut: p.cut > 0}
	g.c.skip(p.repeats)
	p.repeats = 0
	g.c.commit(f, p)
	done.Slot = g.c.next - 1
	return done, nil
}

// Discontinue says that the next PTS begin anew.
func (g *GridClock) Discontinue() { g.c.discontinue() }

// Overdue returns how many slots a stalled source owes.
func (g *GridClock) Overdue() int64 { return g.c.overdue() }

// Skip fills slots without a frame.
func (g *GridClock) Skip(n int64) { g.c.skip(n) }

// Histogram is the histogram of times.
type Histogram = histogram

func AddTime(h *Histogram, d time.Duration)  { h.add(d) }
func HistogramStats(h *Histogram) StageStats { return h.stats(StageTotal, "") }
