package validate_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
	"github.com/framegear/framegear/manifest/validate"
)

func window() *manifest.Presentation {
	p := sample.Ladder(manifest.StateLive, 3, 10)
	p.Window, p.UTCTiming = 16*time.Second, "time"
	return p
}

func broken() *manifest.Presentation {
	p := sample.Ladder(manifest.StateEnded, 1, 6)
	for i := range p.Tracks {
		t := &p.Tracks[i]
		for k := 3; k < len(t.Segments); k++ {
			t.Segments[k].Start += 10 * t.Timescale
		}
		t.Segments[3].Discontinuity = true
	}
	return p
}

func TestValidPresentations(t *testing.T) {
	for name, p := range map[string]*manifest.Presentation{
		"ended": sample.Ladder(manifest.StateEnded, 1, 4), "recording": sample.Ladder(manifest.StateRecording, 1, 4),
		"trimmed": sample.Ladder(manifest.StateEnded, 5, 8), "live": window(), "low latency": sample.LowLatency(1, 10),
		"discontinuity": broken(),
	} {
		t.Run(name, func(t *testing.T) {
			dir := synth(t, p).write(t)
			for _, target := range []string{"x.mpd", "x.m3u8", "v0/index.m3u8"} {
				r, err := validate.Check(context.Background(), filepath.Join(dir, target), validate.Options{Now: clock})
				require.NoError(t, err)
				require.Empty(t, r.Findings, target)
				require.Zero(t, r.Errors())
				require.Empty(t, r.Summary.Notes)
				for _, track := range r.Summary.Tracks {
					require.Positive(t, track.Checked)
					require.Equal(t, track.Listed, track.Checked, "%s of %s", track.Name, target)
				}
			}
		})
	}
}

func TestSummary(t *testing.T) {
	p := sample.Ladder(manifest.StateEnded, 1, 4)
	r := synth(t, p).check(t, "x.mpd")
	require.Equal(t, "dash", r.Summary.Kind)
	require.False(t, r.Summary.Live)
	require.InDelta(t, 8, r.Summary.Seconds, 0.1)
	require.Len(t, r.Summary.Tracks, 3)
	v := r.Summary.Tracks[0]
	require.Equal(t, validate.Track{
		Name: "v0", Kind: "video", Codecs: "avc1.64000c", Width: 1280, Height: 720, FrameRate: "30", Listed: 4, Checked: 4,
		Bytes: v.Bytes, Bandwidth: p.Tracks[0].Rate.Peak, Peak: p.Tracks[0].Rate.Peak, Average: p.Tracks[0].Rate.Average,
	}, v)
	b, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(b), `"findings":[]`)
}

func TestMaxSegments(t *testing.T) {
	dir := synth(t, sample.Ladder(manifest.StateEnded, 1, 6)).write(t)
	for n, want := range map[int]int{0: 6, 2: 2, -1: 0} {
		r, err := validate.Check(context.Background(), filepath.Join(dir, "x.m3u8"), validate.Options{MaxSegments: n})
		require.NoError(t, err)
		require.Empty(t, r.Findings)
		require.Equal(t, want, r.Summary.Tracks[0].Checked)
		require.Equal(t, 6, r.Summary.Tracks[0].Listed)
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		return file
	}
	says := map[string]string{
		"both kinds of HLS": "it has EXT-X-STREAM-INF, of multivariant playlists, and EXT-X-TARGETDURATION, of media playlists",
		"ID that is text":   `line 2: AdaptationSet@id is "audio" (want a number: invalid syntax)`,
		"Latin 1":           "the encoding is latin1 (want UTF-8)",
	}
	for name, c := range map[string]struct {
		target string
		want   error
	}{
		"missing":           {filepath.Join(dir, "none.mpd"), validate.ErrNotFound},
		"text":              {write("a.txt", "hello"), validate.ErrNotManifest},
		"HTML":              {write("a.html", "<html></html>"), validate.ErrNotManifest},
		"empty":             {write("e.m3u8", ""), validate.ErrNotManifest},
		"bare M3U":          {write("b.m3u8", "#EXTM3U\nsong.mp3\n"), validate.ErrNotManifest},
		"cut XML":           {write("c.mpd", "<MPD><Period>"), validate.ErrNotManifest},
		"both kinds of HLS": {write("k.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-STREAM-INF:BANDWIDTH=1\na\n"), validate.ErrNotManifest},
		"ID that is text":   {write("i.mpd", "<MPD><Period>\n<AdaptationSet id=\"audio\"/>\n</Period></MPD>"), validate.ErrNotManifest},
		"Latin 1":           {write("e.mpd", `<?xml version="1.0" encoding="latin1"?><MPD/>`), validate.ErrNotManifest},
		"too large":         {write("l.mpd", string(make([]byte, 17<<20))), validate.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := validate.Check(context.Background(), c.target, validate.Options{})
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, says[name])
			require.NotContains(t, err.Error(), "%!")
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := validate.Check(ctx, filepath.Join(dir, "a.txt"), validate.Options{})
	require.ErrorIs(t, err, context.Canceled)
}
