package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

// camera is a virtual one: libav's test picture at its own pace or as fast as it goes.
var camera = []string{"-device", "lavfi", "testsrc2=size=640x360:rate=30:duration=3"}

var liveCamera = []string{"-device", "lavfi", "testsrc2=size=640x360:rate=30:duration=8,realtime"}

// seed is one program of StreamGear's usage page.
type seed struct {
	name   string
	args   []string
	sizes  []string // of the pictures, largest bandwidth not implied
	rates  []string
	sound  bool
	kbit   map[string][2]int64 // bounds of a track's average in kbit/s
	within [2]float64          // seconds of the result
}

var seeds = []seed{
	{name: "streamgear-1-bare", args: []string{clip}, sizes: []string{"640x360"}, rates: []string{"25"}, within: [2]float64{9.5, 9.7}},
	{name: "streamgear-2-framerate", args: camera, sizes: []string{"640x360"}, rates: []string{"30"}, within: [2]float64{2.9, 3.1}},
	{name: "streamgear-3-live", args: liveCamera, sizes: []string{"640x360"}, rates: []string{"30"}, within: [2]float64{4.9, 6.1}},
	{name: "streamgear-5-streams", args: camera, sizes: []string{"640x360", "1280x720", "640x360", "320x240"}, rates: []string{"30", "30", "60", "30"},
		kbit: map[string][2]int64{"v1": {1900, 3500}, "v2": {900, 1750}, "v3": {350, 640}}, within: [2]float64{2.9, 3.1}},
	{name: "streamgear-6-audio", args: append(slices.Clone(camera), clip), sizes: []string{"640x360", "1920x1080", "1280x720", "640x360"},
		rates: []string{"30", "30", "30", "60"}, sound: true, within: [2]float64{2.9, 3.1}},
	{name: "streamgear-8-hardware", args: camera, sizes: []string{"640x360", "1920x1080", "1280x720", "640x360"},
		rates: []string{"30", "30", "30", "60"}, within: [2]float64{2.9, 3.1}},
}

// TestStreamGearExamples runs the programs for DASH and for HLS and checks what they leave behind.
func TestStreamGearExamples(t *testing.T) {
	for _, s := range seeds {
		for _, f := range []struct{ format, name string }{{"dash", "dash_out.mpd"}, {"hls", "hls_out.m3u8"}} {
			t.Run(s.name+" "+f.format, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), f.name)
				run(t, s.name, append(append([]string{"-format", f.format}, s.args...), out)...)
				s.check(t, out)
			})
		}
	}
}

func (s seed) check(t *testing.T, manifest string) {
	t.Helper()
	report, err := validate.Check(t.Context(), manifest, validate.Options{})
	require.NoError(t, err)
	require.Zero(t, report.Errors(), "%v", report.Findings)
	require.GreaterOrEqual(t, report.Summary.Seconds, s.within[0])
	require.LessOrEqual(t, report.Summary.Seconds, s.within[1])
	sizes, rates, sound := map[string]int{}, map[string]int{}, false
	for _, k := range report.Summary.Tracks {
		if k.Kind == "audio" {
			sound = true
			continue
		}
		sizes[size(k)]++
		rates[k.FrameRate]++
		for name, b := range s.kbit {
			if strings.Contains(filepath.ToSlash(k.Name)+"/", name+"/") {
				require.Greater(t, k.Average, b[0]*1000, k.Name)
				require.Less(t, k.Average, b[1]*1000, k.Name)
			}
		}
	}
	require.Equal(t, counted(s.sizes), sizes)
	require.Equal(t, counted(s.rates), rates)
	require.Equal(t, s.sound, sound)
}

// size is the coded size. HLS tells the displayed one, which differs where a rendition has another shape than the camera.
func size(k validate.Track) string {
	if k.Width == 427 && k.Height == 240 {
		k.Width = 320
	}
	return fmt.Sprintf("%dx%d", k.Width, k.Height)
}

func counted(all []string) map[string]int {
	m := map[string]int{}
	for _, s := range all {
		m[s]++
	}
	return m
}

// TestStreamGearDeviceAudio runs the program with the microphone on a virtual ALSA device.
func TestStreamGearDeviceAudio(t *testing.T) {
	dir := t.TempDir()
	raw, conf := filepath.Join(dir, "x.raw"), filepath.Join(dir, "asound.conf")
	require.NoError(t, os.WriteFile(raw, make([]byte, 60*48000*4), 0o600))
	require.NoError(t, os.WriteFile(conf, []byte("</usr/share/alsa/alsa.conf>\npcm.fake { type file slave { pcm { type null } } file \"/dev/null\" infile \""+
		raw+"\" format \"raw\" }\n"), 0o600))
	t.Setenv("ALSA_CONFIG_PATH", conf)
	for _, f := range []struct{ format, name string }{{"dash", "dash_out.mpd"}, {"hls", "hls_out.m3u8"}} {
		t.Run(f.format, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), f.name)
			args := append([]string{"-format", f.format, "-sound", "-f alsa -i fake"}, liveCamera...)
			run(t, "streamgear-7-device-audio", append(args, out)...)
			seed{sizes: []string{"640x360", "640x360", "320x240"}, rates: []string{"30", "30", "30"}, sound: true, within: [2]float64{6, 9}}.check(t, out)
		})
	}
}
