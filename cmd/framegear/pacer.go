package main

import (
	"context"
	"time"

	"github.com/framegear/framegear"
)

// pacer holds a source back to real time when the output is live or follows the wall clock.
type pacer struct {
	live    bool
	started bool
	first   int64
	start   time.Time
}

// ready reports whether a source's pictures are there before their time: with the wall clock they would be shown as fast as they are read.
func ready(src source) bool {
	_, drawn := src.(*testSource)
	return drawn || src.Duration() > 0
}

func newPacer(live bool) *pacer { return &pacer{live: live} }

// offset returns how far a picture is from the first one.
func (p *pacer) offset(tb framegear.Timebase, pts int64) time.Duration {
	if !p.started {
		p.started, p.first, p.start = true, pts, time.Now()
	}
	return tb.Duration(pts - p.first)
}

// wait returns when the picture is due, or with the context's error.
func (p *pacer) wait(ctx context.Context, at time.Duration) error {
	if !p.live || ctx.Err() != nil {
		return ctx.Err()
	}
	due := time.NewTimer(time.Until(p.start.Add(at)))
	defer due.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-due.C:
		return nil
	}
}
