package streamgear_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/streamgear"
)

// gear is one way of giving an attribute and what has to come of it.
type gear struct {
	name   string         // of the subtest: the attribute, and a word where there are several
	params map[string]any // what the program says
	warns  []string       // a part of each warning, in order
	err    string         // a part of the error
	check  func(t *testing.T, p streamgear.Params)
}

func stream(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

func streams(all ...map[string]any) []any {
	list := make([]any, len(all))
	for i, s := range all {
		list[i] = s
	}
	return list
}

// primary is a check of the first rendition.
func primary(want func(t *testing.T, r framegear.Rendition)) func(*testing.T, streamgear.Params) {
	return func(t *testing.T, p streamgear.Params) { want(t, p.Options.Ladder[0]) }
}

func options(want func(t *testing.T, o framegear.Options)) func(*testing.T, streamgear.Params) {
	return func(t *testing.T, p streamgear.Params) { want(t, p.Options) }
}

func segment(d time.Duration) func(*testing.T, streamgear.Params) {
	return options(func(t *testing.T, o framegear.Options) { require.Equal(t, d, o.SegmentDuration) })
}

func key(d time.Duration) func(*testing.T, streamgear.Params) {
	return options(func(t *testing.T, o framegear.Options) { require.Equal(t, d, o.KeyInterval) })
}

var gears = []gear{
	{name: "none", check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, framegear.FPS(25), o.FrameRate)
		require.Equal(t, framegear.DASH, o.Format)
		require.Equal(t, 6*time.Second, o.SegmentDuration, "5 s end at the next key frame")
		require.Equal(t, framegear.Ladder{{CRF: 20}}, o.Ladder)
		require.Regexp(t, `^dash-\d{8}-\d{6}$`, o.Name)
	})},

	{name: "output", params: stream("output", "out/x.mpd"), check: func(t *testing.T, p streamgear.Params) {
		require.Equal(t, "out/x.mpd", p.Output)
	}},
	{name: "output empty", params: stream("output", ""), err: `output: "" (want a folder`},
	{name: "output null", params: stream("output", nil), err: `output: null (want a folder`},
	{name: "format", params: stream("format", " HLS "), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, framegear.HLS, o.Format)
		require.Equal(t, framegear.TS, o.Container)
		require.Equal(t, 2*time.Second, o.SegmentDuration)
		require.Regexp(t, `^hls-`, o.Name)
	})},
	{name: "format misspelt", params: stream("format", "mash"), err: `parameter format "mash" (want both, dash or hls, did you mean dash)`},
	{name: "format shortened", params: stream("format", "hl"), err: "did you mean hls"},
	{name: "format unknown", params: stream("format", "smooth"), err: `parameter format "smooth" (want both, dash or hls)`},
	{name: "format number", params: stream("format", 1234), err: "format: 1234 (want dash"},
	{name: "format null", params: stream("format", nil), err: "format: null (want dash"},
	{name: "logging", params: stream("logging", true), warns: []string{"Options.Logger"}},
	{name: "custom_ffmpeg", params: stream("custom_ffmpeg", "/usr/bin/ffmpeg"), warns: []string{"no ffmpeg program"}},

	{name: "-streams", params: stream("-streams", streams(
		stream("-resolution", "1280X720", "-framerate", 30.0),
		stream("-resolution", "640x360", "-framerate", "60.0"),
		stream("-resolution", "320x240", "-video_bitrate", "500k"),
	)), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, framegear.Ladder{
			{CRF: 20},
			{Width: 1280, Height: 720, FrameRate: framegear.FPS(30)},
			{Width: 640, Height: 360, FrameRate: framegear.FPS(60)},
			{Width: 320, Height: 240, Bitrate: 500_000},
		}, o.Ladder)
		require.True(t, o.Upscale)
		require.NoError(t, o.Validate())
	})},
	{name: "-streams dict", params: stream("-streams", stream("-resolution", "640x360")), warns: []string{"-streams: {"}},
	{name: "-streams text", params: stream("-streams", "640x360"), warns: []string{"want a list of streams"}},
	{name: "-resolution", params: stream("-streams", streams(stream("-video_bitrate", "4000k"), stream("-resolution", "640 x 360", "-framerate", 30),
		stream("-resolution", "0x0", "-framerate", 30), stream("-resolution", "640x360", "-framerate", 30))),
		warns: []string{"stream 0 is left out: -resolution null", `stream 1 is left out: -resolution "640 x 360"`, "stream 2 is left out"},
		check: options(func(t *testing.T, o framegear.Options) { require.Len(t, o.Ladder, 2) })},
	{name: "-video_bitrate", params: stream("-streams", streams(
		stream("-resolution", "640x360", "-video_bitrate", "4M", "-framerate", 15), stream("-resolution", "320x180", "-video_bitrate", "fast", "-framerate", 15),
		stream("-resolution", "160x90", "-video_bitrate", "fast"))),
		warns: []string{`-video_bitrate "fast"`, `-video_bitrate "fast"`, "stream 2 is left out: neither"},
		check: options(func(t *testing.T, o framegear.Options) {
			require.Equal(t, framegear.Rendition{Width: 640, Height: 360, Bitrate: 4_000_000, FrameRate: framegear.FPS(15)}, o.Ladder[1])
			require.Equal(t, framegear.Rendition{Width: 320, Height: 180, FrameRate: framegear.FPS(15)}, o.Ladder[2])
		})},
	{name: "-framerate", params: stream("-streams", streams(stream("-resolution", "640x360", "-framerate", 0), stream("-resolution", "640x360", "-framerate", 29.97))),
		warns: []string{"-framerate 0 is not used", "stream 0 is left out"},
		check: options(func(t *testing.T, o framegear.Options) {
			require.Equal(t, framegear.Rate{Num: 30000, Den: 1001}, o.Ladder[1].FrameRate)
		})},
	{name: "-audio_bitrate", params: stream("-audio", "../testdata/clip.mp4", "-streams", streams(
		stream("-resolution", "640x360", "-framerate", 30, "-audio_bitrate", "64k"), stream("-resolution", "320x180", "-framerate", 30, "-audio_bitrate", "96k"),
		stream("-resolution", "160x90", "-framerate", 30, "-audio_bitrate", 1))),
		warns: []string{"encoded once for all renditions", "-audio_bitrate 1 is not used"},
		check: options(func(t *testing.T, o framegear.Options) { require.EqualValues(t, 96_000, o.Audio[0].Bitrate) })},
	{name: "-streams other", params: stream("-streams", streams(stream("-resolution", "640x360", "-framerate", 30, "-vcodec", "libx265", "-preset", "fast",
		"-refs", 2, "-livestream", true))), warns: []string{"-livestream is for all renditions"},
		check: options(func(t *testing.T, o framegear.Options) {
			require.Equal(t, framegear.Rendition{Width: 640, Height: 360, FrameRate: framegear.FPS(30), Codec: "libx265", Preset: "fast",
				Extra: map[string]string{"refs": "2"}}, o.Ladder[1])
		})},
	{name: "-streams unknown", params: stream("-streams", streams(stream("-resolution", "640x360", "-framerate", 30, "-presett", "fast"))), err: "did you mean -preset"},
	{name: "-streams twice", params: stream("-streams", streams(stream("-resolution", "640x360", "-framerate", 30), stream("-resolution", "640x360", "-framerate", 30))),
		warns: []string{"stream 1 is left out: another one"}},

	{name: "-audio", params: stream("-audio", "../testdata/clip.mp4"), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, "../testdata/clip.mp4", o.Audio[0].Source)
		require.False(t, o.Audio[0].Copy)
		require.True(t, o.Audio[0].Optional, "sound that cannot be opened is left out")
	})},
	{name: "-audio URL", params: stream("-audio", "https://example.org/noise.wav"), check: options(func(t *testing.T, o framegear.Options) {
		require.Len(t, o.Audio, 1)
	})},
	{name: "-audio list", params: stream("-audio", []any{"-f", "alsa", "-i", "hw:1"}), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, []string{"-f", "alsa", "-i", "hw:1"}, o.Audio[0].Input)
	})},
	{name: "-audio list in a loop", params: stream("-audio", []any{"-stream_loop", -1, "-i", "noise.wav"}), check: options(func(t *testing.T, o framegear.Options) {
		require.True(t, o.Audio[0].Loop)
		require.Equal(t, []string{"-i", "noise.wav"}, o.Audio[0].Input)
	})},
	{name: "-audio list, two rounds", params: stream("-audio", []string{"-stream_loop", "2", "-i", "noise.wav"}), err: "want -1"},
	{name: "-audio list without input", params: stream("-audio", []string{"-f", "avfoundation", "-audio_device_index", "0"}), err: "no -i"},
	{name: "-audio list of no arguments", params: stream("-audio", []string{"invalid"}), warns: []string{`-audio: ["invalid"] is not used`},
		check: options(func(t *testing.T, o framegear.Options) { require.Empty(t, o.Audio) })},
	{name: "-audio missing", params: stream("-audio", "nowhere/x.aac"), warns: []string{"there will be no sound"},
		check: options(func(t *testing.T, o framegear.Options) { require.Empty(t, o.Audio) })},
	{name: "-audio scheme", params: stream("-audio", "unknown://x/y.aac"), warns: []string{`scheme "unknown"`}},
	{name: "-audio number", params: stream("-audio", 5), warns: []string{"-audio: 5 is not used"}},

	{name: "-livestream", params: stream("-livestream", true), check: options(func(t *testing.T, o framegear.Options) {
		require.True(t, o.Live)
		require.Equal(t, 20*time.Second, o.SegmentDuration)
		require.Equal(t, 100*time.Second, o.Window)
		require.Zero(t, o.ExtraWindow, "as long as the standard wants")
		require.NoError(t, o.Validate())
	})},
	{name: "-livestream HLS", params: stream("-livestream", true, "format", "hls"), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, 4*time.Second, o.SegmentDuration)
		require.Equal(t, 24*time.Second, o.Window)
	})},
	{name: "-livestream invalid", params: stream("-livestream", "invalid"), warns: []string{`-livestream: "invalid" is not used`},
		check: options(func(t *testing.T, o framegear.Options) { require.False(t, o.Live) })},
	{name: "-livestream single source", params: stream("-livestream", true, "-video_source", "x.mp4"), warns: []string{"Real-time Frames Mode"},
		check: options(func(t *testing.T, o framegear.Options) { require.False(t, o.Live) })},

	{name: "-input_framerate", params: stream("-input_framerate", 29.97), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, framegear.Rate{Num: 30000, Den: 1001}, o.FrameRate)
	})},
	{name: "-input_framerate text", params: stream("-input_framerate", "30"), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, framegear.FPS(30), o.FrameRate)
	})},
	{name: "-input_framerate zero", params: stream("-input_framerate", 0.0), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, framegear.FPS(25), o.FrameRate)
	})},
	{name: "-input_framerate negative", params: stream("-input_framerate", -5), warns: []string{"-5 is not used"},
		check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, framegear.FPS(25), o.FrameRate) })},

	{name: "-video_source", params: stream("-video_source", "x.mp4"), check: func(t *testing.T, p streamgear.Params) {
		require.Equal(t, "x.mp4", p.Source)
		require.Equal(t, framegear.Rate{}, p.Options.FrameRate, "the source's own")
		require.True(t, p.Options.Audio[0].Copy, "its own sound, copied")
	}},
	{name: "-video_source with -streams", params: stream("-video_source", "x.mp4", "-streams", streams(stream("-resolution", "640x360", "-framerate", 30))),
		check: func(t *testing.T, p streamgear.Params) { require.False(t, p.Options.Audio[0].Copy) }},
	{name: "-video_source number", params: stream("-video_source", 1234), warns: []string{"-video_source: 1234 is not used"},
		check: func(t *testing.T, p streamgear.Params) { require.Empty(t, p.Source) }},
	{name: "-video_source short", params: stream("-video_source", "0"), warns: []string{`"0" is not used`}},

	{name: "-gop", params: stream("-gop", 50, "-input_framerate", 50.0), check: key(time.Second)},
	{name: "-gop every encoder", params: stream("-gop", 25, "-vcodec", "libsvtav1"), check: key(time.Second)},
	{name: "-gop zero", params: stream("-gop", 0), check: key(40 * time.Millisecond)},
	{name: "-gop long", params: stream("-gop", 250), warns: []string{"would begin without a key frame"}, check: segment(10 * time.Second)},
	{name: "-gop invalid", params: stream("-gop", "often"), warns: []string{`-gop: "often" is not used`}, check: key(2 * time.Second)},
	{name: "-g", params: stream("-g", "25"), check: key(time.Second)},
	{name: "-bpp", params: stream("-bpp", 1), check: options(func(t *testing.T, o framegear.Options) { require.EqualValues(t, 1, o.BitsPerPixel) })},
	{name: "-bpp small", params: stream("-bpp", 0.0001), warns: []string{"0.1 is taken"},
		check: options(func(t *testing.T, o framegear.Options) { require.Zero(t, o.BitsPerPixel) })},
	{name: "-clear_prev_assets", params: stream("-clear_prev_assets", true), check: options(func(t *testing.T, o framegear.Options) { require.True(t, o.ClearPrevious) })},
	{name: "-clear_prev_assets invalid", params: stream("-clear_prev_assets", "invalid"), warns: []string{"want true or false"}},
	{name: "-clear_prev_assets URL", params: stream("-clear_prev_assets", true, "output", "https://example.org/live/x.mpd"), warns: []string{"cannot be listed"},
		check: options(func(t *testing.T, o framegear.Options) { require.False(t, o.ClearPrevious) })},
	{name: "-ffmpeg_download_path", params: stream("-ffmpeg_download_path", "x"), warns: []string{"none is downloaded"}},
	{name: "-enable_force_termination", params: stream("-enable_force_termination", true), warns: []string{"Stream.Close"}},
	{name: "-disable_force_termination", params: stream("-disable_force_termination", true), warns: []string{"WriteGear"}},
	{name: "-clones", params: stream("-clones", []any{"-crf:v:0", "28", "-b:a", "64k", "-y"}, "-audio", "../testdata/clip.mp4"), warns: []string{"ffmpeg program"},
		check: primary(func(t *testing.T, r framegear.Rendition) { require.EqualValues(t, 28, r.CRF) })},
	{name: "-clones invalid", params: stream("-clones", "-crf 28"), warns: []string{"want a list of ffmpeg's arguments"}},
	{name: "-core", params: stream("-core1", []string{"-bf", "2"}), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, 2, r.BFrames) })},

	{name: "-vcodec", params: stream("-vcodec", "libx265"), check: primary(func(t *testing.T, r framegear.Rendition) {
		require.Equal(t, "libx265", r.Codec)
		require.EqualValues(t, 20, r.CRF)
	})},
	{name: "-c:v", params: stream("-c:v", "libsvtav1"), check: primary(func(t *testing.T, r framegear.Rendition) {
		require.Equal(t, framegear.Rendition{Codec: "libsvtav1"}, r)
	})},
	{name: "-vcodec copy in frames mode", params: stream("-vcodec", "copy"), warns: []string{"Single-Source Mode"},
		check: func(t *testing.T, p streamgear.Params) { require.False(t, p.Copy) }},
	{name: "-vcodec copy of a source", params: stream("-vcodec", "copy", "-video_source", "x.mp4", "-vf", "hflip", "-aspect", "4:3"), warns: []string{"-vf and -aspect are left out"},
		check: func(t *testing.T, p streamgear.Params) {
			require.True(t, p.Copy)
			require.Empty(t, p.Options.Filter)
		}},
	{name: "-vcodec copy with -streams", params: stream("-vcodec", "copy", "-video_source", "x.mp4", "-streams", streams(stream("-resolution", "640x360", "-framerate", 30))),
		warns: []string{"without -streams"}, check: func(t *testing.T, p streamgear.Params) { require.False(t, p.Copy) }},
	{name: "-vcodec unknown", params: stream("-vcodec", "unknown"), err: `encoder "unknown" (want one of`},
	{name: "-vcodec misspelt", params: stream("-vcodec", "libx246"), err: "did you mean libx264"},
	{name: "-vf", params: stream("-vf", "hflip,vflip"), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, "hflip,vflip", o.Filter) })},
	{name: "-vf default", params: stream("-vf", "format=yuv420p"), check: options(func(t *testing.T, o framegear.Options) { require.Empty(t, o.Filter) })},
	{name: "-vf upload", params: stream("-vf", "hflip,format=nv12,hwupload"), warns: []string{"hwupload"},
		check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, "hflip", o.Filter) })},
	{name: "-vf of one rendition", params: stream("-vf:v:0", "hflip"), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, "hflip", r.Filter) })},
	{name: "-aspect", params: stream("-aspect", "4:3"), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, framegear.Rate{Num: 4, Den: 3}, o.Aspect) })},
	{name: "-aspect invalid", params: stream("-aspect", "wide"), warns: []string{"such as 16:9"}},
	{name: "-crf", params: stream("-crf", "28"), check: primary(func(t *testing.T, r framegear.Rendition) { require.EqualValues(t, 28, r.CRF) })},
	{name: "-crf lossless", params: stream("-crf", 0), check: primary(func(t *testing.T, r framegear.Rendition) { require.EqualValues(t, encoder.Lossless, r.CRF) })},
	{name: "-crf invalid", params: stream("-crf", "best"), warns: []string{"0 to 63"}, check: primary(func(t *testing.T, r framegear.Rendition) { require.EqualValues(t, 20, r.CRF) })},
	{name: "-profile:v", params: stream("-profile:v", "main"), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, "main", r.Profile) })},
	{name: "-tune", params: stream("-tune", "film"), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, "film", r.Tune) })},
	{name: "-preset", params: stream("-preset", "slow"), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, "slow", r.Preset) })},
	{name: "-x265-params", params: stream("-vcodec", "libx265", "-x265-params", "lossless=1"),
		check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, "lossless=1", r.Extra["x265-params"]) })},
	{name: "-acodec", params: stream("-audio", "../testdata/clip.mp4", "-acodec", "libopus"), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, framegear.Opus, o.Audio[0].Codec) })},
	{name: "-acodec copy", params: stream("-audio", "../testdata/clip.mp4", "-acodec", "copy"), check: options(func(t *testing.T, o framegear.Options) { require.True(t, o.Audio[0].Copy) })},
	{name: "-acodec invalid", params: stream("-audio", "../testdata/clip.mp4", "-acodec", "mp9"), warns: []string{"want aac, libopus or copy"}},
	{name: "-movflags", params: stream("-movflags", "+faststart"), warns: []string{"CMAF"}},
	{name: "-s:v:0", params: stream("-s:v:0", "640x360"), check: primary(func(t *testing.T, r framegear.Rendition) {
		require.Equal(t, [2]int{640, 360}, [2]int{r.Width, r.Height})
	})},
	{name: "-b:v:0", params: stream("-b:v:0", "800k"), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, framegear.Rendition{Bitrate: 800_000}, r) })},
	{name: "-b:v", params: stream("-b:v", "800k", "-streams", streams(stream("-resolution", "640x360", "-video_bitrate", "500k"))), check: options(func(t *testing.T, o framegear.Options) {
		require.EqualValues(t, 800_000, o.Ladder[0].Bitrate)
		require.EqualValues(t, 500_000, o.Ladder[1].Bitrate)
	})},
	{name: "-b:a:0", params: stream("-audio", "../testdata/clip.mp4", "-b:a:0", "64k"), check: options(func(t *testing.T, o framegear.Options) { require.EqualValues(t, 64_000, o.Audio[0].Bitrate) })},
	{name: "-bf", params: stream("-bf", 0), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, encoder.NoBFrames, r.BFrames) })},
	{name: "-sc_threshold", params: stream("-sc_threshold", 40), warns: []string{"want 0"}},
	{name: "-keyint_min", params: stream("-keyint_min", 10), warns: []string{"-gop frames apart"}},

	{name: "-seg_duration", params: stream("-seg_duration", 4), check: segment(4 * time.Second)},
	{name: "-seg_duration fraction", params: stream("-seg_duration", 0.52), check: segment(520 * time.Millisecond)},
	{name: "-seg_duration invalid", params: stream("-seg_duration", -1), warns: []string{"-1 is not used"}, check: segment(6 * time.Second)},
	{name: "-window_size", params: stream("-livestream", true, "-seg_duration", 2, "-window_size", 7), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, 14*time.Second, o.Window)
		require.Zero(t, o.ExtraWindow, "as long as the standard wants")
	})},
	{name: "-window_size short", params: stream("-livestream", true, "-window_size", 1), warns: []string{"3 are listed"}},
	{name: "-window_size all", params: stream("-livestream", true, "-window_size", 0), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, framegear.WindowAll, o.Window)
	})},
	{name: "-window_size recorded", params: stream("-window_size", 5), warns: []string{"for -livestream"}},
	{name: "-extra_window_size", params: stream("-livestream", true, "-seg_duration", 2, "-extra_window_size", 9), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, 10*time.Second, o.Window)
		require.Equal(t, 18*time.Second, o.ExtraWindow)
	})},
	{name: "-remove_at_exit", params: stream("-livestream", true, "-remove_at_exit", 1), check: options(func(t *testing.T, o framegear.Options) { require.True(t, o.RemoveAtExit) })},
	{name: "-remove_at_exit invalid", params: stream("-remove_at_exit", 2), warns: []string{"want 0 or 1"}},
	{name: "-use_timeline", params: stream("-use_timeline", 1), warns: []string{"SegmentTimeline"}},
	{name: "-use_template", params: stream("-use_template", 1), warns: []string{"SegmentTemplate"}},
	{name: "-adaptation_sets", params: stream("-adaptation_sets", "id=0,streams=v"), warns: []string{"adaptation set"}},
	{name: "-f", params: stream("-f", "hls"), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, framegear.HLS, o.Format) })},

	{name: "-hls_segment_type", params: stream("format", "hls", "-hls_segment_type", "fmp4"), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, framegear.FMP4, o.Container) })},
	{name: "-hls_segment_type invalid", params: stream("format", "hls", "-hls_segment_type", "webm"), warns: []string{"mpegts is taken"},
		check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, framegear.TS, o.Container) })},
	{name: "-hls_list_size", params: stream("format", "hls", "-livestream", true, "-hls_list_size", 10), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, 40*time.Second, o.Window) })},
	{name: "-hls_init_time", params: stream("format", "hls", "-hls_init_time", 1), warns: []string{"-hls_time is their length"}},
	{name: "-hls_time", params: stream("format", "hls", "-hls_time", 1.5), check: segment(1520 * time.Millisecond)},
	{name: "-hls_flags", params: stream("format", "hls", "-hls_flags", "delete_segments+discont_start+split_by_time"), warns: []string{"discont_start, split_by_time"}},
	{name: "-hls_flags invalid", params: stream("format", "hls", "-hls_flags", 1), warns: []string{"flags joined by +"}},
	{name: "-hls_playlist_type", params: stream("format", "hls", "-hls_playlist_type", "event"), warns: []string{"EVENT while it grows"}},
	{name: "-hls_base_url", params: stream("format", "hls", "-hls_base_url", "https://example.org/"), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, "https://example.org/", o.BaseURL) })},
	{name: "-hls_base_url invalid", params: stream("format", "hls", "-hls_base_url", 7), warns: []string{"want a URL"}},
	{name: "-hls_segment_filename", params: stream("-hls_segment_filename", "x"), warns: []string{"v0/1.m4s"}},
	{name: "-hls_allow_cache", params: stream("-hls_allow_cache", 0), warns: []string{"Cache-Control"}},
	{name: "-allowed_extensions", params: stream("-allowed_extensions", "ALL"), warns: []string{"reading playlists"}},
	{name: "-master_pl_name", params: stream("-master_pl_name", "x"), warns: []string{"Options.Name"}},
	{name: "-var_stream_map", params: stream("-var_stream_map", "v:0"), warns: []string{"every rendition is a variant"}},
	{name: "-map", params: stream("-map", "0"), warns: []string{"Options.Ladder"}},

	{name: "-ldash", params: stream("-ldash", 1, "-streaming", 1, "-frag_duration", 0.25), check: options(func(t *testing.T, o framegear.Options) {
		require.True(t, o.LowLatency)
		require.Equal(t, 250*time.Millisecond, o.PartDuration)
		require.NoError(t, o.Validate())
	})},
	{name: "-hls_playlist", params: stream("-hls_playlist", 1), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, framegear.Both, o.Format) })},
	{name: "-hls_key_info_file", params: stream("-hls_key_info_file", "x"), err: "plain segments would not be what was asked for"},
	{name: "-method", params: stream("-method", "PUT"), warns: []string{"sink.NewHTTP"}},
	{name: "-http_user_agent", params: stream("-http_user_agent", "x"), warns: []string{"sink.NewHTTP"}},
	{name: "-utc_timing_url", params: stream("-utc_timing_url", "https://example.com/now"), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, "https://example.com/now", o.UTCTiming)
	})},
	{name: "-utc_timing_url, no URL", params: stream("-utc_timing_url", "x"), warns: []string{"want the http(s) URL of a clock"}},
	{name: "-hwaccel", params: stream("-hwaccel", "vaapi"), warns: []string{"framegear probe"}},
	{name: "-vaapi_device", params: stream("-vaapi_device", "/dev/dri/renderD128"), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, "/dev/dri/renderD128", o.HWDevice)
	})},
	{name: "-ss", params: stream("-ss", "10"), warns: []string{"ffmpeg's input"}},
	{name: "-r", params: stream("-r", 15), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, framegear.FPS(15), r.FrameRate) })},
	{name: "-maxrate", params: stream("-maxrate", "3M", "-bufsize", "6M"), check: primary(func(t *testing.T, r framegear.Rendition) {
		require.EqualValues(t, 3_000_000, r.MaxBitrate)
		require.EqualValues(t, 6_000_000, r.BufferSize)
	})},
	{name: "-threads", params: stream("-threads", 2), check: primary(func(t *testing.T, r framegear.Rendition) { require.Equal(t, 2, r.Threads) })},
	{name: "-pix_fmt", params: stream("-pix_fmt", "yuv444p"), warns: []string{"want yuv420p"}},
	{name: "-ar", params: stream("-audio", "../testdata/clip.mp4", "-ar", 44100), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, 44100, o.Audio[0].SampleRate) })},
	{name: "-ac", params: stream("-audio", "../testdata/clip.mp4", "-ac", 1), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, 1, o.Audio[0].Channels) })},
	{name: "-an", params: stream("-audio", "../testdata/clip.mp4", "-an", true), check: options(func(t *testing.T, o framegear.Options) { require.Empty(t, o.Audio) })},
	{name: "-af", params: stream("-af", "volume=2"), warns: []string{"resampled and mixed only"}},
	{name: "-target_latency", params: stream("-ldash", 1, "-target_latency", 1.5), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, 1500*time.Millisecond, o.TargetLatency) })},
	{name: "-frag_type", params: stream("-frag_type", "duration"), warns: []string{"Options.PartDuration"}},
	{name: "-media_seg_name", params: stream("-media_seg_name", "x"), warns: []string{"Options.Name"}},
	{name: "-dash_segment_type", params: stream("-dash_segment_type", "webm"), warns: []string{"want mp4"}},
	{name: "-hls_delete_threshold", params: stream("format", "hls", "-livestream", true, "-hls_delete_threshold", 3), check: options(func(t *testing.T, o framegear.Options) { require.Equal(t, 12*time.Second, o.ExtraWindow) })},
	{name: "-vn", params: stream("-vn", true), err: "Options.AudioOnly"},
	{name: "pass-through encoder", params: stream("-x264-params", "ref=2", "-qmin", 10), check: primary(func(t *testing.T, r framegear.Rendition) {
		require.Equal(t, map[string]string{"x264-params": "ref=2", "qmin": "10"}, r.Extra)
	})},
	{name: "pass-through container", params: stream("-mpegts_service_id", 5, "format", "hls"), check: options(func(t *testing.T, o framegear.Options) {
		require.Equal(t, map[string]string{"mpegts_service_id": "5"}, o.ContainerExtra)
	})},
	{name: "pass-through of another container", params: stream("-mpegts_service_id", 5), warns: []string{"segments are mp4 here"},
		check: options(func(t *testing.T, o framegear.Options) { require.Empty(t, o.ContainerExtra) })},
	{name: "-colorspace", params: stream("-colorspace", "bt709"), warns: []string{"Options.Color"}},
	{name: "-force_key_frames", params: stream("-force_key_frames", "expr:gte(t,n_forced*2)"), warns: []string{"-gop and -seg_duration"}},
	{name: "pass-through muxer", params: stream("-update_period", 5), warns: []string{"Framegear's own"}},
	{name: "-sws_flags", params: stream("-sws_flags", "lanczos"), warns: []string{"-vf scale"}},
	{name: "unknown", params: stream("-livestrem", true), err: "did you mean -livestream"},
	{name: "unknown with a list", params: stream("-strems", []any{}), err: "did you mean -streams"},
	{name: "unknown without neighbours", params: stream("-qwertyuiop", 1), err: "is unknown to StreamGear, to libx264"},
	{name: "specifier", params: stream("-crf:v:3", 20), err: "want v:0 to v:0"},
	{name: "specifier of another kind", params: stream("-crf:s:0", 20), err: `stream specifier "s:0"`},
}

