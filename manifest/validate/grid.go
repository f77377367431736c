package validate

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
)

// maxListed bounds how many segments an MPD can make us remember: two weeks of one second.
const maxListed = 1_209_600

// inherit takes what a lower level of the MPD says over what a higher one does.
func inherit[T any](out **T, own *T) {
	if own != nil {
		*out = own
	}
}

// grid turns a SegmentTemplate into segments.
type grid struct {
	tb     media.Timebase
	number int64 // of the first segment
	offset int64 // presentationTimeOffset
}

// timeline reads a SegmentTimeline (ISO/IEC 23009-1 section 5.3.9.6).
func (g grid) timeline(line *mpd.SegmentTimelineType, length time.Duration) ([]segment, error) {
	var out []segment
	at := int64(0)
	for i, s := range line.S {
		if s.T != nil {
			at = int64(min(*s.T, math.MaxInt64/2))
		}
		if s.D == 0 || s.D > math.MaxInt64/4 {
			return out, fmt.Errorf("element S %d has the duration %d", i+1, s.D)
		}
		count := int64(s.R) + 1
		if s.R < 0 {
			end := g.offset + g.tb.Ticks(length)
			if i+1 < len(line.S) && line.S[i+1].T != nil {
				end = int64(min(*line.S[i+1].T, math.MaxInt64/2))
			} else if length == 0 {
				return out, errors.New("the last S element repeats without end in a period without end")
			}
			count = (end - at + int64(s.D) - 1) / int64(s.D)
		}
		if count > maxListed-int64(len(out)) {
			return out, fmt.Errorf("more than %d segments", maxListed)
		}
		for range count {
			out = append(out, segment{
				number: g.number + int64(len(out)), start: at, hasStart: true,
				duration: g.tb.Duration(at+int64(s.D)) - g.tb.Duration(at),
			})
			at += int64(s.D)
		}
	}
	return out, nil
}

// span is a stretch of time from the start of a period.
type span struct{ from, to time.Duration }

// equal lists the segments of equal nominal length that are there: all of the period's, or the complete ones in the window
// of a live presentation.
func (g grid) equal(step int64, length time.Duration, live *span) []segment {
	first, count := int64(0), int64(0)
	if length > 0 {
		count = (g.tb.Ticks(length) + step - 1) / step
	}
	if live != nil {
		last := g.tb.Ticks(live.to) / step // segments that have ended by then
		if length > 0 {
			last = min(last, count)
		}
		first = max((g.tb.Ticks(live.from)+step-1)/step, 0)
		count = last - first
	}
	var out []segment
	for i := range min(count, maxListed) {
		at := g.offset + (first+i)*step
		out = append(out, segment{
			number: g.number + first + i, start: at, hasStart: true, nominal: true, duration: g.tb.Duration(step),
		})
	}
	return out
}

// available is the part of a live period whose segments can be had now, nil for a static presentation.
func (c *checker) available(m *mpd.MPD, p *period) *span {
	if m.GetType() != mpd.DYNAMIC_TYPE {
		return nil
	}
	start, err := parseDate(string(m.AvailabilityStartTime))
	if err != nil {
		return &span{}
	}
	now := c.opt.Now().Sub(start) - p.start
	s := &span{to: max(now, 0)}
	if m.TimeShiftBufferDepth != nil {
		s.from = max(now-time.Duration(*m.TimeShiftBufferDepth), 0)
	}
	return s
}
