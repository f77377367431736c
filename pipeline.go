package framegear

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/delivery"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/turn"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/scaler"
)

// pipeline is the goroutine graph behind a stream: one goroutine per rendition, in trees. A rendition scales the picture of
// its parent, or of the source, hands the result to its children, then encodes and packs it.
//
//	WriteFrame ──┬─► v0 (source size)
//	             │    │ encode, mux
//	             └────│─────────────► v1 (720p) ──► v2 (360p)
//	                  │                │ encode, mux  │ encode, mux
//	                  └──────────┬─────┴──────────────┘
//	                         publisher
//
// Frame sets are admitted as a whole: at most Options.Queue of them are inside, and a set leaves when every rendition is
// done with it. Since every queue has room for all of them, no send ever blocks.
type pipeline struct {
	s          *Stream
	grid       encoder.Grid
	earlier    *past // the run before in the same place, on whose timeline this one goes on, nil without
	first      int64 // number of the first segment
	floor      int64 // see past.Floor
	renditions []*rendition
	sound      []*soundTrack
	publisher  *publisher
	room       chan struct{} // one token per frame set inside
	converted  histogram
	sets       chan *frameSet // not in use; a sync.Pool would be emptied by each collection
	line       line           // of what was sent; under the stream's lock
	leaving    leaving        // under the stream's lock too

	ctx    context.Context // of everything that is written; ends with Close or with the context of Finish
	cancel context.CancelFunc
	failed chan struct{} // closed with the first error
	once   sync.Once
	cause  error
	abort  atomic.Bool
	work   sync.WaitGroup
	ending sync.Once

	copies  bool // packets of an input are passed on, whose segments are as long as they are
	copied  bool // all of them were
	hurries bool // counted in turn.Cores
}

// frameSet is one instant of the output on its way through all renditions.
type frameSet struct {
	slot    int64
	cut     bool       // it begins anew after a discontinuity
	leaves  *rendition // it is given up from here on, nil for none
	arrived time.Time  // when WriteFrame took it, or the clock repeated it
	pending atomic.Int32
}

// item is a frame set with the picture that one rendition starts from. The receiver releases the picture.
type item struct {
	set *frameSet
	pic *scaler.Picture
}

func newPipeline(s *Stream, src sourceSpec, now time.Time) (*pipeline, error) {
	grid, err := s.opt.grid()
	if err != nil {
		return nil, err
	}
	if s.opt.AutoLadder {
		s.opt.Ladder = AutoLadder(src.width, src.height, s.opt.FrameRate)
	}
	rungs, warnings, err := s.opt.resolve(src)
	for _, w := range warnings {
		s.warn(w)
	}
	if err != nil {
		return nil, err
	}
	p := emptyPipeline(s, grid)
	if err := p.lookBack(); err != nil {
		return nil, err
	}
	if err := p.build(rungs, src); err != nil {
		p.free()
		return nil, err
	}
	if p.earlier != nil {
		if err := p.resume(now); err != nil {
			p.free()
			return nil, err
		}
	}
	if err := p.reserve(now); err != nil {
		if s.opt.Outage == EndAtOutage {
			p.free()
			return nil, &StageError{Stage: "publish", Err: err}
		}
		s.warn(fmt.Sprintf("what a restart has to know cannot be written: %v", err))
	}
	p.line.begin(s.clock.next, p.first, grid.SegmentFrames)
	p.start()
	return p, nil
}

func emptyPipeline(s *Stream, grid encoder.Grid) *pipeline {
	p := &pipeline{s: s, grid: grid, first: 1, room: make(chan struct{}, s.opt.Queue), failed: make(chan struct{})}
	p.sets = make(chan *frameSet, s.opt.Queue)
	p.ctx, p.cancel = context.WithCancel(s.ctx)
	return p
}

