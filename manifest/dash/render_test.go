package dash_test

import (
	"strings"
	"testing"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/golden"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/mpdschema"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/dash"
	"github.com/framegear/framegear/manifest/internal/sample"
)

// cases are the presentations whose MPDs are kept as goldens.
func cases() map[string]*manifest.Presentation {
	ended := sample.Ladder(manifest.StateEnded, 1, 5)
	recording := sample.Ladder(manifest.StateRecording, 1, 3)
	recording.Start = time.Time{}
	window := sample.Ladder(manifest.StateLive, 7, 12)
	window.Window = 12 * time.Second
	window.BaseURL = "https://cdn.example/a&b/"
	trimmed := sample.Ladder(manifest.StateEnded, 7, 9)
	return map[string]*manifest.Presentation{
		"ended": ended, "recording": recording, "live": window, "lowlatency": sample.LowLatency(7, 16),
		"trimmed": trimmed, "discontinuity": broken(manifest.StateEnded), "live-discontinuity": broken(manifest.StateLive),
		"codecs": twoCodecs(), "leaving": leaving(19),
	}
}

// broken is a ladder with a stall of ten seconds before segment 3 and a gap at segment 5.
func broken(state manifest.State) *manifest.Presentation {
	p := sample.Ladder(state, 1, 7)
	for i := range p.Tracks {
		t := &p.Tracks[i]
		for k := 2; k < len(t.Segments); k++ {
			t.Segments[k].Start += 10 * t.Timescale
		}
		t.Segments[2].Discontinuity = true
		t.Segments[4].Gap = true
	}
	return p
}

// leaving is a low-latency ladder whose segment 17 is in the making, and whose largest rendition has no segment of that number.
func leaving(number int64) *manifest.Presentation {
	p := sample.LowLatency(7, 16)
	p.Tracks[0].HeirFrom = number
	return p
}

func twoCodecs() *manifest.Presentation {
	p := sample.Ladder(manifest.StateEnded, 1, 2)
	hdr := sample.Track("h0", sample.Video(3840, 2160, 8_000_000), 90_000)
	hdr.Params.Codec = media.CodecVP9
	hdr.Params.Extradata = nil
	hdr.Params.BitDepth, hdr.Params.Profile = 10, 2
	hdr.Params.Color = media.Color{Matrix: media.MatrixBT2020, Range: media.RangeLimited, Primaries: 9, Transfer: media.TransferPQ}
	hdr.Params.SAR = media.Rate{Num: 4, Den: 3}
	hdr.Rate = manifest.BitRate{Peak: 9_000_000, Average: 8_000_000}
	sample.Fill(&hdr, 1, 2)
	french := sample.Track("a1", sample.Audio(), 48_000)
	french.Language, french.Rate = "fr", manifest.BitRate{Peak: 140_000, Average: 128_000}
	sample.Fill(&french, 1, 2)
	p.Tracks = append(p.Tracks, hdr, french)
	return p
}

func TestGoldens(t *testing.T) {
	for name, p := range cases() {
		t.Run(name, func(t *testing.T) {
			got, err := dash.Render(p)
			require.NoError(t, err)
			golden.Check(t, name+".mpd", string(got))
			mpdschema.Check(t, got)
			again, err := mpd.ReadFromString(string(got))
			require.NoError(t, err)
			text, err := again.WriteToString("  ", true)
			require.NoError(t, err)
			require.Equal(t, strings.TrimSpace(string(got)), strings.TrimSpace(text), "another parser reads the same")
		})
	}
}

func read(t *testing.T, p *manifest.Presentation) *mpd.MPD {
	t.Helper()
	b, err := dash.Render(p)
	require.NoError(t, err)
	doc, err := mpd.ReadFromString(string(b))
	require.NoError(t, err)
	return doc
}

func TestTimelineIsExact(t *testing.T) {
	p := sample.Ladder(manifest.StateEnded, 1, 400)
	doc := read(t, p)
	sets := doc.Periods[0].AdaptationSets
	require.Len(t, sets, 2)
	video, sound := sets[0].Representations[0].SegmentTemplate, sets[1].Representations[0].SegmentTemplate
	require.Len(t, video.SegmentTimeline.S, 1)
	require.Equal(t, 399, video.SegmentTimeline.S[0].R)
	total := uint64(0)
	for _, s := range sound.SegmentTimeline.S {
		total += s.D * uint64(s.R+1)
	}
	last := p.Tracks[2].Segments[399]
	require.EqualValues(t, last.End(), total)
	require.EqualValues(t, 800*time.Second, *doc.MediaPresentationDuration)
}

