package manifest

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/framegear/framegear/internal/media"
)

var (
	trackID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	// uriPath is the part of RFC 3986's characters that needs no escaping in XML, in an HLS quoted string or in a file system.
	uriPath = regexp.MustCompile(`^[A-Za-z0-9_~!*'()+,;=@.-][A-Za-z0-9_~!*'()+,;=@./%-]*$`)
)

// Validate returns an error wrapping ErrModel that names the first field at fault, or one wrapping ErrEmpty when a track has
// nothing to list. The renderers call it; a producer may, to find its own mistakes early.
func (p *Presentation) Validate() error {
	if p.SegmentDuration <= 0 || p.SegmentDuration > math.MaxInt32*time.Second {
		return fmt.Errorf("%w: segment duration %v (want more than zero)", ErrModel, p.SegmentDuration)
	}
	if p.PartDuration < 0 || p.PartDuration >= p.SegmentDuration {
		return fmt.Errorf("%w: part duration %v (want less than the segment's %v)", ErrModel, p.PartDuration, p.SegmentDuration)
	}
	if strings.ContainsAny(p.BaseURL+p.UTCTiming, "\"\r\n") || (p.BaseURL != "" && !strings.HasSuffix(p.BaseURL, "/")) {
		return fmt.Errorf("%w: base URL %q or clock URL %q (want URLs without quotes, the base with a final slash)", ErrModel, p.BaseURL, p.UTCTiming)
	}
	if len(p.Tracks) == 0 {
		return fmt.Errorf("%w: no tracks", ErrEmpty)
	}
	return p.validateTracks()
}

func (p *Presentation) validateTracks() error {
	seen := map[string]bool{}
	defaults := 0
	for i := range p.Tracks {
		t := &p.Tracks[i]
		if !trackID.MatchString(t.ID) || seen[t.ID] {
			return fmt.Errorf("%w: track %d has the ID %q (want letters, digits, hyphen, underscore; no ID twice)", ErrModel, i, t.ID)
		}
		seen[t.ID] = true
		if t.Default {
			defaults++
		}
		if err := t.validate(p); err != nil {
			return fmt.Errorf("track %s: %w", t.ID, err)
		}
	}
	for i := range p.Tracks {
		if err := p.Tracks[i].validateHeir(p); err != nil {
			return err
		}
	}
	if defaults > 1 {
		return fmt.Errorf("%w: %d sound tracks are the default (want one at most)", ErrModel, defaults)
	}
	return nil
}

func (t *Track) validate(p *Presentation) error {
	if t.Timescale < 1 || t.Timescale > math.MaxUint32 {
		return fmt.Errorf("%w: timescale %d (want 1 to 2^32-1)", ErrModel, t.Timescale)
	}
	if t.Params.Kind == media.KindVideo && (t.Params.Width < 1 || t.Params.Height < 1) {
		return fmt.Errorf("%w: video of %dx%d", ErrModel, t.Params.Width, t.Params.Height)
	}
	if t.PartDuration < 0 || t.PartDuration > p.PartDuration {
		return fmt.Errorf("%w: part duration %v (want at most the presentation's %v)", ErrModel, t.PartDuration, p.PartDuration)
	}
	if err := t.validateNames(); err != nil {
		return err
	}
	if len(t.Segments) == 0 && t.Heir == "" && (!p.LowLatency() || t.Open == nil || len(t.Open.Parts) == 0) {
		return fmt.Errorf("%w: no segments", ErrEmpty)
	}
	for i := range t.Segments {
		if err := t.validateSegment(i); err != nil {
			return err
		}
	}
	return t.validateOpen(p)
}

// validateHeir finds heirs that do not exist, which a playlist would have to go on with.
func (t *Track) validateHeir(p *Presentation) error {
	seen := map[string]bool{}
	for at := t; at.Heir != ""; {
		seen[at.ID] = true
		next := p.track(at.Heir)
		if next == nil || seen[next.ID] || at.HeirFrom < 1 || at.Open != nil || len(at.Segments) > 0 && at.NextNumber() > at.HeirFrom {
			return fmt.Errorf("%w: track %s has the heir %q from segment %d on (want another track, from behind its own segments on)",
				ErrModel, at.ID, at.Heir, at.HeirFrom)
		}
		at = next
	}
	return nil
}

