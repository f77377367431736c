package audio

import "github.com/framegear/framegear/internal/av"

// encoded puts blocks on the timeline as samples and encodes them in whole frames.
type encoded struct {
	frames   *frames
	renew    func() (*frames, error)
	res      *av.Resampler
	align    aligner
	channels int64

	fifo []float32 // from next on, interleaved
	read int       // floats of fifo that are used up
	next int64     // where the next frame begins
	sent int64     // samples of the frames that were encoded
	skip int64     // samples that are still to be cut from what the resampler gives
	seam seam
	torn bool // what comes next does not begin a source
}

func newEncoded(t *Track, renew func() (*frames, error), channels int) (*encoded, error) {
	e := &encoded{renew: renew, channels: int64(channels)}
	return e, e.begin(t, 0)
}

// begin makes everything anew: what comes does not refer to what was.
func (e *encoded) begin(t *Track, at int64) error {
	f, err := e.renew()
	if err != nil {
		return err
	}
	e.close()
	if at != 0 && !f.remove { // a later run begins with the picture, and not before it
		f.dropPriming()
	}
	f.from, e.frames, t.params = at, f, f.params
	e.align = newAligner(t.rate, t.opt.Timing, t.opt.Source.Device(), t.opt.Source.drifts(t.opt.Timing))
	e.align.broken = true // the first block takes its exact place, however near it is
	e.res = av.NewResampler(t.rate, int(e.channels), e.align.elastic)
	e.fifo, e.read, e.skip, e.next = e.fifo[:0], 0, 0, at+f.lead
	e.seam, e.torn = newSeam(t.rate, int(e.channels)), at != 0
	e.zeros(-f.lead)
	if e.torn {
		e.seam.cut()
	}
	return nil
}

// buffered is where the samples end that are in the fifo.
func (e *encoded) buffered() int64 {
	return e.next + int64(len(e.fifo)-e.read)/e.channels
}

func (e *encoded) end() int64 { return e.buffered() + e.res.Held() - e.skip }

func (e *encoded) take(t *Track, b block, at int64) error {
	n := int64(b.samples.Count()) * int64(t.rate) / int64(b.samples.Rate())
	var s step
	if b.known {
		t.stats.Late = at - e.end()
		if s = e.align.place(t.stats.Late, n); s.stretch != t.stats.Stretch || e.align.elastic && s.stretch != 0 {
			t.stats.Stretch = s.stretch
			if err := e.res.Stretch(s.stretch); err != nil {
				return err
			}
		}
	}
	if s.silence > 0 {
		if err := e.gap(t, s.silence); err != nil {
			return err
		}
	}
	if s.trim > 0 {
		t.stats.Trimmed += s.trim
		if s.trim >= n {
			return nil
		}
		e.skip += s.trim
		e.seam.cut()
	}
	start := len(e.fifo)
	var err error
	if e.fifo, err = e.res.Convert(e.fifo, b.samples); err != nil {
		return err
	}
	e.cut(start)
	e.torn = true
	return nil
}

// cut takes what is to be skipped out of what came in since start, and joins the rest to what was before.
func (e *encoded) cut(start int) {
	if n := min(e.skip*e.channels, int64(len(e.fifo)-start)); n > 0 {
		e.fifo = append(e.fifo[:start], e.fifo[start+int(n):]...)
		e.skip -= n / e.channels
	}
	e.seam.join(e.fifo[start:])
}

// gap puts silence behind what came so far.
func (e *encoded) gap(t *Track, n int64) error {
	start := len(e.fifo)
	before := e.end()
	var err error
	if e.fifo, err = e.res.Drain(e.fifo); err != nil {
		return err
	}
	e.cut(start)
	e.skip = 0
	// What the resampler gave at its end need not be what it said it held.
	n = max(0, before+n-e.buffered())
	t.stats.Silent += n
	if e.torn {
		e.seam.cut()
	}
	e.zeros(n)
	if e.torn {
		e.seam.cut()
	}
	return nil
}

func (e *encoded) zeros(n int64) {
	start := len(e.fifo)
	for range n * e.channels {
		e.fifo = append(e.fifo, 0)
	}
	e.seam.join(e.fifo[start:])
}

func (e *encoded) coded() int64 { return e.sent }

func (e *encoded) silence(t *Track, until int64) error {
	if n := until - e.end(); n > 0 {
		e.align.broken = true
		return e.gap(t, n)
	}
	return nil
}

func (e *encoded) emit(until int64, emit func(*Packet) error) error {
	size := int64(e.frames.size)
	for e.next+size <= until && e.buffered() >= e.next+size {
		if err := e.frame(emit); err != nil {
			return err
		}
	}
	return nil
}

// frame encodes the next frame of the fifo.
func (e *encoded) frame(emit func(*Packet) error) error {
	n := e.frames.size * int(e.channels)
	pcm := e.fifo[e.read : e.read+n]
	e.read += n
	at := e.next
	e.next += int64(e.frames.size)
	e.sent += int64(e.frames.size)
	err := e.frames.encode(pcm, at, emit)
	if e.read > len(e.fifo)/2 {
		e.fifo = e.fifo[:copy(e.fifo, e.fifo[e.read:])]
		e.read = 0
	}
	return err
}

func (e *encoded) finish(end int64, emit func(*Packet) error) error {
	var err error
	start := len(e.fifo)
	if e.fifo, err = e.res.Drain(e.fifo); err != nil {
		return err
	}
	e.cut(start)
	if extra := (e.buffered() - end) * e.channels; extra > 0 {
		e.fifo = e.fifo[:max(int64(e.read), int64(len(e.fifo))-extra)]
	}
	for e.next < end {
		e.zeros(e.next + int64(e.frames.size) - e.buffered())
		if err := e.frame(emit); err != nil {
			return err
		}
	}
	return e.frames.flush(emit)
}

func (e *encoded) close() {
	if e.frames != nil {
		e.res.Close()
		e.frames.close()
	}
}
