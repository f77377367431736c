package framegear

import (
	"errors"
	"io"
	"time"
)

const (
	// standingStep is how often a picture that stands is given again: well within the gap that is taken for a jump of
	// a clock.
	standingStep = 5 * time.Second
	// maxUneven is how much longer than the pictures sound may be without being worth one more.
	maxUneven = 100 * time.Millisecond
)

// standing is a picture that is there until the next one comes. Recorded timestamps are true: where they have a hole
// the picture stands.
type standing struct {
	last    Frame // given last
	given   bool
	next    Frame // decoded, and due after last
	pending bool
	over    bool  // there is none after last
	until   int64 // the time of the last picture that is given
}

// next fills f with the picture that is due.
func (in *Input) next(f *Frame) error {
	st := &in.stand
	if !st.pending && !st.over {
		switch err := in.decode(&st.next); {
		case errors.Is(err, io.EOF):
			st.over, st.until = true, in.lastTime()
		case err != nil:
			return err
		default:
			st.pending = true
			if !st.given {
				st.next.PTS = in.firstTime(st.next.PTS)
			}
		}
	}
	step := in.stream.Timebase.Ticks(standingStep)
	switch {
	case st.pending && (!st.given || in.in.Live() || st.next.PTS-st.last.PTS <= step):
		st.last, st.given, st.pending = st.next, true, false
	case st.pending:
		st.again(st.last.PTS + step)
	case st.given && st.until > st.last.PTS:
		st.again(min(st.last.PTS+step, st.until))
	default:
		return io.EOF
	}
	*f = st.last
	return nil
}

// again gives the last picture at a later time.
func (st *standing) again(at int64) { st.last.PTS, st.last.Duration = at, 0 }

// firstTime returns when the first picture begins to stand: with the sound that comes before it. It does so for whole
// pictures, so that those after it keep their places on a grid that begins there.
func (in *Input) firstTime(pts int64) int64 {
	earliest, frame := pts, in.frame()
	for _, t := range in.sounds {
		if from, _, any := t.Span(); any && !in.cut && !in.in.Live() {
			earliest = min(earliest, in.stream.Timebase.Ticks(from))
		}
	}
	if pts-earliest <= frame/2 {
		return pts
	}
	return pts - (pts-earliest+frame-1)/frame*frame
}

// lastTime returns the time at which the last picture is given for the last time, so that it lasts as long as the
// sound.
func (in *Input) lastTime() int64 {
	last, frame := in.stand.last.PTS, in.frame()
	least := last + max(frame, in.stand.last.Duration) + max(frame, in.stream.Timebase.Ticks(maxUneven))
	for _, t := range in.sounds {
		if _, to, any := t.Span(); any && !in.cut && !in.in.Live() {
			if end := in.stream.Timebase.Ticks(to); end >= least {
				last = max(last, end-frame)
			}
		}
	}
	return last
}
