package hls_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/manifest/internal/sample"
)

// What cannot be described is refused, with the track that it is about.
func TestMultivariantRefusals(t *testing.T) {
	sound := sample.Audio()
	for name, c := range map[string]struct {
		change func(p *manifest.Presentation)
		want   error
		says   string
	}{
		"no tracks":              {func(p *manifest.Presentation) { p.Tracks = nil }, manifest.ErrEmpty, "no tracks"},
		"sound inside and apart": {func(p *manifest.Presentation) { p.Tracks[0].MuxedAudio = &sound }, manifest.ErrModel, "sound both inside"},
		"no bit rate": {func(p *manifest.Presentation) { p.Tracks[1].Rate, p.Tracks[1].Params.Bitrate = manifest.BitRate{}, 0 },
			manifest.ErrEmpty, "track v1: "},
		"a codec without a name": {func(p *manifest.Presentation) { p.Tracks[0].Params.Codec = "none" }, manifest.ErrCodec, "track v0: "},
		"sound without a name":   {func(p *manifest.Presentation) { p.Tracks[2].Params.Codec = "none" }, manifest.ErrCodec, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			p := sample.Ladder(manifest.StateEnded, 1, 3)
			c.change(p)
			_, err := hls.Multivariant(p)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.says)
		})
	}
}

// The lines of variants say how the picture is to be shown.
func TestVariantsOfPictures(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *media.CodecParameters)
		want   string
	}{
		"PQ":               {func(c *media.CodecParameters) { c.Color.Transfer = media.TransferPQ }, "VIDEO-RANGE=PQ"},
		"HLG":              {func(c *media.CodecParameters) { c.Color.Transfer = media.TransferHLG }, "VIDEO-RANGE=HLG"},
		"narrow samples":   {func(c *media.CodecParameters) { c.SAR = media.Rate{Num: 3, Den: 4} }, "RESOLUTION=960x720"},
		"no rate known":    {func(c *media.CodecParameters) { c.FrameRate = media.Rate{} }, "RESOLUTION=1280x720,VIDEO-RANGE=SDR"},
		"29.97 per second": {func(c *media.CodecParameters) { c.FrameRate = media.Rate{Num: 30_000, Den: 1001} }, "FRAME-RATE=29.970"},
	} {
		t.Run(name, func(t *testing.T) {
			p := sample.Ladder(manifest.StateEnded, 1, 3)
			c.change(&p.Tracks[0].Params)
			b, err := hls.Multivariant(p)
			require.NoError(t, err)
			require.Contains(t, string(b), c.want)
		})
	}
}

// Sound alone: what says the same is a ladder, what does not is a group led by its default.
func TestSoundAlone(t *testing.T) {
	p := sample.Ladder(manifest.StateEnded, 1, 3)
	german := p.Tracks[2]
	german.ID, german.Playlist, german.Init, german.SegmentTemplate = "a1", "a1/index.m3u8", "a1/init.mp4", "a1/$Number$.m4s"
	german.Segments, german.Default, german.Language, german.Label = nil, false, "de", ""
	sample.Fill(&german, 1, 3)
	p.Tracks = []manifest.Track{german, p.Tracks[2]}
	b, err := hls.Multivariant(p)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(b), "#EXT-X-STREAM-INF"))
	require.Equal(t, 2, strings.Count(string(b), "#EXT-X-MEDIA:"))
	require.Contains(t, string(b), "\na0/index.m3u8\n", "the default leads")
	require.Contains(t, string(b), `NAME="de",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES`)

	p.Tracks[0].Language, p.Tracks[0].Label = "en", "English"
	b, err = hls.Multivariant(p)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(b), "#EXT-X-STREAM-INF"))
	require.NotContains(t, string(b), "#EXT-X-MEDIA:")
}
