package framegear_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/muxer/sink"
)

func TestOptionsZeroValueIsValid(t *testing.T) { require.NoError(t, framegear.Options{}.Validate()) }

// All faults are told at once, before anything is opened.
func TestOptionsFaults(t *testing.T) {
	leaktest.Check(t)
	bad := framegear.Options{
		FrameRate: framegear.Rate{Num: -1, Den: 1}, Timebase: framegear.Timebase{Num: 0, Den: 7}, Clock: 99, Container: framegear.TS, SegmentDuration: -1, Queue: 2000,
		BitsPerPixel: -1, AutoLadder: true, Codec: "libnothing",
		Ladder: framegear.Ladder{{Width: -1}, {Bitrate: -1}, {FrameRate: framegear.Rate{Num: 9999, Den: 1}}, {Codec: "theora"}},
	}
	err := bad.Validate()
	require.ErrorIs(t, err, framegear.ErrOptions)
	require.ErrorIs(t, err, framegear.ErrLadder)
	for _, part := range []string{
		"FrameRate: ", "Timebase 0/7", "Clock, WhenFull", "MPEG-TS segments are for HLS", "SegmentDuration", "Queue 2000", "BitsPerPixel -1",
		"Ladder and AutoLadder", `Codec "libnothing"`, "rung 0 (-1 wide)", "rung 1 (the source's size): bit rates", "rung 2 (the source's size)", `codec "theora"`,
	} {
		require.ErrorContains(t, err, part)
	}
	_, opened := framegear.New(t.TempDir(), bad)
	require.EqualError(t, opened, err.Error())
}

// What becomes a file name, a URL or a text of the manifests is looked at before anything is written, and so is what is no length at all.
func TestOptionsTexts(t *testing.T) {
	for name, tt := range map[string]struct {
		o    framegear.Options
		says string // empty: it is fine
	}{
		"a name with a newline":      {framegear.Options{Name: "a\nb"}, "one line of text"},
		"a name with an escape":      {framegear.Options{Name: "a\x1b[2J"}, "one line of text"},
		"a name of 300 bytes":        {framegear.Options{Name: strings.Repeat("n", 300)}, "want at most 200"},
		"a name in Japanese":         {framegear.Options{Name: "カメラ 1"}, ""},
		"a label with a newline":     {framegear.Options{Audio: []framegear.AudioTrack{{PCM: true, Label: "a\nb"}}}, `label "a\nb"`},
		"a label with quotes":        {framegear.Options{Audio: []framegear.AudioTrack{{PCM: true, Label: `the "other" one`}}}, ""},
		"a label of no text":         {framegear.Options{Audio: []framegear.AudioTrack{{PCM: true, Label: "\xff"}}}, "label"},
		"a base URL without a slash": {framegear.Options{BaseURL: "https://h/x"}, "ends in a slash"},
		"a base URL":                 {framegear.Options{BaseURL: "https://h/x/"}, ""},
		"a clock":                    {framegear.Options{Live: true, UTCTiming: "https://h/now"}, ""},
		"the time itself":            {framegear.Options{Live: true, UTCTiming: framegear.UTCDirect}, ""},
		"a clock that is no URL":     {framegear.Options{Live: true, UTCTiming: "now"}, "UTCTiming \"now\""},
		"two nanoseconds":            {framegear.Options{SegmentDuration: 2}, "SegmentDuration 2ns is shorter than a frame (want a time.Duration of at least 40ms)"},
		"a frame of five seconds":    {framegear.Options{FrameRate: framegear.FPS(0.2)}, ""},
		"a segment of two":           {framegear.Options{FrameRate: framegear.FPS(0.2), SegmentDuration: 2 * time.Second}, "of at least 5s"},
		"about a frame":              {framegear.Options{SegmentDuration: 33 * time.Millisecond, FrameRate: framegear.FPS(30)}, ""},
		"key frames too far apart": {framegear.Options{SegmentDuration: time.Second, KeyInterval: 3 * time.Second},
			"KeyInterval 3s is longer than SegmentDuration 1s, and every segment begins with a key frame (want KeyInterval of at most 1s, or SegmentDuration 3s)"},
	} {
		err := tt.o.Validate()
		if tt.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, framegear.ErrOptions, name)
		require.ErrorContains(t, err, tt.says, name)
	}
}

