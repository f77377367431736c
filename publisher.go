package framegear

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/framegear/framegear/internal/delivery"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer"
)

// publisher keeps the timeline of what exists and writes the manifests that say so: always after the bytes they name, always
// as a whole. Renditions report to it from their own goroutines; one goroutine of its own renders and writes, and several
// reports in the meantime become one update. The origin does not wait for that: it renders from Snapshot.
type publisher struct {
	p *pipeline

	mu      sync.Mutex
	base    manifest.Presentation // what all states share
	tracks  []track
	window  *window
	current *manifest.Presentation // immutable

	// of a place that comes behind: what it has, see stock
	stocks      []stock
	stockWindow *window
	stored      *manifest.Presentation // immutable
	gaps        map[int64]bool         // numbers of segments that it will never have
	early       map[string]struct{}    // settled before they were told of

	listed  bool          // the manifests exist
	changed chan struct{} // closed when current is replaced

	dirty chan struct{}
	quit  chan struct{}
	work  sync.WaitGroup
	once  sync.Once
}

// track is one track in the making.
type track struct {
	manifest.Track
	meter *manifest.Meter
	// run is the number of the segment that does not continue the one before, 0 when there is none.
	run int64
	// longest is the most that was ever listed at a time, in ticks.
	longest int64
	// heir is who takes the place of a track that will leave.
	heir string
}

func newPublisher(p *pipeline, rungs []rung) *publisher {
	pub := &publisher{p: p, changed: make(chan struct{}), dirty: make(chan struct{}, 1), quit: make(chan struct{})}
	o := &p.s.opt
	pub.base = manifest.Presentation{
		SegmentDuration: p.grid.Duration(), BaseURL: o.BaseURL, TargetLatency: o.TargetLatency,
	}
	if o.Live {
		pub.base.State, pub.base.UTCTiming = manifest.StateLive, "time"
		if o.UTCTiming != UTCDirect {
			pub.base.UTCTiming = cmp.Or(o.UTCTiming, pub.base.UTCTiming)
		}
		pub.base.Window = max(0, o.Window)
	}
	pub.makeWindows()
	p.s.outlet.publisher.Store(pub)
	extension := map[Container]string{FMP4: "m4s", TS: "ts"}[o.Container]
	for i := range rungs {
		id := rungs[i].id
		pub.tracks = append(pub.tracks, track{
			Track: manifest.Track{
				ID: id, PartDuration: o.partDuration(rungs[i].FrameRate), Container: manifest.Container(o.Container), Timescale: p.grid.Timescale,
				Playlist: id + "/media.m3u8", SegmentTemplate: id + "/$Number$." + extension,
			},
			meter: manifest.NewMeter(p.grid.Duration()),
		})
		pub.addStock(&pub.tracks[i])
		pub.base.PartDuration = max(pub.base.PartDuration, pub.tracks[i].PartDuration)
	}
	return pub
}

// cut says that a track's segment of that number will not continue the one before.
func (pub *publisher) cut(track int, number int64) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	pub.tracks[track].run = number
}

// describe sets what a track is. A codec without a name in manifests is an error before anything is written.
func (pub *publisher) describe(track int, params media.CodecParameters) error {
	if _, err := manifest.CodecString(params); err != nil {
		return err
	}
	pub.mu.Lock()
	defer pub.mu.Unlock()
	pub.tracks[track].Params = params
	return nil
}

// contain says that there is sound in the segments of a track.
func (pub *publisher) contain(track int, sound media.CodecParameters) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	pub.tracks[track].MuxedAudio = &sound
}

