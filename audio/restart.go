package audio

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// restart opens a source again that ended with err, where that makes sense: a loop from its beginning, a live source after a
// pause. Otherwise it returns why the source is over, io.EOF for a plain end.
func (r *reader) restart(err error) error {
	ended := errors.Is(err, io.EOF)
	switch {
	case r.opt.Loop && ended:
		if r.fresh {
			return fmt.Errorf("loop: %w", ErrNoSound)
		}
		r.shift, r.started = r.count.at(r.rate), false
		return r.reopen()
	case r.opt.Live && r.opt.Source.Demuxed == nil && r.endless(ended):
		r.notify(&SourceError{r.opt.Source.String(), err})
		return r.reconnect()
	case ended:
		return io.EOF
	}
	err = &SourceError{r.opt.Source.String(), err}
	r.notify(err)
	return err
}

// endless reports whether a source should have gone on: a device, or a URL that failed or has no length.
func (r *reader) endless(ended bool) bool {
	return r.opt.Source.Device() || r.opt.Source.isURL() && (!ended || r.in == nil || r.in.track.Duration() == 0)
}

func (r *reader) reopen() error {
	if r.in != nil {
		r.in.close()
		r.in = nil
	}
	in, err := openInput(r.ctx, r.opt)
	if err != nil {
		return err
	}
	r.in, r.fresh = in, true
	return nil
}

// reconnect tries until the source is back, with growing pauses.
func (r *reader) reconnect() error {
	pause := firstPause
	for {
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-r.ctx.Done():
			timer.Stop()
			return r.ctx.Err()
		}
		pause = min(2*pause, lastPause)
		n := r.reconnects.Add(1)
		err := r.reopen()
		if err == nil {
			r.shift, r.started, r.resumed = 0, false, true
			r.report(Event{Source: r.opt.Source.String(), Attempts: int(n)})
			return nil
		}
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		r.report(Event{Source: r.opt.Source.String(), Err: err, Attempts: int(n)})
	}
}

func (r *reader) notify(err error) { r.report(Event{Source: r.opt.Source.String(), Err: err}) }

func (r *reader) report(e Event) {
	if r.opt.Notify != nil {
		r.opt.Notify(e)
	}
}
