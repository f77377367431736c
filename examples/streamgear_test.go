package examples_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

// camera is a virtual one: libav's test picture at its own pace or as fast as it goes.
var camera = []string{"-device", "lavfi", "testsrc2=size=640x360:rate=30:duration=3"}

var liveCamera = []string{"-device", "lavfi", "testsrc2=size=640x360:rate=30:duration=8,realtime"}

// seed is one program of StreamGear's usage page.
type seed struct {
	name       string
	args       []string
	renditions []rendition
	sound      bool
	within     [2]float64 // seconds of the result
}

// rendition is what one of them has to be. A bit rate that was asked for is what comes out; without one quality decides, below the
// formula's.
type rendition struct {
	size, rate string
	kbit       int64
	atMost     bool
}

// own is the rendition at the camera's own size.
var own = rendition{"640x360", "30", 691, true}

var seeds = []seed{
	{name: "streamgear-1-bare", args: []string{clip}, renditions: []rendition{{"640x360", "25", 576, true}}, within: [2]float64{9.5, 9.7}},
	{name: "streamgear-2-framerate", args: camera, renditions: []rendition{own}, within: [2]float64{2.9, 3.1}},
	{name: "streamgear-3-live", args: liveCamera, renditions: []rendition{own}, within: [2]float64{4.9, 6.1}},
	{name: "streamgear-5-streams", args: camera, within: [2]float64{2.9, 3.1}, renditions: []rendition{own,
		{"1280x720", "30", 2765, false}, {"640x360", "60", 1382, false}, {"320x240", "30", 500, false}}},
	{name: "streamgear-6-audio", args: append(slices.Clone(camera), clip), sound: true, within: [2]float64{2.9, 3.1}, renditions: ladder},
	{name: "streamgear-8-hardware", args: camera, within: [2]float64{2.9, 3.1}, renditions: ladder},
}

var ladder = []rendition{own, {"1920x1080", "30", 4000, false}, {"1280x720", "30", 2765, false}, {"640x360", "60", 1382, false}}

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
	var found []validate.Track
	sound := false
	for _, k := range report.Summary.Tracks {
		if k.Kind == "audio" {
			sound = true
			continue
		}
		found = append(found, k)
	}
	require.Equal(t, s.sound, sound)
	require.Len(t, found, len(s.renditions))
	for _, want := range s.renditions {
		i := slices.IndexFunc(found, func(k validate.Track) bool { return want.is(k, report.Summary.Seconds) })
		require.GreaterOrEqual(t, i, 0, "no %+v in %+v", want, found)
		found = slices.Delete(found, i, i+1)
	}
}

// is reports whether a track is the rendition. Three seconds are short for rate control: a quarter off is still the bit rate that was
// asked for, and no other rung's; and of a buffer of one second all may come on top of a cap.
func (r rendition) is(k validate.Track, seconds float64) bool {
	bits := float64(r.kbit) * 1000
	if size(k) != r.size || k.FrameRate != r.rate || k.Average > k.Bandwidth {
		return false
	}
	if r.atMost {
		return float64(k.Average) < bits*(1+1/seconds)
	}
	return math.Abs(float64(k.Average)-bits) < bits/4
}

// size is the coded size. HLS tells the displayed one, which differs where a rendition has another shape than the camera.
func size(k validate.Track) string {
	if k.Width == 427 && k.Height == 240 {
		k.Width = 320
	}
	return fmt.Sprintf("%dx%d", k.Width, k.Height)
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
			seed{sound: true, within: [2]float64{6, 9}, renditions: []rendition{own, {"640x360", "30", 4000, false}, {"320x240", "30", 230, false}}}.check(t, out)
		})
	}
}
