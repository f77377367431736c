package framegear

import (
	"fmt"
	"slices"

	"github.com/framegear/framegear/internal/av"
)

// noTime is libav's word for a time that is not known.
const noTime = -1 << 63

// firstPackets are looked at together at the beginning: none of the codecs that are copied reorders more pictures than 16.
const firstPackets = 32

// order puts the packets of pictures into an order of decoding times that holds. Containers such as Matroska have none; then libav finds them
// only when it has seen some packets.
type order struct {
	frame int64        // length of a picture in ticks of the input
	queue []*av.Packet // of the beginning, nil once that is over
	begun bool
	shift int64 // what decoding times come earlier, so that none is after its picture's
	zero  int64 // the time of the first key frame
	last  int64 // decoding time
}

// add takes a packet over and returns those that are due, for the caller to close. What comes before the first key frame cannot be decoded and
// is left out, and so is what would be seen before it.
func (o *order) add(p *av.Packet) ([]*av.Packet, error) {
	switch {
	case o.begun:
		return o.timed(p)
	case len(o.queue) == 0 && !p.Key():
		p.Close()
		return nil, nil
	case p.PTS() == noTime && p.DTS() == noTime:
		p.Close()
		return nil, fmt.Errorf("%w: packets without times (want a container that has them)", ErrCopy)
	}
	o.queue = append(o.queue, p)
	if len(o.queue) < firstPackets {
		return nil, nil
	}
	return o.begin()
}

// begin finds out how the input begins, and returns what was kept.
func (o *order) begin() (due []*av.Packet, err error) {
	queue := o.queue
	o.begun, o.queue, o.last = true, nil, noTime
	if len(queue) == 0 {
		return nil, nil
	}
	o.fill(queue)
	o.zero = queue[0].PTS()
	for _, p := range queue {
		o.shift = max(o.shift, p.DTS()-p.PTS())
	}
	for _, p := range queue {
		more, err := o.timed(p)
		if err != nil {
			return due, err
		}
		due = append(due, more...)
	}
	return due, nil
}

// fill gives packets the decoding times that they lack, a picture's length before the next one's, or their presentation times' where none has any.
func (o *order) fill(queue []*av.Packet) {
	next := int64(noTime)
	for _, p := range slices.Backward(queue) {
		pts, dts := p.PTS(), p.DTS()
		if dts == noTime && next != noTime {
			dts = next - o.frame
		}
		if dts == noTime {
			dts = pts
		}
		if pts == noTime {
			pts = dts
		}
		p.SetTimes(pts, dts, p.Duration())
		next = dts
	}
}

// timed gives one packet its times.
func (o *order) timed(p *av.Packet) ([]*av.Packet, error) {
	pts, dts := p.PTS(), p.DTS()
	switch {
	case pts == noTime && dts == noTime:
		pts, dts = o.last+o.frame+o.shift, o.last+o.frame+o.shift
	case dts == noTime:
		dts = o.last + o.frame + o.shift
	case pts == noTime:
		pts = dts
	}
	if pts < o.zero {
		p.Close() // it refers to what was not there
		return nil, nil
	}
	dts -= o.shift
	if o.last != noTime {
		dts = max(dts, o.last+1)
	}
	if pts < dts {
		defer p.Close()
		return nil, fmt.Errorf("%w: a picture is decoded %d ticks after it is to be seen (want it encoded)", ErrCopy, dts-pts)
	}
	o.last = dts
	p.SetTimes(pts-o.zero, dts-o.zero, p.Duration())
	return []*av.Packet{p}, nil
}

// end returns what is left of an input that is shorter than its beginning was taken to be.
func (o *order) end() ([]*av.Packet, error) {
	if o.begun {
		return nil, nil
	}
	return o.begin()
}

func (o *order) close() {
	for _, p := range o.queue {
		p.Close()
	}
	o.queue = nil
}
