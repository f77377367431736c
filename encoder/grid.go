package encoder

import (
	"fmt"
	"time"

	"github.com/framegear/framegear/internal/media"
)

// Grid says at which frames of a constant rate segments begin: every SegmentFrames frames, exactly, for ever. Renditions with rates
// of their own follow the instants of this one grid, so segment k begins at the same tick everywhere.
type Grid struct {
	// Rate of the frames that are counted.
	Rate media.Rate
	// SegmentFrames is the length of a segment, KeyFrames the distance of key frames; the first is a multiple of the second.
	SegmentFrames, KeyFrames int64
	// Timescale is ticks per second.
	Timescale int64
}

// NewGrid returns the grid whose segments are nearest to the wanted duration: a whole number of frames, at least one, and a
// whole number of key frame intervals. A key interval of zero means one key frame per segment.
func NewGrid(rate media.Rate, segment, key time.Duration, timescale int64) (Grid, error) {
	if err := rate.Validate(); err != nil {
		return Grid{}, err
	}
	if segment <= 0 || segment > time.Hour {
		return Grid{}, fmt.Errorf("%w: segment duration %s (want more than 0 and at most an hour)", ErrOptions, segment)
	}
	if key < 0 || key > segment {
		return Grid{}, fmt.Errorf("%w: key frame interval %s (want at most the segment's %s)", ErrOptions, key, segment)
	}
	frames := max(1, media.Nanosecond.Rescale(int64(segment), rate.Frame()))
	g := Grid{Rate: rate, SegmentFrames: frames, KeyFrames: frames, Timescale: timescale}
	if key > 0 {
		g.KeyFrames = min(frames, max(1, media.Nanosecond.Rescale(int64(key), rate.Frame())))
		perSegment := max(1, (frames+g.KeyFrames/2)/g.KeyFrames)
		g.SegmentFrames = perSegment * g.KeyFrames
	}
	return g, nil
}

// Tick returns the instant of a frame.
func (g Grid) Tick(frame int64) int64 {
	return g.Rate.Frame().Rescale(frame, media.Timebase{Num: 1, Den: g.Timescale})
}

// Key reports whether a frame starts a GOP.
func (g Grid) Key(frame int64) bool { return frame%g.KeyFrames == 0 }

// Segment reports whether a frame starts a segment.
func (g Grid) Segment(frame int64) bool { return frame%g.SegmentFrames == 0 }

// SegmentTicks returns the exact length of segment n (from 0) in ticks.
func (g Grid) SegmentTicks(n int64) int64 {
	return g.Tick((n+1)*g.SegmentFrames) - g.Tick(n*g.SegmentFrames)
}

// Duration returns the length of a segment.
func (g Grid) Duration() time.Duration {
	return g.Rate.Frame().Duration(g.SegmentFrames)
}
