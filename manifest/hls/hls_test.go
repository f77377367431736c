package hls_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/Eyevinn/hls-m3u8/m3u8"
	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/golden"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/manifest/internal/sample"
)

func window() *manifest.Presentation {
	p := sample.Ladder(manifest.StateLive, 7, 12)
	p.Window = 12 * time.Second
	for i := range p.Tracks {
		t := &p.Tracks[i]
		t.Discontinuities = 2
		for k := 3; k < len(t.Segments); k++ {
			t.Segments[k].Start += 10 * t.Timescale
		}
		t.Segments[3].Discontinuity = true
		t.Segments[4].Gap = true
	}
	return p
}

// transport is MPEG-TS with sound inside.
func transport() *manifest.Presentation {
	p := sample.Ladder(manifest.StateEnded, 1, 3)
	p.Start = time.Time{}
	sound := p.Tracks[2].Params
	p.Tracks = p.Tracks[:2]
	for i := range p.Tracks {
		t := &p.Tracks[i]
		t.Container, t.Init, t.MuxedAudio = manifest.ContainerTS, "", &sound
		t.SegmentTemplate = t.ID + "/$Number$.ts"
		t.Segments = nil
		sample.Fill(t, 1, 3)
	}
	return p
}

// languages has two languages in two codecs each, and a high rung that is no place to start.
func languages() *manifest.Presentation {
	p := sample.Ladder(manifest.StateEnded, 1, 2)
	p.Tracks[0].Rate = manifest.BitRate{Peak: 6_000_000, Average: 5_000_000}
	add := func(id, lang, label string, codec media.Codec) {
		t := sample.Track(id, sample.Audio(), 48_000)
		t.Params.Codec, t.Language, t.Label = codec, lang, label
		t.Rate = manifest.BitRate{Peak: 200_000, Average: 192_000}
		sample.Fill(&t, 1, 2)
		p.Tracks = append(p.Tracks, t)
	}
	add("a1", "fr", `Le "vrai"`, media.CodecAAC)
	add("a2", "en", "English", media.CodecEAC3)
	add("a3", "fr", `Le "vrai"`, media.CodecEAC3)
	return p
}

func soundOnly() *manifest.Presentation {
	p := sample.Ladder(manifest.StateEnded, 1, 2)
	p.Tracks = p.Tracks[2:]
	return p
}

func cases() map[string]*manifest.Presentation {
	return map[string]*manifest.Presentation{
		"ended": sample.Ladder(manifest.StateEnded, 1, 3), "trimmed": sample.Ladder(manifest.StateEnded, 7, 9),
		"recording": sample.Ladder(manifest.StateRecording, 1, 3), "window": window(), "transport": transport(),
		"languages": languages(), "sound": soundOnly(), "lowlatency": sample.LowLatency(7, 16),
	}
}

func TestGoldens(t *testing.T) {
	for name, p := range cases() {
		t.Run(name, func(t *testing.T) {
			got, err := hls.Multivariant(p)
			require.NoError(t, err)
			golden.Check(t, name+".m3u8", string(got))
			parseMultivariant(t, got)
			for i := range p.Tracks {
				track := &p.Tracks[i]
				got, err := hls.Media(p, track, hls.MediaOptions{})
				require.NoError(t, err)
				if i == 0 || track.ID == "a0" {
					golden.Check(t, name+"-"+track.ID+".m3u8", string(got))
				}
				parseMedia(t, track, got)
			}
		})
	}
}

// parseMultivariant reads a playlist with two libraries of other people.
func parseMultivariant(t *testing.T, text []byte) (*playlist.Multivariant, *m3u8.MasterPlaylist) {
	t.Helper()
	var a playlist.Multivariant
	require.NoError(t, a.Unmarshal(text))
	b, kind, err := m3u8.DecodeFrom(bytes.NewReader(text), true)
	require.NoError(t, err)
	require.Equal(t, m3u8.MASTER, kind)
	master := b.(*m3u8.MasterPlaylist)
	require.Len(t, master.Variants, len(a.Variants))
	for i, v := range master.Variants {
		require.EqualValues(t, a.Variants[i].Bandwidth, v.Bandwidth)
		require.Equal(t, strings.Join(a.Variants[i].Codecs, ","), v.Codecs)
	}
	return &a, master
}

