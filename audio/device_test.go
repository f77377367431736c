package audio_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/need"
	"github.com/framegear/framegear/internal/synth"
)

// fakeCard makes ALSA's device "fake" give seconds of beeps, as fast as it is read, and then silence.
func fakeCard(t *testing.T, seconds int) {
	t.Helper()
	const system = "/usr/share/alsa/alsa.conf"
	need.File(t, system, "Debian: apt-get install libasound2-data")
	require.True(t, av.HasInputFormat("alsa"), "libav is built with it")
	dir := t.TempDir()
	raw, conf := filepath.Join(dir, "x.raw"), filepath.Join(dir, "asound.conf")
	s := synth.Sync{Frames: media.FPS(25), Rate: 48000}
	require.NoError(t, os.WriteFile(raw, s.PCM(media.SampleS16, 2, 0, seconds*48000), 0o600))
	require.NoError(t, os.WriteFile(conf, fmt.Appendf(nil, `<%s>
pcm.fake { type file slave { pcm { type null } } file "/dev/null" infile "%s" format "raw" }
`, system, raw), 0o600))
	t.Setenv("ALSA_CONFIG_PATH", conf)
}

func TestDeviceByCount(t *testing.T) {
	noLeaks(t)
	fakeCard(t, 30)
	tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{Format: "alsa", URL: "fake"}, Timing: audio.TimingCount})
	require.NoError(t, err)
	defer tr.Close()
	got := onsets(record(t, tr, 3, nil), tr.Rate())
	require.GreaterOrEqual(t, len(got), 2)
	for i := 1; i < len(got); i++ {
		require.InDelta(t, 1000, got[i]-got[i-1], 3, "a card's samples are counted: %v", got)
	}
}

// A card whose capture times make no sense still gives an unbroken track of the right length.
func TestDeviceWithRaggedTimes(t *testing.T) {
	noLeaks(t)
	fakeCard(t, 30)
	tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{Format: "alsa", URL: "fake"}, Timing: audio.TimingWall, Live: true})
	require.NoError(t, err)
	defer tr.Close()
	tr.Start(time.Now().UnixNano(), media.Nanosecond)
	heard := record(t, tr, 5, nil)
	require.InDelta(t, 5, float64(len(heard))/float64(tr.Rate()), 0.05)
}

func TestDevices(t *testing.T) {
	fakeCard(t, 1)
	all, err := audio.Devices()
	require.NoError(t, err)
	for _, d := range all {
		require.NotEmpty(t, d.Name)
		require.Equal(t, audio.Source{Format: d.Format, URL: d.Name}, d.Source())
	}
}

// What ALSA says about a device that cannot be opened is in the error, and nowhere else.
func TestNoSuchDevice(t *testing.T) {
	noLeaks(t)
	fakeCard(t, 1)
	_, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{Format: "alsa", URL: "none"}})
	require.ErrorIs(t, err, audio.ErrSource)
	var se *audio.SourceError
	require.ErrorAs(t, err, &se)
	require.Equal(t, "alsa none", se.Source)
}
