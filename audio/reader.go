package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/demux"
	"github.com/framegear/framegear/internal/media"
)

// readAhead is how many blocks a reader holds ready. A block is some 20 to 100 ms.
const readAhead = 64

// The pauses between attempts to open a source again.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 15 * time.Second
)

// reader reads and decodes a file, URL or device on a goroutine of its own, a bounded stretch ahead of the track.
type reader struct {
	opt    *Options
	copies bool
	rate   int // of the track
	ctx    context.Context
	cancel context.CancelFunc
	full   chan block
	free   chan block
	work   sync.WaitGroup

	in         *input
	beside     *demux.Track // the same input's pictures are read beside it, else nil
	first      block        // read while opening
	origin     int64        // of the source's timeline, in samples of the track's rate
	started    bool         // origin is known
	shift      int64        // added to every instant: the lengths of the rounds of a loop
	count      counter
	fresh      bool // nothing was read since the source was opened
	resumed    bool // the next block is the first one after a reconnection
	reconnects atomic.Int64

	hurrying chan struct{} // closed by hurry, after patience was set
	patience time.Duration
	once     sync.Once
}

// newReader takes an opened input and decodes its first block, so that a source that cannot be read is an error now.
func newReader(ctx context.Context, o *Options, in *input, rate int, copies bool) (*reader, error) {
	r := &reader{opt: o, copies: copies, rate: rate, in: in, fresh: true, full: make(chan block, readAhead), free: make(chan block, readAhead+2),
		hurrying: make(chan struct{})}
	if in.track != nil && in.track == o.Source.Demuxed {
		r.beside = in.track
	}
	r.ctx, r.cancel = context.WithCancel(ctx)
	for range cap(r.free) - 1 {
		b, err := r.newBlock()
		if err != nil {
			r.cancel()
			r.release()
			return nil, err
		}
		r.free <- b
	}
	if !o.Source.Device() {
		if err := r.readFirst(); err != nil {
			r.cancel()
			r.release()
			return nil, sourceError(ctx, o, err)
		}
	}
	r.work.Go(func() {
		r.run()
	})
	return r, nil
}

// readFirst reads the first block. Sound that begins long after the pictures beside it has none yet, which is no error.
func (r *reader) readFirst() (err error) {
	ctx, cancel := context.WithTimeout(r.ctx, r.opt.OpenTimeout)
	defer cancel()
	if r.first, err = r.newBlock(); err == nil {
		err = r.readWith(ctx, &r.first)
	}
	late := errors.Is(err, demux.ErrFar) || r.in.within > 0 && errors.Is(err, context.DeadlineExceeded)
	r.in.within = 0
	if err == nil {
		return nil
	}
	r.freeBlock(r.first)
	r.first = block{}
	switch {
	case late && r.in.packets < minBroken:
		return nil
	case late:
		return fmt.Errorf("%w: its first %d packets cannot be decoded", ErrNoSound, r.in.packets)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it ends before the first sample", ErrNoSound)
	}
	return err
}

// minBroken is how many packets in a row that cannot be decoded make a stream that cannot.
const minBroken = 20

func (r *reader) newBlock() (block, error) {
	if r.copies {
		p, err := av.NewPacket()
		return block{packet: p}, err
	}
	s, err := av.NewSamples()
	return block{samples: s}, err
}

func (r *reader) freeBlock(b block) {
	b.samples.Close()
	if b.packet != nil {
		b.packet.Close()
	}
}

// run passes blocks on until the source ends for good or the reader is closed.
func (r *reader) run() {
	if r.first.samples != nil || r.first.packet != nil {
		if !r.send(r.first) {
			return
		}
	}
	for {
		err := r.pump()
		if r.ctx.Err() != nil {
			return
		}
		if err = r.restart(err); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			r.put(block{end: true, err: err})
			return
		}
	}
}

