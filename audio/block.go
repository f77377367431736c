package audio

import (
	"context"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// block is a piece of a source on its way to the track: samples, a packet to copy, or the end.
type block struct {
	samples *av.Samples
	packet  *av.Packet
	// at is the instant of its first sample on the source's timeline, in samples of the track's rate; known says that there is one.
	at    int64
	known bool
	// again is set on the first block after a reconnection: what it says of time has nothing to do with what came before.
	again bool
	// end is set when nothing follows; err says why, nil for a plain end.
	end bool
	err error
}

// feed is where blocks come from. A block goes back with recycle once it is used.
type feed interface {
	// next returns the next block. Without wait it returns false when there is none at present.
	next(ctx context.Context, wait bool) (block, bool, error)
	recycle(block)
	close()
}

// ticks converts a length of time to samples.
func ticks(d time.Duration, rate int) int64 {
	return media.Nanosecond.Rescale(int64(d), media.Timebase{Num: 1, Den: int64(rate)})
}

// counter counts the samples of a source exactly, whatever its rate, in samples of the track's rate.
type counter struct {
	base int64 // of the samples at earlier rates
	n    int64 // samples at the present rate
	from int64 // the present rate
}

// at returns the instant of the next sample at a rate of the track.
func (c *counter) at(rate int) int64 {
	if c.from == 0 {
		return c.base
	}
	return c.base + media.MulDiv(c.n, int64(rate), c.from, 1, 1)
}

// add counts n samples at a rate of the source.
func (c *counter) add(n, from int64, rate int) {
	if from != c.from {
		c.base, c.n, c.from = c.at(rate), 0, from
	}
	c.n += n
}

// set makes at the instant of the next sample.
func (c *counter) set(at int64) { *c = counter{base: at} }
