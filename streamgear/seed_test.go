package streamgear_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
	"github.com/framegear/framegear/manifest/validate"
	"github.com/framegear/framegear/streamgear"
)

// What StreamGear's own tests assert, against this API. Their names are in the comments.

// bundled is the repository's own clip: 8 s, 30 frames per second, with sound.
const bundled = "../testdata/clip.mp4"

// grayFrame is a black picture.
func grayFrame(width, height int) *framegear.Frame {
	return framegear.Gray(make([]byte, width*height), width, height)
}

// gearStream opens an output with StreamGear's parameters.
func gearStream(t *testing.T, output string, params map[string]any) (*framegear.Stream, error) {
	t.Helper()
	p, _, err := streamgear.Parse(params, framegear.Rate{})
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
		s, err := gearStream(t, filepath.Join(dir, c.output), c.params)
		if c.ok {
			require.NoError(t, err, "%v", c)
			require.NoError(t, s.Close(), "the next one has the folder to itself")
			continue
		}
		require.ErrorIs(t, err, framegear.ErrOptions, "%v", c)
	}
	_, err := gearStream(t, "", map[string]any{"output": nil})
	require.ErrorIs(t, err, streamgear.ErrParams)
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

// test_custom_ffmpeg: there is no ffmpeg program to be found or not.
func TestSeedCustomFFmpeg(t *testing.T) {
	for _, v := range []any{"wrong_path", 1234} {
		_, warnings, err := streamgear.Parse(map[string]any{"custom_ffmpeg": v}, framegear.Rate{})
		require.NoError(t, err)
		require.Len(t, warnings, 1)
	}
}

