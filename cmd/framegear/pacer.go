package main

import (
	"time"

	"github.com/framegear/framegear"
)

// pacer holds a source back to real time when the output is live.
type pacer struct {
	live    bool
	started bool
	first   int64
	start   time.Time
}

func newPacer(live bool) *pacer { return &pacer{live: live} }

// offset returns how far a picture is from the first one.
func (p *pacer) offset(tb framegear.Timebase, pts int64) time.Duration {
	if !p.started {
		p.started, p.first, p.start = true, pts, time.Now()
	}
	return tb.Duration(pts - p.first)
}

// wait returns when the picture is due, or false when the interrupt came first.
func (p *pacer) wait(at time.Duration, interrupted <-chan struct{}) bool {
	var due <-chan time.Time
	if p.live {
		t := time.NewTimer(time.Until(p.start.Add(at)))
		defer t.Stop()
		due = t.C
	} else {
		now := make(chan time.Time, 1)
		now <- time.Time{}
		due = now
	}
	select {
	case <-interrupted:
		return false
	default:
	}
	select {
	case <-interrupted:
		return false
	case <-due:
		return true
	}
}
