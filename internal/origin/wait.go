package origin

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/manifest"
)

// gate bounds how many requests are held at a time.
type gate struct {
	limit int64
	held  atomic.Int64
}

// enter reports whether one more request may be held. The caller leaves after a true.
func (g *gate) enter() bool {
	if g.held.Add(1) > g.limit {
		g.held.Add(-1)
		return false
	}
	return true
}

func (g *gate) leave() { g.held.Add(-1) }

// await asks about each state in turn until the answer is something else than errPending, and returns that state and
// answer. It gives up when the client goes away, when the origin is closed, when too many wait already, and after three
// target durations (8216bis section 6.2.5.2).
func (o *Origin) await(ctx context.Context, ask func(*manifest.Presentation) error) (*manifest.Presentation, error) {
	p, newer := o.opt.Source.Snapshot()
	err := ask(p)
	if !errors.Is(err, errPending) {
		return p, err
	}
	if !o.gate.enter() {
		o.counts.refused.Add(1)
		return nil, errBusy
	}
	defer o.gate.leave()
	timeout := time.NewTimer(o.patience(p))
	defer timeout.Stop()
	for errors.Is(err, errPending) {
		select {
		case <-newer:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-o.life.Done():
			return nil, errClosing
		case <-timeout.C:
			return nil, errTooLong
		}
		p, newer = o.opt.Source.Snapshot()
		err = ask(p)
	}
	return p, err
}

// patience is how long a request is held at most.
func (o *Origin) patience(p *manifest.Presentation) time.Duration {
	if p == nil {
		return o.opt.Limits.StartTimeout
	}
	return 3 * targetDuration(p.SegmentDuration)
}
