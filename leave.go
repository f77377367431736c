package framegear

import (
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest/dash"
)

// When the machine cannot hold the ladder, and Options.Overload says so, the largest rendition is given up: the smallest measure that
// leaves everybody a picture at the full rate. It leaves at the beginning of a segment that is a discontinuity for all tracks, so that
// an MPD can begin a Period without it there, which is announced. Players that are on it stay on its playlist, which goes on with the
// segments of the next smaller rendition.

// leaving is a rendition that will be given up.
type leaving struct {
	r    *rendition // nil for none
	heir string     // the ID of who takes its place
	slot int64      // from here on
}

// RenditionInfo is one rendition that was given up.
type RenditionInfo struct {
	// Rendition was given up ("v0 1280x720"), Heir is what its viewers get instead.
	Rendition, Heir string
	// Number is the first segment that it does not have.
	Number int64
}

// giveUp lets the largest rendition leave that another one can stand in for, and reports whether there was one.
func (s *Stream) giveUp() bool {
	p := s.pipe
	if p.leaving.r != nil {
		return true // it is under way
	}
	top, heir := p.largest()
	if top == nil {
		s.warn("the machine is too slow for the ladder, and no rendition can be given up: none has a smaller one of the same codec to stand in for it")
		return false
	}
	p.leaving = leaving{top, heir.id, p.line.boundary(p.line.next + 1 + p.notice())}
	top.left = true
	info := RenditionInfo{Rendition: top.String(), Heir: heir.String(), Number: p.line.at(p.leaving.slot)}
	p.publisher.announce(top.index, heir.id, info.Number)
	s.counters.givenUp.Add(1)
	s.opt.Logger.Warn("the largest rendition is given up: the machine is too slow for it", "rendition", info.Rendition, "instead", info.Heir, "segment", info.Number)
	if s.opt.Events.RenditionGivenUp != nil {
		s.opt.Events.RenditionGivenUp(info)
	}
	return true
}

// notice is how many slots before its end a rendition's leaving is announced. Players of a low-latency MPD ask for a segment when the
// clock says that it begins, whatever has become of its Representation, so they must have read the MPD by then: the second period is for
// a request that takes its time or fails. All others read of a segment before they ask for it.
func (p *pipeline) notice() int64 {
	o := &p.s.opt
	if !o.LowLatency || o.Format == HLS {
		return 0
	}
	return media.Nanosecond.Rescale(int64(2*dash.UpdatePeriod(p.grid.Duration())), p.grid.Rate.Frame())
}

// largest returns the largest rendition that has an heir, and the largest of those.
func (p *pipeline) largest() (top, heir *rendition) {
	for _, r := range p.renditions {
		if h := p.heir(r); h != nil && (top == nil || r.load() > top.load()) {
			top, heir = r, h
		}
	}
	return top, heir
}

// heir returns the largest rendition that is smaller than r and can go on in its playlist: of the same codec, with parts that are
// not longer, because a player keeps the target that it read first.
func (p *pipeline) heir(r *rendition) (heir *rendition) {
	if r.left {
		return nil
	}
	part := p.s.opt.partDuration(r.FrameRate)
	for _, h := range p.renditions {
		fits := h != r && !h.left && h.load() < r.load() && p.publisher.sameCodec(h.index, r.index) && p.s.opt.partDuration(h.FrameRate) <= part
		if fits && (heir == nil || h.load() > heir.load()) {
			heir = h
		}
	}
	return heir
}

// load is what a rendition asks of its encoder: pixels per second.
func (g *rung) load() float64 {
	return float64(g.Width) * float64(g.Height) * g.FrameRate.Float()
}

// leaves returns the rendition that a frame set is the first one without.
func (p *pipeline) leaves(slot int64, cut bool) *rendition {
	r := p.leaving.r
	if r == nil || !cut && slot < p.leaving.slot {
		return nil
	}
	if cut { // sooner than it was announced
		p.publisher.announce(r.index, p.leaving.heir, p.line.at(slot))
	}
	p.leaving = leaving{}
	p.s.overload = overload{} // what it was like with it says nothing of the rest
	return r
}

// announce says that a track leaves, and that the segment of that number is a discontinuity for all.
func (pub *publisher) announce(track int, heir string, number int64) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	for i := range pub.tracks {
		pub.tracks[i].run = number
	}
	pub.tracks[track].heir, pub.tracks[track].HeirFrom = heir, number
}

// leave puts the heir of a track in its place.
func (pub *publisher) leave(track int) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	t := &pub.tracks[track]
	t.Heir, t.Over, t.Open = t.heir, true, nil
	if pub.current != nil {
		pub.replace()
	}
}

// sameCodec reports whether players need not be told that one track goes on for another.
func (pub *publisher) sameCodec(a, b int) bool {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	return pub.tracks[a].Params.Codec == pub.tracks[b].Params.Codec
}

// slideGone takes what is too old out of the lists of tracks that another one goes on for. The caller holds the lock.
func (pub *publisher) slideGone(heir *track, end int64) {
	for i := range pub.tracks {
		t := &pub.tracks[i]
		if t.Heir != "" && len(t.Segments) > 0 && pub.inPlaceOf(t) == heir {
			pub.window.slide(t, end)
		}
	}
}

// inPlaceOf returns the track whose segments a playlist has now.
func (pub *publisher) inPlaceOf(t *track) *track {
	for i := 0; i < len(pub.tracks); i++ {
		if pub.tracks[i].ID == t.Heir {
			t, i = &pub.tracks[i], -1
		}
	}
	return t
}
