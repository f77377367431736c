package dash

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// ProfileLowLatency is DASH-IF's name for what a low-latency MPD conforms to.
const ProfileLowLatency = "http://www.dashif.org/guidelines/low-latency-live-v5"

// Render returns the MPD of p. Errors wrap manifest.ErrModel where p contradicts itself or is nothing for DASH (MPEG-TS),
// manifest.ErrEmpty where a track has no segment yet, and manifest.ErrCodec.
func Render(p *manifest.Presentation) ([]byte, error) {
	if err := validate(p); err != nil {
		return nil, fmt.Errorf("dash: %w", err)
	}
	doc := head(p)
	runs := split(p)
	for i := range runs {
		period, err := renderPeriod(p, &runs[i])
		if err != nil {
			return nil, fmt.Errorf("dash: %w", err)
		}
		doc.Periods = append(doc.Periods, period)
	}
	if p.State == manifest.StateLive {
		if p.LowLatency() {
			doc.ServiceDescription[0].Latencies[0].ReferenceId = referenceID(&runs[len(runs)-1], 0)
		}
		bound(runs, doc.Periods)
	} else {
		doc.MediaPresentationDuration = duration(layOut(runs, doc.Periods))
	}
	var b bytes.Buffer
	if _, err := doc.Write(&b, "  ", true); err != nil {
		return nil, fmt.Errorf("dash: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func validate(p *manifest.Presentation) error {
	if err := p.Validate(); err != nil {
		return err
	}
	for i := range p.Tracks {
		if t := &p.Tracks[i]; t.Container != manifest.ContainerFMP4 || t.MuxedAudio != nil {
			return fmt.Errorf("%w: track %s is MPEG-TS (want fragmented MP4; MPEG-TS is for HLS)", manifest.ErrModel, t.ID)
		}
	}
	if p.State == manifest.StateLive && (p.Start.IsZero() || p.Published.IsZero()) {
		return fmt.Errorf("%w: a live output needs Start and Published", manifest.ErrModel)
	}
	return nil
}

// head is the MPD without its periods.
func head(p *manifest.Presentation) *mpd.MPD {
	doc := &mpd.MPD{
		XMLNs:         "urn:mpeg:dash:schema:mpd:2011",
		Profiles:      mpd.PROFILE_LIVE,
		Type:          mpd.Ptr(mpd.STATIC_TYPE),
		MinBufferTime: duration(minBuffer(p)),
	}
	if p.BaseURL != "" {
		doc.BaseURL = []*mpd.BaseURLType{{Value: mpd.AnyURI(p.BaseURL)}}
	}
	if !p.Published.IsZero() {
		doc.PublishTime = dateTime(p.Published)
	}
	if p.State == manifest.StateLive {
		live(doc, p)
	}
	return doc
}

func live(doc *mpd.MPD, p *manifest.Presentation) {
	doc.Type = mpd.Ptr(mpd.DYNAMIC_TYPE)
	doc.AvailabilityStartTime = dateTime(p.Start)
	if p.Window > 0 {
		doc.TimeShiftBufferDepth = duration(p.Window)
	}
	delay := p.TargetLatency
	if delay == 0 {
		delay = 3 * p.SegmentDuration
	}
	doc.MinimumUpdatePeriod = duration(p.SegmentDuration)
	if p.UTCTiming != "" {
		doc.UTCTimings = []*mpd.DescriptorType{clock(p)}
	}
	if p.LowLatency() {
		target := targetLatency(p)
		lowLatency(doc, p, target)
		delay = joinDelay(p, target)
	}
	doc.SuggestedPresentationDelay = duration(delay)
}

// minBuffer returns how much a player has to have before a channel of @bandwidth is enough (ISO/IEC 23009-1 section 5.3.5.4). That is
// measured over half a second and more, within which shorter segments may be larger than their share.
func minBuffer(p *manifest.Presentation) time.Duration {
	if p.SegmentDuration < time.Second/2 {
		return time.Second
	}
	return p.SegmentDuration
}

// clock is where players learn what time it is (ISO/IEC 23009-1 section 5.8.4.11).
func clock(p *manifest.Presentation) *mpd.DescriptorType {
	if p.UTCTiming == manifest.UTCDirect {
		return &mpd.DescriptorType{SchemeIdUri: "urn:mpeg:dash:utc:direct:2014", Value: string(dateTime(p.Published))}
	}
	return &mpd.DescriptorType{SchemeIdUri: "urn:mpeg:dash:utc:http-xsdate:2014", Value: p.UTCTiming}
}

// duration rounds up to the millisecond that xs:duration is written in, so that nothing is cut off.
func duration(d time.Duration) *mpd.Duration {
	up := mpd.Duration((d + time.Millisecond - 1).Truncate(time.Millisecond))
	return &up
}

func dateTime(t time.Time) mpd.DateTime {
	return mpd.DateTime(t.UTC().Round(time.Millisecond).Format("2006-01-02T15:04:05.000Z"))
}

// ratio writes num:den in lowest terms.
func ratio(num, den int64) mpd.RatioType {
	a, b := num, den
	for b != 0 {
		a, b = b, a%b
	}
	return mpd.RatioType(fmt.Sprintf("%d:%d", num/a, den/a))
}

func joinIDs(ids []string) string { return strings.Join(ids, ",") }

func isVideo(t *manifest.Track) bool { return t.Params.Kind == media.KindVideo }
