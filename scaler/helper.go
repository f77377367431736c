package scaler

import (
	"github.com/framegear/framegear/internal/rgb"
	"github.com/framegear/framegear/internal/turn"
)

// worthSplitting is the number of pixels from which on half a picture takes longer than waking somebody up.
const worthSplitting = 1_500_000

// helper converts the lower half of pictures beside the caller's goroutine, while a core has nothing else to do.
type helper struct {
	job         rgb.Job
	start, done chan struct{}
}

func newHelper() *helper {
	h := &helper{start: make(chan struct{}), done: make(chan struct{})}
	go func() {
		for range h.start {
			rgb.ConvertRows(&h.job, h.half(), h.job.Height)
			h.done <- struct{}{}
		}
		close(h.done)
	}()
	return h
}

func (h *helper) half() int { return h.job.Height / 4 * 2 }

// convert does a job, alone where all cores are busy.
func (h *helper) convert(j *rgb.Job) {
	if h == nil || !turn.Cores.Idle() {
		rgb.Convert(j)
		return
	}
	h.job = *j
	h.start <- struct{}{}
	rgb.ConvertRows(j, 0, h.half())
	<-h.done
	h.job.Src = nil // the caller's again
}

func (h *helper) close() {
	if h != nil {
		close(h.start)
		<-h.done
	}
}
