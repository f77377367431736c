package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/framegear/framegear/muxer/sink"
)

const (
	firstWait = 250 * time.Millisecond
	lastWait  = 2 * time.Second // a place is found to be back within this
)

// ErrGivenUp is wrapped by errors about objects that will not be tried any more.
var ErrGivenUp = errors.New("given up")

// PlaceOptions say how much is borne. The zero value bears everything for ever.
type PlaceOptions struct {
	// Patience is how long an outage may last until its error is returned. Zero: for ever. Negative: not at all.
	Patience time.Duration
	// Down is called when an attempt to go on after a failure has failed as well, Up when such an outage is over. They are
	// called one at a time and must not block. Each may be nil.
	Down func(error)
	Up   func(lasted time.Duration)
	// Emptied is called when the place was lost with all that it held and is there again ([sink.ErrEmptied]). Nil makes that the end.
	Emptied func()
}

// Place is a sink and its health. Its methods may be called by several goroutines.
type Place struct {
	sink sink.Sink
	opt  PlaceOptions

	mu       sync.Mutex
	worked   bool // it has taken an object
	failures int  // in a row
	since    time.Time
	err      error
	next     time.Time // of the next attempt
	trying   bool      // somebody makes it
	deadline time.Time // of all outages, zero for none
	changed  chan struct{}
	telling  sync.Mutex
}

// NewPlace returns the place of a sink, which is borrowed for its lifetime.
func NewPlace(s sink.Sink, o PlaceOptions) *Place {
	return &Place{sink: s, opt: o, changed: make(chan struct{})}
}

// Outage returns the error of an outage that was told, nil while there is none.
func (p *Place) Outage() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures < 2 {
		return nil
	}
	return p.err
}

// last returns the error of the last attempt that failed, nil since one succeeded.
func (p *Place) last() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Hurry bears outages for so long from now on, the present one and later ones: the output is at its end.
func (p *Place) Hurry(rest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deadline = time.Now().Add(rest)
	p.wake()
}

// Do calls attempt until it succeeds, cannot succeed, or is not worth it any more: the context ends (the error wraps its cause) or the
// place was away for too long (then [ErrGivenUp] is wrapped where there is a deadline). While the place is in trouble one
// caller at a time tries it.
func (p *Place) Do(ctx context.Context, attempt func() error) error {
	for {
		alone, err := p.enter(ctx)
		if err != nil {
			return err
		}
		err = attempt()
		if errors.Is(err, sink.ErrEmptied) {
			if p.opt.Emptied == nil {
				err = final{err}
			} else {
				p.opt.Emptied()
			}
		}
		if !p.leave(ctx, alone, err) {
			return err
		}
	}
}

// enter waits for the caller's turn, which comes at once while all is well. Otherwise the caller tries alone.
func (p *Place) enter(ctx context.Context) (alone bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.failures > 0 {
		now := time.Now()
		if ctx.Err() != nil {
			return false, fmt.Errorf("%w: %w", context.Cause(ctx), p.err)
		}
		if err := p.over(now); err != nil {
			return false, err
		}
		if !p.trying && !now.Before(p.next) {
			p.trying = true
			return true, nil
		}
		p.wait(ctx, now)
	}
	return false, ctx.Err()
}

// wait returns when something has changed, or may have. The lock is held before and after.
func (p *Place) wait(ctx context.Context, now time.Time) {
	until := p.next
	if p.trying {
		until = now.Add(time.Hour)
	}
	if !p.deadline.IsZero() && p.deadline.Before(until) {
		until = p.deadline
	}
	changed := p.changed
	p.mu.Unlock()
	defer p.mu.Lock()
	timer := time.NewTimer(until.Sub(now))
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// leave notes how an attempt ended and reports whether another one is wanted.
func (p *Place) leave(ctx context.Context, alone bool, err error) (again bool) {
	var tell func()
	p.mu.Lock()
	defer func() {
		p.mu.Unlock()
		if tell != nil {
			p.telling.Lock()
			defer p.telling.Unlock()
			tell()
		}
	}()
	if alone {
		p.trying = false
	}
	defer p.wake()
	switch {
	case err == nil:
		p.worked = true
		if lasted := time.Since(p.since); p.failures > 1 && p.opt.Up != nil {
			tell = func() { p.opt.Up(lasted) }
		}
		p.failures, p.err = 0, nil
		return false
	case ctx.Err() != nil || p.opt.Patience < 0 || hopeless(err) || !p.worked && refused(err):
		return false
	case alone || p.failures == 0:
		tell = p.fail(err)
	}
	return p.over(time.Now()) == nil
}

// fail counts a failure. The lock is held.
func (p *Place) fail(err error) (tell func()) {
	now := time.Now()
	if p.failures == 0 {
		p.since = now
	}
	p.failures++
	p.err = err
	p.next = now.Add(min(firstWait<<min(p.failures-1, 10), lastWait))
	if p.failures == 2 && p.opt.Down != nil {
		return func() { p.opt.Down(err) }
	}
	return nil
}

// over returns the error of an outage that has lasted for too long. The lock is held.
func (p *Place) over(now time.Time) error {
	switch {
	case p.opt.Patience > 0 && now.Sub(p.since) >= p.opt.Patience:
		return fmt.Errorf("%w (tried for %s)", p.err, now.Sub(p.since).Round(time.Second))
	case !p.deadline.IsZero() && !now.Before(p.deadline):
		return fmt.Errorf("%w: %w", ErrGivenUp, p.err)
	}
	return nil
}

// wake lets everybody look again. The lock is held.
func (p *Place) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// final is an error that another attempt cannot mend.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// hopeless reports whether the fault is not the place's: a bad name, a sink that was closed.
func hopeless(err error) bool {
	var f final
	return errors.As(err, &f) || errors.Is(err, sink.ErrName) || errors.Is(err, sink.ErrClosed)
}

// refused reports whether a server said that it does not want this. Of one that has never taken anything that is a wrong address
// or password, and waiting does not help; one that has may be in trouble.
func refused(err error) bool {
	var status *sink.StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch status.Code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status.Code < 500
}

// Named returns err with the sink's and the object's name in it, where the sink itself has not told them.
func (p *Place) Named(op, name string, err error) error {
	var e *sink.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	if s, ok := p.sink.(fmt.Stringer); ok {
		name = strings.TrimSuffix(s.String(), "/") + "/" + name
	}
	return &sink.Error{Op: op, Path: name, Err: err}
}

// Put writes an object once. It is an attempt for [Place.Do].
func (p *Place) Put(ctx context.Context, name string, b []byte) error {
	return p.Named("write", name, sink.WriteObject(ctx, p.sink, name, b))
}

// Remove deletes an object; a failure says nothing of the place's health.
func (p *Place) Remove(ctx context.Context, name string) error {
	return p.Named("remove", name, p.sink.Remove(ctx, name))
}
