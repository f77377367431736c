package dash

import (
	"fmt"
	"math"
	"strconv"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

const channelScheme = mpd.AUDIO_CHANNEL_CONFIGURATION_MPEG_DASH

func representation(p *manifest.Presentation, r *runTrack) (*mpd.RepresentationType, error) {
	t := r.track
	codecs, err := manifest.CodecString(t.Params)
	if err != nil {
		return nil, err
	}
	rep := &mpd.RepresentationType{Id: t.ID}
	if rep.Bandwidth, err = bandwidth(p, t); err != nil {
		return nil, err
	}
	rep.Codecs = codecs
	if isVideo(t) {
		picture(rep, &t.Params)
	} else {
		sound(rep, &t.Params)
	}
	if p.LowLatency() {
		rep.Resyncs = []*mpd.ResyncType{resync(p, t)}
	}
	rep.SegmentTemplate, err = template(p, r)
	return rep, err
}

func bandwidth(p *manifest.Presentation, t *manifest.Track) (uint32, error) {
	rate := t.Declared(p).Peak
	if rate <= 0 {
		return 0, fmt.Errorf("%w: no bit rate was measured and none is the target", manifest.ErrEmpty)
	}
	return uint32(min(rate, math.MaxUint32)), nil
}

func picture(rep *mpd.RepresentationType, c *media.CodecParameters) {
	rep.Width, rep.Height = uint32(c.Width), uint32(c.Height)
	sar := sampleAspect(c)
	rep.Sar = ratio(sar.Num, sar.Den)
	if c.FrameRate.Known() {
		rep.FrameRate = mpd.FrameRateType(c.FrameRate.String())
	}
	rep.SupplementalProperties = colors(c.Color)
}

// colors are supplemental, not essential: a player that does not know the scheme must not refuse the picture (ISO/IEC
// 23009-1 section 5.8.4.8), and the same facts are in the stream.
func colors(c media.Color) []*mpd.DescriptorType {
	var out []*mpd.DescriptorType
	add := func(name string, value uint8) {
		if value != 0 && value != uint8(media.MatrixUnknown) {
			out = append(out, &mpd.DescriptorType{SchemeIdUri: mpd.AnyURI("urn:mpeg:mpegB:cicp:" + name), Value: strconv.Itoa(int(value))})
		}
	}
	add("ColourPrimaries", c.Primaries)
	add("TransferCharacteristics", c.Transfer)
	add("MatrixCoefficients", uint8(c.Matrix))
	return out
}

func sound(rep *mpd.RepresentationType, c *media.CodecParameters) {
	if c.SampleRate > 0 {
		rep.AudioSamplingRate = mpd.Ptr(mpd.UIntVectorType(strconv.Itoa(c.SampleRate)))
	}
	if c.Channels > 0 {
		rep.AudioChannelConfigurations = []*mpd.DescriptorType{{SchemeIdUri: channelScheme, Value: strconv.Itoa(c.Channels)}}
	}
}

func template(p *manifest.Presentation, r *runTrack) (*mpd.SegmentTemplateType, error) {
	tmpl := &mpd.SegmentTemplateType{Media: r.track.SegmentTemplate, Initialization: r.track.Init}
	tmpl.Timescale = mpd.Ptr(uint32(r.track.Timescale))
	if r.offset != 0 {
		tmpl.PresentationTimeOffset = mpd.Ptr(uint64(r.offset))
	}
	if p.LowLatency() {
		return tmpl, numbered(p, r, tmpl)
	}
	if r.segments[0].Number > math.MaxUint32 {
		return nil, fmt.Errorf("%w: segment number %d (want at most 2^32-1)", manifest.ErrModel, r.segments[0].Number)
	}
	tmpl.StartNumber = mpd.Ptr(uint32(r.segments[0].Number))
	tmpl.SegmentTimeline = &mpd.SegmentTimelineType{S: timeline(r.segments)}
	return tmpl, nil
}

// timeline writes equal neighbours once.
func timeline(segments []manifest.Segment) []*mpd.S {
	var out []*mpd.S
	for i, s := range segments {
		if i > 0 && out[len(out)-1].D == uint64(s.Duration) {
			out[len(out)-1].R++
			continue
		}
		entry := &mpd.S{D: uint64(s.Duration)}
		if i == 0 {
			entry.T = mpd.Ptr(uint64(s.Start))
		}
		out = append(out, entry)
	}
	return out
}
