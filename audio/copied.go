package audio

import (
	"slices"

	"github.com/framegear/framegear/internal/av"
)

// copied passes packets on as they are, each where the one before ends: timestamps are rounded by containers, and a difference of less than
// half a packet is none. There is no silence: in a gap the packet before lasts longer, and packets that overlap what came before are dropped.
type copied struct {
	params *av.Parameters
	remove bool
	queue  []*av.Packet // the last one is held back until it is known how long it lasts
	free   []*av.Packet
	until  int64
	fresh  bool  // the next packet begins a run, at its own place
	padded bool  // nothing follows what came so far
	sent   int64 // samples of the packets that were passed on
}

// copiedEarly is two of the longest packets that are copied: Opus of 60 ms at 48 kHz.
const copiedEarly = 2 * 2880

func newCopied(p *av.Parameters, remove bool) *copied {
	return &copied{params: p, remove: remove, until: -1 << 40, fresh: true}
}

func (c *copied) end() int64   { return c.until }
func (c *copied) coded() int64 { return c.sent }

// begin lets packets go on from an instant.
func (c *copied) begin(_ *Track, at int64) error {
	c.until, c.fresh = at, true
	return nil
}

func (c *copied) take(t *Track, b block, at int64) error {
	duration := b.packet.Duration()
	length := t.reader.length(b)
	// Of what lies before time zero only the priming is of use: the decoder needs the frame before the first one.
	early := at < 0 && (c.remove || at < max(-2*length, -copiedEarly))
	if duration <= 0 || early || at+length/2 < c.until {
		t.stats.Trimmed += length
		return nil
	}
	if n := len(c.queue); n > 0 && at-c.until > length/2 {
		last := c.queue[n-1]
		last.SetTimes(last.PTS(), last.PTS(), at-last.PTS())
	} else if !c.fresh {
		at = c.until
	}
	c.fresh = false
	p, err := c.packet(b.packet)
	if err != nil {
		return err
	}
	p.SetTimes(at, at, length)
	c.queue = append(c.queue, p)
	c.until = at + length
	return nil
}

// packet returns a reference to the bytes of another one.
func (c *copied) packet(src *av.Packet) (*av.Packet, error) {
	var p *av.Packet
	if n := len(c.free); n > 0 {
		p, c.free = c.free[n-1], c.free[:n-1]
	} else {
		var err error
		if p, err = av.NewPacket(); err != nil {
			return nil, err
		}
	}
	return p, p.Ref(src)
}

// silence notes that the last packet is to last until the end: there is nothing that could be put behind it.
func (c *copied) silence(*Track, int64) error {
	c.padded = true
	return nil
}

func (c *copied) emit(until int64, emit func(*Packet) error) error {
	return c.emitAllBut(1, until, emit)
}

func (c *copied) emitAllBut(held int, until int64, emit func(*Packet) error) error {
	n := 0
	for n+held < len(c.queue) && c.queue[n].PTS()+c.queue[n].Duration() <= until {
		c.sent += c.queue[n].Duration()
		err := emit(c.queue[n])
		c.queue[n].Unref()
		c.free = append(c.free, c.queue[n])
		n++
		if err != nil {
			c.queue = slices.Delete(c.queue, 0, n)
			return err
		}
	}
	c.queue = slices.Delete(c.queue, 0, n)
	return nil
}

func (c *copied) finish(end int64, emit func(*Packet) error) error {
	for len(c.queue) > 0 && c.queue[len(c.queue)-1].PTS() >= end {
		c.free = append(c.free, c.queue[len(c.queue)-1])
		c.queue = c.queue[:len(c.queue)-1]
	}
	if n := len(c.queue); n > 0 && c.padded && end-c.until > c.queue[n-1].Duration()/2 {
		last := c.queue[n-1]
		last.SetTimes(last.PTS(), last.DTS(), end-last.PTS())
	}
	return c.emitAllBut(0, 1<<62, emit)
}

func (c *copied) close() {
	for _, p := range append(c.queue, c.free...) {
		p.Close()
	}
	c.queue, c.free = nil, nil
	c.params.Close()
}
