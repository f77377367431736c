package origin

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/hls"
)

// object is something with bytes that a presentation vouches for.
type object struct {
	name string
	mime string
}

// locate decides about a path in one state: an object whose bytes the sink may have, errPending when it comes next, or
// errNotFound. What left the window is still an object: the sink knows whether it is kept.
func locate(p *manifest.Presentation, name string) (object, error) {
	for i := range p.Tracks {
		t := &p.Tracks[i]
		if err := locateIn(p, t, name); !errors.Is(err, errNotFound) {
			return object{name, mediaType(t)}, err
		}
	}
	return object{}, errNotFound
}

func locateIn(p *manifest.Presentation, t *manifest.Track, name string) error {
	if t.Init != "" && name == t.Init {
		return nil
	}
	number, part, ok := parseTemplate(t.SegmentTemplate, name)
	if !ok {
		return errNotFound
	}
	next := t.NextNumber()
	if number < next {
		return locateComplete(t, number, part)
	}
	if number == next && part < openParts(t) && openParts(t) > 0 {
		return nil // a part of the segment in the making, or (-1) what there is of it
	}
	if p.LowLatency() && !t.Over && comesNext(p, t, name, number, part) {
		return errPending
	}
	return errNotFound
}

// locateComplete decides about a segment (part -1) or a part of one that is complete, listed or not.
func locateComplete(t *manifest.Track, number int64, part int) error {
	first := t.NextNumber() - int64(len(t.Segments))
	if number < first {
		return nil
	}
	s := &t.Segments[number-first]
	if s.Gap || (len(s.Parts) > 0 && part >= len(s.Parts)) {
		return errNotFound
	}
	return nil
}

// comesNext reports whether what does not exist is worth waiting for: the part that EXT-X-PRELOAD-HINT names, no other
// (8216bis section 6.2.6); and a segment that is about to begin, because a DASH client reckons by the clock when that is
// and may be a moment early.
func comesNext(p *manifest.Presentation, t *manifest.Track, name string, number int64, part int) bool {
	if part >= 0 {
		return name == hls.NextPart(p, t) || part == 0 && number == t.NextNumber()+1 && inherits(p, t, number)
	}
	return number <= t.NextNumber()+1
}

// inherits reports whether another playlist goes on with a track's segment of that number, and so may hint at it early.
func inherits(p *manifest.Presentation, t *manifest.Track, number int64) bool {
	return slices.ContainsFunc(p.Tracks, func(o manifest.Track) bool { return o.Heir == t.ID && o.HeirFrom == number })
}

// parseTemplate reads the number, and the part's index or -1, out of a path that is a template's. Only the one way of
// writing them that the manifests use counts.
func parseTemplate(template, name string) (number int64, part int, ok bool) {
	before, after, ok := strings.Cut(template, "$Number$")
	rest, has := strings.CutPrefix(name, before)
	if !ok || !has {
		return 0, 0, false
	}
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || number < 1 {
		return 0, 0, false
	}
	uri := manifest.SegmentURI(template, number)
	if name == uri {
		return number, -1, true
	}
	index := strings.TrimPrefix(strings.TrimSuffix(rest[len(digits):], after), ".")
	part, err = strconv.Atoi(index)
	if err != nil || part < 0 || name != manifest.PartURI(uri, part) {
		return 0, 0, false
	}
	return number, part, true
}

// mediaType is the type of a track's init and media segments (RFC 4337, RFC 3555).
func mediaType(t *manifest.Track) string {
	switch {
	case t.Container == manifest.ContainerTS:
		return "video/mp2t"
	case t.Params.Kind == media.KindAudio:
		return "audio/mp4"
	}
	return "video/mp4"
}
