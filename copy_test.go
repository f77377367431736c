package framegear_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/manifest/validate"
)

// bundled is the repository's own clip: 8 s, 30 frames per second, with sound.
const bundled = "testdata/clip.mp4"

func TestCopy(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		name, manifest string
		opt            framegear.Options
	}{
		{"fMP4", "x.mpd", framegear.Options{}},
		{"MPEG-TS", "x.m3u8", framegear.Options{Format: framegear.HLS, Container: framegear.TS}},
		{"with its sound", "x.mpd", framegear.Options{Audio: []framegear.AudioTrack{{Source: bundled, Copy: true}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, err := framegear.OpenInput(t.Context(), bundled, framegear.InputOptions{})
			require.NoError(t, err)
			defer in.Close()
			output := filepath.Join(t.TempDir(), c.manifest)
			s, err := framegear.New(output, c.opt)
			require.NoError(t, err)
			defer s.Close()
			require.NoError(t, s.Copy(t.Context(), in))
			require.ErrorIs(t, s.WriteFrame(halves(64, 48)), framegear.ErrOptions)
			require.ErrorIs(t, s.Copy(t.Context(), in), framegear.ErrCopy)
			require.NoError(t, s.Finish(t.Context()))
			require.EqualValues(t, 240, s.Stats().FramesOut)
			require.Equal(t, 8*time.Second, s.Stats().Duration, "30 pictures a second, which Options do not say")
			report, err := validate.Check(t.Context(), output, validate.Options{})
			require.NoError(t, err)
			require.Zero(t, report.Errors(), "%v", report.Findings)
			require.InDelta(t, 8, report.Summary.Seconds, 0.05)
		})
	}
}

func TestCopyRefuses(t *testing.T) {
	leaktest.Check(t)
	in, err := framegear.OpenInput(t.Context(), bundled, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	for _, o := range []framegear.Options{{Live: true}, {Ladder: framegear.Ladder{{}, {Height: 90}}}, {Filter: "hflip"}} {
		s, err := framegear.New("", o)
		require.NoError(t, err)
		require.ErrorIs(t, s.Copy(t.Context(), in), framegear.ErrOptions)
		require.NoError(t, s.Close())
		require.ErrorIs(t, s.Copy(t.Context(), in), framegear.ErrClosed)
	}
}
