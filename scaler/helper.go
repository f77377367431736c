package scaler

import (
	"sync/atomic"

	"github.com/framegear/framegear/internal/turn"
)

// worthSplitting is the number of pixels from which on half a picture takes longer than waking somebody up.
const worthSplitting = 500_000

// helper works on the strips of a picture beside the caller's goroutine, while a core has nothing to do. Each takes the next strip that
// nobody has taken, so that a helper who wakes up late keeps nobody waiting.
type helper struct {
	strips int
	work   func(strip int)
	claims atomic.Uint64 // the number of the picture, and below it in 32 bits the strips that were taken
	left   atomic.Int32  // strips of the picture that are not finished

	wake, finished, gone chan struct{}
}

// newHelper returns a helper for pictures of so many strips.
func newHelper(strips int, work func(strip int)) *helper {
	h := &helper{strips: strips, work: work, wake: make(chan struct{}, 1), finished: make(chan struct{}, 1), gone: make(chan struct{})}
	h.claims.Store(uint64(strips))
	go func() {
		defer close(h.gone)
		for range h.wake {
			if h.take() {
				h.finished <- struct{}{}
			}
		}
	}()
	return h
}

// share does all strips of a picture and returns when they are done.
func (h *helper) share() {
	h.left.Store(int32(h.strips))
	h.claims.Store((h.claims.Load()>>32 + 1) << 32)
	select {
	case h.wake <- struct{}{}:
	default: // it has not yet woken up for the picture before
	}
	if !h.take() {
		<-h.finished
	}
}

// take works as long as there are strips to take, and reports whether it finished the last one.
func (h *helper) take() (last bool) {
	for {
		claim := h.claims.Load()
		strip := int(uint32(claim))
		if strip >= h.strips {
			return last
		}
		if h.claims.CompareAndSwap(claim, claim+1) {
			h.work(strip)
			last = h.left.Add(-1) == 0
		}
	}
}

// idle reports whether there is a helper with a core to work on.
func (h *helper) idle() bool { return h != nil && turn.Cores.Idle() }

func (h *helper) close() {
	if h != nil {
		close(h.wake)
		<-h.gone
	}
}