// resume lists what an earlier run made, as far as players can go on from it, and lets the rest go when its time has come.
func (pub *publisher) resume(earlier *past) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	pub.base.Start = earlier.Start
	listed := map[string]bool{}
	whole := earlier.continues(pub.tracks, pub.base.SegmentDuration)
	grid := pub.base
	for i := range pub.tracks {
		grid.Tracks = append(grid.Tracks, pub.tracks[i].Track)
	}
	for i := range pub.tracks {
		t := &pub.tracks[i]
		t.run = earlier.used + 1
		if !whole {
			t.Discontinuities = earlier.discontinuities()
			continue
		}
		earlier.restore(t, &earlier.Tracks[i], t.SegmentTicks(&grid))
		for _, s := range t.Segments {
			listed[s.URI] = true
		}
	}
	for i := range pub.stocks {
		st, t := &pub.stocks[i], &pub.tracks[i]
		st.Segments, st.Discontinuities, st.RunStart = t.Segments, t.Discontinuities, t.RunStart
	}
	w := pub.placeWindow()
	for name, at := range earlier.left {
		if isSegment(name) && !listed[name] && numberOf(name) > earlier.Floor {
			w.retireOld(name, at)
		}
	}
}

// makeWindows makes the windows of what was made, and of what the place has where that is something else.
func (pub *publisher) makeWindows() {
	s := pub.p.s
	o, inPlace := &s.opt, remover{s.remove, s.outage, s.warn}
	if s.outlet.spool == nil {
		pub.window = newWindow(o, inPlace, s.place.parts)
		return
	}
	pub.stockWindow, pub.gaps, pub.early = newWindow(o, inPlace, nil), map[int64]bool{}, map[string]struct{}{}
	pub.window = newWindow(o, remover{}, s.place.parts)
	if s.place.parts != nil {
		pub.window.place.remove = s.place.parts.Remove
	}
}

// placeWindow returns the window of what the place has.
func (pub *publisher) placeWindow() *window {
	if pub.stockWindow != nil {
		return pub.stockWindow
	}
	return pub.window
}

// setStart sets the wall-clock instant of media time zero.
func (pub *publisher) setStart(at time.Time) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	if pub.base.Start.IsZero() {
		pub.base.Start = at
	}
}

func (pub *publisher) initReady(track int, name string) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	pub.tracks[track].Init = name
}

// partReady lists a part of the segment in the making.
func (pub *publisher) partReady(track int, part muxer.Part) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	t := &pub.tracks[track]
	open := manifest.Segment{
		Number: part.Number, Start: part.Start, URI: manifest.SegmentURI(t.SegmentTemplate, part.Number), Discontinuity: part.Number == t.run,
	}
	if t.Open != nil && t.Open.Number == part.Number {
		open = *t.Open
	}
	open.Duration += part.Duration
	open.Bytes += part.Bytes
	open.Parts = append(open.Parts, manifest.Part{
		URI: part.Name, Start: part.Start, Duration: part.Duration, Bytes: part.Bytes, Independent: part.Independent,
	})
	t.Open = &open
	pub.replace()
}

// segmentReady lists a complete segment.
func (pub *publisher) segmentReady(track int, seg muxer.Segment) {
	pub.mu.Lock()
	t := &pub.tracks[track]
	done := manifest.Segment{
		Number: seg.Number, Start: seg.Start, Duration: seg.Duration, Frames: seg.Frames, Bytes: seg.Bytes, URI: seg.Name,
		Discontinuity: seg.Number == t.run,
	}
	if t.Open != nil {
		done.Parts = t.Open.Parts
		t.Open = nil
	}
	t.OpenGOP = t.OpenGOP || seg.Leading && seg.Number > 1
	t.meter.Add(seg.Bytes, seg.Duration, t.Timescale)
	t.Rate = t.meter.Rate()
	t.Segments = append(t.Segments, done)
	pub.window.slide(t, done.End())
	pub.slideGone(t, done.End())
	pub.replace()
	info := pub.info(t, seg)
	news := []SegmentInfo{info}
	if pub.stocks != nil {
		there := pub.await(track, done, info)
		if pub.p.s.place.parts == nil { // nobody can read it before
			news = there
		}
	}
	pub.mu.Unlock()
	pub.p.s.readable(news)
	pub.poke()
}