func TestStreamGearAttributes(t *testing.T) {
	for _, g := range gears {
		t.Run(g.name, func(t *testing.T) {
			before := deepCopy(t, g.params)
			p, warnings, err := streamgear.Parse(g.params, framegear.Rate{})
			require.Equal(t, before, deepCopy(t, g.params), "the caller's values stay")
			if g.err != "" {
				require.ErrorIs(t, err, streamgear.ErrParams)
				require.ErrorIs(t, err, framegear.ErrOptions)
				require.ErrorContains(t, err, g.err)
				return
			}
			require.NoError(t, err)
			require.Len(t, warnings, len(g.warns), "%q", warnings)
			for i, w := range g.warns {
				require.Contains(t, warnings[i], w)
			}
			if g.check != nil {
				g.check(t, p)
			}
		})
	}
	t.Run("notes", func(t *testing.T) {
		for name := range streamgear.Notes() {
			_, warnings, err := streamgear.Parse(map[string]any{name: true}, framegear.Rate{})
			require.NoError(t, err, name)
			require.Len(t, warnings, 1, name)
			require.True(t, strings.HasPrefix(warnings[0], name+": "), warnings[0])
		}
	})
}

func deepCopy(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// The auto bit rates of the reference: round-half-even of width*height*bpp*fps/1000.
func TestStreamGearFormula(t *testing.T) {
	for _, c := range []struct {
		width, height int
		fps           float64
		kbit          int64
	}{
		{1280, 720, 25, 2304}, {1280, 720, 30, 2765}, {1280, 720, 29.97, 2762}, {1280, 720, 23.976, 2210}, {1920, 1080, 25, 5184},
		{1920, 1080, 30, 6221}, {640, 360, 30, 691}, {640, 360, 60, 1382}, {320, 240, 20, 154}, {320, 240, 30, 230}, {3840, 2160, 30, 24883},
	} {
		require.Equal(t, c.kbit*1000, framegear.FormulaBitrate(c.width, c.height, framegear.FPS(c.fps), framegear.DefaultBitsPerPixel))
	}
}

// TestStreamGearDoc keeps the table of docs/from-streamgear.md whole: every attribute has a row, and the test that the row names exists.
func TestStreamGearDoc(t *testing.T) {
	doc, err := os.ReadFile(filepath.FromSlash("../docs/from-streamgear.md"))
	require.NoError(t, err)
	rows := map[string]string{} // attribute to subtest
	for line := range strings.Lines(string(doc)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ",") {
			rows[strings.Trim(name, " `")] = strings.Trim(cells[len(cells)-2], " `\n")
		}
	}
	tests := map[string]bool{}
	for _, g := range gears {
		tests[g.name] = true
	}
	tests["notes"] = true
	for name := range maps.Keys(streamgear.Names()) {
		require.Contains(t, rows, name, "docs/from-streamgear.md has no row for it")
	}
	for name, test := range rows {
		sub, ok := strings.CutPrefix(test, "TestStreamGearAttributes/")
		require.True(t, ok, "%s: the row names no test", name)
		require.True(t, tests[strings.ReplaceAll(sub, "_", " ")] || tests[sub], "%s: there is no test %s", name, test)
		require.True(t, sub != "notes" || streamgear.Notes()[name], "%s does more than warn, so it has a test of its own", name)
	}
}
