package main

import (
	"context"
	"time"

	"github.com/framegear/framegear"
)

// pacer holds a source back to real time when the output is live or follows the wall clock.
type pacer struct {
	live    bool
	patient bool // the source waits to be read: what it gives too late did not pile up behind it
	started bool
	first   int64
	start   time.Time
	began   time.Time // as start, and never moved
}

// ready reports whether a source's pictures are there before their time: with the wall clock they would be shown as fast as they are read.
func ready(src source) bool {
	_, drawn := src.(*testSource)
	return drawn || src.Duration() > 0
}

// waits reports whether a source waits to be read: what is drawn or filed, or comes through a pipe. What a network or a device gives piles
// up meanwhile.
func waits(src source) bool {
	_, piped := src.(*rawSource)
	return piped || ready(src)
}

func newPacer(live, patient bool) *pacer { return &pacer{live: live, patient: patient} }

// tooLate is how late pictures may be that the source catches up with. A process that was stopped, or a pipe that gave nothing, for longer
// goes on from there.
const tooLate = time.Second

// offset returns how far a picture is from the first one.
func (p *pacer) offset(tb framegear.Timebase, pts int64) time.Duration {
	if !p.started {
		p.started, p.first, p.start = true, pts, time.Now()
		p.began = p.start
	}
	return tb.Duration(pts - p.first)
}

// elapsed returns how long ago the first picture was.
func (p *pacer) elapsed() time.Duration { return time.Since(p.began) }

// wait returns when the picture is due, or with the context's error.
func (p *pacer) wait(ctx context.Context, at time.Duration) error {
	if !p.live || ctx.Err() != nil {
		return ctx.Err()
	}
	until := time.Until(p.start.Add(at))
	if p.patient && until < -tooLate {
		p.start = p.start.Add(-until)
	}
	due := time.NewTimer(until)
	defer due.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-due.C:
		return nil
	}
}
