package framegear

import (
	"context"
	"fmt"
	"path"
	"sync"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/dash"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
)

// publisher keeps the timeline of what exists and writes the manifests that say so: always after the bytes they name, always
// as a whole. Renditions report to it from their own goroutines; one goroutine of its own renders and writes, and several reports
// in the meantime become one update.
type publisher struct {
	p *pipeline

	mu      sync.Mutex
	state   manifest.State
	tracks  []manifest.Track
	meters  []*manifest.Meter
	current *manifest.Presentation // immutable
	changed chan struct{}          // closed when current is replaced

	dirty chan struct{}
	quit  chan struct{}
	work  sync.WaitGroup
	once  sync.Once
}

func newPublisher(p *pipeline, rungs []rung) *publisher {
	pub := &publisher{p: p, changed: make(chan struct{}), dirty: make(chan struct{}, 1), quit: make(chan struct{})}
	o := &p.s.opt
	for i := range rungs {
		id := rungs[i].id
		t := manifest.Track{ID: id, Container: manifest.Container(o.Container), Timescale: p.grid.Timescale, Playlist: id + "/media.m3u8"}
		if o.Container == TS {
			t.SegmentTemplate = id + "/$Number$.ts"
		} else {
			t.SegmentTemplate = id + "/$Number$.m4s"
		}
		pub.tracks = append(pub.tracks, t)
		pub.meters = append(pub.meters, manifest.NewMeter(p.grid.Duration()))
	}
	return pub
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

func (pub *publisher) initReady(track int, name string) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	pub.tracks[track].Init = name
}

func (pub *publisher) segmentReady(track int, seg muxer.Segment) {
	pub.mu.Lock()
	t := &pub.tracks[track]
	pub.meters[track].Add(seg.Bytes, seg.Duration, t.Timescale)
	t.Rate = pub.meters[track].Rate()
	t.Segments = append(t.Segments, manifest.Segment{
		Number: seg.Number, Start: seg.Start, Duration: seg.Duration, Frames: seg.Frames, Bytes: seg.Bytes, URI: seg.Name,
	})
	pub.replace()
	pub.mu.Unlock()
	pub.announce(track, seg)
	select {
	case pub.dirty <- struct{}{}:
	default:
	}
}

func (pub *publisher) announce(track int, seg muxer.Segment) {
	s := pub.p.s
	s.counters.segments.Add(1)
	s.counters.bytes.Add(seg.Bytes)
	if s.opt.Events.SegmentReady == nil {
		return
	}
	s.opt.Events.SegmentReady(SegmentInfo{
		Track: pub.tracks[track].ID, Number: seg.Number, Name: seg.Name, Start: seg.Start, Duration: seg.Duration,
		Timebase: Timebase{Num: 1, Den: pub.p.grid.Timescale}, Frames: seg.Frames, Bytes: seg.Bytes,
	})
}

// replace makes the current presentation anew: the segments that exist in every track. The caller holds the lock.
func (pub *publisher) replace() {
	o := &pub.p.s.opt
	complete := len(pub.tracks[0].Segments)
	for i := range pub.tracks {
		complete = min(complete, len(pub.tracks[i].Segments))
	}
	next := &manifest.Presentation{
		State: pub.state, Published: o.now(), SegmentDuration: pub.p.grid.Duration(), BaseURL: o.BaseURL,
		Tracks: append([]manifest.Track(nil), pub.tracks...),
	}
	for i := range next.Tracks {
		t := &next.Tracks[i]
		t.Segments = t.Segments[:complete:complete]
	}
	pub.current = next
	close(pub.changed)
	pub.changed = make(chan struct{})
}

// Snapshot returns the present state, which is nil before the first segment, and a channel that is closed when it changes.
func (pub *publisher) Snapshot() (*manifest.Presentation, <-chan struct{}) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	return pub.current, pub.changed
}

func (pub *publisher) start() {
	pub.work.Add(1)
	go func() {
		defer pub.work.Done()
		for {
			select {
			case <-pub.dirty:
				if err := pub.write(); err != nil {
					pub.p.fail(&StageError{Stage: "publish", Err: err})
				}
			case <-pub.quit:
				return
			}
		}
	}()
}

// stop ends the goroutine; what is published stays as it is.
func (pub *publisher) stop() error {
	pub.once.Do(func() { close(pub.quit) })
	pub.work.Wait()
	return nil
}

// finish writes the final manifests.
func (pub *publisher) finish() error {
	if err := pub.stop(); err != nil {
		return err
	}
	pub.mu.Lock()
	pub.state = manifest.StateEnded
	pub.replace()
	pub.mu.Unlock()
	return pub.write()
}

// write renders the current presentation and writes every manifest of the output's formats: media playlists before the
// multivariant playlist that names them.
func (pub *publisher) write() error {
	pres, _ := pub.Snapshot()
	if pres == nil || len(pres.Tracks[0].Segments) == 0 {
		return nil
	}
	o := &pub.p.s.opt
	if o.Format != DASH {
		if err := pub.writeHLS(pres); err != nil {
			return err
		}
	}
	if o.Format != HLS {
		b, err := dash.Render(pres)
		return pub.put(pub.p.s.place.name+".mpd", b, err)
	}
	return nil
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
	return sink.WriteObject(context.Background(), pub.p.s.place.sink, name, b)
}
