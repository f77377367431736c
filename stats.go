package framegear

import (
	"maps"
	"time"

	"github.com/framegear/framegear/internal/av"
)

// Stats is a snapshot of what a stream has done.
type Stats struct {
	// FramesIn counts the frames given to WriteFrame that were accepted.
	FramesIn int64
	// FramesOut counts the instants of the output's grid that were encoded, repeats included.
	FramesOut int64
	// Repeated counts instants that were filled with the picture before.
	Repeated int64
	// Same counts accepted frames that were exactly like the one before: next to nothing is done for those.
	Same int64
	// Dropped counts accepted frames that no instant was left for, and frames that a full queue refused.
	Dropped int64
	// Jumps counts gaps longer than Options.MaxGap, timestamps that began anew, and in live outputs those that jumped ahead of the wall clock.
	Jumps int64
	// CaughtUp counts how often the times of a live source had fallen behind the wall clock and were put right.
	CaughtUp int64
	// Behind is how far a live output's newest picture is behind the wall clock at this moment, negative when it is ahead. It does not
	// grow where real time is kept.
	Behind time.Duration
	// Duration is the length of the output so far.
	Duration time.Duration
	// Queued is how many frame sets are inside the pipeline.
	Queued int
	// Replaced counts renditions that go on in software because their device failed.
	Replaced int64
	// GivenUp counts renditions that were given up because the machine was too slow (Options.Overload).
	GivenUp int64
	// Segments and Bytes count what was published.
	Segments, Bytes int64
	// Gaps counts the segments of each track that the output's place never got (Options.Backlog). Waiting and WaitingBytes are the objects
	// on their way there, and Outage says why it cannot be written to at the moment, nil when it can.
	Gaps         int64
	Waiting      int
	WaitingBytes int64
	Outage       error
	// Stages are the times of the stages, none before the first frame.
	Stages []StageStats
	// Audio is what the sound tracks have done, in the order of Options.Audio without those that were left out. Empty before the first frame.
	Audio []AudioStats
	// Live counts the C objects that exist in the whole process, by kind.
	Live map[string]int64
}

// Stats returns a snapshot. It may be called from any goroutine, at any time.
func (s *Stream) Stats() Stats {
	st := Stats{
		FramesIn: s.counters.in.Load(), FramesOut: s.counters.out.Load(), Repeated: s.counters.repeated.Load(),
		Same:    s.counters.same.Load(),
		Dropped: s.counters.dropped.Load(), Jumps: s.counters.jumps.Load(), CaughtUp: s.counters.caughtUp.Load(),
		Replaced: s.counters.replaced.Load(), GivenUp: s.counters.givenUp.Load(), Segments: s.counters.segments.Load(), Bytes: s.counters.bytes.Load(), Live: maps.Clone(av.Live()),
	}
	st.Gaps, st.Outage = s.outlet.gaps.Load(), s.outage()
	if s.outlet.spool != nil {
		st.Waiting, st.WaitingBytes = s.outlet.spool.Waiting()
	}
	if p := s.origin.pipeline(); p != nil {
		st.Queued, st.Stages = len(p.room), p.stages()
		for _, t := range p.sound {
			t.mu.Lock()
			st.Audio = append(st.Audio, t.stats)
			t.mu.Unlock()
		}
	}
	if s.opt.Live && !s.opt.AudioOnly {
		st.Behind = s.timing.behind(&s.opt)
	}
	st.Duration = s.opt.FrameRate.Frame().Duration(st.FramesOut)
	if copied := s.counters.copied.Load(); copied > 0 { // packets keep their own times
		st.Duration = time.Duration(copied)
	}
	if s.opt.AudioOnly {
		for _, a := range st.Audio {
			st.Duration = max(st.Duration, Timebase{Num: 1, Den: int64(max(1, a.Rate))}.Duration(a.Encoded))
		}
	}
	return st
}
