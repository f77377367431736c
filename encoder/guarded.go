package encoder

import (
	"errors"
	"time"

	"github.com/framegear/framegear/internal/av"
)

// Guarded is an [Encoder] whose calls return in time even when the driver below it hangs: they are made on a goroutine of their
// own, which is given up after the limit with an error wrapping ErrStuck. One goroutine at a time.
type Guarded struct {
	opt    Options
	limit  time.Duration
	worker *av.Worker
	job    job
	out    []*Packet // ready, to be emitted by the caller's goroutine
	spare  []*Packet
	encode func() error // bound once
	flush  func() error
}

// job belongs to the worker while a call is under way, and for ever when it was given up.
type job struct {
	e             *Encoder
	pic           *Picture
	pts, duration int64
	key           bool
	params        *Parameters
}

// open returns the call that sets e and params.
func (j *job) open(o Options) func() error {
	return func() (err error) {
		if j.e, err = New(o); err != nil {
			return err
		}
		if j.params, err = j.e.Parameters(); err != nil {
			return err
		}
		told := len(j.params.Extradata) > 0
		if !Hardware(o.Codec) || !needsSets(Format(o.Codec)) || told && !o.Device.info.ownSets {
			return nil
		}
		j.e.Close() // it may be the only one that the device takes
		sets, err := firstSets(o)
		if err != nil && !(told && errors.Is(err, errNoSets)) {
			return err
		}
		if j.e, err = New(o); err != nil || sets == nil {
			return err
		}
		return j.params.SetExtradata(sets)
	}
}

// NewGuarded opens an encoder. No call into the driver takes longer than the limit; zero means DefaultLimit. Errors that
// come from the device are DeviceErrors.
func NewGuarded(o Options, limit time.Duration) (*Guarded, error) {
	if limit == 0 {
		limit = DefaultLimit
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	g := &Guarded{opt: o, limit: limit, worker: av.NewWorker()}
	g.encode, g.flush = g.doEncode, func() error { return g.job.e.Flush(g.collect) }
	err := g.worker.Do(limit, g.job.open(o))
	if err != nil {
		_ = g.Close()
		return nil, g.explain(err)
	}
	return g, nil
}

// explain makes errors of the device DeviceErrors.
func (g *Guarded) explain(err error) error {
	if err == nil || g.opt.Device == nil || errors.Is(err, ErrOptions) || errors.Is(err, ErrClosed) || errors.Is(err, av.ErrOption) {
		return err
	}
	path := g.opt.Device.path
	return &DeviceError{Path: path, Reason: path + ": " + refusal(&g.opt, g.limit, err), Err: err}
}

// Parameters returns what the stream is. The caller closes it.
func (g *Guarded) Parameters() (*Parameters, error) {
	if g.worker.Stuck() {
		return nil, ErrStuck
	}
	if g.job.params == nil {
		return nil, ErrClosed
	}
	return g.job.params.Clone()
}

// Encode is [Encoder.Encode].
func (g *Guarded) Encode(pic *Picture, pts, duration int64, key bool, emit func(*Packet) error) error {
	if g.worker.Stuck() {
		return g.explain(ErrStuck)
	}
	g.job.pic, g.job.pts, g.job.duration, g.job.key = pic.Retain(), pts, duration, key
	return g.deliver(g.worker.Do(g.limit, g.encode), emit)
}

func (g *Guarded) doEncode() error {
	j := &g.job
	defer j.pic.Release()
	return j.e.Encode(j.pic, j.pts, j.duration, j.key, g.collect)
}

// Flush is [Encoder.Flush].
func (g *Guarded) Flush(emit func(*Packet) error) error {
	return g.deliver(g.worker.Do(g.limit, g.flush), emit)
}

// collect keeps a packet for the caller's goroutine: emit must not run on one that may be given up.
func (g *Guarded) collect(p *Packet) error {
	var q *Packet
	if n := len(g.spare); n > 0 {
		q, g.spare = g.spare[n-1], g.spare[:n-1]
	} else {
		var err error
		if q, err = av.NewPacket(); err != nil {
			return err
		}
	}
	q.Take(p)
	g.out = append(g.out, q)
	return nil
}

// deliver emits what is ready, also what came before an error. Errors of emit are returned as they are.
func (g *Guarded) deliver(err error, emit func(*Packet) error) error {
	if errors.Is(err, ErrStuck) {
		return g.explain(err) // the worker may still be at the packets
	}
	for i, p := range g.out {
		emitted := emit(p)
		p.Unref()
		g.spare = append(g.spare, p)
		if emitted != nil {
			g.out = append(g.out[:0], g.out[i+1:]...)
			return emitted
		}
	}
	g.out = g.out[:0]
	return g.explain(err)
}

// Close frees the encoder. It returns ErrStuck when the driver does not let it. Closing twice is harmless.
func (g *Guarded) Close() error {
	return g.worker.Close(g.limit, func() {
		for _, p := range append(g.out, g.spare...) {
			p.Close()
		}
		g.job.params.Close()
		if g.job.e != nil {
			g.job.e.Close()
		}
	})
}
