package framegear

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/turn"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/scaler"
)

// rendition is one rung at work. Its goroutine owns the branch, the encoder and the muxer.
type rendition struct {
	*rung
	p        *pipeline
	index    int
	in       chan item
	children []*rendition

	branch *scaler.Branch
	feeds  scaler.Spec // the pictures that the encoder takes
	filter *av.Chain   // Rendition.Filter, nil without
	enc    pictureEncoder
	params *encoder.Parameters
	mux    *muxer.Muxer
	join   *joiner
	times  rungClock
	emit   func(*encoder.Packet) error
	encode func(pts, duration int64, key bool) error // bound once: a method value made per frame is garbage per frame

	// continues says that the next run does not begin at time zero.
	continues bool
	// gone says that it was given up: it scales for its children and nothing else.
	gone bool
	left bool // it will be given up; under the stream's lock

	next    int64 // number of the segment after the last complete one
	took    timings
	arrived atomic.Int64  // when the frame set that is being encoded came; sound in the same segments may end them
	muxing  time.Duration // spent inside emit during one call of the encoder

	turn *turn.Ticket // for a core, nil where the encoder has threads of its own or a device

	seen   *scaler.Picture // the last picture that came in, to recognise repeats
	scaled *scaler.Picture // and what became of it
	fresh  changes         // what has changed since the last picture that was encoded
}

func newRendition(p *pipeline, index int, g *rung, rungs []rung, src sourceSpec) (*rendition, error) {
	r := &rendition{rung: g, p: p, index: index, in: make(chan item, cap(p.room)), times: newRungClock(p.grid, g.FrameRate), next: p.first}
	r.join, r.continues = newJoiner(p.grid.Timescale), p.earlier != nil
	if err := r.open(rungs, src); err != nil {
		r.free()
		return nil, err
	}
	r.encode = r.encodeScaled
	r.emit = func(pkt *encoder.Packet) error {
		r.endTurn() // a sink may take its time, and the codec has done its work for this picture
		began := r.now()
		err := r.join.write(pkt, 0)
		r.muxing += r.now().Sub(began)
		if err != nil {
			return r.fault("muxer", err)
		}
		return nil
	}
	return r, nil
}

func (r *rendition) open(rungs []rung, src sourceSpec) error {
	from := src.spec()
	if r.parent >= 0 {
		from = rungs[r.parent].spec()
	}
	var err error
	to := r.spec()
	if r.hardware() && r.Filter == "" {
		to = from // scaled on the device
	}
	if r.branch, err = scaler.NewBranch(from, to); err != nil {
		return r.fault("scaler", err)
	}
	if err := r.openFilter(); err != nil {
		return err
	}
	r.feeds = to
	if r.Threads == 1 && !r.hardware() {
		r.turn = turn.NewTicket()
	}
	return r.begin()
}

// begin opens the encoder of a run without discontinuities.
func (r *rendition) begin() error {
	opt := r.p.s.opt.encoderOptions(r.rung)
	if !r.times.uniform() {
		opt.BFrames = encoder.NoBFrames
	}
	if err := r.openEncoder(opt, r.feeds); err != nil {
		return err
	}
	if err := r.p.publisher.describe(r.index, r.params.CodecParameters); err != nil {
		return r.fault("encoder", err)
	}
	return nil
}

