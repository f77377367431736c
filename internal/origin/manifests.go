package origin

import (
	"errors"
	"net/http"
	"sync"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/dash"
	"github.com/framegear/framegear/manifest/hls"
)

// The media types of ISO/IEC 23009-1 annex C and RFC 8216 section 4.
const (
	mimeMPD      = "application/dash+xml"
	mimePlaylist = "application/vnd.apple.mpegurl"
)

// textKey names a rendered text within one state.
type textKey struct {
	name string
	skip hls.Skip
	// carrying is the host whose URIs carry the token, empty when none do.
	carrying string
}

// textCache keeps the texts of the newest state, so that any number of waiting clients costs one rendering.
type textCache struct {
	mu    sync.Mutex
	of    *manifest.Presentation
	texts map[textKey]func() (*document, error)
}

// get returns the text of a state, rendered by the first who asks.
func (c *textCache) get(p *manifest.Presentation, key textKey, mime string, render func() ([]byte, error)) (*document, error) {
	c.mu.Lock()
	if c.of != p {
		c.of, c.texts = p, make(map[textKey]func() (*document, error))
	}
	text, ok := c.texts[key]
	if !ok {
		text = sync.OnceValues(func() (*document, error) {
			body, err := render()
			if errors.Is(err, manifest.ErrEmpty) {
				return nil, errTooLong
			}
			if err != nil {
				return nil, err
			}
			return newDocument(body, mime), nil
		})
		c.texts[key] = text
	}
	c.mu.Unlock()
	return text()
}

// text returns a manifest as this request wants it: with the token in its URIs when it was asked for with the token in its own.
func (o *Origin) text(r *http.Request, p *manifest.Presentation, key textKey, mime string, render func() ([]byte, error)) (*document, error) {
	if !o.token.inQuery(r) {
		return o.texts.get(p, key, mime, render)
	}
	key.carrying = r.Host
	return o.texts.get(p, key, mime, func() ([]byte, error) {
		body, err := render()
		return carry(body, mime, o.token.query, r.Host), err
	})
}

func (o *Origin) serveMPD(w *writer, r *http.Request) error {
	return o.serveManifest(w, r, mimeMPD, allHaveSegments, dash.Render)
}

func (o *Origin) serveMultivariant(w *writer, r *http.Request) error {
	return o.serveManifest(w, r, mimePlaylist, allStarted, hls.Multivariant)
}

// serveManifest answers with a text about all tracks, as soon as there is enough of them.
func (o *Origin) serveManifest(w *writer, r *http.Request, mime string, enough func(*manifest.Presentation) bool,
	render func(*manifest.Presentation) ([]byte, error),
) error {
	p, err := o.await(r.Context(), func(p *manifest.Presentation) error {
		if p == nil || !enough(p) {
			return errPending
		}
		return nil
	})
	if err != nil {
		return err
	}
	d, err := o.text(r, p, textKey{name: mime}, mime, func() ([]byte, error) { return render(p) })
	if err != nil {
		return err
	}
	o.setManifestCaching(w.Header(), r, p, false)
	d.serve(w, r)
	return nil
}

// servePlaylist answers with a media playlist, the one that the directives ask for.
func (o *Origin) servePlaylist(w *writer, r *http.Request, name string) error {
	if o.opt.NoHLS {
		return errNotFound
	}
	want, bad := readDirectives(r)
	var track *manifest.Track
	p, err := o.await(r.Context(), func(p *manifest.Presentation) error {
		if p == nil {
			return errPending
		}
		if track = trackOfPlaylist(p, name); track == nil {
			return errNotFound
		}
		if p.State == manifest.StateEnded {
			return nil // directives mean nothing after EXT-X-ENDLIST (8216bis section 6.2.5.2)
		}
		if bad != nil {
			return bad
		}
		if !allStarted(p) { // a playlist tells of the others too
			return errPending
		}
		follows := track.Followed(p)
		if !want.blocking() && len(follows.Segments) == 0 { // parts alone are an error to hls.js, and the end to Shaka Player
			return errPending
		}
		return want.check(p, follows)
	})
	if err != nil {
		return err
	}
	if p.State == manifest.StateEnded {
		want = directives{msn: -1, part: -1}
	}
	d, err := o.text(r, p, textKey{name: name, skip: want.skip}, mimePlaylist, func() ([]byte, error) {
		return hls.Media(p, track, hls.MediaOptions{Skip: want.skip})
	})
	if err != nil {
		return err
	}
	o.setManifestCaching(w.Header(), r, p, want.blocking())
	d.serve(w, r)
	return nil
}

// setManifestCaching sets how long others may keep a manifest: an answer that a client had to name a position for stays
// right for six target durations, as does a finished one; any other may be old after half of one (8216bis appendix B).
func (o *Origin) setManifestCaching(h http.Header, r *http.Request, p *manifest.Presentation, blocking bool) {
	target := targetDuration(p.SegmentDuration)
	age := target / 2
	if blocking || p.State == manifest.StateEnded {
		age = 6 * target
	}
	o.setMaxAge(h, r, int64(age.Seconds()))
}

func trackOfPlaylist(p *manifest.Presentation, name string) *manifest.Track {
	for i := range p.Tracks {
		if p.Tracks[i].Playlist == name {
			return &p.Tracks[i]
		}
	}
	return nil
}

// started reports whether a track has anything to play.
func started(p *manifest.Presentation, t *manifest.Track) bool {
	return len(t.Segments) > 0 || t.Heir != "" || (p.LowLatency() && openParts(t) > 0)
}

// allHaveSegments reports whether every track has a whole segment. Shaka Player that found chunks alone, at the very beginning, asks for no
// more segments after ten seconds, for as long as twenty.
func allHaveSegments(p *manifest.Presentation) bool {
	return ready(p, func(t *manifest.Track) bool { return len(t.Followed(p).Segments) > 0 })
}

// allStarted reports whether a manifest about every track has something to say.
func allStarted(p *manifest.Presentation) bool {
	return ready(p, func(t *manifest.Track) bool { return started(p, t) })
}

// ready reports whether something holds for every track. For a finished presentation, to which nothing comes any more, it does.
func ready(p *manifest.Presentation, holds func(*manifest.Track) bool) bool {
	if p.State == manifest.StateEnded {
		return true
	}
	for i := range p.Tracks {
		if !holds(&p.Tracks[i]) {
			return false
		}
	}
	return len(p.Tracks) > 0
}