func TestPlaceNames(t *testing.T) {
	for _, c := range []struct {
		output, name string
		dir, want    string
	}{
		{"", "", "", "stream"}, {"", "show", "", "show"}, {"out", "", "out", "stream"}, {"out/", "show", "out/", "show"}, {"a/b.mpd", "", "a", "b"},
		{"b.m3u8", "", ".", "b"}, {"a/B.MPD", "", "a", "B"}, {"http://h/x/y.mpd", "", "http://h/x", "y"}, {"https://h/x/", "", "https://h/x/", "stream"},
		{"http://h", "", "http://h", "stream"},
	} {
		dir, name, err := framegear.SplitOutput(c.output, framegear.Options{Name: c.name})
		require.NoError(t, err, c.output)
		require.Equal(t, [2]string{c.dir, c.want}, [2]string{dir, name}, c.output)
	}
	for _, c := range []struct {
		output, name string
		format       framegear.Format
	}{
		{"ftp://h/x", "", 0}, {"rtmp://h/x.mpd", "", 0}, {"http://", "", 0}, {"http:///x.mpd", "", 0}, {"x.mpd", "", framegear.HLS}, {"x.m3u8", "", framegear.DASH},
		{"out", "a/b", 0}, {"out", "..", 0}, {"out/.mpd", "", 0}, {"out/.m3u8", "", 0}, {"a\x00b.mpd", "", 0}, {"out/a\\b.mpd", "", 0}, {"out", "a\x00", 0}, {"out", "\xff", 0},
	} {
		_, _, err := framegear.SplitOutput(c.output, framegear.Options{Name: c.name, Format: c.format})
		require.ErrorIs(t, err, framegear.ErrOptions, "%q with name %q", c.output, c.name)
	}
}

// What an output is taken for can be written, whatever it was.
func FuzzSplitOutput(f *testing.F) {
	for _, s := range []string{"", "out", "out/x.mpd", "http://h/a/b.m3u8?x=1", "/", "..", "a//b.mpd", "x.MPD", ".mpd", "http://[::1]:8080/live.mpd", "://", "a\\b.mpd", "%zz.mpd", "http://%zz"} {
		f.Add(s, "")
	}
	f.Add("out", "name")
	f.Add("out", "a/b")
	f.Fuzz(func(t *testing.T, output, name string) {
		dir, got, err := framegear.SplitOutput(output, framegear.Options{Name: name})
		if err != nil {
			require.ErrorIs(t, err, framegear.ErrOptions)
			return
		}
		for _, ext := range []string{".mpd", ".m3u8"} {
			require.NoError(t, sink.CheckName(got+ext))
		}
		require.NotContains(t, got, "/")
		require.Equal(t, output == "", dir == "")
	})
}

func TestManifests(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	for _, c := range []struct {
		format framegear.Format
		want   []string
	}{{framegear.Both, []string{"x.mpd", "x.m3u8"}}, {framegear.DASH, []string{"x.mpd"}}, {framegear.HLS, []string{"x.m3u8"}}} {
		s, err := framegear.New(dir, framegear.Options{Name: "x", Format: c.format})
		require.NoError(t, err)
		var names []string
		for _, m := range s.Manifests() {
			names = append(names, strings.TrimPrefix(m, dir+"/"))
		}
		require.Equal(t, c.want, names)
		require.NoError(t, s.Close())
	}
}

// A stream does not change the options it was given.
func TestOptionsAreNotChanged(t *testing.T) {
	leaktest.Check(t)
	out := &output{shelf: newShelf()}
	extra := map[string]string{"aq-mode": "0"}
	o := out.options(framegear.Options{Ladder: framegear.Ladder{{Extra: extra}}, SegmentDuration: time.Second})
	s, err := framegear.New("", o)
	require.NoError(t, err)
	require.NoError(t, s.WriteFrame(pattern(96, 64)(0)))
	require.NoError(t, s.Close())
	require.Equal(t, framegear.Ladder{{Extra: map[string]string{"aq-mode": "0"}}}, o.Ladder)
	require.Zero(t, o.FrameRate)
}