// openMuxer opens the last stage, once it is known whether there is sound in the same segments.
func (r *rendition) openMuxer() (err error) {
	pub := r.p.publisher
	streams, scales := []*muxer.Parameters{r.params}, []int64{r.p.grid.Timescale}
	for _, st := range r.p.sound {
		if st.inside() {
			streams, scales = append(streams, st.params), append(scales, int64(st.track.Rate()))
			pub.contain(r.index, st.params.CodecParameters)
		}
	}
	r.mux, err = muxer.New(r.p.ctx, muxer.Options{
		Track: r.id, Container: muxer.Container(r.p.s.opt.Container), Streams: streams,
		Timescales: scales, Segment: r.p.grid.Duration(), Sink: r.p.s.place.sink, Logger: r.p.s.opt.Logger,
		FirstNumber: r.next, Continues: r.continues, Exact: r.p.copies,
		Part: r.p.s.opt.partDuration(r.FrameRate), Extra: r.p.s.opt.ContainerExtra, Parts: r.p.s.place.parts,
		OnInit: func(name string) { pub.initReady(r.index, name) },
		OnPart: func(part muxer.Part) {
			if part.Index == 0 {
				r.toil()
			}
			pub.partReady(r.index, part)
			r.readable()
		},
		OnSegment: func(seg muxer.Segment) {
			r.next = seg.Number + 1
			if len(seg.Parts) == 0 {
				r.toil()
			}
			if r.p.copies {
				r.p.boundSound(seg.Start + seg.Duration)
			}
			pub.segmentReady(r.index, seg)
			if len(seg.Parts) == 0 {
				r.readable()
			}
		},
	})
	if err != nil {
		return r.fault("muxer", err)
	}
	if err := r.join.begin(r.mux); err != nil {
		return r.fault("muxer", err)
	}
	return nil
}

// toil is what tests make a segment cost.
func (r *rendition) toil() {
	if work := r.p.s.opt.work; work != nil {
		work(r.id)
	}
}

func (r *rendition) openFilter() (err error) {
	if r.Filter == "" {
		return nil
	}
	r.filter, err = av.NewChain(av.ChainConfig{
		Filters: r.Filter, Width: r.Width, Height: r.Height, Layout: r.layout, Color: r.color, OutWidth: r.Width, OutHeight: r.Height,
		FrameRate: r.FrameRate, Logger: r.p.s.opt.Logger,
	})
	if err != nil {
		return fmt.Errorf("%w: %s: Filter: %w", ErrLadder, r.rung, err)
	}
	return nil
}

func (g *rung) spec() scaler.Spec {
	return scaler.Spec{Width: g.Width, Height: g.Height, Layout: g.layout, Color: g.color}
}

func (r *rendition) fault(stage string, err error) error {
	return &StageError{Stage: stage, Rendition: r.rung.String(), Err: err}
}

// run works until its queue is closed, then drains the encoder. After an abort it only empties the queue.
func (r *rendition) run() {
	for it := range r.in {
		if !r.p.abort.Load() {
			if err := r.process(it); err != nil {
				r.p.fail(err)
			}
		} else {
			r.pass(it.set)
		}
		it.pic.Release()
		r.p.done(it.set)
	}
	for _, c := range r.children {
		close(c.in)
	}
	if r.p.abort.Load() {
		return
	}
	if err := r.finish(); err != nil {
		r.p.fail(err)
	}
}

// process scales, hands on, and encodes one instant.
func (r *rendition) process(it item) error {
	if r.gone && len(r.children) == 0 {
		return nil
	}
	r.takeTurn(it.set)
	defer r.endTurn()
	if err := r.scale(it.pic); err != nil {
		r.pass(it.set)
		return r.fault("scaler", err)
	}
	for _, c := range r.children {
		c.in <- item{it.set, r.scaled.Retain()}
	}
	if it.set.leaves == r {
		return r.leave()
	}
	if r.gone {
		return nil
	}
	if it.set.cut {
		if err := r.cut(); err != nil {
			return err
		}
	}
	r.arrived.Store(it.set.arrived.UnixNano())
	return r.times.frames(it.set.slot, r.encode)
}

// recordingsWait is how long a recording lets live streams go before it.
const recordingsWait = 10 * time.Second

// takeTurn waits for a core. Of all streams in the process those go first that have the least time left: a live one until its next frame.
func (r *rendition) takeTurn(set *frameSet) {
	if r.turn == nil || !turn.Cores.Urgent() {
		return
	}
	deadline := set.arrived.Add(recordingsWait)
	if r.p.s.opt.Live {
		deadline = set.arrived.Add(r.p.grid.Rate.Frame().Duration(1))
	}
	turn.Cores.Enter(r.turn, deadline)
}

func (r *rendition) endTurn() {
	if r.turn != nil {
		turn.Cores.Leave(r.turn)
	}
}

