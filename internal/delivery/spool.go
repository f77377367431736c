package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/framegear/framegear/muxer/sink"
)

// parallel is how many objects are under way at a time: with a server that takes three seconds for each, a ladder of eight renditions in
// segments of two seconds still gets through.
const parallel = 16

// manyWaiting are so many objects that a source that can wait does.
const manyWaiting = 16 * parallel

// SpoolOptions bound what waits in a [Spool].
type SpoolOptions struct {
	// Memory is where objects wait. Nil means memory of the spool's own; another one keeps what is in it (an origin's).
	Memory *sink.Memory
	// MaxAge is how long after its commit an object may wait, MaxBytes how many bytes may: the oldest are given up first. Zero: no bound.
	MaxAge   time.Duration
	MaxBytes int64
	// WaitBytes makes a commit wait while more bytes than that do, or very many objects, for a source that can: what it makes faster than the
	// place takes it is not given up. Zero: commits never wait.
	WaitBytes int64
	// Keep says which names are never given up, and kept for [Spool.Again]: small ones that all others need. Nil: none.
	Keep func(name string) bool
	// Settled is called once for each object that was committed: with nil when the place has it, or why it never will. It must
	// not block.
	Settled func(name string, err error)
}

// Spool is a sink that never makes anybody wait: objects stay in memory until a [Place] has them. They are delivered in the order
// in which they were begun, several at a time, and one that is flushed while it grows. Its methods may be called by several goroutines.
type Spool struct {
	place  *Place
	opt    SpoolOptions
	memory *sink.Memory
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	queue   []*item // oldest first, those under way included
	running int
	open    int                    // objects that were queued and not settled
	bytes   int64                  // of what is committed in the queue
	kept    map[string]sink.Handle // what has to be delivered again to a place that was emptied
	changed chan struct{}
	closed  bool
	work    sync.WaitGroup
}

// item is an object on its way.
type item struct {
	name    string
	handle  sink.Handle
	ctx     context.Context
	cancel  context.CancelCauseFunc
	running bool
	whole   bool // committed
	left    bool // it is not in the queue any more
	bytes   int64
	timer   *time.Timer
}

var (
	errOld  = fmt.Errorf("%w: it has waited for too long", ErrGivenUp)
	errFull = fmt.Errorf("%w: too many bytes wait", ErrGivenUp)
)

