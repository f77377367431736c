package validate

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
)

// inherit takes what a lower level of the MPD says over what a higher one does.
func inherit[T any](out **T, own *T) {
	if own != nil {
		*out = own
	}
}

// grid turns a SegmentTemplate into segments: the newest ones, keep of them at most.
type grid struct {
	tb     media.Timebase
	number int64 // of the first segment
	offset int64 // presentationTimeOffset
	keep   int64
}

// run is an S element as it is meant: count segments of the same length.
type run struct{ at, length, count int64 }

// timeline reads a SegmentTimeline (ISO/IEC 23009-1 section 5.3.9.6). It returns the segments to look at and how many
// there are.
func (g grid) timeline(line *mpd.SegmentTimelineType, end int64) (out []segment, total int64, err error) {
	runs, total, err := g.runs(line, end)
	skip := max(total-g.keep, 0)
	number := g.number
	for _, r := range runs {
		leave := min(skip, r.count)
		skip -= leave
		for k := leave; k < r.count; k++ {
			at := r.at + k*r.length
			out = append(out, segment{
				number: number + k, start: at, hasStart: true, duration: g.tb.Duration(at+r.length) - g.tb.Duration(at),
			})
		}
		number += r.count
	}
	return out, total, err
}

// runs works out where every S element starts and how often it repeats. An end of zero is not known.
func (g grid) runs(line *mpd.SegmentTimelineType, end int64) (out []run, total int64, err error) {
	at := int64(0)
	for i, s := range line.S {
		if s.T != nil {
			at = int64(min(*s.T, math.MaxInt64/4))
		}
		if s.D == 0 || s.D > math.MaxInt64/4 {
			return out, total, fmt.Errorf("element S %d has the duration %d", i+1, s.D)
		}
		r := run{at: at, length: int64(s.D), count: int64(s.R) + 1}
		if s.R < 0 {
			until := end
			if i+1 < len(line.S) && line.S[i+1].T != nil {
				until = int64(min(*line.S[i+1].T, math.MaxInt64/4))
			} else if end == 0 {
				return out, total, errors.New("the last S element repeats without end in a period without end")
			}
			r.count = max((until-at+r.length-1)/r.length, 0)
		}
		if r.count > (math.MaxInt64/4-at)/r.length+1 {
			return out, total, fmt.Errorf("element S %d goes on beyond any clock", i+1)
		}
		out = append(out, r)
		at += r.count * r.length
		total += r.count
	}
	return out, total, nil
}

// span is a stretch of time from the start of a period.
type span struct {
	from, to time.Duration
	endless  bool // from is the beginning of the period, however long ago
}

// end is where a timeline of a period ends, in ticks: that of the period or, when it goes on, now. Zero is not known.
func (g grid) end(length time.Duration, live *span) int64 {
	if length == 0 && live != nil {
		length = live.to
	}
	if length == 0 {
		return 0
	}
	return g.offset + g.tb.Ticks(length)
}

// equal lists the segments of equal nominal length that are there: all of the period's, or the complete ones in the
// window of a live presentation. It returns those to look at and how many there are.
func (g grid) equal(step int64, length time.Duration, live *span) (out []segment, total int64) {
	first, last := int64(0), int64(0) // last is the first one that is not there
	if length > 0 {
		last = (g.tb.Ticks(length) + step - 1) / step
	}
	if live != nil {
		now := g.tb.Ticks(live.to)
		if g.tb.Duration(now) > live.to { // rounded up
			now--
		}
		ended := now / step
		if length > 0 {
			ended = min(last, ended)
		}
		first, last = max((g.tb.Ticks(live.from)+step-1)/step, 0), ended
	}
	total = max(last-first, 0)
	for k := max(first, last-g.keep); k < last; k++ {
		out = append(out, segment{
			number: g.number + k, start: g.offset + k*step, hasStart: true, nominal: true, duration: g.tb.Duration(step),
		})
	}
	return out, total
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
	s := &span{to: max(now, 0), endless: m.TimeShiftBufferDepth == nil}
	if !s.endless {
		s.from = max(now-time.Duration(*m.TimeShiftBufferDepth), 0)
	}
	return s
}