// build opens every rendition before anything is written, so that a ladder that cannot work leaves nothing behind.
func (p *pipeline) build(rungs []rung, src sourceSpec) error {
	p.publisher = newPublisher(p, rungs)
	for i := range rungs {
		r, err := newRendition(p, i, &rungs[i], rungs, src)
		if err != nil {
			return err
		}
		p.renditions = append(p.renditions, r)
	}
	if err := p.openSound(); err != nil {
		return err
	}
	for i := range p.renditions {
		if err := p.renditions[i].openMuxer(); err != nil {
			return err
		}
	}
	for i := range rungs {
		if parent := rungs[i].parent; parent >= 0 {
			p.renditions[parent].children = append(p.renditions[parent].children, p.renditions[i])
		}
	}
	return nil
}

// lookBack finds out whether there is an earlier run to go on from.
func (p *pipeline) lookBack() (err error) {
	place, own := &p.s.place, ""
	if p.s.opt.Live {
		own = place.stateName()
	}
	if err := place.replacePasts(own); err != nil {
		return fmt.Errorf("framegear: %w", err)
	}
	if !p.s.opt.Live {
		return nil
	}
	if p.earlier, err = loadPast(place, p.s.warn); err != nil {
		return fmt.Errorf("framegear: %w", err)
	}
	if p.earlier != nil {
		p.first, p.floor = p.earlier.used+1, p.earlier.Floor
	}
	return nil
}

// resume continues the timeline of an earlier run with the segment of the grid that is due now, or with the first that is
// free when the restart was quick.
func (p *pipeline) resume(now time.Time) error {
	earlier := p.earlier
	p.publisher.resume(earlier)
	if earlier.Start.IsZero() { // numbers alone
		return nil
	}
	frame := p.grid.Rate.Frame()
	due := media.Nanosecond.Rescale(int64(now.Sub(earlier.Start)), frame) / p.grid.SegmentFrames
	free := media.Nanosecond.Rescale(int64(earlier.end()), frame)
	free = (free + p.grid.SegmentFrames - 1) / p.grid.SegmentFrames
	start := earlier.Start
	// A run that was killed is at most two segments ahead of the clock: those that its numbers stand for. More is a clock that was set back, or
	// many runs that were very short, and waiting would lose every frame until then. The timeline stays ahead of the clock instead.
	if ahead := free - due; ahead > segmentsAhead {
		start = now.Add(-p.grid.Rate.Frame().Duration(free * p.grid.SegmentFrames))
		p.s.warn(fmt.Sprintf("the clock is %s behind what was made before: the output stays ahead of it",
			p.grid.Rate.Frame().Duration(ahead*p.grid.SegmentFrames).Round(time.Millisecond)))
	}
	p.s.clock.resume(now, start, max(due, free)*p.grid.SegmentFrames)
	for _, st := range p.sound {
		if err := st.track.Begin(st.samples(p.grid.Tick(p.s.clock.next))); err != nil {
			return &StageError{Stage: "audio", Rendition: st.id, Err: err}
		}
	}
	return nil
}

// segmentsAhead is how far a killed run may be ahead of the clock: the segment under way, and one whose parts may have been seen.
const segmentsAhead = 2

func (p *pipeline) start() {
	if p.s.opt.Live {
		p.hurries = true
		turn.Cores.Hurry(1)
	}
	p.publisher.start()
	for _, r := range p.renditions {
		p.work.Go(func() {
			r.run()
		})
	}
	for _, st := range p.sound {
		p.work.Go(func() {
			st.run()
		})
	}
}

// admit takes one place in the pipeline: it waits for room, or returns ErrDropped when the stream must not wait.
func (p *pipeline) admit() error {
	select {
	case <-p.failed:
		return p.cause
	case <-p.s.closing: // repeats may be many
		return ErrClosed
	default:
	}
	select {
	case p.room <- struct{}{}:
		return nil
	default:
	}
	if p.s.opt.WhenFull == DropWhenFull {
		return ErrDropped
	}
	select {
	case p.room <- struct{}{}:
		return nil
	case <-p.failed:
		return p.cause
	case <-p.s.closing:
		return ErrClosed
	}
}

