package audio_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
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

// The options of the list form reach the card.
func TestDeviceOptions(t *testing.T) {
	noLeaks(t)
	fakeCard(t, 5)
	source, err := audio.ParseSource([]string{"-f", "alsa", "-ac", "1", "-ar", "44100", "-i", "fake"})
	require.NoError(t, err)
	tr, err := audio.Open(t.Context(), audio.Options{Source: source, Timing: audio.TimingCount})
	require.NoError(t, err)
	defer tr.Close()
	require.Equal(t, 44100, tr.Rate())
	require.Equal(t, 1, tr.Parameters().Channels)
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
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// busyCard makes ALSA's device "busy" one that another program has.
func busyCard(t *testing.T) {
	t.Helper()
	fakeCard(t, 1)
	cc := need.Command(t, "cc", "gcc")
	dir := t.TempDir()
	library := filepath.Join(dir, "fgbusy.so")
	if out, err := exec.Command(cc, "-O2", "-fPIC", "-DPIC", "-shared", "-o", library, "testdata/busy.c", "-lasound").CombinedOutput(); err != nil {
		need.Missing(t, "the busy device cannot be built (Debian: apt-get install libasound2-dev): %s", out)
	}
	conf := filepath.Join(dir, "asound.conf")
	require.NoError(t, os.WriteFile(conf, fmt.Appendf(nil, "pcm_type.fgbusy { lib %q }\npcm.busy { type fgbusy }\n", library), 0o600))
	t.Setenv("ALSA_CONFIG_PATH", conf)
}

// A device that another program has is told apart from one that is not there.
func TestDeviceBusy(t *testing.T) {
	noLeaks(t)
	busyCard(t)
	_, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{Format: "alsa", URL: "busy"}})
	require.ErrorIs(t, err, audio.ErrSource)
	require.ErrorIs(t, err, syscall.EBUSY)
	require.NotErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "alsa busy")
	require.ErrorContains(t, err, "busy")
}
