package framegear_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/manifest/validate"
)

// What StreamGear's own tests assert, against this API. Their names are in the comments.

// gearStream opens an output with StreamGear's parameters.
func gearStream(t *testing.T, output string, params map[string]any) (*framegear.Stream, error) {
	t.Helper()
	p, _, err := framegear.ParamsFromStreamGear(params, framegear.Rate{})
	if err != nil {
		return nil, err
	}
	if output == "" {
		output = p.Output
	}
	s, err := framegear.New(output, p.Options)
	if err == nil {
		t.Cleanup(func() { require.NoError(t, s.Close()) })
	}
	return s, err
}

// test_formats, test_outputs, test_failedextension, test_paths_ss.
func TestSeedOutputs(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	for _, c := range []struct {
		output string
		params map[string]any
		ok     bool
	}{
		{"x.mpd", nil, true},
		{"x.mpd", map[string]any{"-clear_prev_assets": true}, true},
		{"x.m3u8", map[string]any{"format": "hls", "-clear_prev_assets": "invalid"}, true},
		{"x.mpd", map[string]any{"format": "hls"}, false},
		{"x.m3u8", nil, false},
		{"x.mpd", map[string]any{"format": "mash"}, false},
		{"x.mpd", map[string]any{"format": 1234}, false},
		{"x.mpd", map[string]any{"format": nil}, false},
		{"garbage.garbage", nil, false},
	} {
		_, err := gearStream(t, filepath.Join(dir, c.output), c.params)
		if c.ok {
			require.NoError(t, err, "%v", c)
			continue
		}
		require.ErrorIs(t, err, framegear.ErrOptions, "%v", c)
	}
	_, err := gearStream(t, "", map[string]any{"output": nil})
	require.ErrorIs(t, err, framegear.ErrStreamGear)
	_, err = gearStream(t, "unknown://invalid.com/output.mpd", nil)
	require.ErrorIs(t, err, framegear.ErrOptions)
	// StreamGear takes rtmp:// by its name, though DASH over RTMP means nothing; here it is refused at once.
	_, err = gearStream(t, "rtmp://live.twitch.tv/output.mpd", nil)
	require.ErrorIs(t, err, framegear.ErrOptions)
}

// test_failedchannels, test_fail_framedimension: a wrong frame costs that frame, and right ones go on.
func TestSeedFrames(t *testing.T) {
	leaktest.Check(t)
	s, err := gearStream(t, t.TempDir(), nil)
	require.NoError(t, err)
	require.NoError(t, s.WriteFrame(nil), "None is skipped")
	five := &framegear.Frame{Width: 640, Height: 480, Planes: [4][]byte{make([]byte, 640*480*5)}}
	require.ErrorIs(t, s.WriteFrame(five), framegear.ErrFrame)
	require.NoError(t, s.WriteFrame(framegear.Gray(make([]byte, 640*480), 640, 480)))
	require.ErrorIs(t, s.WriteFrame(framegear.BGR(make([]byte, 640*480*3), 640, 480)), framegear.ErrChanged)
	require.ErrorIs(t, s.WriteFrame(framegear.Gray(make([]byte, 640*580), 640, 580)), framegear.ErrChanged)
	require.NoError(t, s.WriteFrame(framegear.Gray(make([]byte, 640*480), 640, 480)))
	require.NoError(t, s.Finish(t.Context()))
	require.EqualValues(t, 2, s.Stats().FramesOut)
	require.ErrorIs(t, s.WriteFrame(five), framegear.ErrClosed, "after the end: an error of its own")
}

// test_invalid_params_rtf, test_method_call_rtf, test_failedextensionsource.
func TestSeedInvalidParameters(t *testing.T) {
	for _, params := range []map[string]any{{"-vcodec": "unknown"}, {"-vcodec": "unknown", "format": "hls"}, {"format": "invalid"}} {
		_, err := gearStream(t, t.TempDir(), params)
		require.ErrorIs(t, err, framegear.ErrStreamGear, "%v", params)
	}
	_, err := gearStream(t, t.TempDir(), map[string]any{"-livestream": "invalid"})
	require.NoError(t, err)
	p, warnings, err := framegear.ParamsFromStreamGear(map[string]any{"-video_source": 1234}, framegear.Rate{})
	require.NoError(t, err)
	require.Empty(t, p.Source, "no Single-Source Mode")
	require.Len(t, warnings, 1)
	_, err = framegear.OpenInput(t.Context(), "garbage.garbage", framegear.InputOptions{})
	require.Error(t, err)
}

// test_multistreams, test_ss_stream, test_ss_livestream, test_audio: one source, four bad streams and a good one, for both formats, with sound.
func TestSeedSingleSource(t *testing.T) {
	leaktest.Check(t)
	for _, format := range []string{"dash", "hls"} {
		t.Run(format, func(t *testing.T) {
			in, err := framegear.OpenInput(t.Context(), bundled, framegear.InputOptions{})
			require.NoError(t, err)
			defer in.Close()
			p, warnings, err := framegear.ParamsFromStreamGear(map[string]any{
				"format": format, "-video_source": bundled, "-audio": bundled, "-streams": []any{
					map[string]any{"-video_bitrate": "500k"},
					map[string]any{"-resolution": "aaxbb", "-video_bitrate": "500k"},
					map[string]any{"-resolution": "640x360", "-video_bitrate": "unknown"},
					map[string]any{"-resolution": "640x360", "-framerate": "unknown"},
					map[string]any{"-resolution": "320x180", "-framerate": 15.0},
				},
			}, in.FrameRate())
			require.NoError(t, err)
			require.Len(t, warnings, 6, "%q", warnings)
			o := p.Options
			o.Timebase, o.Clock = in.Timebase(), framegear.ClockPTS
			dir := t.TempDir()
			s, err := framegear.New(dir, o)
			require.NoError(t, err)
			defer s.Close()
			for f, err := range in.Frames() {
				require.NoError(t, err)
				require.NoError(t, s.WriteFrame(f))
			}
			require.NoError(t, s.Finish(t.Context()))
			require.Len(t, s.Manifests(), 1)
			report, err := validate.Check(t.Context(), s.Manifests()[0], validate.Options{})
			require.NoError(t, err)
			require.Zero(t, report.Errors(), "%v", report.Findings)
			var sizes [][2]int
			for _, k := range report.Summary.Tracks {
				if k.Width > 0 {
					sizes = append(sizes, [2]int{k.Width, k.Height})
				}
			}
			require.ElementsMatch(t, [][2]int{{640, 360}, {320, 180}}, sizes)
			require.InDelta(t, 8, report.Summary.Seconds, 0.05)
		})
	}
}
