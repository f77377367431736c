package av

import (
	"errors"
	"sync"
	"time"
)

// ErrStuck is returned when a call did not come back in time. It goes on in the background; nothing can stop it.
var ErrStuck = errors.New("the driver does not answer")

// Worker makes calls that may never return, on a goroutine of its own. One goroutine at a time uses it.
//
// When a call is overdue the worker is given up together with all that the call works on: what Close was to do is done by
// the worker itself, should the call ever come back. Until then it counts as a live "stuck call".
type Worker struct {
	jobs    chan func() error
	results chan error
	last    chan func() // what a worker that was given up does in the end
	done    chan struct{}
	timer   *time.Timer
	closed  bool

	mu          sync.Mutex
	busy, stuck bool
}

// NewWorker starts a worker. Close ends it.
func NewWorker() *Worker {
	w := &Worker{
		jobs: make(chan func() error), results: make(chan error, 1), last: make(chan func(), 1), done: make(chan struct{}),
		timer: time.NewTimer(time.Hour),
	}
	w.timer.Stop()
	go w.run()
	return w
}

func (w *Worker) run() {
	defer close(w.done)
	for f := range w.jobs {
		err := f()
		w.mu.Lock()
		w.busy = false
		stuck := w.stuck
		w.mu.Unlock()
		if stuck {
			last := <-w.last
			last()
			died(KindStuck)
			return
		}
		w.results <- err
	}
}

// Do makes a call and waits for it, at most for the limit: then it returns ErrStuck, as does every later Do.
func (w *Worker) Do(limit time.Duration, f func() error) error {
	switch {
	case w.Stuck():
		return ErrStuck
	case w.closed:
		return ErrClosed
	}
	w.mu.Lock()
	w.busy = true
	w.mu.Unlock()
	w.jobs <- f
	w.timer.Reset(limit)
	defer w.timer.Stop()
	select {
	case err := <-w.results:
		return err
	case <-w.timer.C:
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.busy { // it came back in this very moment
		return <-w.results
	}
	w.stuck = true
	born(KindStuck)
	return ErrStuck
}

// Stuck reports whether a call was given up.
func (w *Worker) Stuck() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stuck
}

// Close ends the worker. last frees what the calls worked on; it is called on the worker and may hang too: Close waits for it
// at most for the limit. While a call that was given up is still out, Close does not wait at all. In both cases it returns ErrStuck.
// Closing twice is harmless.
func (w *Worker) Close(limit time.Duration, last func()) error {
	if w.closed {
		return nil
	}
	if !w.Stuck() {
		err := w.Do(limit, func() error { last(); return nil })
		w.closed = true
		if err != nil {
			w.last <- func() {}
			return err
		}
		close(w.jobs)
		<-w.done
		return nil
	}
	w.closed = true
	w.last <- last
	w.mu.Lock()
	out := w.busy
	w.mu.Unlock()
	if out {
		return ErrStuck
	}
	select {
	case <-w.done:
		return nil
	case <-time.After(limit):
		return ErrStuck
	}
}
