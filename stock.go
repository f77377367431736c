package framegear

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/framegear/framegear/internal/delivery"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// A live output's place is behind a spool: what was made comes there later, or never. So the publisher keeps a second account, of what
// the place has, and that is what its manifests list. An origin that serves from memory has the first one.

// stock is what the place has of one track.
type stock struct {
	track   // Segments, Discontinuities, RunStart and Init alone
	waiting []awaited
}

// awaited is a segment that was made and is not settled, or has to wait for the ones before it.
type awaited struct {
	manifest.Segment
	info    SegmentInfo
	settled bool
}

// await notes a segment that is on its way, which may have arrived already. The caller holds the lock.
func (pub *publisher) await(track int, seg manifest.Segment, info SegmentInfo) []SegmentInfo {
	seg.Parts = nil
	seg.Gap = pub.gaps[seg.Number]
	_, early := pub.early[seg.URI]
	delete(pub.early, seg.URI)
	st := &pub.stocks[track]
	st.waiting = append(st.waiting, awaited{seg, info, early})
	return pub.advance(track)
}

// settled is called when an object has come to the place, or never will.
func (pub *publisher) settled(name string, err error) {
	if pub == nil {
		return
	}
	if err != nil && (!pub.p.s.opt.Live || !errors.Is(err, delivery.ErrGivenUp)) {
		pub.p.fail(pub.fault(name, err))
		return
	}
	pub.mu.Lock()
	news := pub.settle(name, err != nil)
	pub.mu.Unlock()
	if err != nil {
		pub.p.s.opt.Logger.Debug("an object did not come to the output in time", "err", err)
	}
	if pub.p.s.place.parts == nil {
		pub.p.s.readable(news)
	}
	pub.poke()
}

// settle notes what became of an object and returns the segments that can be listed now. The caller holds the lock.
func (pub *publisher) settle(name string, lost bool) []SegmentInfo {
	i := slices.IndexFunc(pub.stocks, func(st stock) bool { return st.ID == path.Dir(name) })
	if i < 0 {
		return nil
	}
	if isInit(name) {
		pub.stocks[i].Init = name
		pub.replace()
		return nil
	}
	w := slices.IndexFunc(pub.stocks[i].waiting, func(a awaited) bool { return a.URI == name })
	if w < 0 { // its muxer has yet to tell of it
		pub.early[name] = struct{}{}
		if lost {
			pub.gap(numberOf(name))
		}
		return nil
	}
	pub.stocks[i].waiting[w].settled = true
	if lost {
		pub.gap(pub.stocks[i].waiting[w].Number)
	}
	return pub.advance(i)
}

// gap makes a segment one that cannot be loaded, in all tracks: an MPD's Periods are common to them.
func (pub *publisher) gap(number int64) {
	if pub.gaps[number] {
		return
	}
	pub.gaps[number] = true
	pub.p.s.outlet.gaps.Add(1)
	for i := range pub.stocks {
		st := &pub.stocks[i]
		for k := range st.waiting {
			st.waiting[k].Gap = st.waiting[k].Gap || st.waiting[k].Number == number
		}
		if k := slices.IndexFunc(st.Segments, func(s manifest.Segment) bool { return s.Number == number }); k >= 0 {
			st.Segments = slices.Clone(st.Segments) // it may be shared with what is published
			st.Segments[k].Gap = true
		}
	}
}

// advance lists the segments of a track that are settled and follow each other. The caller holds the lock.
func (pub *publisher) advance(track int) (news []SegmentInfo) {
	st := &pub.stocks[track]
	for len(st.waiting) > 0 && st.waiting[0].settled {
		next := st.waiting[0]
		st.waiting = st.waiting[1:]
		st.Segments = append(st.Segments, next.Segment)
		if !next.Gap {
			news = append(news, next.info)
		}
		pub.stockWindow.slide(&st.track, next.End())
		for i := range pub.stocks {
			gone := &pub.stocks[i]
			if t := &pub.tracks[i]; t.Heir != "" && len(gone.waiting) == 0 && len(gone.Segments) > 0 && pub.inPlaceOf(t) == &pub.tracks[track] {
				gone.Over = true
				pub.stockWindow.slide(&gone.track, next.End())
			}
		}
		pub.forgetGaps(next.Number)
	}
	pub.replace()
	return news
}

// forgetGaps drops what is too old for anybody. The numbers of all tracks are close together.
func (pub *publisher) forgetGaps(number int64) {
	const apart = 1000
	for n := range pub.gaps {
		if n < number-apart {
			delete(pub.gaps, n)
		}
	}
}

// inPlace returns what the place has, which its manifests list. The caller holds the lock.
func (pub *publisher) inPlace(base manifest.Presentation) *manifest.Presentation {
	base.Tracks = make([]manifest.Track, len(pub.tracks))
	for i := range pub.tracks {
		t, st := &base.Tracks[i], &pub.stocks[i]
		*t = pub.tracks[i].Track
		t.Open = nil
		t.Segments, t.Discontinuities, t.RunStart, t.Init = slices.Clip(st.Segments), st.Discontinuities, st.RunStart, st.Init
		if len(st.waiting) > 0 { // more of its own is to come
			t.Over, t.Heir = false, ""
		}
	}
	base.Tracks = slices.DeleteFunc(base.Tracks, neverBegan)
	level(base.Tracks)
	return &base
}

// emptied makes a gap of everything in a place that has lost it all.
func (pub *publisher) emptied() {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	for i := range pub.stocks {
		st := &pub.stocks[i]
		st.Init = ""
		for _, s := range st.Segments {
			pub.gap(s.Number)
		}
		for _, a := range st.waiting {
			if a.settled {
				pub.gap(a.Number)
			}
		}
	}
	if pub.current != nil {
		pub.replace()
	}
}

// addStock begins the account of a track. The caller holds the lock.
func (pub *publisher) addStock(t *track) {
	if pub.p.s.outlet.spool != nil {
		pub.stocks = append(pub.stocks, stock{track: track{Track: manifest.Track{ID: t.ID, Timescale: t.Timescale}}})
	}
}

// fault says which rendition an object was of, if the error is its own: an outage's may be another's.
func (pub *publisher) fault(name string, err error) error {
	if at, ok := errors.AsType[*sink.Error](err); ok && !strings.Contains(at.Path, name) {
		return &StageError{Stage: "publish", Err: err}
	}
	id := path.Dir(name)
	for _, r := range pub.p.renditions {
		if r.id == id {
			return r.fault("muxer", err)
		}
	}
	return &StageError{Stage: "muxer", Rendition: id, Err: err}
}

// remove deletes an object of the place, for the window.
func (s *Stream) remove(ctx context.Context, name string) error {
	if s.outlet.place == nil {
		return s.place.store.Remove(ctx, name)
	}
	return s.outlet.place.Remove(ctx, name)
}
