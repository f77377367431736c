package framegear_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	kinds "github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/need"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/streamgear"
)

// card makes ALSA devices out of its own plugins: "fake" captures the clip, "silent" is a card that hears nothing.
func (c clip) card(t *testing.T, seconds int) {
	t.Helper()
	const system = "/usr/share/alsa/alsa.conf"
	need.File(t, system, "Debian: apt-get install libasound2-data")
	raw, conf := filepath.Join(c.dir, "card.raw"), filepath.Join(c.dir, "asound.conf")
	require.NoError(t, os.WriteFile(raw, c.PCM(kinds.SampleS16, 2, 0, seconds*c.Rate), 0o600))
	require.NoError(t, os.WriteFile(conf, fmt.Appendf(nil, `<%s>
pcm.fake { type file slave { pcm { type null } } file "/dev/null" infile "%s" format "raw" }
pcm.silent { type null }
`, system, raw), 0o600))
	t.Setenv("ALSA_CONFIG_PATH", conf)
}

// Every form of StreamGear's -audio attribute, with three renditions, in DASH and in HLS: the sound is there beside each rendition, in time with
// the picture, and was encoded once.
func TestFormsOfAudio(t *testing.T) {
	c := newClip(t, 25, 48000)
	c.card(t, 60)
	server := httptest.NewServer(http.FileServer(http.Dir(c.dir)))
	defer server.Close()
	file := c.wav(t, formSeconds+1)
	for name, f := range map[string]form{
		"file":              {audio: file},
		"file by its URL":   {audio: "file://" + file},
		"URL":               {audio: server.URL + "/beeps.wav"},
		"list with a file":  {audio: []any{"-i", file}},
		"device, file":      {audio: []any{"-f", "alsa", "-i", "fake"}, captured: true},
		"device, null":      {audio: []any{"-f", "alsa", "-i", "silent"}, captured: true, empty: true},
		"device, its words": {audio: []any{"-f", "alsa", "-ar", "48000", "-ac", "2", "-thread_queue_size", "512", "-i", "fake"}, captured: true},
	} {
		for format, ext := range map[string]string{"dash": "mpd", "hls": "m3u8"} {
			if testing.Short() && name == "device, its words" {
				continue
			}
			t.Run(name+" "+format, func(t *testing.T) {
				leaktest.Check(t)
				out := t.TempDir()
				f.stream(t, c, format, out)
				manifest := manifestOf(t, out, ext)
				requireValid(t, manifest)
				for _, name := range soundOf(t, out, manifest) {
					flashes, beeps := onsets(t, referee.Presentation(t, name, c.Rate))
					require.Len(t, flashes, formSeconds)
					require.Len(t, beeps, 1)
					f.requireInTime(t, flashes, beeps[0])
				}
			})
		}
	}
}

// formSeconds is the length of the clips.
const formSeconds = 5

// form is one form of -audio.
type form struct {
	audio    any
	captured bool // by a card, which has its own clock
	empty    bool // nothing is known of what is in it
}

func (f form) stream(t *testing.T, c clip, format, out string) {
	t.Helper()
	p, warnings, err := streamgear.Parse(map[string]any{"format": format, "-audio": f.audio, "-streams": []any{
		map[string]any{"-resolution": "48x48", "-video_bitrate": "60k"}, map[string]any{"-resolution": "32x32", "-video_bitrate": "40k"},
	}}, c.Frames)
	require.NoError(t, err)
	require.Empty(t, warnings)
	o := p.Options
	o.Preset = "ultrafast"
	s, err := framegear.New(out, o)
	require.NoError(t, err)
	defer s.Close()
	for n := range int64(formSeconds) * 25 {
		require.NoError(t, s.WriteFrame(c.frame(n)))
	}
	if f.captured { // Finish does not wait for a card, and nobody writes as fast as this beside one
		require.Eventually(t, func() bool { return s.Stats().Audio[0].Encoded >= (formSeconds-1)*int64(c.Rate) }, time.Minute, 10*time.Millisecond)
	}
	require.NoError(t, s.Finish(t.Context()))
	require.Len(t, s.Stats().Audio, 1)
	require.InDelta(t, formSeconds*s.Stats().Audio[0].Rate, s.Stats().Audio[0].Encoded, 3*1024, "it was encoded once")
}

// soundOf returns what to decode: an MPD, or the playlist of each rendition, which has its sound inside.
func soundOf(t *testing.T, out, manifest string) []string {
	t.Helper()
	if filepath.Ext(manifest) == ".mpd" {
		return []string{manifest}
	}
	inside := glob(t, out, "v*/media.m3u8")
	require.Len(t, inside, 3)
	return inside
}

// requireInTime says that beeps are where they should be. What is known of a card are the distances; its first beep may be cut.
func (f form) requireInTime(t *testing.T, flashes, beeps []float64) {
	t.Helper()
	switch {
	case f.empty:
	case f.captured:
		require.GreaterOrEqual(t, len(beeps), formSeconds-1, "%v", beeps)
		for i := 2; i < len(beeps); i++ {
			require.InDelta(t, 1000, beeps[i]-beeps[i-1], 1, "%v", beeps)
		}
	default:
		require.GreaterOrEqual(t, len(beeps), len(flashes), "%v and %v", flashes, beeps)
		for i := range flashes {
			require.InDelta(t, flashes[i], beeps[i], 10)
		}
	}
}
