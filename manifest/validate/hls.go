package validate

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/Eyevinn/hls-m3u8/m3u8"
)

func isMultivariant(text []byte) bool { return bytes.Contains(text, []byte("#EXT-X-STREAM-INF")) }

func (c *checker) loadHLS(doc *Object) error {
	c.contentType("manifest", doc, kindMP4)
	c.textHeaders(doc)
	if !isMultivariant(doc.Bytes) {
		c.report.Summary.Kind = "hls-media"
		if !bytes.Contains(doc.Bytes, []byte("#EXT")) || !bytes.Contains(doc.Bytes, []byte("#EXTINF")) && !bytes.Contains(doc.Bytes, []byte("#EXT-X-TARGETDURATION")) {
			return fmt.Errorf("%w: it has neither variants nor segments", ErrNotManifest)
		}
		t := &track{name: doc.URL, aligned: false}
		c.takePlaylist(t, doc)
		return nil
	}
	c.report.Summary.Kind = "hls"
	m, err := parseMultivariant(doc.Bytes)
	if err != nil {
		return err
	}
	c.tagRules(doc)
	c.autoselectRule(doc.URL, doc.Bytes)
	return c.multivariant(doc.URL, m)
}

// maxVariants bounds the variants and renditions together: every one is compared with every other.
const maxVariants = 4000

func parseMultivariant(text []byte) (*m3u8.MasterPlaylist, error) {
	number := 0
	for line := range bytes.Lines(text) {
		name, _, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(":"))
		switch string(name) {
		case "#EXT-X-STREAM-INF", "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF":
			number++
		case "#EXTINF", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-PART": // RFC 8216 section 4.1
			return nil, fmt.Errorf("%w: it has EXT-X-STREAM-INF, of multivariant playlists, and %s, of media playlists", ErrNotManifest, name[1:])
		}
	}
	if number > maxVariants {
		return nil, fmt.Errorf("%w: %d variants and renditions (want at most %d)", ErrTooLarge, number, maxVariants)
	}
	m := m3u8.NewMasterPlaylist()
	if err := m.DecodeFrom(bytes.NewReader(text), false); err != nil {
		return nil, fmt.Errorf("%w: the multivariant playlist cannot be read: %w", ErrNotManifest, err)
	}
	return m, nil
}

// multivariant loads the playlists of all variants and sound tracks, each once.
func (c *checker) multivariant(base string, m *m3u8.MasterPlaylist) error {
	byURL := map[string]*track{}
	load := func(uri string) (*track, error) {
		target, err := resolve(base, uri)
		if err != nil {
			c.add(ruleSyntax, uri, base, "%v", err)
			return nil, nil
		}
		if t := byURL[target]; t != nil {
			return t, nil
		}
		o, err := c.get(target, ref{url: target}, maxManifest)
		if err != nil || o == nil {
			return nil, err
		}
		t := &track{name: target, aligned: m.IndependentSegments()}
		byURL[target] = t
		c.textHeaders(o)
		c.takePlaylist(t, o)
		return t, c.over
	}
	groups := map[string][]member{}
	for _, v := range m.Variants {
		if v.Iframe {
			continue
		}
		t, err := load(v.URI)
		if err != nil {
			return err
		}
		if t != nil {
			c.takeVariant(t, v)
		}
		for _, a := range v.Alternatives {
			if err := c.takeAlternative(a, groups, load); err != nil {
				return err
			}
		}
		c.variants = append(c.variants, variant{v, t, groups["AUDIO/"+v.Audio]})
	}
	c.multivariantRules(base, m, groups)
	return nil
}

// variant is an EXT-X-STREAM-INF with its playlist (nil when it could not be loaded) and its sound.
type variant struct {
	*m3u8.Variant
	track *track
	sound []member
}

// member is an EXT-X-MEDIA of a group.
type member struct {
	*m3u8.Alternative
	track *track
}

func (c *checker) takeAlternative(a *m3u8.Alternative, groups map[string][]member, load func(string) (*track, error)) error {
	key := a.Type + "/" + a.GroupId
	if c.taken[a] {
		return nil
	}
	c.taken[a] = true
	var t *track
	if a.URI != "" && a.Type != "CLOSED-CAPTIONS" {
		var err error
		if t, err = load(a.URI); err != nil {
			return err
		}
		if t != nil && t.language == "" {
			t.language = a.Language
		}
		if t != nil && a.Channels != nil && a.Channels.SpatialAudioIdentifiers == "" {
			t.channels = a.Channels.Amount
		}
	}
	groups[key] = append(groups[key], member{a, t})
	return nil
}

func (c *checker) takeVariant(t *track, v *m3u8.Variant) {
	if v.Codecs != "" {
		t.codecs = append(t.codecs, strings.Split(v.Codecs, ",")...)
	}
	t.bandwidth = max(t.bandwidth, int64(v.Bandwidth))
	if w, h, ok := strings.Cut(v.Resolution, "x"); ok {
		t.width, _ = strconv.Atoi(w)
		t.height, _ = strconv.Atoi(h)
		t.ladder = "video"
	}
	if v.FrameRate > 0 {
		t.rate = strconv.FormatFloat(v.FrameRate, 'f', -1, 64)
	}
}

// takePlaylist makes a track of a media playlist.
func (c *checker) takePlaylist(t *track, o *Object) {
	c.tagRules(o)
	p := parsePlaylist(o.URL, o.Bytes, c.limits.Segments-c.remembered)
	t.playlist = p
	t.live = !p.ended
	t.aligned = t.aligned || p.independent
	t.segments = p.segments
	if p.problem != nil {
		c.add(ruleSyntax, t.name, t.name, "%v", p.problem)
	}
	if p.iframes {
		t.segments = nil
	}
	c.keepNewest(t)
	t.measure(0)
	c.take(p.listed - len(t.segments)) // the playlist remembers them all
	c.report.Summary.Live = c.report.Summary.Live || t.live
	c.report.Summary.LowLatency = c.report.Summary.LowLatency || p.partTarget > 0
	c.addTrack(t)
}

func (t *track) lowLatency() bool {
	return (t.playlist != nil && t.playlist.partTarget > 0) || (t.dash != nil && t.dash.lowLatency)
}
