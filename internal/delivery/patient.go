package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/framegear/framegear/muxer/sink"
)

// maxKept is the largest object that can be begun anew when its place fails in the middle.
const maxKept = 64 << 20

var errTooLarge = errors.New("what came before is too large to be written again")

// Patient returns a sink whose calls wait while the place is in trouble, for as long as its patience lasts. What was written of
// an object is kept until its commit, so that it can be written again from its start.
func (p *Place) Patient() sink.Sink { return patient{p} }

type patient struct{ place *Place }

// Create implements sink.Sink.
func (s patient) Create(ctx context.Context, name string) (sink.Object, error) {
	o := &patientObject{place: s.place, ctx: ctx, name: name}
	if s.place.opt.Patience >= 0 {
		o.kept = buffers.Get().(*bytes.Buffer)
	}
	if err := o.do("create", func() error { return nil }); err != nil {
		return nil, err
	}
	return o, nil
}

// Remove implements sink.Sink.
func (s patient) Remove(ctx context.Context, name string) error { return s.place.Remove(ctx, name) }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// patientObject is an object that is written anew after a failure.
type patientObject struct {
	place *Place
	ctx   context.Context
	name  string
	below sink.Object   // nil after a failure
	kept  *bytes.Buffer // nil when nothing is kept
	lost  bool          // bytes were written that are not kept
	ended bool
	err   error // why it was given up
}

// do carries out an operation on the object below, which is made first where there is none.
func (o *patientObject) do(op string, f func() error) error {
	switch {
	case o.ended:
		return &sink.Error{Op: op, Path: o.name, Err: sink.ErrClosed}
	case o.err != nil:
		return o.err
	}
	err := o.place.Do(o.ctx, func() error {
		err := o.begin()
		if err == nil {
			err = f()
		}
		if err != nil && o.below != nil {
			o.below.Abort()
			o.below = nil
		}
		return o.place.Named(op, o.name, err)
	})
	if err != nil {
		o.err = o.place.Named(op, o.name, err)
		o.forget()
	}
	return o.err
}

// begin makes the object below, with what was written before.
func (o *patientObject) begin() error {
	if o.below != nil {
		return nil
	}
	if o.lost {
		return final{fmt.Errorf("%w, and %w", o.place.last(), errTooLarge)}
	}
	var err error
	if o.below, err = o.place.sink.Create(o.ctx, o.name); err != nil {
		return err
	}
	if o.kept != nil && o.kept.Len() > 0 {
		_, err = o.below.Write(o.kept.Bytes())
	}
	return err
}

// Write implements io.Writer.
func (o *patientObject) Write(p []byte) (n int, err error) {
	if err := o.do("write", func() error { n, err = o.below.Write(p); return err }); err != nil {
		return n, err
	}
	if o.kept == nil || o.kept.Len()+len(p) > maxKept {
		o.lost = true
		o.forget()
		return n, nil
	}
	o.kept.Write(p)
	return n, nil
}

// Commit implements sink.Object.
func (o *patientObject) Commit() error {
	err := o.do("commit", func() error {
		below := o.below
		o.below = nil // it has ended, whatever comes of it
		return below.Commit()
	})
	o.ended = true
	o.forget()
	return err
}

// Abort implements sink.Object.
func (o *patientObject) Abort() {
	if o.below != nil {
		o.below.Abort()
		o.below = nil
	}
	o.ended = true
	o.forget()
}

func (o *patientObject) forget() {
	if o.kept != nil {
		if o.kept.Cap() <= maxKept/4 {
			o.kept.Reset()
			buffers.Put(o.kept)
		}
		o.kept = nil
	}
}