// Players learn the time from a clock, or from the MPD itself.
func TestClocks(t *testing.T) {
	for said, want := range map[string][2]string{
		"https://h/now":    {"urn:mpeg:dash:utc:http-xsdate:2014", "https://h/now"},
		manifest.UTCDirect: {"urn:mpeg:dash:utc:direct:2014", "2026-05-01T10:00:07.250Z"},
	} {
		p := sample.LowLatency(7, 16)
		p.UTCTiming, p.Published = said, time.Date(2026, 5, 1, 10, 0, 7, 250e6, time.UTC)
		doc := read(t, p)
		require.Len(t, doc.UTCTimings, 1)
		require.Equal(t, want, [2]string{string(doc.UTCTimings[0].SchemeIdUri), doc.UTCTimings[0].Value})
		require.Equal(t, doc.UTCTimings[0], doc.Periods[0].AdaptationSets[0].ProducerReferenceTimes[0].UTCTiming)
	}
}

func TestLowLatency(t *testing.T) {
	doc := read(t, sample.LowLatency(7, 16))
	require.Equal(t, "dynamic", doc.GetType())
	require.Contains(t, string(doc.Profiles), dash.ProfileLowLatency)
	require.EqualValues(t, "2026-05-01T10:00:00.123Z", doc.AvailabilityStartTime)
	require.Len(t, doc.UTCTimings, 1)
	latency := doc.ServiceDescription[0].Latencies[0]
	require.EqualValues(t, 800, *latency.Target)
	ids := map[uint32]bool{}
	for _, as := range doc.Periods[0].AdaptationSets {
		ref := as.ProducerReferenceTimes[0]
		require.False(t, ids[ref.Id])
		ids[ref.Id] = true
		require.EqualValues(t, "captured", ref.Type)
		require.Equal(t, doc.UTCTimings[0], ref.UTCTiming)
		for _, rep := range as.Representations {
			tmpl := rep.SegmentTemplate
			require.Nil(t, tmpl.SegmentTimeline)
			require.False(t, *tmpl.AvailabilityTimeComplete)
			require.EqualValues(t, 1, *tmpl.StartNumber)
			require.EqualValues(t, 2**tmpl.Timescale, *tmpl.Duration)
			require.LessOrEqual(t, 2*float64(*rep.Resyncs[0].DT)/float64(*tmpl.Timescale), 0.8)
		}
	}
	require.True(t, ids[latency.ReferenceId])
	sets := doc.Periods[0].AdaptationSets
	require.EqualValues(t, 1.8, sets[0].Representations[0].SegmentTemplate.AvailabilityTimeOffset)
	require.EqualValues(t, 1.808, sets[1].Representations[0].SegmentTemplate.AvailabilityTimeOffset)
}

// What a player read once has to hold for ever: only the publish time and measured figures move.
func TestLowLatencyConstants(t *testing.T) {
	strip := func(p *manifest.Presentation) string {
		doc := read(t, p)
		doc.PublishTime = ""
		s, err := doc.WriteToString(" ", false)
		require.NoError(t, err)
		return s
	}
	require.Equal(t, strip(sample.LowLatency(1, 3)), strip(sample.LowLatency(4000, 4009)))
}

