package sink

import (
	"context"
	"io"
	"io/fs"
	"sync"
	"time"
)

type state uint8

const (
	growing state = iota
	complete
	aborted
)

// progress says how much of an object can be read, and wakes those who wait for more. A channel is closed per change
// rather than a sync.Cond signalled, because waiting has to end with a context too.
type progress struct {
	mu      sync.Mutex
	size    int64
	state   state
	modTime time.Time
	changed chan struct{} // nil while nobody waits
}

// grow makes size bytes readable.
func (p *progress) grow(size int64) { p.set(size, growing) }

// finish makes the object complete with size bytes.
func (p *progress) finish(size int64) { p.set(size, complete) }

// abort ends the object without completing it. Readers still get the bytes that were readable.
func (p *progress) abort() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = aborted
	p.wake()
}

func (p *progress) set(size int64, s state) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.size, p.state, p.modTime = size, s, time.Now()
	p.wake()
}

func (p *progress) wake() {
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

func (p *progress) now() (size int64, s state, modTime time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size, p.state, p.modTime
}

// await returns the readable size as soon as it is above pos. The error is io.EOF or ErrAborted when that cannot come any
// more, fs.ErrClosed when closed is, or the context's.
func (p *progress) await(ctx context.Context, closed <-chan struct{}, pos int64) (int64, error) {
	for {
		size, wait, err := p.poll(pos)
		if wait == nil {
			return size, err
		}
		select {
		case <-wait:
		case <-closed:
			return 0, fs.ErrClosed
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// poll returns a channel to wait for when there is nothing above pos yet.
func (p *progress) poll(pos int64) (int64, <-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.size > pos:
		return p.size, nil, nil
	case p.state == complete:
		return 0, nil, io.EOF
	case p.state == aborted:
		return 0, nil, ErrAborted
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return 0, p.changed, nil
}
