package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
)

// record makes a recording of a pattern, which moves with every stride-th frame, in a folder and returns the folder.
func record(t *testing.T, o framegear.Options, seconds float64, stride int64) string {
	t.Helper()
	const width, height = 320, 192
	dir := t.TempDir()
	o.Name, o.SegmentDuration = "show", time.Second
	s, err := framegear.New(dir, o)
	require.NoError(t, err)
	defer s.Close()
	p := synth.NewPattern(width, height)
	for n := range int64(seconds * o.FrameRate.Float()) {
		require.NoError(t, s.WriteFrame(framegear.BGR(p.Frame(n/stride), width, height)))
	}
	require.NoError(t, s.Finish(t.Context()))
	return dir
}

var ladder = framegear.Ladder{{Width: 320, Height: 192}, {Width: 160, Height: 96}}

// Real players play both manifests of a recording to the end without an error, every frame of it.
func TestPlayersPlayToTheEnd(t *testing.T) {
	browser(t) // skips before anything is encoded
	const seconds = 4
	for _, c := range []struct {
		name    string
		opt     framegear.Options
		players []string
		stride  int64
	}{
		{"25", framegear.Options{FrameRate: framegear.FPS(25), Preset: "ultrafast", Ladder: ladder}, []string{"playHLS", "playDash"}, 1},
		{"23.976 with B-frames", framegear.Options{FrameRate: framegear.FPS(23.976), Preset: "veryfast", Ladder: ladder}, []string{"playHLS", "playDash"}, 1},
		{"pictures that stay", framegear.Options{FrameRate: framegear.FPS(25), Preset: "ultrafast", Ladder: ladder}, []string{"playHLS", "playDash"}, 15},
		{"TS", framegear.Options{FrameRate: framegear.FPS(25), Preset: "veryfast", Ladder: ladder, Container: framegear.TS, Format: framegear.HLS}, []string{"playHLS"}, 1},
		{"AV1", framegear.Options{FrameRate: framegear.FPS(25), Codec: "libsvtav1", Preset: "12", Ladder: ladder}, []string{"playHLS", "playDash"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			base := serve(t, record(t, c.opt, seconds, c.stride))
			for _, player := range c.players {
				t.Run(player, func(t *testing.T) {
					manifest := map[string]string{"playHLS": "show.m3u8", "playDash": "show.mpd"}[player]
					got := play(t, player, base, manifest)
					require.Empty(t, got.Errors)
					require.InDelta(t, seconds, got.Duration, 0.15)
					require.InDelta(t, got.Duration, got.At, 0.15)
					require.Positive(t, got.Frames)
					require.NotEmpty(t, got.Sizes)
				})
			}
		})
	}
}
