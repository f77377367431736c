package framegear

import "time"

// overload notices that a live output drops frames for long. It is used under the stream's lock.
type overload struct {
	since           time.Time
	frames, dropped int64
	periods         int // one after the other that were bad
}

const (
	overloadPeriod = 10 * time.Second
	overloadShare  = 20 // one frame of so many may be dropped
	patience       = 2  // bad periods before a rendition is given up
)

// note counts a frame, and at the end of a period returns what it was like when that was too much.
func (o *overload) note(now time.Time, dropped bool) (OverloadInfo, bool) {
	if o.since.IsZero() {
		o.since = now
	}
	o.frames++
	if dropped {
		o.dropped++
	}
	period := now.Sub(o.since)
	if period < overloadPeriod {
		return OverloadInfo{}, false
	}
	info := OverloadInfo{Dropped: o.dropped, Frames: o.frames, Period: period}
	*o = overload{since: now, periods: o.periods + 1}
	bad := info.Dropped*overloadShare > info.Frames
	if !bad {
		o.periods = 0
	}
	return info, bad
}

// load looks after the load with each frame that came.
func (s *Stream) load(now time.Time, dropped bool) {
	info, tooMuch := s.overload.note(now, dropped)
	if !tooMuch {
		return
	}
	for _, st := range s.pipe.stages() {
		if st.Stage == StageEncode && st.P50 >= info.Encode {
			info.Slowest, info.Encode = st.Rendition, st.P50
		}
	}
	s.opt.Logger.Warn("the machine is too slow for the ladder", "dropped", info.Dropped, "of", info.Frames, "in", info.Period.Round(time.Second),
		"slowest", info.Slowest, "encode", info.Encode)
	if s.opt.Events.Overloaded != nil {
		s.opt.Events.Overloaded(info)
	}
	if s.opt.Overload == GiveUpTop && s.overload.periods >= patience {
		s.overload.periods = 0
		s.giveUp()
	}
}
