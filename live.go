package framegear

import (
	"errors"
	"time"
)

// start is called once, before the first frame goes on its way: media time zero is when that was captured.
func (s *Stream) start(f *Frame, at placement) {
	if s.opt.Live {
		s.pipe.publisher.setStart(captured(f, at.at))
	}
	if s.opt.Live && s.opt.Clock == ClockWall && s.opt.Stall == RepeatLast {
		s.pacing.Add(1)
		go s.pace(max(s.opt.FrameRate.Frame().Duration(1), time.Millisecond), s.catchUp)
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
	s.counters.out.Add(1)
	s.counters.repeated.Add(1)
	s.counters.jumps.Add(1)
	s.pullSound()
	return nil
}
