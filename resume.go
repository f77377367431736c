package framegear

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// A live output in a folder leaves a state file behind, written as a whole before the manifests that list the same. The next
// run in that folder goes on from there: on the same clock (availabilityStartTime), with higher numbers, after a discontinuity.
// Whatever moment a run is killed at, the state lists at least what the manifests list, and all of it is there.

// past is the state of an earlier run, as it is in the file. Its members' names are part of the format.
type past struct {
	Version         int
	Start           time.Time
	SegmentDuration time.Duration
	LowLatency      bool // players may have seen parts of a segment that is not in any list
	Tracks          []pastTrack

	used int64    // the highest number that may be known to somebody
	left []string // objects in the folder
}

type pastTrack struct {
	ID              string
	Container       manifest.Container
	Timescale       int64
	Init            string
	Params          media.CodecParameters
	MuxedAudio      *media.CodecParameters `json:",omitempty"`
	Discontinuities int64
	RunStart        int64
	GivenUp         bool // under load: not all tracks have the same segments
	Segments        []pastSegment
}

// pastSegment is number, start, duration, frames, bytes, and 1 for a discontinuity plus 2 for a gap.
type pastSegment [6]int64

const pastVersion = 1

// stateName is the file's name: hidden, because it is nobody else's business.
func (p *place) stateName() string { return "." + p.name + ".state.json" }

// encodePast renders what is published for the next run.
func encodePast(p *manifest.Presentation, lowLatency bool) ([]byte, error) {
	state := past{Version: pastVersion, Start: p.Start, SegmentDuration: p.SegmentDuration, LowLatency: lowLatency}
	for i := range p.Tracks {
		t := &p.Tracks[i]
		kept := pastTrack{ID: t.ID, Container: t.Container, Timescale: t.Timescale, Init: t.Init, Params: t.Params, MuxedAudio: t.MuxedAudio,
			Discontinuities: t.Discontinuities, RunStart: t.RunStart, GivenUp: t.Heir != ""}
		for _, s := range t.Segments {
			flags := int64(0)
			if s.Discontinuity {
				flags |= 1
			}
			if s.Gap {
				flags |= 2
			}
			kept.Segments = append(kept.Segments, pastSegment{s.Number, s.Start, s.Duration, int64(s.Frames), s.Bytes, flags})
		}
		state.Tracks = append(state.Tracks, kept)
	}
	return json.Marshal(&state)
}

// loadPast returns the earlier run of this place, nil when there is none to go on from.
func loadPast(p *place) (*past, error) {
	if p.dir == nil {
		return nil, nil
	}
	b, err := sink.ReadObject(context.Background(), p.dir, p.stateName())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var state past
	if err := json.Unmarshal(b, &state); err != nil || state.Version != pastVersion || state.Start.IsZero() {
		return nil, fmt.Errorf("%s%s is not the state of an earlier run (want it gone to start anew): %w", p.at, p.stateName(), errors.Join(err, ErrOptions))
	}
	return &state, state.adopt(p)
}

// adopt takes over what the earlier run left in the folder, so that it is deleted when its time comes.
func (s *past) adopt(p *place) (err error) {
	for _, t := range s.Tracks {
		for _, seg := range t.Segments {
			s.used = max(s.used, seg[0])
		}
	}
	s.left, err = p.dir.Adopt(context.Background(), func(name string) bool {
		if isSegment(name) && p.owns(name) {
			number, _, _ := strings.Cut(path.Base(name), ".")
			n, _ := strconv.ParseInt(number, 10, 64) // owns has looked at it
			s.used = max(s.used, n)
		}
		return p.owns(name)
	})
	if s.LowLatency {
		s.used++ // parts of the next segment may have been seen
	}
	return err
}

// continues reports whether the segments of the earlier run can be listed before those of new tracks: they need the same
// initialization segments.
func (s *past) continues(tracks []track, segment time.Duration) bool {
	if len(tracks) != len(s.Tracks) || segment != s.SegmentDuration {
		return false
	}
	for i := range tracks {
		t, old := &tracks[i], &s.Tracks[i]
		if old.GivenUp || t.ID != old.ID || t.Container != old.Container || t.Timescale != old.Timescale || !reflect.DeepEqual(t.Params, old.Params) ||
			!reflect.DeepEqual(t.MuxedAudio, old.MuxedAudio) {
			return false
		}
	}
	return true
}

// discontinuities counts those that players were told of, for an output that lists none of the old segments any more.
func (s *past) discontinuities() int64 {
	most := int64(0)
	for _, t := range s.Tracks {
		n := t.Discontinuities
		for _, seg := range t.Segments {
			n += seg[5] & 1
		}
		most = max(most, n)
	}
	return most
}

func isSegment(name string) bool { return path.Ext(name) == ".m4s" || path.Ext(name) == ".ts" }

// end returns the media time up to which the earlier run may have shown something: its pictures, whose grid all tracks follow, or its sound
// where there are none.
func (s *past) end() time.Duration {
	var end time.Duration
	pictures := slices.ContainsFunc(s.Tracks, func(t pastTrack) bool { return t.Params.Kind == media.KindVideo })
	for _, t := range s.Tracks {
		if n := len(t.Segments); n > 0 && (t.Params.Kind == media.KindVideo || !pictures) {
			last := t.Segments[n-1]
			listed := media.Timebase{Num: 1, Den: t.Timescale}.Duration(last[1] + last[2])
			end = max(end, listed+time.Duration(s.used-last[0])*s.SegmentDuration)
		}
	}
	return end
}

// restore puts the segments of the earlier run before those to come, and one that nobody can load in the place of every
// number that must not be used again.
func (s *past) restore(t *track, old *pastTrack, nominal int64) {
	t.Discontinuities, t.RunStart = old.Discontinuities, old.RunStart
	for _, seg := range old.Segments {
		t.Segments = append(t.Segments, manifest.Segment{
			Number: seg[0], Start: seg[1], Duration: seg[2], Frames: int(seg[3]), Bytes: seg[4],
			URI: manifest.SegmentURI(t.SegmentTemplate, seg[0]), Discontinuity: seg[5]&1 != 0, Gap: seg[5]&2 != 0,
		})
	}
	for n := len(t.Segments); n > 0 && t.NextNumber() <= s.used; n++ {
		t.Segments = append(t.Segments, manifest.Segment{
			Number: t.NextNumber(), Start: t.End(), Duration: nominal, Gap: true, URI: manifest.SegmentURI(t.SegmentTemplate, t.NextNumber()),
		})
	}
}
