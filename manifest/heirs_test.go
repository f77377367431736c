package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
)

// inherited is a ladder whose first rendition was given up after segment 2; the second goes on for it.
func inherited() *manifest.Presentation {
	p := sample.Ladder(manifest.StateLive, 1, 4)
	first := &p.Tracks[0]
	first.Segments = first.Segments[:2]
	first.Heir, first.HeirFrom = "v1", 3
	return p
}

func TestHeirs(t *testing.T) {
	p := inherited()
	require.NoError(t, p.Validate())
	first, second := &p.Tracks[0], &p.Tracks[1]
	require.Same(t, first, first.Owner(p, 2))
	require.Same(t, second, first.Owner(p, 3))
	whole := first.Followed(p)
	require.Len(t, whole.Segments, 4)
	require.Equal(t, "v0/2.m4s", whole.Segments[1].URI)
	require.Equal(t, "v1/3.m4s", whole.Segments[2].URI)
	require.Len(t, first.Segments, 2, "the track itself stays as it is")
	require.Same(t, second, second.Followed(p))

	first.Segments = nil
	second.Discontinuities = 7
	require.NoError(t, p.Validate())
	require.EqualValues(t, 7, first.Followed(p).Discontinuities, "what has gone is the heir's then")
	first.HeirFrom = 99
	require.Empty(t, first.Followed(p).Segments, "the heir is not there yet")

	p = sample.LowLatency(1, 4)
	p.Tracks[0].Segments, p.Tracks[0].Open = p.Tracks[0].Segments[:2], nil
	p.Tracks[0].Heir, p.Tracks[0].HeirFrom = "v1", 3
	require.NoError(t, p.Validate())
	require.Equal(t, p.Tracks[1].Open, p.Tracks[0].Followed(p).Open)
}

func TestHeirsThatCannotBe(t *testing.T) {
	for name, change := range map[string]func(p *manifest.Presentation){
		"nobody":               func(p *manifest.Presentation) { p.Tracks[0].Heir = "v9" },
		"itself":               func(p *manifest.Presentation) { p.Tracks[0].Heir = "v0" },
		"each other":           func(p *manifest.Presentation) { p.Tracks[1].Heir, p.Tracks[1].HeirFrom = "v0", 5 },
		"from nowhere":         func(p *manifest.Presentation) { p.Tracks[0].HeirFrom = 0 },
		"before its own end":   func(p *manifest.Presentation) { p.Tracks[0].HeirFrom = 2 },
		"of a track that goes": func(p *manifest.Presentation) { p.PartDuration, p.Tracks[0].Open = 1, open(p) },
	} {
		t.Run(name, func(t *testing.T) {
			p := inherited()
			change(p)
			require.ErrorIs(t, p.Validate(), manifest.ErrModel)
		})
	}
}

// open is the segment behind the last one of the first track.
func open(p *manifest.Presentation) *manifest.Segment {
	t := &p.Tracks[0]
	return &manifest.Segment{Number: 3, Start: t.End(), URI: manifest.SegmentURI(t.SegmentTemplate, 3)}
}

// What a track tells of itself at its start, in its midst and at its end.
func TestWhereTracksAre(t *testing.T) {
	p := sample.LowLatency(1, 4)
	require.True(t, p.LowLatency())
	full, bare := &p.Tracks[0], manifest.Track{Timescale: 90_000}
	require.True(t, full.Complete())
	require.EqualValues(t, 5, full.NextNumber())
	require.EqualValues(t, 4*180_000+3*18_000, full.End())
	full.Open = nil
	require.EqualValues(t, 4*180_000, full.End())
	full.Segments = full.Segments[1:]
	require.False(t, full.Complete())
	require.False(t, bare.Complete())
	require.EqualValues(t, 1, bare.NextNumber())
	require.Zero(t, bare.End())
	bare.Open = &manifest.Segment{Number: 7}
	require.EqualValues(t, 7, bare.NextNumber())
	require.False(t, sample.Ladder(manifest.StateEnded, 1, 2).LowLatency())
}

func TestCodecStringsOfTracks(t *testing.T) {
	track := sample.Track("v0", sample.Video(640, 360, 1), 90_000)
	list, err := track.CodecStrings()
	require.NoError(t, err)
	require.Equal(t, []string{"avc1.64000c"}, list)
	sound := sample.Audio()
	track.MuxedAudio = &sound
	list, err = track.CodecStrings()
	require.NoError(t, err)
	require.Equal(t, []string{"avc1.64000c", "mp4a.40.2"}, list)
	sound.Extradata = []byte{0}
	_, err = track.CodecStrings()
	require.ErrorIs(t, err, manifest.ErrCodec)
	track.Params.Codec = media.Codec("none")
	_, err = track.CodecStrings()
	require.ErrorIs(t, err, manifest.ErrCodec)
}
