package framegear

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/dash"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/muxer/sink"
)

// unlist deletes the manifests of an output whose segments are lost.
func (pub *publisher) unlist() {
	names := []string{pub.p.s.place.name + ".mpd", pub.p.s.place.name + ".m3u8"}
	for i := range pub.tracks {
		names = append(names, pub.tracks[i].Playlist)
	}
	for _, name := range names {
		if err := pub.p.s.remove(pub.p.ctx, name); err != nil {
			pub.p.s.opt.Logger.Debug("a manifest of what is lost cannot be deleted", "err", err)
		}
	}
}

// remove deletes everything that was published: what players look for first goes first.
func (pub *publisher) remove() error {
	ctx, place := context.Background(), &pub.p.s.place
	var errs []error
	drop := func(name string) {
		if name == "" {
			return
		}
		errs = append(errs, pub.p.s.remove(ctx, name))
		if place.parts != nil {
			errs = append(errs, place.parts.Remove(ctx, name))
		}
	}
	drop(place.mpdName())
	drop(place.hlsName())
	drop(place.stateName())
	segments := func(t *track) {
		drop(t.Playlist)
		for _, s := range t.Segments {
			for _, p := range s.Parts {
				drop(p.URI)
			}
			drop(s.URI)
		}
		drop(t.Init)
	}
	for i := range pub.tracks {
		segments(&pub.tracks[i])
	}
	for i := range pub.stocks {
		segments(&pub.stocks[i].track)
	}
	for _, r := range append(pub.window.all(), pub.placeWindow().all()...) {
		drop(r.name)
	}
	return errors.Join(errs...)
}

// remember writes what the next run in the same place has to know.
func (pub *publisher) remember(plain *manifest.Presentation) error {
	if pub.p.s.place.dir == nil || !pub.p.s.opt.Live {
		return nil
	}
	b, err := encodePast(plain, pub.p.s.opt.LowLatency, pub.p.floor)
	if err != nil {
		return err
	}
	return sink.WriteSynced(pub.p.ctx, pub.p.s.place.dir, pub.p.s.place.stateName(), b)
}

// write renders the current presentation and writes every manifest of the output's formats: media playlists before the
// multivariant playlist that names them. Files cannot make a player wait, so they never offer parts.
func (pub *publisher) write() error {
	pub.mu.Lock()
	pres := pub.current
	if pub.stocks != nil {
		pres = pub.stored
	}
	pub.mu.Unlock()
	if pres == nil || !pub.p.s.place.manifests {
		return nil
	}
	plain := plainOf(pres)
	if plain == nil || !begun(plain.Tracks) {
		return nil
	}
	plain.UTCTiming = pub.p.s.opt.UTCTiming
	if err := pub.remember(plain); err != nil {
		return err
	}
	for _, docs := range pub.documents(plain) {
		if err := pub.putAll(docs); err != nil {
			return err
		}
	}
	pub.listed = true
	return nil
}

// document is a manifest in the making.
type document struct {
	name   string
	render func() ([]byte, error)
}

// documents returns the manifests, in groups that are written one after the other: what a playlist names is there before it. Only the
// first multivariant playlist has to wait for that.
func (pub *publisher) documents(plain *manifest.Presentation) [][]document {
	o, place := &pub.p.s.opt, &pub.p.s.place
	var media, main, mpd []document
	if o.Format != DASH {
		for i := range plain.Tracks {
			t := &plain.Tracks[i]
			media = append(media, document{t.Playlist, func() ([]byte, error) { return hls.Media(plain, t, hls.MediaOptions{}) }})
		}
		main = append(main, document{place.hlsName(), func() ([]byte, error) { return hls.Multivariant(plain) }})
	}
	if o.Format != HLS && someSegment(plain.Tracks) {
		mpd = append(mpd, document{place.mpdName(), func() ([]byte, error) { return dash.Render(plain) }})
	}
	if pub.listed && pub.stocks != nil {
		return [][]document{slices.Concat(media, main, mpd)}
	}
	return [][]document{media, main, mpd}
}

// putAll writes documents, at the same time where a place may be far away. It returns the first error: the others say the same.
func (pub *publisher) putAll(docs []document) error {
	errs := make([]error, len(docs))
	var work sync.WaitGroup
	for i, d := range docs {
		put := func() {
			b, err := d.render()
			errs[i] = pub.put(d.name, b, err)
		}
		if pub.stocks != nil {
			work.Go(put)
		} else if put(); errs[i] != nil {
			break
		}
	}
	work.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// someSegment reports whether there is anything to play: an MPD has no way of listing gaps alone.
func someSegment(tracks []manifest.Track) bool {
	return slices.ContainsFunc(tracks[0].Segments, func(s manifest.Segment) bool { return !s.Gap })
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

func (pub *publisher) put(name string, b []byte, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", path.Base(name), err)
	}
	if place := pub.p.s.outlet.place; place != nil {
		return place.Put(pub.p.ctx, name, b)
	}
	return sink.WriteObject(pub.p.ctx, pub.p.s.place.store, name, b)
}
