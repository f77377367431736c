package framegear

import (
	"sync"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
)

// maxApart is how far, in nanoseconds, one stream may be ahead of the other before it is written without waiting.
const maxApart = 30_000_000_000

// joiner brings the packets of one rendition and of the sound inside the same segments into the order of their decoding times. A rendition
// without sound in it goes straight to its muxer. Its methods may be called by several goroutines.
//
// Where the timeline breaks, each stream ends its run by itself, sound perhaps before the pictures: what it goes on with waits for the muxer
// of the next run.
type joiner struct {
	mu      sync.Mutex
	wake    *sync.Cond // over mu: done or stopped has changed
	mux     *muxer.Muxer
	streams []joined
	free    []*av.Packet
	done    bool // the run's segments are finished
	stopped bool
}

// joined is one of the streams.
type joined struct {
	scale int64
	queue []*av.Packet // nil ends a run
	ended bool         // nothing will be added
}

// newJoiner returns a joiner for a rendition with a timescale. The muxer follows.
func newJoiner(scale int64) *joiner {
	j := &joiner{streams: []joined{{scale: scale}}}
	j.wake = sync.NewCond(&j.mu)
	return j
}

// add makes room for sound.
func (j *joiner) add(scale int64) { j.streams = append(j.streams, joined{scale: scale}) }

// begin starts a run.
func (j *joiner) begin(m *muxer.Muxer) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mux = m
	if !j.done { // the first one
		return nil
	}
	j.done = false
	for i := range j.streams {
		if s := &j.streams[i]; len(s.queue) > 0 {
			s.shift()
		}
	}
	return j.drain()
}

// write takes a packet, borrowed for the call.
func (j *joiner) write(p *muxer.Packet, stream int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stopped {
		return nil
	}
	if len(j.streams) == 1 {
		return j.mux.Write(p, stream)
	}
	ref, err := j.reference(p)
	if err != nil {
		return err
	}
	s := &j.streams[stream]
	s.queue = append(s.queue, ref)
	return j.drain()
}

func (j *joiner) reference(p *muxer.Packet) (ref *av.Packet, err error) {
	if n := len(j.free); n > 0 {
		ref, j.free = j.free[n-1], j.free[:n-1]
	} else if ref, err = av.NewPacket(); err != nil {
		return nil, err
	}
	return ref, ref.Ref(p)
}

// cut says that a stream's run is over and that another one follows. The segments are finished when all streams have said so.
func (j *joiner) cut(stream int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stopped {
		return nil
	}
	s := &j.streams[stream]
	s.queue = append(s.queue, nil)
	return j.drain()
}

// await waits until the run is finished. Sound never keeps it for long: what its source does not have is silence by then.
func (j *joiner) await() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for !j.done && !j.stopped {
		j.wake.Wait()
	}
}

// end says that a stream is over; with the last one the segments are finished.
func (j *joiner) end(stream int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stopped {
		return nil
	}
	j.streams[stream].ended = true
	return j.drain()
}

// stop finishes the segments with what there is of all streams; what comes later is not written.
func (j *joiner) stop() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.streams {
		j.streams[i].ended = true
	}
	err := j.drain()
	j.halt()
	return err
}

// abandon lets everything go as it is: the stream has failed or is closed.
func (j *joiner) abandon() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.halt()
}

func (j *joiner) halt() {
	j.stopped = true
	j.wake.Broadcast()
}

// drain writes what has its turn for certain, and finishes the run when all of it was written.
func (j *joiner) drain() error {
	for !j.done {
		next := j.next()
		if next < 0 {
			return j.finishRun()
		}
		p := j.streams[next].shift()
		err := j.mux.Write(p, next)
		p.Unref()
		j.free = append(j.free, p)
		if err != nil {
			return err
		}
	}
	return nil
}

func (j *joiner) finishRun() error {
	for i := range j.streams {
		if !j.streams[i].runOver() {
			return nil
		}
	}
	j.done = true
	j.wake.Broadcast()
	return j.mux.Finish()
}

// next returns the stream whose packet comes first, -1 when that cannot be told yet or there is none.
func (j *joiner) next() int {
	best, earliest := -1, int64(0)
	for i := range j.streams {
		s := &j.streams[i]
		switch {
		case s.runOver():
		case len(s.queue) == 0:
			if !j.apart() {
				return -1
			}
		default:
			if at := s.at(0); best < 0 || at < earliest {
				best, earliest = i, at
			}
		}
	}
	return best
}

// apart reports whether some stream has waited for long enough.
func (j *joiner) apart() bool {
	for i := range j.streams {
		s := &j.streams[i]
		if n := s.waiting(); n > 1 && s.at(n-1)-s.at(0) > maxApart {
			return true
		}
	}
	return false
}

// runOver reports whether all of the present run was taken.
func (s *joined) runOver() bool {
	if len(s.queue) == 0 {
		return s.ended
	}
	return s.queue[0] == nil
}

// waiting counts the packets of the present run.
func (s *joined) waiting() int {
	for i, p := range s.queue {
		if p == nil {
			return i
		}
	}
	return len(s.queue)
}

// shift takes the first of the queue.
func (s *joined) shift() *av.Packet {
	p := s.queue[0]
	s.queue = s.queue[:copy(s.queue, s.queue[1:])]
	return p
}

// at returns the decoding time of a packet in nanoseconds.
func (s *joined) at(i int) int64 {
	return media.Timebase{Num: 1, Den: s.scale}.Rescale(s.queue[i].DTS(), media.Nanosecond)
}

// close frees the packets that were not written.
func (j *joiner) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.halt()
	for i := range j.streams {
		j.free = append(j.free, j.streams[i].queue...)
		j.streams[i].queue = nil
	}
	for _, p := range j.free {
		if p != nil {
			p.Close()
		}
	}
	j.free = nil
}