func parseMedia(t *testing.T, track *manifest.Track, text []byte) *playlist.Media {
	t.Helper()
	var a playlist.Media
	require.NoError(t, a.Unmarshal(text))
	require.Len(t, a.Segments, len(track.Segments))
	b, kind, err := m3u8.DecodeFrom(bytes.NewReader(text), true)
	require.NoError(t, err)
	require.Equal(t, m3u8.MEDIA, kind)
	other := b.(*m3u8.MediaPlaylist)
	require.EqualValues(t, a.TargetDuration, other.TargetDuration)
	require.EqualValues(t, a.MediaSequence, other.SeqNo)
	require.EqualValues(t, len(track.Segments), other.Count())
	for i, s := range a.Segments {
		want := track.Timebase().Seconds(track.Segments[i].Duration)
		require.InDelta(t, want, s.Duration.Seconds(), 1e-6)
		require.InDelta(t, want, other.Segments[i].Duration, 1e-6)
		require.Equal(t, s.URI, other.Segments[i].URI)
		require.Equal(t, track.Segments[i].Gap, s.Gap)
		require.Equal(t, track.Segments[i].Discontinuity, s.Discontinuity)
	}
	return &a
}

func TestDurationsDoNotDrift(t *testing.T) {
	p := sample.Ladder(manifest.StateEnded, 1, 3)
	track := &p.Tracks[0]
	track.Timescale, track.Params.FrameRate = 24000, media.Rate{Num: 24000, Den: 1001}
	track.Segments = nil
	const n = 5000
	for i := range int64(n) {
		track.Segments = append(track.Segments, manifest.Segment{
			Number: i + 1, Start: 47 * 1001 * i, Duration: 47 * 1001, URI: fmt.Sprintf("v0/%d.m4s", i+1), Bytes: 1,
		})
	}
	text, err := hls.Media(p, track, hls.MediaOptions{})
	require.NoError(t, err)
	var sum time.Duration
	for _, s := range parseMedia(t, track, text).Segments {
		sum += s.Duration
	}
	require.InDelta(t, track.Timebase().Duration(47*1001*n), sum, float64(time.Microsecond))
}

func TestLowLatencyPlaylist(t *testing.T) {
	p := sample.LowLatency(1, 10)
	for i := range p.Tracks {
		track := &p.Tracks[i]
		text, err := hls.Media(p, track, hls.MediaOptions{})
		require.NoError(t, err)
		a := parseMedia(t, track, text)
		require.True(t, a.ServerControl.CanBlockReload)
		require.Equal(t, 600*time.Millisecond, *a.ServerControl.PartHoldBack, "the same everywhere")
		require.Equal(t, 12*time.Second, *a.ServerControl.CanSkipUntil)
		require.Equal(t, track.PartTarget(p), a.PartInf.PartTarget)
		require.Len(t, a.RenditionReport, 2)
		for _, r := range a.RenditionReport {
			require.Equal(t, 11, r.LastMSN)
			require.Equal(t, 2, *r.LastPart)
		}
		require.Equal(t, "11.3.m4s", a.PreloadHint.URI)
		require.Len(t, a.Parts, 3)
		for k, s := range a.Segments {
			require.Equal(t, k >= 8, len(s.Parts) > 0, "parts of segment %d", k+1)
			for j, part := range s.Parts {
				require.LessOrEqual(t, part.Duration, a.PartInf.PartTarget)
				require.Equal(t, i == 2 || j == 0, part.Independent)
			}
		}
	}
}

// Three short parts hold too little sound; without sound nothing changes.
func TestHoldBack(t *testing.T) {
	for part, want := range map[time.Duration]struct{ sound, silent time.Duration }{
		200 * time.Millisecond: {sound: 600 * time.Millisecond, silent: 600 * time.Millisecond},
		100 * time.Millisecond: {sound: 350 * time.Millisecond, silent: 300 * time.Millisecond},
		40 * time.Millisecond:  {sound: 230 * time.Millisecond, silent: 120 * time.Millisecond},
	} {
		p := sample.LowLatency(1, 10)
		p.PartDuration = part
		for i := range p.Tracks {
			track := &p.Tracks[i]
			track.PartDuration, track.Open = 0, nil
			for k := range track.Segments {
				track.Segments[k].Parts = nil
				sample.Cut(&track.Segments[k], track.Timebase().Ticks(part), track.Params.Kind == media.KindVideo)
			}
		}
		check := func(want time.Duration) {
			text, err := hls.Media(p, &p.Tracks[0], hls.MediaOptions{})
			require.NoError(t, err)
			require.Equal(t, want, *parseMedia(t, &p.Tracks[0], text).ServerControl.PartHoldBack, "parts of %v", part)
		}
		check(want.sound)
		p.Tracks = p.Tracks[:2]
		check(want.silent)
	}
}

