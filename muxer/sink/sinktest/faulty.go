package sinktest

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"github.com/framegear/framegear/muxer/sink"
)

// Op is a call that can be made to fail.
type Op string

// The calls of a sink and its objects. Abort cannot fail.
const (
	OpAny    Op = ""
	OpCreate Op = "create"
	OpWrite  Op = "write"
	OpFlush  Op = "flush"
	OpCommit Op = "commit"
	OpRemove Op = "remove"
)

// ErrInjected is what a [Plan] without an error fails with.
var ErrInjected = errors.New("injected fault")

// Plan says which calls fail. The zero value fails none and counts all.
type Plan struct {
	// Op is the kind of call that counts. Zero means any.
	Op Op
	// Match limits the plan to names it accepts. Zero means all.
	Match func(name string) bool
	// N is the call that fails, from 1. Zero means none.
	N int
	// Sticky lets all later calls fail as well, as on a disk that stays full.
	Sticky bool
	// Err is the cause, which the call returns in an [*sink.Error]. Zero means [ErrInjected].
	Err error
}

// FaultySink is a sink that fails on purpose. It is a [sink.Reader] when the sink below is one, and its objects are
// [sink.Flusher] when those below are.
type FaultySink interface {
	sink.Sink
	// Calls returns how many calls the plan counted so far, the failed ones included.
	Calls() int
	// Failed returns how many of them were made to fail.
	Failed() int
	// Unended returns the number of objects that were neither committed nor aborted yet.
	Unended() int
}

// Faulty returns s with the faults of the plan. A write that fails has written half of its bytes, as on a full disk; a
// commit that fails publishes nothing. To go through every call, count them with a zero plan first:
//
//	clean := sinktest.Faulty(s, sinktest.Plan{})
//	work(clean)
//	for n := 1; n <= clean.Calls(); n++ { work(sinktest.Faulty(s, sinktest.Plan{N: n})) … }
func Faulty(s sink.Sink, plan Plan) FaultySink {
	f := &faulty{below: s, plan: plan}
	if r, ok := s.(sink.Reader); ok {
		return struct {
			*faulty
			sink.Reader
		}{f, r}
	}
	return f
}

type faulty struct {
	below sink.Sink
	plan  Plan

	mu      sync.Mutex
	calls   int
	failed  int
	unended int
}

func (f *faulty) Calls() int   { return f.read(&f.calls) }
func (f *faulty) Failed() int  { return f.read(&f.failed) }
func (f *faulty) Unended() int { return f.read(&f.unended) }

func (f *faulty) read(n *int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *n
}

// count returns the error with which this call is to fail.
func (f *faulty) count(op Op, name string) error {
	p := f.plan
	if p.Op != OpAny && p.Op != op || p.Match != nil && !p.Match(name) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.calls != p.N && !(p.Sticky && p.N > 0 && f.calls > p.N) {
		return nil
	}
	f.failed++
	return &sink.Error{Op: string(op), Path: name, Err: cmp.Or(p.Err, ErrInjected)}
}

func (f *faulty) Create(ctx context.Context, name string) (sink.Object, error) {
	if err := f.count(OpCreate, name); err != nil {
		return nil, err
	}
	below, err := f.below.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.unended++
	f.mu.Unlock()
	o := &faultyObject{sink: f, name: name, below: below}
	if flusher, ok := below.(sink.Flusher); ok {
		return faultyFlusher{o, flusher}, nil
	}
	return o, nil
}

func (f *faulty) Remove(ctx context.Context, name string) error {
	if err := f.count(OpRemove, name); err != nil {
		return err
	}
	return f.below.Remove(ctx, name)
}

type faultyObject struct {
	sink   *faulty
	name   string
	below  sink.Object
	failed error // an object that was made to fail stays so
	ended  bool
}

func (o *faultyObject) end() {
	if o.ended {
		return
	}
	o.ended = true
	o.sink.mu.Lock()
	defer o.sink.mu.Unlock()
	o.sink.unended--
}

// fault returns the error of a call on an object that has not ended.
func (o *faultyObject) fault(op Op) error {
	if o.ended {
		return nil // the sink below says so itself
	}
	if err := o.sink.count(op, o.name); err != nil {
		o.failed = cmp.Or(o.failed, err)
	}
	return o.failed
}

func (o *faultyObject) Write(p []byte) (int, error) {
	failed := o.failed
	err := o.fault(OpWrite)
	switch {
	case err == nil:
		return o.below.Write(p)
	case failed != nil:
		return 0, err
	}
	n, below := o.below.Write(p[:len(p)/2])
	return n, errors.Join(err, below)
}

func (o *faultyObject) Commit() error {
	err := o.fault(OpCommit)
	defer o.end()
	if err != nil {
		o.below.Abort()
		return err
	}
	return o.below.Commit()
}

func (o *faultyObject) Abort() {
	o.end()
	o.below.Abort()
}

type faultyFlusher struct {
	*faultyObject
	below sink.Flusher
}

func (o faultyFlusher) Flush() error {
	if err := o.fault(OpFlush); err != nil {
		return err
	}
	return o.below.Flush()
}
