package framegear

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/dash"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
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
	changed chan struct{}          // closed when current is replaced

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
		pub.base.Window = max(0, o.Window)
	}
	pub.window = newWindow(o, p.s.place.sink, p.s.place.parts)
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
	for _, name := range earlier.left {
		if isSegment(name) && !listed[name] {
			pub.window.retire(pub.window.sink, name, max(pub.window.extra, 0))
		}
	}
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
	t.meter.Add(seg.Bytes, seg.Duration, t.Timescale)
	t.Rate = t.meter.Rate()
	t.Segments = append(t.Segments, done)
	pub.window.slide(t, done.End())
	pub.slideGone(t, done.End())
	pub.replace()
	info := pub.info(t, seg)
	pub.mu.Unlock()
	pub.p.s.segmentReady(info)
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
	if !next.LowLatency() {
		level(next.Tracks)
	}
	pub.current = &next
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
				if err := pub.update(); err != nil {
					pub.p.fail(&StageError{Stage: "publish", Err: err})
				}
			case <-pub.quit:
				return
			}
		}
	})
}

// update writes the manifests and then deletes what none of them names any more.
func (pub *publisher) update() error {
	if err := pub.write(); err != nil {
		return err
	}
	return pub.window.sweep(pub.p.s.opt.now())
}

// stop ends the goroutine; what is published stays as it is.
func (pub *publisher) stop() {
	pub.once.Do(func() { close(pub.quit) })
	pub.work.Wait()
}

// finish writes the final manifests.
func (pub *publisher) finish() error {
	pub.stop()
	pub.mu.Lock()
	pub.base.State = manifest.StateEnded
	pub.replace()
	pub.mu.Unlock()
	return pub.write()
}

// remove deletes everything that was published: what players look for first goes first.
func (pub *publisher) remove() error {
	ctx, place := context.Background(), &pub.p.s.place
	var errs []error
	drop := func(s sink.Sink, name string) {
		if s != nil && name != "" {
			errs = append(errs, s.Remove(ctx, name))
		}
	}
	drop(place.sink, place.name+".mpd")
	drop(place.sink, place.name+".m3u8")
	drop(place.sink, place.stateName())
	for i := range pub.tracks {
		t := &pub.tracks[i]
		drop(place.sink, t.Playlist)
		for _, s := range t.Segments {
			for _, p := range s.Parts {
				drop(place.parts, p.URI)
			}
			drop(place.sink, s.URI)
		}
		drop(place.sink, t.Init)
	}
	for _, r := range pub.window.all() {
		drop(r.sink, r.name)
	}
	return errors.Join(errs...)
}

// remember writes what the next run in the same place has to know.
func (pub *publisher) remember(plain *manifest.Presentation) error {
	if pub.p.s.place.dir == nil || !pub.p.s.opt.Live {
		return nil
	}
	b, err := encodePast(plain, pub.p.s.opt.LowLatency)
	return pub.put(pub.p.s.place.stateName(), b, err)
}

// write renders the current presentation and writes every manifest of the output's formats: media playlists before the
// multivariant playlist that names them. Files cannot make a player wait, so they never offer parts.
func (pub *publisher) write() error {
	pres, _ := pub.Snapshot()
	if pres == nil || !pub.p.s.place.manifests {
		return nil
	}
	plain := plainOf(pres)
	if plain == nil || !begun(plain.Tracks) {
		return nil
	}
	if err := pub.remember(plain); err != nil {
		return err
	}
	o := &pub.p.s.opt
	if o.Format != DASH {
		if err := pub.writeHLS(plain); err != nil {
			return err
		}
	}
	if o.Format != HLS {
		b, err := dash.Render(plain)
		return pub.put(pub.p.s.place.name+".mpd", b, err)
	}
	return nil
}

// begun reports whether all tracks have their initialization segments: after a restart the segments of the run before are listed earlier.
func begun(tracks []manifest.Track) bool {
	return !slices.ContainsFunc(tracks, func(t manifest.Track) bool { return t.Container == manifest.ContainerFMP4 && t.Init == "" })
}

// plainOf returns the presentation without parts and without what only some tracks have, nil when nothing is left.
func plainOf(p *manifest.Presentation) *manifest.Presentation {
	plain := *p
	plain.PartDuration, plain.UTCTiming = 0, ""
	plain.Tracks = append([]manifest.Track(nil), p.Tracks...)
	for i := range plain.Tracks {
		plain.Tracks[i].PartDuration = 0
	}
	if !level(plain.Tracks) {
		return nil
	}
	return &plain
}

func (pub *publisher) writeHLS(pres *manifest.Presentation) error {
	for i := range pres.Tracks {
		b, err := hls.Media(pres, &pres.Tracks[i], hls.MediaOptions{})
		if err := pub.put(pres.Tracks[i].Playlist, b, err); err != nil {
			return err
		}
	}
	b, err := hls.Multivariant(pres)
	return pub.put(pub.p.s.place.name+".m3u8", b, err)
}

func (pub *publisher) put(name string, b []byte, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", path.Base(name), err)
	}
	return sink.WriteObject(pub.p.ctx, pub.p.s.place.sink, name, b)
}
