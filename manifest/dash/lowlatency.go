package dash

import (
	"fmt"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// Playback rates that players may use to hold the target latency; slow enough not to be heard.
const minRate, maxRate = 0.95, 1.1

// referenceID names the ProducerReferenceTime of an adaptation set in a period, once in the whole MPD (ISO/IEC 23009-1
// annex K.3): it follows from the number of the period's first segment, which stays when that leaves the window.
func referenceID(r *run, set int) uint32 {
	first := int64(1)
	for i := range r.tracks {
		if t := &r.tracks[i]; t.present() {
			first = t.startNumber(t.step)
			break
		}
	}
	return uint32(first-1)<<8 + uint32(set)
}

// lowLatency adds what DASH-IF's low-latency guidelines ask of the MPD itself. Every value follows from constants of the
// output, because players read them once.
func lowLatency(doc *mpd.MPD, p *manifest.Presentation, target time.Duration) {
	doc.Profiles = doc.Profiles.AddProfile(ProfileLowLatency)
	doc.MinBufferTime = duration(p.PartDuration)
	doc.MinimumUpdatePeriod = duration(UpdatePeriod(p.SegmentDuration))
	ms := func(d time.Duration) *uint32 { return mpd.Ptr(uint32(d.Milliseconds())) }
	doc.ServiceDescription = []*mpd.ServiceDescriptionType{{
		Latencies:     []*mpd.LatencyType{{Target: ms(target), Min: ms(target / 2), Max: ms(2 * target)}},
		PlaybackRates: []*mpd.PlaybackRateType{{Min: minRate, Max: maxRate}},
	}}
}

// UpdatePeriod is how often players of a low-latency MPD read it again. A number template needs no refresh; they have to learn of the
// end, and of a rendition that leaves, all the same.
func UpdatePeriod(segment time.Duration) time.Duration {
	return min(max(segment, 2*time.Second), 10*time.Second)
}

// targetLatency is the asked one, else what a good network allows: four parts, at least a quarter of a second.
func targetLatency(p *manifest.Presentation) time.Duration {
	if p.TargetLatency > 0 {
		return p.TargetLatency
	}
	return max(4*p.PartDuration, 250*time.Millisecond)
}

// joinDelay is where players start that count from the live edge and come on top of it by what their start takes, and that add
// their target latency to it (Shaka Player): two parts when the target is not the user's own.
func joinDelay(p *manifest.Presentation, target time.Duration) time.Duration {
	if p.TargetLatency > 0 {
		return target
	}
	return min(target, 2*p.PartDuration)
}

// producerReference says that media time zero was captured at Start. Zero is right in every timescale, so one element
// serves a whole adaptation set, and it never changes.
func producerReference(p *manifest.Presentation, id uint32) *mpd.ProducerReferenceTimeType {
	ref := &mpd.ProducerReferenceTimeType{Id: id, Type: "captured", WallClockTime: string(dateTime(p.Start))}
	if p.UTCTiming != "" {
		ref.UTCTiming = clock(p)
	}
	return ref
}

// resync says how far chunks are apart: in video they are places to parse from, in sound to decode from as well.
func resync(p *manifest.Presentation, t *manifest.Track) *mpd.ResyncType {
	kind := uint32(0)
	if !isVideo(t) {
		kind = 1
	}
	return &mpd.ResyncType{Type: kind, DT: mpd.Ptr(uint32(t.Timebase().Ticks(t.PartTarget(p))))}
}

// numbered is the segment addressing of low latency: number n begins at (n-startNumber)*duration. Segments that are
// elsewhere would be asked for at the wrong time, so they are an error.
func numbered(p *manifest.Presentation, r *runTrack, tmpl *mpd.SegmentTemplateType) error {
	t := r.track
	tb := t.Timebase()
	step := t.SegmentTicks(p)
	part := tb.Ticks(t.PartTarget(p))
	if part >= step {
		return fmt.Errorf("%w: parts of track %s are as long as its segments", manifest.ErrModel, t.ID)
	}
	first := r.startNumber(step)
	for _, s := range r.segments {
		if off := s.Start - r.start - (s.Number-first)*step; 2*max(off, -off) > step {
			return fmt.Errorf("%w: segment %d of track %s starts %d ticks off the grid of %d (low latency needs equal segments)",
				manifest.ErrModel, s.Number, t.ID, off, step)
		}
	}
	if first < 0 {
		return fmt.Errorf("%w: track %s starts at %d, before segment 0 of its grid (is RunStart set?)", manifest.ErrModel, t.ID, r.start)
	}
	tmpl.StartNumber = mpd.Ptr(uint32(first))
	tmpl.Duration = mpd.Ptr(uint32(step))
	tmpl.AvailabilityTimeOffset = mpd.FloatInf64(microseconds(tb, step-part))
	tmpl.AvailabilityTimeComplete = mpd.Ptr(false)
	return nil
}

// microseconds returns ticks in seconds, cut to microseconds so that nothing is promised too early.
func microseconds(tb media.Timebase, ticks int64) float64 {
	return float64(tb.Duration(ticks).Microseconds()) / 1e6
}
