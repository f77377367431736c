package audio

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// maxAhead is how much pushed sound may wait for the picture.
const maxAhead = 60 * time.Second

// PCM is sound that a program pushes. Write may be called from any goroutine. The zero value is ready; a track that takes it owns it.
type PCM struct {
	mu      sync.Mutex
	queue   []block
	head    int
	free    []*av.Samples
	waiting time.Duration // length of the queue
	spec    [2]int        // rate and channels of the first block
	rate    int           // of the track, 0 before there is one
	written counter
	closed  bool
	arrived chan struct{} // see Track.Arrived; nil before there is a track
}

// Write copies a block, which is borrowed for the call. With known set, at is the instant of its first sample in ticks of base, on
// the timeline that Track.Start speaks of; otherwise samples are counted. A block without samples is fine. Errors wrap
// media.ErrSamples (a bad block), ErrAhead or ErrClosed; nothing of the block is taken then.
func (p *PCM) Write(s *media.Samples, at int64, base media.Timebase, known bool) error {
	if err := s.Validate(); err != nil {
		return err
	}
	n := s.Count()
	if n == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	length := media.Timebase{Num: 1, Den: int64(s.Rate)}.Duration(int64(n))
	switch {
	case p.closed:
		return ErrClosed
	case p.waiting > 0 && p.waiting+length > maxAhead:
		return fmt.Errorf("%w: %s wait already (want sound and pictures side by side)", ErrAhead, p.waiting.Round(time.Millisecond))
	}
	if p.spec == [2]int{} {
		p.spec = [2]int{s.Rate, s.Channels}
	}
	b := block{known: true, at: p.written.at(p.trackRate())}
	if known {
		b.at = base.Rescale(at, media.Timebase{Num: 1, Den: int64(p.trackRate())})
	}
	var err error
	if b.samples, err = p.take(); err != nil {
		return err
	}
	if err := b.samples.Fill(s); err != nil {
		p.free = append(p.free, b.samples)
		return err
	}
	p.written.add(int64(n), int64(s.Rate), p.trackRate())
	p.waiting += length
	p.queue = append(p.queue, b)
	select {
	case p.arrived <- struct{}{}:
	default: // nobody is told, or will be
	}
	return nil
}

// trackRate is known before the first block when a track was opened on the PCM. The caller holds the lock.
func (p *PCM) trackRate() int {
	if p.rate == 0 {
		return defaultRate
	}
	return p.rate
}

func (p *PCM) take() (*av.Samples, error) {
	if n := len(p.free); n > 0 {
		s := p.free[n-1]
		p.free = p.free[:n-1]
		return s, nil
	}
	return av.NewSamples()
}

// next implements feed. It never waits: a program may write its sound later than its pictures.
func (p *PCM) next(context.Context, bool) (block, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.head == len(p.queue) {
		p.queue, p.head = p.queue[:0], 0
		return block{}, false, nil
	}
	b := p.queue[p.head]
	p.queue[p.head] = block{}
	p.head++
	p.waiting -= media.Timebase{Num: 1, Den: int64(b.samples.Rate())}.Duration(int64(b.samples.Count()))
	return b, true, nil
}

func (p *PCM) recycle(b block) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.free) > 64 {
		b.samples.Close()
		return
	}
	p.free = append(p.free, b.samples)
}

func (p *PCM) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, b := range p.queue[p.head:] {
		b.samples.Close()
	}
	for _, s := range p.free {
		s.Close()
	}
	p.queue, p.free, p.head = nil, nil, 0
}

// attach makes the PCM count in a track's rate.
func (p *PCM) attach(rate int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.rate != 0 {
		return fmt.Errorf("%w: the PCM belongs to another track", ErrOptions)
	}
	p.rate, p.arrived = rate, make(chan struct{}, 1)
	for i := range p.queue {
		p.queue[i].at = media.MulDiv(p.queue[i].at, int64(rate), defaultRate, 1, 1)
	}
	p.written.base = media.MulDiv(p.written.base, int64(rate), defaultRate, 1, 1)
	return nil
}
