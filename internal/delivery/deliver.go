package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/framegear/framegear/muxer/sink"
)

// errGone is why an object that was aborted is not delivered.
var errGone = errors.New("the object was aborted")

// run delivers one object.
func (s *Spool) run(it *item) {
	err := s.place.Do(it.ctx, func() error {
		if err := s.copy(it); !errors.Is(err, errGone) {
			return s.place.Named("write", it.name, err)
		}
		return final{errGone}
	})
	if err != nil && it.ctx.Err() != nil && s.ctx.Err() == nil && !errors.Is(err, ErrGivenUp) {
		err = fmt.Errorf("%w: %w", context.Cause(it.ctx), err)
	}
	s.mu.Lock()
	s.running--
	s.leave(it)
	s.pump()
	s.mu.Unlock()
	s.settle(it, err)
}

// settle tells what became of an object and lets go of its bytes.
func (s *Spool) settle(it *item, err error) {
	it.cancel(nil)
	if err == nil && s.opt.Keep(it.name) {
		s.keep(it)
	} else {
		_ = it.handle.Close()
	}
	if s.opt.Memory == nil {
		_ = s.memory.Remove(context.Background(), it.name)
	}
	if s.opt.Settled != nil && !errors.Is(err, errGone) && s.ctx.Err() == nil {
		s.opt.Settled(it.name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	close(s.changed)
	s.changed = make(chan struct{})
}

// keep holds on to an object for Again.
func (s *Spool) keep(it *item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.kept[it.name]; old != nil {
		_ = old.Close()
	}
	s.kept[it.name] = it.handle
}

// copy writes the object to the place, waiting for what is to come.
func (s *Spool) copy(it *item) error {
	if _, err := it.handle.Seek(0, io.SeekStart); err != nil {
		return err
	}
	o, err := s.place.sink.Create(it.ctx, it.name)
	if err != nil {
		return err
	}
	defer o.Abort()
	if _, err := io.Copy(growing{o, it.handle}, it.handle); err != nil {
		if errors.Is(err, sink.ErrAborted) {
			return errGone
		}
		return err
	}
	return o.Commit()
}

// growing flushes what is written while more is to come.
type growing struct {
	sink.Object
	from sink.Handle
}

// Write implements io.Writer.
func (g growing) Write(p []byte) (int, error) {
	n, err := g.Object.Write(p)
	if f, ok := g.Object.(sink.Flusher); ok && err == nil {
		if _, whole := g.from.Size(); !whole {
			err = f.Flush()
		}
	}
	return n, err
}