func (t *Track) validateNames() error {
	if t.Container == ContainerFMP4 && !uriPath.MatchString(t.Init) {
		return fmt.Errorf("%w: path of the initialization segment %q", ErrModel, t.Init)
	}
	if t.Container == ContainerTS && t.Init != "" {
		return fmt.Errorf("%w: MPEG-TS has no initialization segment, got %q", ErrModel, t.Init)
	}
	if strings.Count(t.SegmentTemplate, numberToken) != 1 || !uriPath.MatchString(SegmentURI(t.SegmentTemplate, 1)) {
		return fmt.Errorf("%w: segment template %q (want a relative path with $Number$ once)", ErrModel, t.SegmentTemplate)
	}
	if t.Playlist != "" && !uriPath.MatchString(t.Playlist) {
		return fmt.Errorf("%w: path of the playlist %q", ErrModel, t.Playlist)
	}
	if strings.ContainsFunc(t.Language+t.Label, isControl) || strings.Contains(t.Language, `"`) {
		return fmt.Errorf("%w: language %q or label %q (want one line of text)", ErrModel, t.Language, t.Label)
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func (t *Track) validateSegment(i int) error {
	s := &t.Segments[i]
	if s.Number < 1 || s.Start < 0 || s.Duration < 1 {
		return fmt.Errorf("%w: segment %d starts at %d and lasts %d ticks (want a number from 1, a start from 0, a length)",
			ErrModel, s.Number, s.Start, s.Duration)
	}
	if want := SegmentURI(t.SegmentTemplate, s.Number); s.URI != want {
		return fmt.Errorf("%w: segment %d is named %q, the template says %q", ErrModel, s.Number, s.URI, want)
	}
	if i > 0 {
		if err := s.follows(&t.Segments[i-1]); err != nil {
			return err
		}
	}
	if n := len(s.Parts); n > 0 && s.Parts[n-1].Start+s.Parts[n-1].Duration != s.End() {
		return fmt.Errorf("%w: segment %d ends at %d, its last part at %d", ErrModel, s.Number, s.End(), s.Parts[n-1].Start+s.Parts[n-1].Duration)
	}
	return s.validateParts()
}

func (s *Segment) follows(before *Segment) error {
	if s.Number != before.Number+1 {
		return fmt.Errorf("%w: segment %d follows segment %d", ErrModel, s.Number, before.Number)
	}
	if s.Start == before.End() || (s.Discontinuity && s.Start > before.Start) {
		return nil
	}
	return fmt.Errorf("%w: segment %d starts at %d where segment %d ends at %d (want no gap, or a discontinuity that goes forward)",
		ErrModel, s.Number, s.Start, before.Number, before.End())
}

func (s *Segment) validateParts() error {
	at := s.Start
	for i, part := range s.Parts {
		if want := PartURI(s.URI, i); part.URI != want {
			return fmt.Errorf("%w: part %d of segment %d is named %q, the rule says %q", ErrModel, i, s.Number, part.URI, want)
		}
		if part.Start != at || part.Duration < 1 {
			return fmt.Errorf("%w: part %d of segment %d starts at %d and lasts %d ticks (want a start at %d and a length)",
				ErrModel, i, s.Number, part.Start, part.Duration, at)
		}
		at += part.Duration
	}
	return nil
}

func (t *Track) validateOpen(p *Presentation) error {
	s := t.Open
	if s == nil {
		return nil
	}
	if p.PartDuration == 0 {
		return fmt.Errorf("%w: segment %d is open in a presentation without parts", ErrModel, s.Number)
	}
	if want := SegmentURI(t.SegmentTemplate, s.Number); s.URI != want || s.Number < 1 || s.Start < 0 {
		return fmt.Errorf("%w: open segment %d at %d is named %q, the template says %q", ErrModel, s.Number, s.Start, s.URI, want)
	}
	if n := len(t.Segments); n > 0 {
		if err := s.follows(&t.Segments[n-1]); err != nil {
			return err
		}
	}
	return s.validateParts()
}