// A rendition's end is announced: the Period without it is there before its segments are, and does not change when they come, one
// track after the other.
func TestPeriodOfALeavingRenditionIsAnnounced(t *testing.T) {
	period := func(p *manifest.Presentation) string {
		doc := read(t, p)
		require.Len(t, doc.Periods, 2)
		require.EqualValues(t, doc.Periods[0].Start.Seconds()+doc.Periods[0].Duration.Seconds(), doc.Periods[1].Start.Seconds())
		require.EqualValues(t, 32, doc.Periods[1].Start.Seconds())
		require.Len(t, doc.Periods[0].AdaptationSets[0].Representations, 2)
		require.Len(t, doc.Periods[1].AdaptationSets[0].Representations, 1)
		require.Equal(t, "v1", doc.Periods[1].AdaptationSets[0].Representations[0].Id)
		doc.Periods = doc.Periods[1:]
		s, err := doc.WriteToString(" ", false)
		require.NoError(t, err)
		return s
	}
	const number = 17
	early := leaving(number)
	for i := range early.Tracks {
		early.Tracks[i].Open = nil
	}
	announced := period(early)
	require.Contains(t, announced, `startNumber="17"`)
	for _, arrived := range [][]int{{1}, {2}, {1, 2}} {
		p := leaving(number)
		open := [3]*manifest.Segment{}
		for i := range p.Tracks {
			open[i], p.Tracks[i].Open = p.Tracks[i].Open, nil
		}
		for _, i := range arrived {
			open[i].Discontinuity = true
			p.Tracks[i].Open = open[i]
		}
		require.Equal(t, announced, period(p), "tracks %v have begun", arrived)
	}

	over := leaving(number)
	over.Tracks[2].Over = true
	over.Tracks[2].Open = nil
	doc := read(t, over)
	require.Len(t, doc.Periods[1].AdaptationSets, 1, "sound that has ended")
	over.State = manifest.StateEnded
	for i := range over.Tracks {
		over.Tracks[i].Open = nil
	}
	require.Len(t, read(t, over).Periods, 1, "nothing is announced of what has ended")
}

func TestLowLatencyAfterRestart(t *testing.T) {
	p := sample.LowLatency(7, 16)
	for i := range p.Tracks {
		track := &p.Tracks[i]
		track.Discontinuities, track.RunStart = 1, track.Segments[0].Start-4*track.Timescale // segment 5 began it
		if track.Params.Kind == media.KindAudio {
			track.RunStart = track.RunStart / 1024 * 1024
		}
	}
	doc := read(t, p)
	require.Equal(t, "p8000", doc.Periods[0].Id)
	tmpl := doc.Periods[0].AdaptationSets[0].Representations[0].SegmentTemplate
	require.EqualValues(t, 5, *tmpl.StartNumber)
	require.EqualValues(t, 8000*90, *tmpl.PresentationTimeOffset)
}

func TestNTSCGrid(t *testing.T) {
	p := sample.LowLatency(1, 3)
	for i := range p.Tracks[:2] {
		track := &p.Tracks[i]
		track.Params.FrameRate = media.Rate{Num: 24000, Den: 1001}
	}
	tmpl := read(t, p).Periods[0].AdaptationSets[0].Representations[0].SegmentTemplate
	require.EqualValues(t, 180180, *tmpl.Duration, "48 frames of 1001/24000 s")
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *manifest.Presentation)
		want   error
	}{
		"ts":              {func(p *manifest.Presentation) { p.Tracks[0].Container, p.Tracks[0].Init = manifest.ContainerTS, "" }, manifest.ErrModel},
		"no clock":        {func(p *manifest.Presentation) { p.Start = time.Time{} }, manifest.ErrModel},
		"no segments":     {func(p *manifest.Presentation) { p.Tracks[2].Segments = nil }, manifest.ErrEmpty},
		"no rate":         {func(p *manifest.Presentation) { p.Tracks[2].Rate, p.Tracks[2].Params.Bitrate = manifest.BitRate{}, 0 }, manifest.ErrEmpty},
		"no extradata":    {func(p *manifest.Presentation) { p.Tracks[0].Params.Extradata = nil }, manifest.ErrCodec},
		"hole":            {func(p *manifest.Presentation) { p.Tracks[0].Segments[1].Start++ }, manifest.ErrModel},
		"window too long": {func(p *manifest.Presentation) { p.SegmentDuration = 0 }, manifest.ErrModel},
	} {
		t.Run(name, func(t *testing.T) {
			p := sample.Ladder(manifest.StateLive, 1, 3)
			c.change(p)
			_, err := dash.Render(p)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestSegmentsOffTheGrid(t *testing.T) {
	p := sample.LowLatency(1, 3)
	p.SegmentDuration = time.Second
	_, err := dash.Render(p)
	require.ErrorIs(t, err, manifest.ErrModel)
	require.ErrorContains(t, err, "off the grid")
}