// poke has the manifests written.
func (pub *publisher) poke() {
	select {
	case pub.dirty <- struct{}{}:
	default:
	}
}

func (pub *publisher) info(t *track, seg muxer.Segment) SegmentInfo {
	return SegmentInfo{
		Track: t.ID, Number: seg.Number, Name: seg.Name, Start: seg.Start, Duration: seg.Duration,
		Timebase: Timebase{Num: 1, Den: t.Timescale}, Frames: seg.Frames, Bytes: seg.Bytes,
	}
}

// replace makes the current presentation anew. The caller holds the lock. Without low latency the tracks list the segments
// that exist in all of them; with it, each track's playlist goes as far as its own parts.
func (pub *publisher) replace() {
	next := pub.base
	next.Published = pub.p.s.opt.now()
	next.Tracks = make([]manifest.Track, len(pub.tracks))
	for i := range pub.tracks {
		t := &next.Tracks[i]
		*t = pub.tracks[i].Track
		t.Segments = slices.Clip(t.Segments)
	}
	next.Tracks = slices.DeleteFunc(next.Tracks, neverBegan)
	if !next.LowLatency() {
		level(next.Tracks)
	}
	pub.current = &next
	if pub.stocks != nil {
		pub.stored = pub.inPlace(next)
		if pub.p.s.place.parts == nil {
			pub.current = pub.stored
		}
	}
	close(pub.changed)
	pub.changed = make(chan struct{})
}

// level leaves only the complete segments that every track has, and reports whether there are any.
func level(tracks []manifest.Track) bool {
	end := int64(math.MaxInt64)
	for i := range tracks {
		tracks[i].Open = nil
		if !tracks[i].Over {
			end = min(end, tracks[i].NextNumber())
		}
	}
	some := true
	for i := range tracks {
		t := &tracks[i]
		if t.Heir != "" {
			continue
		}
		keep := len(t.Segments)
		for keep > 0 && t.Segments[keep-1].Number >= end {
			keep--
		}
		t.Segments = t.Segments[:keep:keep]
		some = some && keep > 0
	}
	return some
}

// Snapshot returns the present state, which is nil before there is anything, and a channel that is closed when it changes.
func (pub *publisher) Snapshot() (*manifest.Presentation, <-chan struct{}) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	return pub.current, pub.changed
}

func (pub *publisher) start() {
	pub.work.Go(func() {
		for {
			select {
			case <-pub.dirty:
				pub.update()
			case <-pub.quit:
				return
			}
		}
	})
}

// update writes the manifests, as often as it takes, and then deletes what none of them names any more.
func (pub *publisher) update() {
	err := pub.write
	if place := pub.p.s.outlet.place; place != nil {
		err = func() error { return place.Do(pub.p.ctx, pub.write) }
	}
	switch err := err(); {
	case err == nil:
		pub.sweep()
	case pub.p.ctx.Err() == nil && !errors.Is(err, delivery.ErrGivenUp):
		pub.p.fail(&StageError{Stage: "publish", Err: err})
	}
}

func (pub *publisher) sweep() {
	now := pub.p.s.opt.now()
	pub.window.sweep(pub.p.ctx, now)
	if pub.stockWindow != nil {
		pub.stockWindow.sweep(pub.p.ctx, now)
	}
}

// stop ends the goroutine; what is published stays as it is.
func (pub *publisher) stop() {
	pub.once.Do(func() { close(pub.quit) })
	pub.work.Wait()
	pub.window.work.Wait()
	pub.placeWindow().work.Wait()
}

// finish writes the final manifests.
func (pub *publisher) finish() error {
	pub.end()
	if place := pub.p.s.outlet.place; place != nil {
		return place.Do(pub.p.ctx, pub.write)
	}
	return pub.write()
}

// end lets players know that no more comes.
func (pub *publisher) end() {
	pub.stop()
	pub.mu.Lock()
	defer pub.mu.Unlock()
	pub.base.State = manifest.StateEnded
	if pub.current != nil {
		pub.replace()
	}
}