func TestDeltaUpdate(t *testing.T) {
	p := sample.LowLatency(1, 10)
	whole, err := hls.Media(p, &p.Tracks[0], hls.MediaOptions{})
	require.NoError(t, err)
	for _, skip := range []hls.Skip{hls.SkipYes, hls.SkipV2} {
		delta, err := hls.Media(p, &p.Tracks[0], hls.MediaOptions{Skip: skip})
		require.NoError(t, err)
		golden.Check(t, "delta.m3u8", string(delta))
		before, after, ok := strings.Cut(string(delta), "#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n")
		require.True(t, ok, "segments 1 to 4 end more than 12 s before 20.6 s")
		require.True(t, strings.HasPrefix(string(whole), before))
		require.True(t, strings.HasSuffix(string(whole), after))
		require.Equal(t, 4, strings.Count(strings.TrimSuffix(strings.TrimPrefix(string(whole), before), after), "#EXTINF"))
	}
	short := sample.LowLatency(1, 3)
	same, err := hls.Media(short, &short.Tracks[0], hls.MediaOptions{Skip: hls.SkipYes})
	require.NoError(t, err)
	require.NotContains(t, string(same), "EXT-X-SKIP", "nothing to leave out")
}

func TestNextPart(t *testing.T) {
	p := sample.LowLatency(1, 2)
	track := &p.Tracks[0]
	require.Equal(t, "v0/3.3.m4s", hls.NextPart(p, track))
	sealed := sample.LowLatency(1, 3)
	full := sealed.Tracks[0].Segments[2]
	track.Open = &full
	require.Equal(t, "v0/4.0.m4s", hls.NextPart(p, track), "a segment of full length gets no more parts")
	track.Open = nil
	require.Equal(t, "v0/3.0.m4s", hls.NextPart(p, track))
}

// An ended low-latency output is a plain recording.
func TestEndedLowLatency(t *testing.T) {
	p := sample.LowLatency(1, 4)
	p.State = manifest.StateEnded
	for i := range p.Tracks {
		p.Tracks[i].Open = nil
	}
	text, err := hls.Media(p, &p.Tracks[0], hls.MediaOptions{Skip: hls.SkipYes})
	require.NoError(t, err)
	for _, tag := range []string{"PART", "PRELOAD", "RENDITION", "SERVER-CONTROL", "SKIP"} {
		require.NotContains(t, string(text), tag)
	}
	require.Contains(t, string(text), "#EXT-X-PLAYLIST-TYPE:VOD\n")
	require.True(t, strings.HasSuffix(string(text), "#EXT-X-ENDLIST\n"))
}

func TestStartVariant(t *testing.T) {
	text, err := hls.Multivariant(languages())
	require.NoError(t, err)
	a, master := parseMultivariant(t, text)
	require.Equal(t, "v1/index.m3u8", a.Variants[0].URI, "6 Mbit/s is no place to start")
	require.Equal(t, 880_000+200_000, int(master.Variants[0].Bandwidth))
	require.Len(t, a.Variants, 4)
	require.Len(t, a.Renditions, 4)
}

func TestTargetDuration(t *testing.T) {
	for nominal, want := range map[time.Duration]int64{
		500 * time.Millisecond: 1, time.Second: 1, 1500 * time.Millisecond: 2, 2 * time.Second: 2, 2500 * time.Millisecond: 3,
	} {
		got, err := hls.TargetDuration(&manifest.Presentation{SegmentDuration: nominal})
		require.NoError(t, err)
		require.Equal(t, want, got, nominal)
	}
	p := sample.Ladder(manifest.StateRecording, 1, 3)
	p.Tracks[1].Segments[2].Duration = 5 * 90_000
	got, err := hls.TargetDuration(p)
	require.NoError(t, err)
	require.EqualValues(t, 5, got)
	p.State = manifest.StateLive
	_, err = hls.TargetDuration(p)
	require.ErrorIs(t, err, manifest.ErrModel)
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *manifest.Presentation)
		want   error
	}{
		"no playlist":  {func(p *manifest.Presentation) { p.Tracks[0].Playlist = "" }, manifest.ErrModel},
		"long part":    {func(p *manifest.Presentation) { p.PartDuration = 150 * time.Millisecond; p.Tracks[2].PartDuration = 0 }, manifest.ErrModel},
		"long segment": {func(p *manifest.Presentation) { p.SegmentDuration = time.Second }, manifest.ErrModel},
		"injection":    {func(p *manifest.Presentation) { p.Tracks[0].Language = "en\"\n#EXT-X-ENDLIST" }, manifest.ErrModel},
		"empty":        {func(p *manifest.Presentation) { p.Tracks[0].Segments, p.Tracks[0].Open = nil, nil }, manifest.ErrEmpty},
		"wrong part":   {func(p *manifest.Presentation) { p.Tracks[0].Open.Parts[1].URI = "v0/x.m4s" }, manifest.ErrModel},
	} {
		t.Run(name, func(t *testing.T) {
			p := sample.LowLatency(1, 3)
			c.change(p)
			_, err := hls.Media(p, &p.Tracks[0], hls.MediaOptions{})
			require.ErrorIs(t, err, c.want)
		})
	}
	p := transport()
	p.Tracks = append(p.Tracks, soundOnly().Tracks...)
	_, err := hls.Multivariant(p)
	require.ErrorIs(t, err, manifest.ErrModel)
}
