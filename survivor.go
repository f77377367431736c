package framegear

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/framegear/framegear/muxer/sink"
)

// survivor writes to memory and to a place that may be lost: a disk that fills up, a server that goes away. When that happens
// and an origin serves from memory, the stream goes on without the place; what it holds stays playable.
type survivor struct {
	memory *sink.Memory
	both   sink.Sink
	origin func() bool // whether somebody can still see what is made

	mu   sync.Mutex
	lost error // why the place is written to no more
	told bool  // the caller was told
	tell func(error)
}

func newSurvivor(memory *sink.Memory, place sink.Sink) *survivor {
	return &survivor{memory: memory, both: sink.Tee(memory, place)}
}

// Create implements sink.Sink.
func (v *survivor) Create(ctx context.Context, name string) (sink.Object, error) {
	if v.failure() != nil {
		return v.memory.Create(ctx, name)
	}
	o, err := v.both.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	return survivingObject{o, v}, nil
}

// Remove implements sink.Sink.
func (v *survivor) Remove(ctx context.Context, name string) error {
	if v.failure() != nil {
		return v.memory.Remove(ctx, name)
	}
	return v.forgive(v.both.Remove(ctx, name))
}

// Open implements sink.Reader.
func (v *survivor) Open(ctx context.Context, name string) (sink.Handle, error) {
	return v.memory.Open(ctx, name)
}

func (v *survivor) failure() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lost
}

// forgive returns nil for what is wrong with the place alone, once it was noted.
func (v *survivor) forgive(err error) error {
	if err == nil || !placeAlone(err) || !v.origin() {
		return err
	}
	v.mu.Lock()
	first := v.lost == nil
	if first {
		v.lost = err
	}
	v.mu.Unlock()
	if first {
		v.tell(err)
	}
	return nil
}

// news returns the loss once, for the caller of the stream.
func (v *survivor) news() error {
	if v == nil {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.lost == nil || v.told {
		return nil
	}
	v.told = true
	return fmt.Errorf("%w: %w", ErrOutputLost, v.lost)
}

// final returns the loss, for the end.
func (v *survivor) final() error {
	if v == nil {
		return nil
	}
	if err := v.failure(); err != nil {
		return fmt.Errorf("%w: %w", ErrOutputLost, err)
	}
	return nil
}

// placeAlone reports whether only the second sink of the tee failed.
func placeAlone(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			if !placeAlone(e) {
				return false
			}
		}
		return true
	}
	var t *sink.TeeError
	return errors.As(err, &t) && t.Index == 1
}

// survivingObject is written on in memory.
type survivingObject struct {
	sink.Object
	v *survivor
}

// Write implements io.Writer.
func (o survivingObject) Write(p []byte) (int, error) {
	n, err := o.Object.Write(p)
	return n, o.v.forgive(err)
}

// Flush implements sink.Flusher.
func (o survivingObject) Flush() error {
	if f, ok := o.Object.(sink.Flusher); ok {
		return o.v.forgive(f.Flush())
	}
	return nil
}

// Commit implements sink.Object.
func (o survivingObject) Commit() error { return o.v.forgive(o.Object.Commit()) }
