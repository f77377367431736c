package hls

import (
	"fmt"
	"slices"
	"time"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// Protocol versions (RFC 8216bis section 8).
const (
	versionFloats = 3 // decimal EXTINF
	versionFMP4   = 7 // EXT-X-MAP needs 6; the authoring guides that brought fMP4 say 7
	versionSkip   = 9 // EXT-X-SKIP
)

// TargetDuration returns EXT-X-TARGETDURATION in seconds, the same for all playlists of p: the nominal length of a segment,
// rounded up, never zero. It has to stay as it is over the life of a playlist. A live segment that is longer is
// therefore an error wrapping manifest.ErrModel; a recording, which has no players yet, takes its longest segment.
func TargetDuration(p *manifest.Presentation) (int64, error) {
	target := max(int64((p.SegmentDuration+time.Second-1)/time.Second), 1)
	for i := range p.Tracks {
		t := &p.Tracks[i]
		for k := range t.Segments {
			s := &t.Segments[k]
			rounded := t.Timebase().Rescale(s.Duration, media.Timebase{Num: 1, Den: 1})
			if rounded > target && p.State == manifest.StateLive {
				return 0, fmt.Errorf("%w: segment %d of track %s lasts %d s, the target duration is %d s",
					manifest.ErrModel, s.Number, t.ID, rounded, target)
			}
			target = max(target, rounded)
		}
	}
	return target, nil
}

// partLimits are the low-latency constants in microseconds.
type partLimits struct{ target, holdBack int64 }

// soundInHand is the sound, in microseconds, that a player needs beside the part that it plays and the one that it waits for: Chromium
// does not go on after a seek with less, and changes its speed with no less.
const soundInHand = 150_000

// limits returns a track's PART-TARGET and the hold-back, which has to be the same in all playlists and so follows the
// longest parts of all (RFC 8216bis section 4.4.3.8): the three of them that it advises, or more where three short ones are
// too little for sound.
func limits(p *manifest.Presentation, t *manifest.Track) partLimits {
	part := upMicro(p.PartDuration)
	holdBack := 3 * part
	if slices.ContainsFunc(p.Tracks, func(t manifest.Track) bool { return t.Params.Kind == media.KindAudio }) {
		holdBack = max(holdBack, 2*part+soundInHand)
	}
	return partLimits{target: upMicro(t.PartTarget(p)), holdBack: holdBack}
}

func version(p *manifest.Presentation, t *manifest.Track) int {
	if p.LowLatency() {
		return versionSkip
	}
	return containerVersion(t)
}

func containerVersion(t *manifest.Track) int {
	if t.Container == manifest.ContainerFMP4 {
		return versionFMP4
	}
	return versionFloats
}