// NewSpool returns a spool before a place. The caller closes it.
func NewSpool(p *Place, o SpoolOptions) *Spool {
	s := &Spool{place: p, opt: o, memory: o.Memory, kept: map[string]sink.Handle{}, changed: make(chan struct{})}
	if s.memory == nil {
		s.memory = sink.NewMemory()
	}
	if s.opt.Keep == nil {
		s.opt.Keep = func(string) bool { return false }
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Waiting returns how many committed objects and bytes are not delivered yet.
func (s *Spool) Waiting() (objects int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, it := range s.queue {
		if it.whole {
			objects++
		}
	}
	return objects, s.bytes
}

// Create implements [sink.Sink]. The object is a [sink.Flusher].
func (s *Spool) Create(ctx context.Context, name string) (sink.Object, error) {
	o, err := s.memory.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	return &spooled{Object: o, spool: s, ctx: ctx, name: name}, nil
}

// Remove implements [sink.Sink]: it forgets what memory holds. What was delivered is deleted in the place itself.
func (s *Spool) Remove(ctx context.Context, name string) error { return s.memory.Remove(ctx, name) }

// Open implements [sink.Reader]: what waits, and all that the memory holds.
func (s *Spool) Open(ctx context.Context, name string) (sink.Handle, error) {
	return s.memory.Open(ctx, name)
}

// spooled is an object in memory that is queued with its first flush, or else its commit.
type spooled struct {
	sink.Object
	spool *Spool
	ctx   context.Context
	name  string
	item  *item
}

// Flush implements sink.Flusher.
func (o *spooled) Flush() error {
	if err := o.Object.(sink.Flusher).Flush(); err != nil {
		return err
	}
	return o.enter()
}

// Commit implements sink.Object.
func (o *spooled) Commit() error {
	if err := o.Object.Commit(); err != nil {
		return err
	}
	if err := o.enter(); err != nil {
		return err
	}
	o.spool.complete(o.item)
	if most := o.spool.opt.WaitBytes; most > 0 {
		return o.spool.await(o.ctx, manyWaiting, most)
	}
	return nil
}

// enter queues the object.
func (o *spooled) enter() error {
	if o.item != nil {
		return nil
	}
	s := o.spool
	h, err := s.memory.Open(s.ctx, o.name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o.item = s.add(o.name, h)
	s.pump()
	return nil
}

// add puts an object at the end of the queue. The lock is held.
func (s *Spool) add(name string, h sink.Handle) *item {
	it := &item{name: name, handle: h}
	it.ctx, it.cancel = context.WithCancelCause(s.ctx)
	s.queue = append(s.queue, it)
	s.open++
	return it
}

// Again delivers once more what is kept.
func (s *Spool) Again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, h := range s.kept {
		s.add(name, h).whole = true
	}
	clear(s.kept)
	s.pump()
}

// complete starts the clock of an object.
func (s *Spool) complete(it *item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it.left { // what grew was read to its end already
		return
	}
	it.whole = true
	it.bytes, _ = it.handle.Size()
	s.bytes += it.bytes
	if s.opt.MaxAge > 0 && !s.opt.Keep(it.name) {
		it.timer = time.AfterFunc(s.opt.MaxAge, func() { s.giveUp(it, errOld) })
	}
	for i := 0; i < len(s.queue) && s.opt.MaxBytes > 0 && s.bytes > s.opt.MaxBytes; i++ {
		if old := s.queue[i]; old.whole && old.ctx.Err() == nil && !s.opt.Keep(old.name) {
			s.bytes -= old.bytes
			old.bytes = 0
			s.work.Go(func() { s.giveUp(old, errFull) })
		}
	}
	s.pump()
}

// giveUp takes an object out of the queue, or ends its delivery, which then does so.
func (s *Spool) giveUp(it *item, why error) {
	it.cancel(why)
	s.mu.Lock()
	waits := !it.running && s.leave(it)
	s.mu.Unlock()
	if waits {
		if down := s.place.Outage(); down != nil {
			why = fmt.Errorf("%w: %w", why, down)
		}
		s.settle(it, why)
	}
}

// pump starts what may be started. The lock is held.
func (s *Spool) pump() {
	busy := map[string]bool{}
	for _, it := range s.queue {
		if s.running >= parallel || s.closed {
			return
		}
		may := it.whole || s.running < parallel/2 // what grows takes its time
		if !it.running && may && !busy[it.name] && it.ctx.Err() == nil {
			it.running = true
			s.running++
			s.work.Go(func() { s.run(it) })
		}
		busy[it.name] = true // of two with one name the later one must win
	}
}

// leave takes an object out of the queue, and reports whether it was in it. The lock is held.
func (s *Spool) leave(it *item) bool {
	for i := range s.queue {
		if s.queue[i] == it {
			s.queue = append(s.queue[:i], s.queue[i+1:]...)
			it.left = true
			s.bytes -= it.bytes
			it.bytes = 0
			if it.timer != nil {
				it.timer.Stop()
			}
			return true
		}
	}
	return false
}

// Drain waits until everything is settled, or the context ends.
func (s *Spool) Drain(ctx context.Context) error { return s.await(ctx, 0, 0) }

// await waits until at most so many objects are not settled, and no more bytes wait.
func (s *Spool) await(ctx context.Context, objects int, bytes int64) error {
	for {
		s.mu.Lock()
		enough, changed := s.open <= objects && s.bytes <= bytes, s.changed
		s.mu.Unlock()
		if enough {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close ends every delivery. Nothing is told of those.
func (s *Spool) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, it := range s.queue {
		if it.timer != nil {
			it.timer.Stop()
		}
	}
	s.mu.Unlock()
	s.cancel()
	s.work.Wait()
	s.mu.Lock()
	left := s.queue
	s.queue = nil
	for _, h := range s.kept {
		_ = h.Close()
	}
	s.mu.Unlock()
	for _, it := range left {
		it.cancel(nil)
		_ = it.handle.Close()
	}
	return nil
}