// scale sets scaled. A repeated picture is not scaled again.
func (r *rendition) scale(pic *scaler.Picture) error {
	if pic == r.seen {
		return nil
	}
	began := r.now()
	scaled, err := r.branch.ScaleNext(pic, r.seen, r.scaled)
	if err != nil {
		return err
	}
	r.took.of(StageScale).add(r.now().Sub(began))
	r.fresh.add(scaled, r.scaled)
	r.forget()
	r.seen, r.scaled = pic.Retain(), scaled
	return nil
}

func (r *rendition) forget() {
	r.seen.Release()
	r.scaled.Release()
	r.seen, r.scaled = nil, nil
}

func (r *rendition) encodeScaled(pts, duration int64, key bool) error {
	pic := r.scaled
	if r.filter != nil {
		var err error
		if pic, err = r.filter.Run(pic); err != nil {
			return r.fault("filter", err)
		}
		defer pic.Release()
	}
	if enc, ok := r.enc.(interface{ Hint(*encoder.Changes) }); ok && r.filter == nil {
		enc.Hint(r.fresh.since())
	}
	defer r.fresh.encoded(pic)
	began := r.now()
	r.muxing = 0
	if err := r.enc.Encode(pic, pts, duration, key, r.emit); err != nil {
		return asStage(err, r)
	}
	r.took.of(StageEncode).add(r.now().Sub(began) - r.muxing)
	r.took.of(StageMux).add(r.muxing)
	return nil
}

func (r *rendition) now() time.Time { return r.p.s.opt.now() }

// readable notes that the picture that is being encoded, and what came before it, can be read.
func (r *rendition) readable() {
	r.took.of(StageTotal).add(time.Duration(r.now().UnixNano() - r.arrived.Load()))
}

// asStage wraps an encoder's error; errors of the muxer come through the encoder as they are.
func asStage(err error, r *rendition) error {
	stageError := &StageError{}
	if errors.As(err, &stageError) {
		return err
	}
	return r.fault("encoder", err)
}

// pass tells the renditions below that a frame set will not come.
func (r *rendition) pass(set *frameSet) {
	for _, c := range r.children {
		c.pass(set)
		r.p.done(set)
	}
}

func (r *rendition) finish() error {
	if r.gone {
		return nil
	}
	return r.endRun(func() error { return r.join.end(0) })
}

// endRun takes what is still in the encoder and says to the joiner that it was all.
func (r *rendition) endRun(end func() error) error {
	if r.enc != nil { // none where packets are copied
		if err := r.enc.Flush(r.emit); err != nil {
			return asStage(err, r)
		}
	}
	if err := end(); err != nil {
		return r.fault("muxer", err)
	}
	return nil
}

// cut ends a run and begins another one with a new encoder and muxer: nothing that comes refers to what was.
func (r *rendition) cut() error {
	if err := r.endRun(func() error { return r.join.cut(0) }); err != nil {
		return err
	}
	r.join.await()
	r.closeEncoder()
	r.p.publisher.cut(r.index, r.next)
	r.times, r.continues = newRungClock(r.p.grid, r.FrameRate), true
	if err := r.begin(); err != nil {
		return err
	}
	return r.openMuxer()
}

// leave gives the rendition up: its segments end here, another one's take their place.
func (r *rendition) leave() error {
	if err := r.endRun(r.join.stop); err != nil {
		return err
	}
	r.gone = true
	r.join.close()
	r.closeEncoder()
	if len(r.children) == 0 {
		r.forget()
	}
	r.p.publisher.leave(r.index)
	return nil
}

func (r *rendition) free() {
	r.forget()
	r.join.close()
	r.closeEncoder()
	if r.branch != nil {
		r.branch.Close()
	}
	if r.filter != nil {
		r.filter.Close()
	}
}

func (r *rendition) closeEncoder() {
	if r.mux != nil {
		r.mux.Close()
	}
	if r.params != nil {
		r.params.Close()
	}
	if r.enc != nil {
		r.enc.Close()
	}
	r.mux, r.params, r.enc = nil, nil, nil
}
