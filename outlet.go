package framegear

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/internal/delivery"
	"github.com/framegear/framegear/muxer/sink"
)

// OutagePolicy says what becomes of a stream whose output cannot be written to: a full disk, a server that is away.
type OutagePolicy uint8

// The policies.
const (
	// OutliveOutage tries again. A live output goes on for as long as it takes: what is finished waits, within Options.Backlog and
	// BacklogBytes, what waited for too long is a gap in the manifests, and all goes on once the output can be written again. A
	// recording tries for Backlog, and then ends with the error.
	OutliveOutage OutagePolicy = iota
	// EndAtOutage ends the stream with the first error.
	EndAtOutage
)

// OutageInfo is an outage of an output that is over.
type OutageInfo struct {
	// Lasted is how long the output could not be written to.
	Lasted time.Duration
	// Gaps is how many segments of each track were given up meanwhile.
	Gaps int64
}

const (
	defaultBacklog      = 30 * time.Second
	defaultBacklogBytes = 256 << 20
	// longInMemory is the longest segment of a recording that waits in memory as a whole.
	longInMemory = 15 * time.Second
	// lastPatience is how long the end of a live output waits for a place that is away.
	lastPatience = 1500 * time.Millisecond
)

// outlet is the way to an output's place, which may be slow or away.
type outlet struct {
	place     *delivery.Place // nil for memory of our own, which never is
	spool     *delivery.Spool // of a live output, nil otherwise
	publisher atomic.Pointer[publisher]
	gaps      atomic.Int64 // in all
	before    int64        // of gaps, when the present outage began
}

// openOutlet puts the outlet between the muxers and the place.
func (s *Stream) openOutlet() {
	p := &s.place
	memory, own := p.store.(*sink.Memory)
	if own {
		if s.opt.LowLatency {
			p.parts = memory
		}
		return
	}
	o := delivery.PlaceOptions{Down: s.outputDown, Up: s.outputUp}
	switch {
	case s.opt.Outage == EndAtOutage:
		o.Patience = -1
	case s.opt.Live:
		o.Emptied = s.outputEmptied
	default:
		o.Patience = s.opt.Backlog
	}
	s.outlet.place = delivery.NewPlace(p.store, o)
	if !s.opt.Live && (s.opt.Outage == EndAtOutage || s.opt.SegmentDuration > longInMemory) {
		p.sink = s.outlet.place.Patient()
		return
	}
	spool := delivery.SpoolOptions{Keep: isInit, Settled: func(name string, err error) { s.outlet.publisher.Load().settled(name, err) }}
	if s.opt.Live {
		spool.MaxAge = s.opt.Backlog
	}
	spool.MaxBytes = s.opt.BacklogBytes
	if s.opt.WhenFull == BlockWhenFull {
		spool.WaitBytes = max(1, s.opt.BacklogBytes/4)
	}
	if s.opt.LowLatency {
		spool.Memory = sink.NewMemory()
		p.parts = spool.Memory
	}
	s.outlet.spool = delivery.NewSpool(s.outlet.place, spool)
	p.sink = s.outlet.spool
}

// isInit reports whether all segments of a track need an object.
func isInit(name string) bool { return strings.HasSuffix(name, "/init.mp4") }

// outputDown says that an outage has begun.
func (s *Stream) outputDown(err error) {
	s.outlet.before = s.outlet.gaps.Load()
	what := "what waits is kept for " + s.opt.Backlog.String()
	s.opt.Logger.Warn("the output cannot be written, trying again: "+what, "err", err)
	if s.opt.Events.OutputLost != nil {
		s.opt.Events.OutputLost(err)
	}
}

// outputUp says that it is over.
func (s *Stream) outputUp(lasted time.Duration) {
	info := OutageInfo{Lasted: lasted, Gaps: s.outlet.gaps.Load() - s.outlet.before}
	s.opt.Logger.Warn("the output is written again", "after", lasted.Round(time.Millisecond), "segments_lost", info.Gaps)
	if s.opt.Events.OutputBack != nil {
		s.opt.Events.OutputBack(info)
	}
}

// outputEmptied lists nothing that was in the place any more, and brings there again what all segments need.
func (s *Stream) outputEmptied() {
	s.warn("the output's folder was removed and is made anew: what was in it is a gap")
	if pub := s.outlet.publisher.Load(); pub != nil {
		pub.emptied()
	}
	s.outlet.spool.Again()
}

// drain waits until everything has come to the place or is given up.
func (s *Stream) drain(ctx context.Context) error {
	if s.outlet.spool == nil {
		return nil
	}
	if s.opt.Live {
		s.outlet.place.Hurry(lastPatience)
	}
	return s.outlet.spool.Drain(ctx)
}

// outage returns why the output cannot be written at the moment, nil when it can.
func (s *Stream) outage() error {
	if s.outlet.place == nil {
		return nil
	}
	return s.outlet.place.Outage()
}

// closeOutlet ends what is still on its way.
func (s *Stream) closeOutlet() {
	if s.outlet.spool != nil {
		_ = s.outlet.spool.Close()
	}
}

// lost wraps why the end of a live output could not be written.
func lost(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrOutputLost, err)
}
