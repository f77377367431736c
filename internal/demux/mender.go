package demux

import (
	"math"
	"time"

	"github.com/framegear/framegear/internal/media"
)

const (
	// maxHole is the longest gap in timestamps that is one; beyond it the clock was set. ffmpeg's dts_delta_threshold
	// is the same.
	maxHole = 10 * time.Second
	// maxLiveHole is how much longer than the time that passed a gap of a live source may be.
	maxLiveHole = 2 * time.Second
	// maxBack is how far decoding times may go back by rounding.
	maxBack = 100 * time.Millisecond
	// maxBeside is how far the streams of an input are from each other in it.
	maxBeside = 1500 * time.Millisecond
	// tight is how near to the end of the packet before one is that belongs to it without doubt.
	tight = 20 * time.Millisecond
	// pause is how long nothing comes of a live source that is away, and memory how long that is known: the last
	// packets of a sender are complete when the first ones of the next have come.
	pause, memory = 500 * time.Millisecond, 2 * time.Second
)

// mender gives the timestamps of all streams of an input one timeline. Where they jump, by the end of a sender and
// the begin of another, by files in a row, or by a wrap, all streams move by the same amount, each when its own
// packets jump.
type mender struct {
	live bool
	now  func() time.Time
	tell func(at, by time.Duration)

	streams []*position
	offset  time.Duration // that of the newest jump
	away    time.Duration // how long the source was away, shortly before
	back    time.Time     // when it came back
}

// position is where a stream is. Times without offset are the input's own.
type position struct {
	ticks      media.Timebase
	wrap       time.Duration // of its timestamps, 0 when they do not
	begun      bool
	last, next time.Duration // of the last packet, and where it ends
	step       time.Duration // the length of a packet that does not tell
	offset     time.Duration
}

// add makes a stream known to the mender.
func (m *mender) add(ticks media.Timebase, wrapBits int) *position {
	p := &position{ticks: ticks}
	if wrapBits > 0 && wrapBits < 62 {
		p.wrap = ticks.Duration(1 << wrapBits)
	}
	m.streams = append(m.streams, p)
	return p
}

// shift returns what is to be added to the times of a stream's packet, in ticks.
func (m *mender) shift(p *position, dts, duration int64) int64 {
	at, before := p.ticks.Duration(dts), p.offset
	if m.away > 0 && m.now().Sub(m.back) > memory {
		m.away = 0
	}
	p.offset = m.place(p, at)
	if p.offset == before && at > p.last && at-p.last < time.Second {
		p.step = at - p.last
	}
	length := p.ticks.Duration(duration)
	if length <= 0 {
		length = p.step
	}
	p.begun, p.last, p.next = true, at, at+length
	return p.ticks.Ticks(p.offset)
}

// waited notes how long nothing came before the packet that is next.
func (m *mender) waited(d time.Duration) {
	if m.live && d >= pause {
		m.away, m.back = d, m.now()
	}
}

// place returns the offset of a packet.
func (m *mender) place(p *position, at time.Duration) time.Duration {
	ahead := at - p.next
	own := at >= p.last-maxBack && ahead <= m.hole()
	switch {
	case !p.begun:
		return m.offset
	case own && ahead.Abs() <= tight:
		return p.offset
	case p.offset != m.offset:
		// Another stream has jumped already. What is nearer to where this one was is right.
		moved := at + m.offset - (p.next + p.offset)
		if own && moved >= -maxBeside && moved.Abs() <= ahead.Abs() || !own && m.beside(p, at, m.offset) {
			return m.offset
		}
	}
	if own || ahead > 0 && m.beside(p, at, p.offset) {
		return p.offset
	}
	return m.jump(p, at)
}

// hole is the longest gap after which timestamps are still believed.
func (m *mender) hole() time.Duration {
	if m.live {
		return m.away + m.away/10 + maxLiveHole
	}
	return maxHole
}

// beside reports whether another stream with an offset is at the same time: then a packet has the same one, and a gap
// before it is true.
func (m *mender) beside(p *position, at, offset time.Duration) bool {
	for _, other := range m.streams {
		if other != p && other.begun && other.offset == offset && (at-other.next).Abs() <= maxBeside {
			return true
		}
	}
	return false
}

// jump moves the timeline so that a packet follows the one before it, after what has passed meanwhile of a live one.
func (m *mender) jump(p *position, at time.Duration) time.Duration {
	by := at - p.next
	away := max(0, m.away-(p.next-p.last)) // since the last packet came, which lasts itself
	if p.wrap > 0 {
		rounds := time.Duration(math.Round(float64(by) / float64(p.wrap)))
		if rest := by - rounds*p.wrap; rounds != 0 && rest >= -maxBack && rest <= m.hole() {
			m.offset = p.offset - rounds*p.wrap
			return m.offset
		}
	}
	m.offset = p.offset - by + away
	if p.wrap > 0 { // what libav took for a wrap
		by -= time.Duration(math.Round(float64(by)/float64(p.wrap))) * p.wrap
	}
	if m.tell != nil {
		m.tell(p.next+p.offset, by-away)
	}
	return m.offset
}
