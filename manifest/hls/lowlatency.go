package hls

import (
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// Distances from the end of the playlist in target durations (RFC 8216bis sections 4.4.3.8 and 4.4.4.9).
const (
	partsBack = 3 // parts farther back are not listed
	skipBack  = 6 // segments farther back may be skipped
	holdBack  = 3 // where players without low latency should be
)

func (pl *playlist) serverControl() {
	pl.attributes("SERVER-CONTROL", new(attributes).
		raw("CAN-BLOCK-RELOAD", "YES").
		raw("CAN-SKIP-UNTIL", seconds(skipBack*pl.target*1e6)).
		raw("PART-HOLD-BACK", seconds(pl.parts.holdBack)).
		raw("HOLD-BACK", seconds(holdBack*pl.target*1e6)))
	pl.attributes("PART-INF", new(attributes).raw("PART-TARGET", seconds(pl.parts.target)))
}

// back returns how far an instant is from the end of the playlist, in microseconds.
func (pl *playlist) back(ticks int64) int64 {
	return span(pl.t.Timebase(), ticks, pl.t.End()-ticks)
}

// skippable counts the segments that lie wholly before the skip boundary.
func (pl *playlist) skippable() int {
	n := 0
	for n < len(pl.t.Segments) && pl.back(pl.t.Segments[n].End()) > skipBack*pl.target*1e6 {
		n++
	}
	return n
}

// listsParts keeps or drops the parts of a segment together, so that their indexes stay what they are.
func (pl *playlist) listsParts(s *manifest.Segment) bool {
	return pl.p.LowLatency() && pl.back(s.Start) <= partsBack*pl.target*1e6
}

func (pl *playlist) partTags(s *manifest.Segment) {
	for _, part := range s.Parts {
		us := min(span(pl.t.Timebase(), part.Start, part.Duration), pl.parts.target)
		pl.attributes("PART", new(attributes).
			raw("DURATION", seconds(us)).
			quoted("URI", pl.uri(part.URI)).
			yes("INDEPENDENT", part.Independent || pl.t.Params.Kind == media.KindAudio))
	}
}

// lowLatencyTail writes what follows the last complete segment: the open one's parts, the next part, the other playlists.
func (pl *playlist) lowLatencyTail() {
	if open := pl.t.Open; open != nil && len(open.Parts) > 0 {
		pl.before(open)
		pl.partTags(open)
	}
	pl.attributes("PRELOAD-HINT", new(attributes).raw("TYPE", "PART").quoted("URI", pl.uri(NextPart(pl.p, pl.t))))
	for i := range pl.p.Tracks {
		if other := &pl.p.Tracks[i]; other.ID != pl.t.ID && other.Playlist != "" && other.Heir == "" {
			pl.report(other)
		}
	}
}

// report tells how far another playlist has come. It needs no base URL: playlists are together.
func (pl *playlist) report(other *manifest.Track) {
	a := new(attributes).quoted("URI", pl.uri(other.Playlist))
	last := other.Open
	if last == nil || len(last.Parts) == 0 {
		if len(other.Segments) == 0 {
			return
		}
		last = &other.Segments[len(other.Segments)-1]
	}
	a.number("LAST-MSN", last.Number)
	if n := len(last.Parts); n > 0 {
		a.number("LAST-PART", int64(n-1))
	}
	pl.attributes("RENDITION-REPORT", a)
}

// NextPart returns the path of the part that comes next, from the MPD's folder: what the preload hint names and a request
// may wait for. An open segment that has reached its nominal length gets no more parts.
func NextPart(p *manifest.Presentation, t *manifest.Track) string {
	number, index := t.NextNumber(), 0
	if open := t.Open; open != nil {
		number, index = open.Number, len(open.Parts)
		if index > 0 && t.End()-open.Start >= t.SegmentTicks(p) {
			number, index = number+1, 0
		}
	}
	return manifest.PartURI(manifest.SegmentURI(t.SegmentTemplate, number), index)
}