// test_invalid_params_rtf, test_invalid_params_ss, test_method_call_rtf, test_method_call_ss, test_failedextensionsource.
func TestSeedInvalidParameters(t *testing.T) {
	leaktest.Check(t)
	for _, params := range []map[string]any{
		{"-vcodec": "unknown"}, {"-vcodec": "unknown", "format": "hls"}, {"format": "invalid"}, {"-vcodec": "unknown", "-video_source": bundled},
	} {
		_, err := gearStream(t, t.TempDir(), params)
		require.ErrorIs(t, err, streamgear.ErrParams, "%v", params)
	}
	_, err := gearStream(t, t.TempDir(), map[string]any{"-livestream": "invalid"})
	require.NoError(t, err)
	p, warnings, err := streamgear.Parse(map[string]any{"-video_source": 1234}, framegear.Rate{})
	require.NoError(t, err)
	require.Empty(t, p.Source, "no Single-Source Mode")
	require.Len(t, warnings, 1)
	for _, source := range []string{p.Source, "garbage.garbage"} {
		_, err = framegear.OpenInput(t.Context(), source, framegear.InputOptions{})
		require.ErrorIs(t, err, framegear.ErrInput, "%q", source)
	}
	require.ErrorIs(t, err, fs.ErrNotExist)

	in, err := framegear.OpenInput(t.Context(), bundled, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	s, err := gearStream(t, t.TempDir(), map[string]any{"-video_source": bundled, "-vcodec": "copy"})
	require.NoError(t, err)
	require.NoError(t, s.Copy(t.Context(), in))
	require.ErrorIs(t, s.WriteFrame(grayFrame(640, 360)), framegear.ErrOptions, "stream() in Single-Source Mode")
}

// gearRun carries out what a StreamGear program does: it opens a source (-video_source, or the bundled clip in the camera's place), and
// streams at most a number of its frames into a folder. It returns the report on the one manifest that is there then.
func gearRun(t *testing.T, frames int64, params map[string]any, change ...func(f *framegear.Frame) *framegear.Frame) (*validate.Report, []string) {
	t.Helper()
	dir := t.TempDir()
	p, _, err := streamgear.Parse(params, framegear.Rate{})
	require.NoError(t, err)
	in, err := framegear.OpenInput(t.Context(), cmp.Or(p.Source, bundled), framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	p, warnings, err := streamgear.Parse(params, in.FrameRate())
	require.NoError(t, err)
	o := p.Options
	o.Events.Warning = func(w framegear.WarningInfo) { warnings = append(warnings, w.Text) }
	if p.Source != "" {
		o.Timebase, o.Clock = in.Timebase(), framegear.ClockPTS
	} else {
		o.Clock = framegear.ClockCount // nobody waits for a camera here
		o.WhenFull = framegear.BlockWhenFull
	}
	s, err := framegear.New(dir, o)
	require.NoError(t, err)
	defer s.Close()
	if p.Copy {
		require.NoError(t, s.Copy(t.Context(), in))
	} else {
		for f, err := range in.Frames() {
			require.NoError(t, err)
			for _, c := range change {
				f = c(f)
			}
			require.NoError(t, s.WriteFrame(f))
			if s.Stats().FramesIn >= frames {
				break
			}
		}
	}
	require.NoError(t, s.Finish(t.Context()))
	manifests, err := filepath.Glob(filepath.Join(dir, map[framegear.Format]string{framegear.DASH: "*.mpd", framegear.HLS: "*.m3u8"}[o.Format]))
	require.NoError(t, err)
	require.Len(t, manifests, 1)
	require.Equal(t, manifests, s.Manifests())
	report, err := validate.Check(t.Context(), manifests[0], validate.Options{})
	require.NoError(t, err)
	require.Zero(t, report.Errors(), "%v", report.Findings)
	require.NoError(t, s.Close())
	return report, warnings
}

// pictures returns the sizes and frame rates of a report's renditions, and sound whether there is any.
func pictures(report *validate.Report) (found []string, sound bool) {
	for _, k := range report.Summary.Tracks {
		switch {
		case k.Kind == "audio":
			sound = true
		default:
			found = append(found, fmt.Sprintf("%dx%d@%s", k.Width, k.Height, k.FrameRate))
			sound = sound || k.Kind == "video+audio"
		}
	}
	return found, sound
}

// test_rtf_stream, test_rtf_livestream, test_input_framerate_rtf: frames of three kinds into a folder, and one manifest in it.
func TestSeedFramesMode(t *testing.T) {
	leaktest.Check(t)
	luma := func(f *framegear.Frame) *framegear.Frame {
		g := framegear.Gray(f.Planes[0], f.Width, f.Height)
		g.Strides[0] = f.Strides[0]
		return g
	}
	bgra := func(f *framegear.Frame) *framegear.Frame {
		return framegear.Packed(framegear.BGRA, make([]byte, f.Width*f.Height*4), f.Width, f.Height)
	}
	for _, c := range []struct {
		name   string
		params map[string]any
		change []func(*framegear.Frame) *framegear.Frame
		warns  int
		rate   string
	}{
		{"as they are", map[string]any{"-input_framerate": "invalid", "-clear_prev_assets": true}, nil, 1, "30"},
		{"gray", map[string]any{"format": "hls", "-input_framerate": "invalid"}, []func(*framegear.Frame) *framegear.Frame{luma}, 1, "30"},
		{"BGRA", map[string]any{"-input_framerate": "invalid"}, []func(*framegear.Frame) *framegear.Frame{bgra}, 1, "30"},
		{"live", map[string]any{"-livestream": true, "-seg_duration": 1, "-enable_force_termination": true}, nil, 1, "30"},
		{"with the source's rate", map[string]any{"-input_framerate": 24.0, "-vcodec": "copy", "-vf": "format=yuv420p", "-aspect": "16:9"}, nil, 1, "24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, warnings := gearRun(t, 60, c.params, c.change...)
			require.Len(t, warnings, c.warns, "%q", warnings)
			found, sound := pictures(report)
			require.Equal(t, []string{"640x360@" + c.rate}, found)
			require.False(t, sound)
		})
	}
}

// test_params: values of the wrong kind cost a warning each and nothing else.
func TestSeedParams(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		name   string
		params map[string]any
		warns  int
	}{
		{"live HLS", map[string]any{"format": "hls", "-livestream": true, "-vcodec": "libx265", "-preset": "ultrafast", "-hls_segment_type": "invalid",
			"-hls_init_time": -223.2, "-hls_flags": 94884, "-hls_list_size": -4.3, "-hls_time": -4758.56, "-remove_at_exit": 4, "-hls_base_url": 344}, 7},
		{"HLS", map[string]any{"format": "hls", "-bpp": "unknown", "-gop": "unknown", "-s:v:0": "unknown", "-b:v:0": "unknown", "-b:a:0": "unknown",
			"-hls_playlist_type": 4}, 6},
		{"live DASH", map[string]any{"-livestream": true, "-vcodec": "libx265", "-preset": "ultrafast", "-window_size": -3, "-extra_window_size": "unknown",
			"-seg_duration": -35.34, "-remove_at_exit": "unknown", "-audio": []any{"invalid"}}, 5},
		{"DASH", map[string]any{"-seg_duration": "unknown", "-audio": "invAlid"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, warnings := gearRun(t, 30, c.params)
			require.Len(t, warnings, c.warns, "%q", warnings)
			_, sound := pictures(report)
			require.False(t, sound)
		})
	}
}

// test_ss_stream, test_ss_livestream: packets as they are, and what does not go with that. -streams asks for encoding, even when it is
// none.
func TestSeedSingleSource(t *testing.T) {
	leaktest.Check(t)
	for _, format := range []string{"dash", "hls"} {
		for _, streams := range []bool{false, true} {
			params := map[string]any{"format": format, "-video_source": bundled, "-vcodec": "copy", "-acodec": "copy", "-aspect": "16:9",
				"-vf": "format=yuv420p", "-clear_prev_assets": "invalid"}
			warns := 2 // -clear_prev_assets, and -aspect for packets
			if streams {
				params["-streams"], warns = "invalid", 3 // and -streams, and -vcodec copy with it
			}
			report, warnings := gearRun(t, 1000, params)
			require.Len(t, warnings, warns, "%q", warnings)
			found, sound := pictures(report)
			require.Equal(t, []string{"640x360@30"}, found)
			require.True(t, sound)
			require.InDelta(t, 8, report.Summary.Seconds, 0.05)
		}
	}
	report, warnings := gearRun(t, 60, map[string]any{"-video_source": bundled, "-livestream": true, "-remove_at_exit": 1, "-an": true})
	require.Len(t, warnings, 1, "%q", warnings)
	require.False(t, report.Summary.Live)
}

