package framegear

import (
	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
)

// rungClock gives the instants of one rendition. At the stream's own rate they are the grid's. At another rate they count from
// each key frame of the grid on, so that every rendition has its key frames at the same ticks whatever its rate; the last
// frame before a key frame lasts as long as is left.
type rungClock struct {
	grid encoder.Grid
	same bool
	rate Rate
	gop  int64 // the last one that a key frame was made for, -1 at first
}

func newRungClock(grid encoder.Grid, rate Rate) rungClock {
	return rungClock{grid: grid, same: rate.Cmp(grid.Rate) == 0, rate: rate, gop: -1}
}

// frames calls emit for each frame that the rendition shows first during a slot of the grid: none, one or several. The
// first frame of each GOP is a key frame.
func (c *rungClock) frames(slot int64, emit func(pts, duration int64, key bool) error) error {
	begin, end := c.grid.Tick(slot), c.grid.Tick(slot+1)
	gop := slot / c.grid.KeyFrames
	if c.same {
		return emit(begin, end-begin, c.key(gop))
	}
	ticks := media.Timebase{Num: 1, Den: c.grid.Timescale}
	first, last := c.grid.Tick(gop*c.grid.KeyFrames), c.grid.Tick((gop+1)*c.grid.KeyFrames)
	count := c.count(last - first)
	at := func(n int64) int64 {
		if n >= count {
			return last
		}
		return first + c.rate.Frame().Rescale(n, ticks)
	}
	for n := c.firstAfter(begin-first, ticks); n < count && at(n) < end; n++ {
		if err := emit(at(n), at(n+1)-at(n), c.key(gop)); err != nil {
			return err
		}
	}
	return nil
}

func (c *rungClock) key(gop int64) bool {
	if gop == c.gop {
		return false
	}
	c.gop = gop
	return true
}

// uniform reports whether all frames last equally long. Where they do not, decoding times of reordered pictures would not meet
// at the segment boundaries, so such a rendition has no B-frames.
func (c *rungClock) uniform() bool {
	if c.same {
		return true
	}
	gop := c.grid.Tick(c.grid.KeyFrames)
	return gop%c.count(gop) == 0 && c.rate.Num > 0 && gop/c.count(gop)*c.rate.Num == c.rate.Den*c.grid.Timescale
}

// count returns how many frames fit between two key frames; the last one is at least half and at most one and a half periods long.
func (c *rungClock) count(length int64) int64 {
	return max(1, media.MulDiv(length, c.rate.Num, c.rate.Den*c.grid.Timescale, 1, 1))
}

// firstAfter returns the first frame at or after an offset from the key frame.
func (c *rungClock) firstAfter(offset int64, ticks media.Timebase) int64 {
	n := max(0, media.MulDiv(offset, c.rate.Num, c.rate.Den*c.grid.Timescale, 1, 1)-1)
	for c.rate.Frame().Rescale(n, ticks) < offset {
		n++
	}
	return n
}
