package sink

import (
	"context"
	"errors"
	"fmt"
)

// TeeError is the failure of one sink of a [Tee].
type TeeError struct {
	// Index is the sink's place among Tee's arguments, from 0.
	Index int
	// Sink is that sink.
	Sink Sink
	// Err is what it returned.
	Err error
}

// Error names the sink by its place, from 1, and by its own name or else its type.
func (e *TeeError) Error() string {
	return fmt.Sprintf("sink %d (%s): %v", e.Index+1, nameOf(e.Sink), e.Err)
}

// Unwrap returns what the sink returned.
func (e *TeeError) Unwrap() error { return e.Err }

// Tee returns a sink that writes everything to several, in their order. It reads from the first one, when that is a
// [Reader]. The sinks stay the caller's to close.
//
// A sink that fails does not hold back the others. The call in which it failed returns a [*TeeError] per failed sink,
// joined, and so does Commit; a Create that fails in some only is told by the call after it. The caller chooses: Abort
// gives the object up everywhere, writing on and Commit publishes it in the healthy sinks, as an exception to what
// [Object] says of errors. No sink publishes an object that misses bytes.
func Tee(sinks ...Sink) Sink {
	t := &tee{sinks: sinks}
	if len(sinks) > 0 {
		if r, ok := sinks[0].(Reader); ok {
			return struct {
				*tee
				Reader
			}{t, r}
		}
	}
	return t
}

type tee struct{ sinks []Sink }

func (t *tee) Create(ctx context.Context, name string) (Object, error) {
	o := &teeObject{name: name}
	flushes := false
	for i, s := range t.sinks {
		part, err := s.Create(ctx, name)
		if err != nil {
			o.failed = append(o.failed, &TeeError{i, s, err})
			continue
		}
		_, f := part.(Flusher)
		flushes = flushes || f
		o.branches = append(o.branches, branch{i, s, part})
	}
	o.untold = len(o.failed) > 0
	if o.untold && len(o.branches) == 0 {
		return nil, errors.Join(o.failed...)
	}
	if flushes {
		return teeFlusher{o}, nil
	}
	return o, nil
}

func (t *tee) Remove(ctx context.Context, name string) error {
	var failed []error
	for i, s := range t.sinks {
		if err := s.Remove(ctx, name); err != nil {
			failed = append(failed, &TeeError{i, s, err})
		}
	}
	return errors.Join(failed...)
}

type branch struct {
	index  int
	sink   Sink
	object Object
}

type teeObject struct {
	name     string
	branches []branch // the healthy ones
	failed   []error
	untold   bool // there is a failure that no call has returned yet
	ended    bool
}

func (o *teeObject) Write(p []byte) (int, error) {
	err := o.each("write", func(part Object) error {
		_, err := part.Write(p)
		return err
	})
	if err != nil && len(o.branches) == 0 {
		return 0, err
	}
	return len(p), err
}

func (o *teeObject) Commit() error {
	if o.ended {
		return &Error{"commit", o.name, ErrClosed}
	}
	_ = o.each("commit", Object.Commit)
	o.ended = true
	return errors.Join(o.failed...)
}

func (o *teeObject) Abort() {
	if o.ended {
		return
	}
	o.ended = true
	for _, b := range o.branches {
		b.object.Abort()
	}
}

// each does f in every healthy sink and drops those in which it fails. It returns all failures when there is a new one or
// no healthy sink is left.
func (o *teeObject) each(op string, f func(Object) error) error {
	if o.ended {
		return &Error{op, o.name, ErrClosed}
	}
	healthy := o.branches[:0]
	for _, b := range o.branches {
		if err := f(b.object); err != nil {
			b.object.Abort()
			o.failed = append(o.failed, &TeeError{b.index, b.sink, err})
			o.untold = true
			continue
		}
		healthy = append(healthy, b)
	}
	o.branches = healthy
	if !o.untold && len(healthy) > 0 {
		return nil
	}
	o.untold = false
	return errors.Join(o.failed...)
}

type teeFlusher struct{ *teeObject }

// Flush flushes the sinks that can.
func (o teeFlusher) Flush() error {
	return o.each("flush", func(part Object) error {
		if f, ok := part.(Flusher); ok {
			return f.Flush()
		}
		return nil
	})
}
