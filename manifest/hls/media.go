package hls

import (
	"fmt"
	"time"

	"github.com/framegear/framegear/manifest"
)

// Skip is the value of the _HLS_skip delivery directive (RFC 8216bis section 6.2.5.1).
type Skip uint8

// The kinds of playlist a client can ask for.
const (
	SkipNone Skip = iota // the whole playlist
	SkipYes              // _HLS_skip=YES: a delta update without old segments
	SkipV2               // _HLS_skip=v2: without old date ranges too; there are none, so it equals SkipYes
)

// MediaOptions choose a form of a media playlist. The zero value is the whole playlist.
type MediaOptions struct {
	// Skip asks for a delta update. It is given only in low latency, and only when there is something to leave out.
	Skip Skip
}

// Media returns the media playlist of one of p's tracks. Errors wrap manifest.ErrModel or manifest.ErrEmpty.
func Media(p *manifest.Presentation, track *manifest.Track, opt MediaOptions) ([]byte, error) {
	pl, err := newPlaylist(p, track)
	if err != nil {
		return nil, fmt.Errorf("hls: %w", err)
	}
	pl.header()
	if first := pl.firstListed(); first > 0 {
		pl.init = track.Owner(p, first).Init
	}
	skip := 0
	if opt.Skip != SkipNone && p.LowLatency() {
		skip = pl.skippable()
	}
	if skip > 0 {
		pl.attributes("SKIP", new(attributes).number("SKIPPED-SEGMENTS", int64(skip)))
	} else if pl.init != "" {
		pl.attributes("MAP", new(attributes).quoted("URI", pl.uri(pl.init)))
	}
	for i := range pl.t.Segments[:skip] {
		pl.init = pl.initOf(&pl.t.Segments[i]) // told in an earlier answer
	}
	for i := skip; i < len(pl.t.Segments); i++ {
		pl.segment(&pl.t.Segments[i])
	}
	if p.LowLatency() {
		pl.lowLatencyTail()
	}
	if p.State == manifest.StateEnded {
		pl.line("#EXT-X-ENDLIST")
	}
	return pl.b.Bytes(), nil
}

// playlist is a media playlist in the making.
type playlist struct {
	writer
	p      *manifest.Presentation
	own    *manifest.Track // whose playlist it is
	t      *manifest.Track // what it lists: own, and then its heirs
	init   string          // the initialization segment that holds
	target int64           // seconds
	parts  partLimits
}

func newPlaylist(p *manifest.Presentation, t *manifest.Track) (*playlist, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if t.Playlist == "" {
		return nil, fmt.Errorf("%w: track %s has no playlist path", manifest.ErrModel, t.ID)
	}
	target, err := TargetDuration(p)
	if err != nil {
		return nil, err
	}
	pl := &playlist{p: p, own: t, t: t.Followed(p), target: target, parts: limits(p, t)}
	return pl, pl.checkParts()
}

// checkParts refuses parts that are longer than their target, which stops players for good (RFC 8216bis section 4.4.4.9).
func (pl *playlist) checkParts() error {
	if !pl.p.LowLatency() {
		return nil
	}
	check := func(s *manifest.Segment) error {
		for i, part := range s.Parts {
			us := span(pl.t.Timebase(), part.Start, part.Duration)
			if us > pl.parts.target+1 { // one for rounding
				return fmt.Errorf("%w: part %d of segment %d of track %s lasts %s s, the part target is %s s",
					manifest.ErrModel, i, s.Number, pl.t.ID, seconds(us), seconds(pl.parts.target))
			}
		}
		return nil
	}
	for i := range pl.t.Segments {
		if err := check(&pl.t.Segments[i]); err != nil {
			return err
		}
	}
	if pl.t.Open != nil {
		return check(pl.t.Open)
	}
	return nil
}

func (pl *playlist) header() {
	pl.line("#EXTM3U")
	pl.tag("VERSION", "%d", version(pl.p, pl.t))
	pl.tag("TARGETDURATION", "%d", pl.target)
	if pl.p.LowLatency() {
		pl.serverControl()
	}
	first := pl.t.NextNumber()
	if len(pl.t.Segments) > 0 {
		first = pl.t.Segments[0].Number
	}
	pl.tag("MEDIA-SEQUENCE", "%d", first)
	if pl.t.Discontinuities > 0 {
		pl.tag("DISCONTINUITY-SEQUENCE", "%d", pl.t.Discontinuities)
	}
	if kind := pl.kind(); kind != "" {
		pl.tag("PLAYLIST-TYPE", "%s", kind)
	}
	if !pl.t.OpenGOP {
		pl.line("#EXT-X-INDEPENDENT-SEGMENTS")
	}
}

// kind is EXT-X-PLAYLIST-TYPE. Both types promise that nothing was or will be removed.
func (pl *playlist) kind() string {
	switch {
	case !pl.t.Complete():
		return ""
	case pl.p.State == manifest.StateEnded:
		return "VOD"
	case pl.p.State == manifest.StateRecording || pl.p.Window == 0:
		return "EVENT"
	}
	return ""
}

func (pl *playlist) segment(s *manifest.Segment) {
	pl.before(s)
	if pl.listsParts(s) {
		pl.partTags(s)
	}
	if s.Gap {
		pl.line("#EXT-X-GAP")
	}
	pl.line("#EXTINF:" + seconds(span(pl.t.Timebase(), s.Start, s.Duration)) + ",")
	pl.line(pl.uri(s.URI))
}

// before writes what has to stand before a segment's first part.
func (pl *playlist) before(s *manifest.Segment) {
	if s.Discontinuity {
		pl.line("#EXT-X-DISCONTINUITY")
	}
	if init := pl.initOf(s); init != pl.init {
		pl.init = init
		pl.attributes("MAP", new(attributes).quoted("URI", pl.uri(init)))
	}
	if !pl.p.Start.IsZero() {
		at := pl.p.Start.Add(pl.t.Timebase().Duration(s.Start))
		pl.tag("PROGRAM-DATE-TIME", "%s", at.UTC().Round(time.Millisecond).Format("2006-01-02T15:04:05.000Z"))
	}
}

func (pl *playlist) initOf(s *manifest.Segment) string { return pl.own.Owner(pl.p, s.Number).Init }

// firstListed returns the number of the first segment, open or complete, zero when there is none.
func (pl *playlist) firstListed() int64 {
	if len(pl.t.Segments) > 0 {
		return pl.t.Segments[0].Number
	}
	if pl.t.Open != nil {
		return pl.t.Open.Number
	}
	return 0
}

func (pl *playlist) uri(target string) string { return uri(pl.p, pl.t.Playlist, target) }