// leave gives an unused place back.
func (p *pipeline) leave() { <-p.room }

// send hands a picture to every rendition that starts from the source's. The picture is borrowed; each receiver has its own reference.
func (p *pipeline) send(pic *scaler.Picture, slot int64, arrived time.Time, cut bool) {
	if cut {
		p.cutSound(slot)
		p.line.cut(slot)
	}
	set := p.frameSet()
	set.slot, set.arrived, set.cut = slot, arrived, cut
	set.leaves = p.leaves(slot, cut)
	p.line.next = slot + 1
	set.pending.Store(int32(len(p.renditions)))
	// Backwards: Go runs the goroutine that was woken last at once, on the core that has the picture, and that is to be the first of the
	// ladder, which takes longest. The others begin when another core has been woken up.
	for _, r := range slices.Backward(p.renditions) {
		if r.parent < 0 {
			r.in <- item{set, pic.Retain()}
		}
	}
}

func (p *pipeline) frameSet() *frameSet {
	select {
	case set := <-p.sets:
		return set
	default:
		return new(frameSet)
	}
}

// done is called by each rendition when a frame set leaves it.
func (p *pipeline) done(set *frameSet) {
	if set.pending.Add(-1) == 0 {
		p.sets <- set // there are never more of them than there is room
		<-p.room
	}
}

// fail ends the stream with its first error.
func (p *pipeline) fail(err error) {
	p.once.Do(func() {
		p.cause = err
		p.halt()
		close(p.failed)
		p.s.opt.Logger.Debug("stream ended", "err", err) // the caller has the error from the next call and from Finish
	})
}

// halt makes everything inside stop soon, sources of sound included.
func (p *pipeline) halt() {
	p.abort.Store(true)
	p.s.stopSound()
}

// err returns the error that ended the stream.
func (p *pipeline) err() error {
	select {
	case <-p.failed:
		return p.cause
	default:
		return nil
	}
}

// end lets the renditions run dry.
func (p *pipeline) end() {
	p.ending.Do(func() {
		p.endSound()
		for _, r := range p.renditions {
			if r.parent < 0 {
				close(r.in)
			}
		}
	})
}

// finish drains everything and writes the final manifests.
func (p *pipeline) finish(ctx context.Context) error {
	p.end()
	drained := make(chan struct{})
	go func() {
		p.work.Wait()
		close(drained)
	}()
	select {
	case <-drained:
	case <-ctx.Done():
		p.halt()
		p.cancel()
		<-drained
		return ctx.Err()
	}
	if err := p.s.drain(ctx); err != nil {
		p.halt()
		p.cancel()
		return err
	}
	defer context.AfterFunc(ctx, p.cancel)() // a place that takes the last manifests and does not answer
	if err := p.err(); err != nil {
		p.publisher.end()
		if errors.Is(err, sink.ErrEmptied) { // what would be listed is gone
			p.publisher.unlist()
			return err
		}
		if late := p.publisher.write(); late != nil { // the first error is the one to tell
			p.s.opt.Logger.Debug("the end could not be written", "err", late)
		}
		return err
	}
	switch err := p.publisher.finish(); {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, delivery.ErrGivenUp):
		return lost(err)
	case err != nil:
		p.fail(&StageError{Stage: "publish", Err: err})
	}
	return p.err()
}

// close stops everything and frees it.
func (p *pipeline) close() {
	p.halt()
	p.end()
	p.work.Wait()
	p.s.closeOutlet()
	p.publisher.stop()
	p.free()
}

func (p *pipeline) free() {
	if p.hurries {
		p.hurries = false
		turn.Cores.Hurry(-1)
	}
	p.cancel()
	// At the same time: a driver that hangs costs its timeout once, not once per rendition.
	var work sync.WaitGroup
	for _, r := range p.renditions {
		work.Go(r.free)
	}
	work.Wait()
	for _, st := range p.sound {
		st.free()
	}
}
