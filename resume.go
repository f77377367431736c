package framegear

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
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
// Whatever moment a run is killed at, the state lists at least what the manifests list, and all of it is there. A run in parts, which
// players have before anything is in the folder, writes down the number it begins with before the first of them.
//
// Where there is no state, or none that can be read, numbers go on above those of the files that are there. Those may be somebody else's
// (a recording), so they are not deleted either: they are at or below the floor.

// past is the state of an earlier run, as it is in the file. Its members' names are part of the format.
type past struct {
	Version         int
	Start           time.Time
	SegmentDuration time.Duration
	LowLatency      bool  // players may have seen parts of a segment that is not in any list
	Used            int64 `json:",omitempty"` // players may have seen this number, in whatever list it is
	Floor           int64 `json:",omitempty"` // segments up to this number are not this output's to delete
	Replaced        bool  `json:",omitempty"` // another output was written to the folder since
	Tracks          []pastTrack

	used int64                // the highest number that may be known to somebody
	left map[string]time.Time // objects in the folder, and when they were written
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
func encodePast(p *manifest.Presentation, lowLatency bool, floor int64) ([]byte, error) {
	state := past{Version: pastVersion, Start: p.Start, SegmentDuration: p.SegmentDuration, LowLatency: lowLatency, Floor: floor}
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
func loadPast(p *place, warn func(string)) (*past, error) {
	if p.dir == nil {
		return nil, nil
	}
	state, err := readPast(p, p.stateName())
	if err != nil {
		warn(fmt.Sprintf("%v: the output goes on above the numbers that are there", err))
		state = nil
	}
	foreign := state == nil
	if foreign {
		state = &past{Version: pastVersion}
	}
	if err := state.adopt(p); err != nil {
		return nil, err
	}
	if foreign || state.Replaced {
		state.Floor = state.used
	}
	if foreign && state.used == 0 {
		return nil, nil
	}
	return state, nil
}

// readPast reads a state file, nil when there is none.
func readPast(p *place, name string) (*past, error) {
	b, err := sink.ReadObject(context.Background(), p.dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	state := new(past)
	if err := json.Unmarshal(b, state); err != nil || state.Version != pastVersion || state.Start.IsZero() {
		return nil, fmt.Errorf("%s%s is not the state of an earlier run", p.at, name)
	}
	return state, nil
}

// adopt takes over what the earlier run left in the folder, so that it is deleted when its time comes.
func (s *past) adopt(p *place) error {
	for _, t := range s.Tracks {
		for _, seg := range t.Segments {
			s.used = max(s.used, seg[0])
		}
	}
	names, err := p.dir.Adopt(context.Background(), p.owns)
	if err != nil {
		return err
	}
	s.left = map[string]time.Time{}
	for _, name := range names {
		if isSegment(name) {
			s.used = max(s.used, numberOf(name))
		}
		if h, err := p.dir.Open(context.Background(), name); err == nil {
			s.left[name] = h.ModTime()
			_ = h.Close()
		}
	}
	if s.LowLatency {
		s.used++ // parts of the next segment may have been seen
	}
	s.used = max(s.used, s.Used)
	return nil
}

// reserve writes down the number that a run begins with, before anybody can see it.
func (p *pipeline) reserve(now time.Time) error {
	place := &p.s.place
	if place.dir == nil || !p.s.opt.LowLatency {
		return nil
	}
	state := past{Version: pastVersion, Start: now, SegmentDuration: p.grid.Duration(), LowLatency: true}
	if p.earlier != nil && !p.earlier.Start.IsZero() {
		state = *p.earlier
	}
	state.Used, state.Floor, state.Replaced = p.first, p.floor, false
	b, err := json.Marshal(&state)
	if err != nil {
		return err
	}
	return sink.WriteSynced(p.ctx, place.dir, place.stateName(), b)
}

var anyState = regexp.MustCompile(`^\.[^/]+\.state\.json$`)

// replacePasts says to live outputs of other names, or to all where this one is a recording, that their segments are not what they were:
// all outputs in a folder use the same names. They go on with their clock and higher numbers, without the list.
func (p *place) replacePasts(own string) error {
	if p.dir == nil {
		return nil
	}
	names, err := p.dir.Adopt(context.Background(), func(name string) bool { return name != own && anyState.MatchString(name) })
	if err != nil {
		return err
	}
	for _, name := range names {
		state, err := readPast(p, name)
		if err != nil || state == nil || state.Replaced {
			continue // what cannot be read is not believed later either
		}
		if err := state.adopt(p); err != nil {
			return err
		}
		state.Used, state.Replaced, state.LowLatency, state.Tracks = state.used, true, false, nil
		b, err := json.Marshal(state)
		if err != nil {
			return err
		}
		if err := sink.WriteSynced(context.Background(), p.dir, name, b); err != nil {
			return err
		}
	}
	return nil
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

// numberOf returns a segment's or part's number, 0 for other names.
func numberOf(name string) int64 {
	number, _, _ := strings.Cut(path.Base(name), ".")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	return n
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
		if seg[5]&2 == 0 {
			t.meter.Add(seg[4], seg[2], t.Timescale) // what is listed counts for the declared rates
		}
	}
	t.Rate = t.meter.Rate()
	for n := len(t.Segments); n > 0 && t.NextNumber() <= s.used; n++ {
		t.Segments = append(t.Segments, manifest.Segment{
			Number: t.NextNumber(), Start: t.End(), Duration: nominal, Gap: true, URI: manifest.SegmentURI(t.SegmentTemplate, t.NextNumber()),
		})
	}
}
