package manifest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
)

func TestNames(t *testing.T) {
	require.Equal(t, "v0/7.m4s", manifest.SegmentURI("v0/$Number$.m4s", 7))
	require.Equal(t, "v0/7.2.m4s", manifest.PartURI("v0/7.m4s", 2))
	require.Equal(t, "a.b/7.0", manifest.PartURI("a.b/7", 0))
}

func TestValidate(t *testing.T) {
	require.NoError(t, sample.Ladder(manifest.StateEnded, 1, 3).Validate())
	require.NoError(t, sample.LowLatency(5, 9).Validate())
	first := func(p *manifest.Presentation) *manifest.Track { return &p.Tracks[0] }
	for name, change := range map[string]func(p *manifest.Presentation){
		"segment duration": func(p *manifest.Presentation) { p.SegmentDuration = 0 },
		"part duration":    func(p *manifest.Presentation) { p.PartDuration = 2 * time.Second },
		"base URL":         func(p *manifest.Presentation) { p.BaseURL = "https://x/y" },
		"same ID":          func(p *manifest.Presentation) { p.Tracks[1].ID = "v0" },
		"ID":               func(p *manifest.Presentation) { first(p).ID = "v/0" },
		"two defaults":     func(p *manifest.Presentation) { first(p).Default = true },
		"timescale":        func(p *manifest.Presentation) { first(p).Timescale = 0 },
		"size":             func(p *manifest.Presentation) { first(p).Params.Width = 0 },
		"track's part":     func(p *manifest.Presentation) { first(p).PartDuration = time.Second },
		"init":             func(p *manifest.Presentation) { first(p).Init = "" },
		"init of TS":       func(p *manifest.Presentation) { first(p).Container = manifest.ContainerTS },
		"template":         func(p *manifest.Presentation) { first(p).SegmentTemplate = "v0/x.m4s" },
		"absolute":         func(p *manifest.Presentation) { first(p).Playlist = "/v0/x.m3u8" },
		"label":            func(p *manifest.Presentation) { first(p).Label = "a\nb" },
		"number":           func(p *manifest.Presentation) { first(p).Segments[1].Number = 9 },
		"number zero":      func(p *manifest.Presentation) { first(p).Segments[0].Number = 0 },
		"URI":              func(p *manifest.Presentation) { first(p).Segments[1].URI = "v0/9.m4s" },
		"hole":             func(p *manifest.Presentation) { first(p).Segments[1].Start++ },
		"no length":        func(p *manifest.Presentation) { first(p).Segments[2].Duration = 0 },
		"back in time": func(p *manifest.Presentation) {
			first(p).Segments[1].Start, first(p).Segments[1].Discontinuity = 0, true
		},
		"part name":       func(p *manifest.Presentation) { first(p).Segments[2].Parts[0].URI = "x" },
		"part hole":       func(p *manifest.Presentation) { first(p).Segments[2].Parts[1].Start++ },
		"parts too short": func(p *manifest.Presentation) { s := &first(p).Segments[2]; s.Parts = s.Parts[:9] },
		"open number":     func(p *manifest.Presentation) { first(p).Open.Number++ },
		"open start":      func(p *manifest.Presentation) { first(p).Open.Start++ },
		"open, no parts": func(p *manifest.Presentation) {
			p.PartDuration, p.Tracks[2].PartDuration = 0, 0
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := sample.LowLatency(1, 3)
			change(p)
			require.ErrorIs(t, p.Validate(), manifest.ErrModel)
		})
	}
	require.ErrorIs(t, (&manifest.Presentation{SegmentDuration: time.Second}).Validate(), manifest.ErrEmpty)
}

func TestSegmentTicks(t *testing.T) {
	p := sample.Ladder(manifest.StateEnded, 1, 1)
	require.EqualValues(t, 180_000, p.Tracks[0].SegmentTicks(p))
	require.EqualValues(t, 96_000, p.Tracks[2].SegmentTicks(p))
	p.Tracks[0].Params.FrameRate = media.Rate{Num: 24000, Den: 1001}
	require.EqualValues(t, 180_180, p.Tracks[0].SegmentTicks(p))
	require.EqualValues(t, 96_096, p.Tracks[2].SegmentTicks(p), "sound follows the key frame grid")
	p.Tracks[0].Params.FrameRate = media.Rate{}
	require.EqualValues(t, 180_000, p.Tracks[0].SegmentTicks(p))
}

func TestDeclared(t *testing.T) {
	p := sample.Ladder(manifest.StateEnded, 1, 1)
	track := &p.Tracks[0]
	track.Rate = manifest.BitRate{Peak: 1000, Average: 900}
	require.Equal(t, track.Rate, track.Declared(p))
	p.State = manifest.StateLive
	require.Equal(t, manifest.BitRate{Peak: 2_500_000, Average: 2_500_000}, track.Declared(p))
	track.Rate.Peak = 3_000_000
	require.EqualValues(t, 3_000_000, track.Declared(p).Peak)
}