// test_audio: sound from nowhere is left out, other sound is taken, also over HTTP and from a file that has pictures too.
func TestSeedAudio(t *testing.T) {
	leaktest.Check(t)
	wav := filepath.Join(t.TempDir(), "tone.wav")
	beeps := synth.Sync{Frames: framegear.FPS(30), Rate: 48000}
	require.NoError(t, os.WriteFile(wav, synth.WAV(48000, 2, beeps.PCM(media.SampleS16, 2, 0, 2*48000)), 0o600))
	web := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(wav))))
	defer web.Close()
	silent := filepath.Join(t.TempDir(), "silent")
	mute, err := framegear.New(silent+"/", framegear.Options{FrameRate: framegear.FPS(30), Format: framegear.HLS, SegmentDuration: 2 * time.Second})
	require.NoError(t, err)
	for range 60 {
		require.NoError(t, mute.WriteFrame(grayFrame(160, 90)))
	}
	require.NoError(t, mute.Finish(t.Context()))
	require.NoError(t, mute.Close())
	picturesOnly := filepath.Join(silent, "stream.m3u8")

	for _, c := range []struct {
		name   string
		params map[string]any
		warns  int
		sound  bool
	}{
		{"pictures alone, sound of a URL that is not there", map[string]any{"-video_source": picturesOnly, "-audio": web.URL + "/invalid.aac"}, 1, false},
		{"pictures alone", map[string]any{"-video_source": picturesOnly}, 1, false},
		{"sound that is a film without any", map[string]any{"-video_source": bundled, "-audio": picturesOnly}, 1, false},
		{"sound that is no file", map[string]any{"-video_source": bundled, "-audio": t.TempDir()}, 1, false},
		{"sound of a file", map[string]any{"-video_source": picturesOnly, "-audio": wav, "-acodec": "aac"}, 0, true},
		{"sound of a film", map[string]any{"-video_source": picturesOnly, "-audio": bundled, "-acodec": "copy"}, 0, true},
		{"sound of a URL", map[string]any{"-audio": web.URL + "/" + filepath.Base(wav)}, 0, true},
		{"sound of a URL, HLS", map[string]any{"format": "hls", "-audio": web.URL + "/" + filepath.Base(wav)}, 0, true},
		{"a device of another system", map[string]any{"-audio": []string{"-f", "dshow", "-i", "audio=Microphone"}}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, warnings := gearRun(t, 60, c.params)
			require.Len(t, warnings, c.warns, "%q", warnings)
			_, sound := pictures(report)
			require.Equal(t, c.sound, sound)
		})
	}
}

// test_multistreams: bad streams cost a warning each, good ones are made as they were asked for, and the caller's list stays.
func TestSeedMultistreams(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		name   string
		params map[string]any
		want   []string
		warns  int
		sound  bool
	}{
		{"four bad streams and a good one", map[string]any{"-video_source": bundled, "-streams": []any{
			map[string]any{"-video_bitrate": "500k"}, map[string]any{"-resolution": "aaxbb", "-video_bitrate": "500k"},
			map[string]any{"-resolution": "640x360", "-video_bitrate": "unknown"}, map[string]any{"-resolution": "640x360", "-framerate": "unknown"},
			map[string]any{"-resolution": "320x180", "-framerate": 15.0},
		}}, []string{"640x360@30", "320x180@15"}, 6, true},
		{"two streams and sound", map[string]any{"-audio": bundled, "-input_framerate": 30.0, "-streams": []any{
			map[string]any{"-resolution": "640x360", "-video_bitrate": "300k"}, map[string]any{"-resolution": "320x180", "-framerate": 60.0},
		}}, []string{"640x360@30", "640x360@30", "320x180@60"}, 0, true},
		{"one stream", map[string]any{"-video_source": bundled, "-streams": []any{map[string]any{"-resolution": "256x144", "-framerate": 30.0}}},
			[]string{"640x360@30", "256x144@30"}, 0, true},
	} {
		for _, format := range []string{"dash", "hls"} {
			t.Run(c.name+" "+format, func(t *testing.T) {
				params := maps.Clone(c.params)
				params["format"] = format
				report, warnings := gearRun(t, 60, params)
				require.Len(t, warnings, c.warns, "%q", warnings)
				found, sound := pictures(report)
				require.ElementsMatch(t, c.want, found)
				require.Equal(t, c.sound, sound)
			})
		}
	}
}

// test_helper's validate_video, validate_audio: what a file is, without a process that prints it.
func TestSeedHelpers(t *testing.T) {
	leaktest.Check(t)
	in, err := framegear.OpenInput(t.Context(), bundled, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	require.Equal(t, [2]int{640, 360}, [2]int{in.Width(), in.Height()})
	require.Equal(t, framegear.FPS(30), in.FrameRate())
	track, ok := in.Audio()
	require.True(t, ok)
	require.Equal(t, bundled, track.Source)
}
