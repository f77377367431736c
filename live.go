package framegear

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// start is called once, before the first frame goes on its way: media time zero is when that was captured.
func (s *Stream) start(f *Frame, at placement) {
	if s.opt.Live {
		s.pipe.publisher.setStart(captured(f, at.at))
	}
	if s.opt.Live && (s.opt.Clock == ClockWall || s.clock.slack > 0) && s.opt.Stall == RepeatLast {
		s.pacing.Add(1)
		go s.pace(max(s.opt.FrameRate.Frame().Duration(1), time.Millisecond), s.catchUp)
	}
}

// timing notes how an output that was begun at an instant goes with the wall clock. It is for any goroutine.
type timing struct {
	start  atomic.Pointer[time.Time] // of media time zero, nil before the first frame
	next   atomic.Int64              // slot after the last one that was sent
	warned bool                      // under the stream's lock
}

// behind returns how far the output is behind the wall clock, negative when it is ahead.
func (t *timing) behind(o *Options) time.Duration {
	start := t.start.Load()
	if start == nil {
		return 0
	}
	return o.now().Sub(*start) - o.FrameRate.Frame().Duration(t.next.Load())
}

// keepTime is called after each frame of a live output: it says once that the source does not keep pace.
func (s *Stream) keepTime(at placement) {
	s.timing.next.Store(s.clock.next)
	if s.timing.start.Load() == nil {
		start := s.clock.start
		s.timing.start.Store(&start)
	}
	if at.shift > 0 {
		s.counters.caughtUp.Add(1)
	}
	held := at.shift > 0
	behind := s.clock.behind(at.at)
	if s.timing.warned || s.opt.Clock == ClockWall || !held && (s.clock.slack > 0 || behind < maxSlack) {
		return
	}
	s.timing.warned = true
	text := "the source's times fall behind the wall clock: the picture before is shown on until they are right again (ClockWall shows each one as it comes)"
	if !held {
		text = fmt.Sprintf("the output is %s behind the wall clock and players will wait for it (ClockWall, or DropWhenFull, keeps real time)", behind.Round(time.Millisecond))
	}
	s.warn(text)
}

// Discontinuity says that the PTS of the next frame do not continue those before: a source was opened again, or another one follows. A
// recording goes on where it is, a live output where the wall clock is; neither fills what lies between the numbers. Sound pushed with
// PTS of its own goes on after that frame. With the other clocks there is nothing to say. A PTS that goes back by more than
// Options.MaxGap says the same.
func (s *Stream) Discontinuity() {
	s.mu.Lock()
	s.clock.discontinue()
	s.mu.Unlock()
	s.soundMu.Lock()
	defer s.soundMu.Unlock()
	for i := range s.sound.last {
		s.sound.last[i] = math.MinInt64
	}
}

// captured returns the instant of a frame on the wall clock.
func captured(f *Frame, arrived time.Time) time.Time {
	if f.Captured.IsZero() {
		return arrived
	}
	return f.Captured
}

// pace keeps a live output going while its source stalls: step is called again and again, until it says that the stream has ended.
func (s *Stream) pace(every time.Duration, step func() bool) {
	defer s.pacing.Done()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-tick.C:
			if !step() {
				return
			}
		}
	}
}

// catchUp fills overdue slots with the last picture and reports whether the stream goes on.
func (s *Stream) catchUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	n := s.clock.overdue()
	now := s.opt.now()
	var err error
	if cut := s.clock.due(now); cut > 0 { // the machine slept, or is too slow even for repeats
		err = s.skipTo(cut, now)
	} else {
		err = s.fill(n)
	}
	return err == nil || errors.Is(err, ErrDropped)
}

// skipTo goes on with the last picture at a later slot, after a discontinuity.
func (s *Stream) skipTo(slot int64, now time.Time) error {
	if err := s.pipe.admit(); err != nil {
		return err
	}
	s.pipe.send(s.last, slot, now, true)
	s.clock.next = slot + 1
	s.timing.next.Store(s.clock.next)
	s.counters.out.Add(1)
	s.counters.repeated.Add(1)
	s.counters.jumps.Add(1)
	s.pullSound()
	return nil
}