// pump reads until the source fails or ends.
func (r *reader) pump() error {
	for {
		var b block
		select {
		case b = <-r.free:
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
		if err := r.read(&b); err != nil {
			r.free <- b
			return err
		}
		if !r.send(b) {
			return r.ctx.Err()
		}
	}
}

// send places a block on the timeline and passes it on.
func (r *reader) send(b block) bool {
	switch {
	case !b.known:
		b.at, b.known = r.count.at(r.rate), r.started || r.opt.Timing != TimingWall
	case r.opt.Timing == TimingCount:
		b.at = r.count.at(r.rate)
	case r.opt.Timing == TimingSource:
		if !r.started {
			r.origin = r.begin(b)
		}
		b.at += r.shift - r.origin
		r.count.set(b.at)
	default:
		r.count.set(b.at)
	}
	b.again, r.resumed = r.resumed && r.opt.Timing != TimingWall, false
	r.started, r.fresh = true, false
	if r.copies {
		r.count.set(b.at + r.length(b))
	} else {
		r.count.add(int64(b.samples.Count()), int64(b.samples.Rate()), r.rate)
	}
	return r.put(b)
}

// begin returns the instant of the source that is the beginning of this round.
func (r *reader) begin(b block) int64 {
	switch {
	case r.opt.Source.Demuxed != nil && !r.opt.Alone && r.shift == 0:
		return 0 // the timeline is that of the pictures
	case r.opt.Origin != nil && r.shift == 0 && !r.resumed:
		return ticks(*r.opt.Origin, r.rate)
	case r.copies:
		// Where the first sample is that is to be heard, while packets begin with the priming.
		return r.in.stream.Timebase.Rescale(r.in.stream.Start, media.Timebase{Num: 1, Den: int64(r.rate)})
	}
	return b.at
}

func (r *reader) put(b block) bool {
	select {
	case r.full <- b:
		return true
	case <-r.ctx.Done():
		r.freeBlock(b)
		return false
	}
}

// read fills a block, its instant in samples of the track's rate.
func (r *reader) read(b *block) error { return r.readWith(r.ctx, b) }

func (r *reader) readWith(ctx context.Context, b *block) error {
	*b = block{samples: b.samples, packet: b.packet}
	tb := media.Timebase{Num: 1, Den: int64(r.rate)}
	if r.copies {
		if err := r.in.readPacket(ctx, b.packet); err != nil {
			return err
		}
		const unknown = -1 << 63
		if b.at = b.packet.PTS(); b.at != unknown {
			b.at, b.known = r.in.stream.Timebase.Rescale(b.at, tb), true
		}
		return nil
	}
	if err := r.in.read(ctx, b.samples); err != nil {
		return err
	}
	if n := b.samples.Channels(); n > media.MaxChannels {
		return fmt.Errorf("%w: %d channels", ErrLayout, n)
	}
	if b.at, b.known = b.samples.PTS(); b.known {
		b.at = r.in.stream.Timebase.Rescale(b.at, tb)
	}
	return nil
}

// length returns how many samples of the track's rate a packet lasts.
func (r *reader) length(b block) int64 {
	return r.in.stream.Timebase.Rescale(b.packet.Duration(), media.Timebase{Num: 1, Den: int64(r.rate)})
}

// next implements feed.
func (r *reader) next(ctx context.Context, wait bool) (block, bool, error) {
	select {
	case b := <-r.full:
		return b, true, nil
	default:
	}
	if !wait {
		return r.decoded(ctx)
	}
	select {
	case b := <-r.full:
		return b, true, nil
	case <-ctx.Done():
		return block{}, false, ctx.Err()
	case <-r.hurrying:
		return r.lastChance(ctx)
	}
}

// decoded waits for what is being decoded: sound that was read beside its pictures is not late because of that.
func (r *reader) decoded(ctx context.Context) (block, bool, error) {
	if r.beside == nil {
		return block{}, false, nil
	}
	settled := r.beside.Settled()
	select {
	case b := <-r.full:
		return b, true, nil
	case <-ctx.Done():
		return block{}, false, ctx.Err()
	case <-settled:
	}
	select {
	case b := <-r.full: // it came just before
		return b, true, nil
	default:
		return block{}, false, nil
	}
}

// hurry says how long a source is waited for from now on, also where that has begun already.
func (r *reader) hurry(patience time.Duration) {
	r.once.Do(func() {
		r.patience = patience
		close(r.hurrying)
	})
}

// lastChance waits for a block as long as there is patience, and takes the source for ended then.
func (r *reader) lastChance(ctx context.Context) (block, bool, error) {
	timer := time.NewTimer(r.patience)
	defer timer.Stop()
	select {
	case b := <-r.full:
		return b, true, nil
	case <-timer.C:
		if r.patience > 0 {
			r.notify(&SourceError{r.opt.Source.String(), fmt.Errorf("%w: nothing came for %s at the end of the output", ErrStalled, r.patience)})
		}
		return block{end: true}, true, nil
	case <-ctx.Done():
		return block{}, false, ctx.Err()
	}
}

func (r *reader) recycle(b block) {
	if b.end {
		return
	}
	r.free <- b
}

// close stops the goroutine, which may be blocked in libav, and frees everything.
func (r *reader) close() {
	r.cancel()
	r.work.Wait()
	r.release()
}

func (r *reader) release() {
	for {
		select {
		case b := <-r.full:
			r.freeBlock(b)
		case b := <-r.free:
			r.freeBlock(b)
		default:
			if r.in != nil {
				r.in.close()
				r.in = nil
			}
			return
		}
	}
}
