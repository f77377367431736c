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
type joiner struct {
	mu      sync.Mutex
	mux     *muxer.Muxer
	streams []joined
	free    []*av.Packet
	stopped bool
}

// joined is one of the streams.
type joined struct {
	scale int64
	queue []*av.Packet
	ended bool
}

// newJoiner returns a joiner for a rendition with a timescale. The muxer follows.
func newJoiner(scale int64) *joiner { return &joiner{streams: []joined{{scale: scale}}} }

// add makes room for sound.
func (j *joiner) add(scale int64) { j.streams = append(j.streams, joined{scale: scale}) }

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

// end says that a stream is over; with the last one the segments are finished.
func (j *joiner) end(stream int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stopped {
		return nil
	}
	j.streams[stream].ended = true
	if err := j.drain(); err != nil {
		return err
	}
	for i := range j.streams {
		if !j.streams[i].ended {
			return nil
		}
	}
	return j.mux.Finish()
}

// stop finishes the segments with what there is of all streams; what comes later is not written.
func (j *joiner) stop() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.streams {
		j.streams[i].ended = true
	}
	if err := j.drain(); err != nil {
		return err
	}
	j.stopped = true
	return j.mux.Finish()
}

// drain writes what has its turn for certain.
func (j *joiner) drain() error {
	for {
		next := j.next()
		if next < 0 {
			return nil
		}
		s := &j.streams[next]
		p := s.queue[0]
		copy(s.queue, s.queue[1:])
		s.queue = s.queue[:len(s.queue)-1]
		err := j.mux.Write(p, next)
		p.Unref()
		j.free = append(j.free, p)
		if err != nil {
			return err
		}
	}
}

// next returns the stream whose packet comes first, -1 when that cannot be told yet.
func (j *joiner) next() int {
	best, earliest := -1, int64(0)
	for i := range j.streams {
		s := &j.streams[i]
		if len(s.queue) == 0 {
			if !s.ended && !j.apart() {
				return -1
			}
			continue
		}
		if at := s.at(0); best < 0 || at < earliest {
			best, earliest = i, at
		}
	}
	return best
}

// apart reports whether some stream has waited for long enough.
func (j *joiner) apart() bool {
	for i := range j.streams {
		s := &j.streams[i]
		if n := len(s.queue); n > 1 && s.at(n-1)-s.at(0) > maxApart {
			return true
		}
	}
	return false
}

// at returns the decoding time of a packet in nanoseconds.
func (s *joined) at(i int) int64 {
	return media.Timebase{Num: 1, Den: s.scale}.Rescale(s.queue[i].DTS(), media.Nanosecond)
}

// close frees the packets that were not written.
func (j *joiner) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.streams {
		for _, p := range j.streams[i].queue {
			p.Close()
		}
		j.streams[i].queue = nil
	}
	for _, p := range j.free {
		p.Close()
	}
	j.free = nil
}
