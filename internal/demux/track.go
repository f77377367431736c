package demux

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/internal/av"
)

// ErrFar is returned by ReadWithin when the other streams have gone on so far without a packet.
var ErrFar = errors.New("nothing of it for long")

const (
	// maxWait is how long packets of pictures wait for the sound of their time.
	maxWait = time.Second
	// maxPictures and maxSound are how many bytes of packets may wait.
	maxPictures, maxSound = 128 << 20, 192 << 20
	// overhead is what a packet takes besides its bytes.
	overhead = 512
)

// Track is one stream of an input for one user, who alone reads it.
type Track struct {
	in      *Input
	stream  av.InputStream
	at      *position
	lossy   bool
	most    int // bytes that may wait
	follows *Track

	// Under the input's lock.
	queue    []*av.Packet
	cost     int
	waiting  bool
	err      error // why the stream cannot be read
	closed   bool
	claimed  bool
	seen     bool
	from, to time.Duration // what the packets cover that came so far
	dropped  int64         // packets
	starving func()        // see OnStarve
	settled  chan struct{} // see Settled

	starved atomic.Bool
}

// Stream describes the stream.
func (t *Track) Stream() av.InputStream { return t.stream }

// Duration returns the input's length, zero when it is not known or endless.
func (t *Track) Duration() time.Duration { return t.in.length }

// Live reports whether the input is of the present.
func (t *Track) Live() bool { return t.in.live }

// Prompt reports whether the input is a file of this machine, which never lets anybody wait.
func (t *Track) Prompt() bool { return t.in.regular }

// Follow makes packets of this track wait for those of another one that belong beside them, for a second at most.
func (t *Track) Follow(other *Track) {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	t.follows = other
}

// Claim reports whether the caller is the first who wants to read and close the track.
func (t *Track) Claim() bool {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	first := !t.claimed && !t.closed
	t.claimed = true
	return first
}

// Solo says that the other tracks are not waited for any more: what is too much of theirs is dropped.
func (t *Track) Solo() {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	t.in.solo = true
	t.in.wake.Broadcast()
}

// OnStarve lets f be called, which must not block, when Starved becomes true.
func (t *Track) OnStarve(f func()) {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	t.starving = f
}

// Starved reports whether the track waits for a packet that cannot be read before those of another one are taken.
func (t *Track) Starved() bool { return t.starved.Load() }

// Settled returns a channel that is closed as soon as all packets that came were taken and another one is waited for,
// or the track is closed. Who reads the track is busy until then.
func (t *Track) Settled() <-chan struct{} {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	if t.settled == nil {
		t.settled = make(chan struct{})
	}
	ch := t.settled
	if t.closed || t.waiting && len(t.queue) == 0 {
		t.settle()
	}
	return ch
}

// settle tells whoever waits for it.
func (t *Track) settle() {
	if t.settled != nil {
		close(t.settled)
		t.settled = nil
	}
}

// starve notes whether the track starves, and tells of it.
func (t *Track) starve(now bool) {
	if before := t.starved.Swap(now); now && !before && t.starving != nil {
		t.starving()
	}
}

// wants reports whether somebody waits for a packet.
func (t *Track) wants() bool { return t.waiting && !t.ready() }

// Span returns what the packets cover that were met so far, as the input's timeline has it, and whether there were
// any and somebody wants them. What is not to be heard is left out at the beginning.
func (t *Track) Span() (from, to time.Duration, any bool) {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	return t.from, t.to, t.seen && !t.closed
}

// Read fills p with the next packet, in ticks of the stream on the input's mended timeline. At the end it returns
// io.EOF, and when the context ends its error.
func (t *Track) Read(ctx context.Context, p *av.Packet) error { return t.ReadWithin(ctx, p, 0) }

