package manifest

import (
	"slices"
	"time"

	"github.com/framegear/framegear/internal/media"
)

// LowLatency reports whether players are offered parts: only while the output is live and made in parts.
func (p *Presentation) LowLatency() bool { return p.State == StateLive && p.PartDuration > 0 }

// track returns the track of an ID, nil when there is none.
func (p *Presentation) track(id string) *Track {
	for i := range p.Tracks {
		if p.Tracks[i].ID == id {
			return &p.Tracks[i]
		}
	}
	return nil
}

// Owner returns the track whose segment of a number a track's playlist lists: itself, or an heir.
func (t *Track) Owner(p *Presentation, number int64) *Track {
	for t.Heir != "" && number >= t.HeirFrom {
		t = p.track(t.Heir)
	}
	return t
}

// Followed returns what a track's playlist lists: its own segments, and then those of its heirs. p is valid.
func (t *Track) Followed(p *Presentation) *Track {
	if t.Heir == "" {
		return t
	}
	next := p.track(t.Heir).Followed(p)
	whole := *t
	whole.SegmentTemplate, whole.Init, whole.Heir = next.SegmentTemplate, next.Init, ""
	if next.Open != nil && next.Open.Number >= t.HeirFrom {
		whole.Open = next.Open
	}
	first := slices.IndexFunc(next.Segments, func(s Segment) bool { return s.Number >= t.HeirFrom })
	if first < 0 {
		first = len(next.Segments)
	}
	whole.Segments = append(slices.Clip(t.Segments), next.Segments[first:]...)
	if len(t.Segments) == 0 {
		whole.Discontinuities, whole.RunStart = next.Discontinuities, next.RunStart
	}
	return &whole
}

// Complete reports whether the track lists everything from the first segment on.
func (t *Track) Complete() bool { return len(t.Segments) > 0 && t.Segments[0].Number == 1 }

// Timebase returns the length of the track's ticks.
func (t *Track) Timebase() media.Timebase { return media.Timebase{Num: 1, Den: t.Timescale} }

// PartTarget returns the target length of the track's parts in a presentation, zero when it has none.
func (t *Track) PartTarget(p *Presentation) time.Duration {
	if t.PartDuration > 0 {
		return t.PartDuration
	}
	return p.PartDuration
}

// SegmentTicks returns the nominal length of a segment in the track's ticks: the whole number of frames of video nearest to
// Presentation.SegmentDuration where the rate is known, because that is what a key frame grid makes (2.002 s at 23.976).
func (t *Track) SegmentTicks(p *Presentation) int64 {
	tb := t.Timebase()
	rate := p.gridRate()
	if !rate.Known() {
		return tb.Ticks(p.SegmentDuration)
	}
	frames := max(media.Nanosecond.Rescale(int64(p.SegmentDuration), rate.Frame()), 1)
	return rate.Frame().Rescale(frames, tb)
}

// gridRate is the frame rate of the key frame grid, which is the first video track's and holds for all.
func (p *Presentation) gridRate() media.Rate {
	for i := range p.Tracks {
		if t := &p.Tracks[i]; t.Params.Kind == media.KindVideo {
			return t.Params.FrameRate
		}
	}
	return media.Rate{}
}

// End returns the presentation time in ticks at which the segment ends.
func (s *Segment) End() int64 { return s.Start + s.Duration }

// NextNumber returns the number that the segment after the last complete one has or will have.
func (t *Track) NextNumber() int64 {
	if n := len(t.Segments); n > 0 {
		return t.Segments[n-1].Number + 1
	}
	if t.Open != nil {
		return t.Open.Number
	}
	return 1
}

// End returns the presentation time in ticks up to which the track can be loaded, parts of the open segment included.
func (t *Track) End() int64 {
	if t.Open != nil && len(t.Open.Parts) > 0 {
		last := t.Open.Parts[len(t.Open.Parts)-1]
		return last.Start + last.Duration
	}
	if n := len(t.Segments); n > 0 {
		return t.Segments[n-1].End()
	}
	return 0
}

// Declared returns the bit rate that manifests tell of the track: what was measured, and for a live output at least the
// target, because what came so far does not bind what comes. Zero when neither is known.
func (t *Track) Declared(p *Presentation) BitRate {
	r := t.Rate
	target := t.Params.Bitrate
	if t.MuxedAudio != nil {
		target += t.MuxedAudio.Bitrate
	}
	if p.State == StateLive || r.Peak <= 0 {
		r.Peak, r.Average = max(r.Peak, target), max(r.Average, target)
	}
	r.Peak = max(r.Peak, r.Average)
	return r
}
