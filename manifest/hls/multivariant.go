package hls

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// startBandwidth is what the first variant may need at most, in bits per second: players start with it before they have
// measured anything, and a common mobile link carries it.
const startBandwidth = 2_500_000

// Multivariant returns the multivariant playlist of p. The first variant, with which players start, is the best one in the
// first video track's codec that needs at most 2.5 Mbit/s, else the smallest; the others follow by rising bandwidth.
// Errors wrap manifest.ErrModel, manifest.ErrEmpty or manifest.ErrCodec.
func Multivariant(p *manifest.Presentation) ([]byte, error) {
	vs, groups, err := plan(p)
	if err != nil {
		return nil, fmt.Errorf("hls: %w", err)
	}
	var w writer
	w.line("#EXTM3U")
	w.tag("VERSION", "%d", containerVersion(&p.Tracks[0]))
	if !slices.ContainsFunc(p.Tracks, func(t manifest.Track) bool { return t.OpenGOP }) {
		w.line("#EXT-X-INDEPENDENT-SEGMENTS")
	}
	for i := range groups {
		groups[i].write(&w, p)
	}
	for _, v := range vs {
		v.write(&w, p)
	}
	return w.b.Bytes(), nil
}

// plan decides which variants and groups there are.
func plan(p *manifest.Presentation) ([]variant, []group, error) {
	if err := p.Validate(); err != nil {
		return nil, nil, err
	}
	var video, sound []*manifest.Track
	muxed := false
	for i := range p.Tracks {
		t := &p.Tracks[i]
		if t.Playlist == "" {
			return nil, nil, fmt.Errorf("%w: track %s has no playlist path", manifest.ErrModel, t.ID)
		}
		if t.Heir != "" {
			continue // only who has its playlist already asks for it
		}
		if t.Params.Kind == media.KindVideo {
			video = append(video, t)
			muxed = muxed || t.MuxedAudio != nil
		} else {
			sound = append(sound, t)
		}
	}
	if muxed && len(sound) > 0 {
		return nil, nil, fmt.Errorf("%w: sound both inside the video's segments and in tracks of its own", manifest.ErrModel)
	}
	leads, groups := video, soundGroups(sound)
	if len(video) == 0 {
		leads, groups = soundOnly(sound, groups)
	}
	vs, err := variants(p, leads, groups)
	return vs, groups, err
}

// soundOnly makes a bit-rate ladder of tracks that say the same, and a group of tracks that do not (languages), led by the
// one that plays by default.
func soundOnly(sound []*manifest.Track, groups []group) ([]*manifest.Track, []group) {
	same := func(t *manifest.Track) bool { return t.Language == sound[0].Language && t.Label == sound[0].Label }
	if !slices.ContainsFunc(sound, func(t *manifest.Track) bool { return !same(t) }) {
		return sound, nil
	}
	var leads []*manifest.Track
	for _, g := range groups {
		leads = append(leads, g.main())
	}
	return leads, groups
}

// variant is one EXT-X-STREAM-INF.
type variant struct {
	track   *manifest.Track
	group   *group
	rate    manifest.BitRate
	codecs  []string
	isVideo bool
}

func variants(p *manifest.Presentation, leads []*manifest.Track, groups []group) ([]variant, error) {
	refs := []*group{nil}
	if len(groups) > 0 {
		refs = refs[:0]
		for i := range groups {
			refs = append(refs, &groups[i])
		}
	}
	var vs []variant
	for _, t := range leads {
		for _, g := range refs {
			if g != nil && t.Params.Kind == media.KindAudio && g.main() != t {
				continue
			}
			v, err := newVariant(p, t, g)
			if err != nil {
				return nil, fmt.Errorf("track %s: %w", t.ID, err)
			}
			vs = append(vs, v)
		}
	}
	order(vs)
	return vs, nil
}

func newVariant(p *manifest.Presentation, t *manifest.Track, g *group) (variant, error) {
	v := variant{track: t, group: g, rate: t.Declared(p), isVideo: t.Params.Kind == media.KindVideo}
	if v.rate.Peak <= 0 {
		return v, fmt.Errorf("%w: no bit rate was measured and none is the target", manifest.ErrEmpty)
	}
	var err error
	if v.codecs, err = t.CodecStrings(); err != nil || g == nil {
		return v, err
	}
	var peak, average int64
	for _, s := range g.tracks {
		r := s.Declared(p)
		peak, average = max(peak, r.Peak), max(average, r.Average)
		codec, err := manifest.CodecString(s.Params)
		if err != nil {
			return v, err
		}
		if !slices.Contains(v.codecs, codec) {
			v.codecs = append(v.codecs, codec)
		}
	}
	if v.isVideo { // the sound of a variant without pictures is one of the group's
		v.rate.Peak, v.rate.Average = v.rate.Peak+peak, v.rate.Average+average
	} else {
		v.rate.Peak, v.rate.Average = max(v.rate.Peak, peak), max(v.rate.Average, average)
	}
	return v, nil
}

// order puts the variant to start with first.
func order(vs []variant) {
	if len(vs) == 0 {
		return
	}
	lead := vs[0].track.Params.Codec
	slices.SortStableFunc(vs, func(a, b variant) int { return cmp.Compare(a.rate.Peak, b.rate.Peak) })
	start := -1
	for i, v := range vs {
		better := start < 0 || (v.rate.Peak <= startBandwidth && v.rate.Peak > vs[start].rate.Peak)
		if better && v.track.Params.Codec == lead {
			start = i
		}
	}
	first := vs[start]
	copy(vs[1:], vs[:start])
	vs[0] = first
}

func (v *variant) write(w *writer, p *manifest.Presentation) {
	c := &v.track.Params
	a := new(attributes).
		number("BANDWIDTH", v.rate.Peak).
		number("AVERAGE-BANDWIDTH", v.rate.Average).
		quoted("CODECS", strings.Join(v.codecs, ","))
	if v.isVideo {
		a.raw("RESOLUTION", resolution(c))
		if c.FrameRate.Known() {
			a.raw("FRAME-RATE", fmt.Sprintf("%.3f", c.FrameRate.Float()))
		}
		a.raw("VIDEO-RANGE", videoRange(c.Color))
	}
	if v.group != nil {
		a.quoted("AUDIO", v.group.id)
	}
	if v.isVideo {
		a.raw("CLOSED-CAPTIONS", "NONE")
	}
	w.attributes("STREAM-INF", a)
	w.line(uri(p, "", v.track.Playlist))
}

// resolution is the size at which the picture is to be shown: with square pixels.
func resolution(c *media.CodecParameters) string {
	width := int64(c.Width)
	if c.SAR.Known() {
		width = media.MulDiv(width, c.SAR.Num, c.SAR.Den, 1, 1)
	}
	return fmt.Sprintf("%dx%d", width, c.Height)
}

func videoRange(c media.Color) string {
	switch c.Transfer {
	case media.TransferPQ:
		return "PQ"
	case media.TransferHLG:
		return "HLG"
	}
	return "SDR"
}
