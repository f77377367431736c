package muxer

import (
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/nal"
)

// exact describes segments of packets at times of their own: a segment is seen from its first picture on until the first one of the next, which
// may come before the next one's key frame where pictures are decoded in another order (an open GOP).
type exact struct {
	key     int64     // presentation time of the key frame that began the present segment
	start   int64     // of the present segment, as far as its packets came
	end     int64     // of everything
	settled bool      // start is known for certain
	open    bool      // the key frame does not stand for a new beginning by itself
	waiting []Segment // complete, the last one until its end is known
}

func (e *exact) begin(p *Packet, params *Parameters) {
	e.key, e.start, e.settled, e.open = p.PTS(), p.PTS(), false, !refreshes(p, params)
}

// refreshes reports whether nothing that follows a key frame of H.264 refers to what was before: it is an IDR picture (ITU-T H.264 section
// 7.4.1.2.4), and not one with a recovery point. Of other codecs the order of pictures tells.
func refreshes(p *Packet, params *Parameters) bool {
	if params.Codec != media.CodecH264 {
		return true
	}
	units := nal.Units(p.Data())
	if x := params.Extradata; len(x) > 4 && x[0] == 1 { // an avcC record
		units = nal.Sized(p.Data(), int(x[4]&3)+1)
	}
	for unit := range units {
		if unit[0]&0x1f == 5 {
			return true
		}
	}
	return false
}

// count takes a packet of the present segment and reports whether that has settled where it starts.
func (e *exact) count(p *Packet) bool {
	e.start, e.end = min(e.start, p.PTS()), max(e.end, p.PTS()+p.Duration())
	settles := !e.settled && p.PTS() > e.key
	e.settled = e.settled || settles
	return settles
}

// take adds a complete segment.
func (e *exact) take(s Segment) { e.waiting = append(e.waiting, s) }

// ended gives out the segments before an instant, the last of them with its end there.
func (e *exact) ended(at int64, report func(Segment)) {
	for i := range e.waiting {
		s := &e.waiting[i]
		next := at
		if i+1 < len(e.waiting) {
			next = e.waiting[i+1].Start
		}
		s.Duration = max(1, next-s.Start)
		report(*s)
	}
	e.waiting = e.waiting[:0]
}

// report tells of a complete segment, at once where it was measured by its packets.
func (m *Muxer) report(s Segment) {
	if m.opt.Exact {
		e := &m.track.exact
		s.Start, s.Leading = max(0, e.start), e.start < e.key || e.open
		m.track.exact.take(s)
		return
	}
	m.tell(s)
}

func (m *Muxer) tell(s Segment) {
	if m.opt.OnSegment != nil {
		m.opt.OnSegment(s)
	}
}

// settle tells of the segments before the present one once it is known where that starts.
func (m *Muxer) settle(p *Packet) {
	if e := &m.track.exact; e.count(p) {
		e.ended(max(0, e.start), m.tell)
	}
}

// cutsExactly is Cuts for Options.Exact.
func (m *Muxer) cutsExactly(p *Packet) bool {
	if m.opt.Begins != nil {
		return m.opt.Begins(p)
	}
	t := &m.track
	if !p.Key() || p.PTS() <= t.exact.key {
		return false
	}
	// At or after the next multiple of the nominal length, which rounded times may miss by a little.
	length := max(1, tickbase(m.opt.Timescales[0]).Ticks(m.opt.Segment))
	next := ((t.exact.key-t.first)/length + 1) * length
	return p.PTS()-t.first >= next-length/1000
}
