//go:build opencv

package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/manifest/validate"
)

func TestStream(t *testing.T) {
	for format, name := range map[framegear.Format]string{framegear.DASH: "dash_out.mpd", framegear.HLS: "hls_out.m3u8"} {
		out := filepath.Join(t.TempDir(), name)
		require.NoError(t, stream(t.Context(), "../../testdata/clip.mp4", out, format))
		report, err := validate.Check(t.Context(), out, validate.Options{})
		require.NoError(t, err)
		require.Zero(t, report.Errors(), "%v", report.Findings)
		require.Len(t, report.Summary.Tracks, 1)
		k := report.Summary.Tracks[0]
		require.Equal(t, [2]int{640, 360}, [2]int{k.Width, k.Height})
		require.Equal(t, "30", k.FrameRate)
		require.Less(t, k.Average, int64(691_000), "below the formula's bit rate, which caps the quality")
		require.Positive(t, k.Average)
		require.InDelta(t, 8, report.Summary.Seconds, 0.05)
	}
}