// ReadWithin is Read, and returns ErrFar when packets of this length, or more than there is room for, wait on another
// track. Zero is no limit.
func (t *Track) ReadWithin(ctx context.Context, p *av.Packet, limit time.Duration) error {
	in := t.in
	in.mu.Lock()
	defer in.mu.Unlock()
	if ctx.Err() == nil && !t.ready() {
		defer context.AfterFunc(ctx, func() {
			in.mu.Lock()
			defer in.mu.Unlock()
			in.wake.Broadcast()
		})()
	}
	for ctx.Err() == nil && !t.ready() {
		switch {
		case t.closed:
			return av.ErrClosed
		case t.err != nil:
			return t.err
		case in.err != nil:
			return in.err
		case limit > 0 && t.far(limit):
			return ErrFar
		}
		t.wait()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t.shift(p)
	return nil
}

// wait waits for whatever happens next.
func (t *Track) wait() {
	if !t.in.running {
		t.in.running = true
		t.in.done.Go(t.in.read)
	}
	t.waiting = true
	if len(t.queue) == 0 {
		t.settle()
	}
	t.in.wake.Broadcast()
	t.in.wake.Wait()
	t.waiting = false
}

// ready reports whether a packet is there and need not wait any longer.
func (t *Track) ready() bool {
	switch {
	case len(t.queue) == 0:
		return false
	case t.in.err != nil || t.follows == nil || t.follows.closed || t.follows.err != nil || t.full():
		return true
	}
	first := t.instant(t.queue[0])
	return t.follows.seen && first <= t.follows.to || t.span() >= maxWait
}

// far reports whether another track is ahead of an empty one by so much.
func (t *Track) far(limit time.Duration) bool {
	for _, other := range t.in.tracks {
		if other != t && (other.span() >= limit || other.full() && !other.lossy) {
			return true
		}
	}
	return false
}

// span is the time that is in the queue.
func (t *Track) span() time.Duration {
	if len(t.queue) == 0 {
		return 0
	}
	return t.instant(t.queue[len(t.queue)-1]) - t.instant(t.queue[0])
}

// instant is the time at which a packet is decoded.
func (t *Track) instant(p *av.Packet) time.Duration {
	at := p.DTS()
	if at == noTime {
		at = p.PTS()
	}
	if at == noTime {
		return 0
	}
	return t.stream.Timebase.Duration(at)
}

func (t *Track) full() bool {
	return t.cost >= t.most
}

// keep takes a reference to a packet.
func (t *Track) keep(p *av.Packet) error {
	t.cover(p)
	if t.full() && (t.lossy || t.in.solo) {
		t.drop(p)
		return nil
	}
	own, err := t.in.packet()
	if err != nil {
		return err
	}
	if err := own.Ref(p); err != nil {
		own.Close()
		return err
	}
	t.queue = append(t.queue, own)
	t.cost += own.Size() + overhead
	return nil
}

// cover notes what a packet lasts.
func (t *Track) cover(p *av.Packet) {
	pts := p.PTS()
	if pts == noTime || p.Hidden() {
		return
	}
	from, tb := t.stream.Timebase.Duration(pts), t.stream.Timebase
	to := from + tb.Duration(p.Duration())
	if rate := t.stream.Params.SampleRate; rate > 0 && !t.seen {
		from += time.Duration(p.Skipped()) * time.Second / time.Duration(rate)
	}
	if !t.seen {
		t.seen, t.from, t.to = true, from, to
	}
	t.to = max(t.to, to)
}

// drop tells of the first packet that there is no room for.
func (t *Track) drop(p *av.Packet) {
	if t.dropped++; t.dropped == 1 && t.lossy && t.in.logger != nil {
		t.in.logger.Warn(fmt.Sprintf("%s has pictures and sound too far apart: sound is left out where more than %d MB of it wait",
			t.in.name, maxSound>>20), "at", t.instant(p).Round(time.Millisecond))
	}
}

// shift moves the first packet to p.
func (t *Track) shift(p *av.Packet) {
	first := t.queue[0]
	t.queue = t.queue[:copy(t.queue, t.queue[1:])]
	t.cost -= first.Size() + overhead
	p.Take(first)
	t.in.recycle(first)
	t.in.wake.Broadcast()
}

// Close gives the track up. Closing twice is harmless.
func (t *Track) Close() {
	in := t.in
	in.mu.Lock()
	if t.closed {
		in.mu.Unlock()
		return
	}
	t.closed = true
	for _, p := range t.queue {
		in.recycle(p)
	}
	t.queue, t.cost = nil, 0
	t.settle()
	in.forget(t)
	in.mu.Unlock()
	t.stream.Params.Close()
	in.leave()
}
