package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
)

// song writes a file without pictures.
func song(t *testing.T, seconds int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "song.wav")
	s := synth.Sync{Frames: media.FPS(25), Rate: 48000}
	require.NoError(t, os.WriteFile(name, synth.WAV(48000, 2, s.PCM(media.SampleS16, 2, 0, seconds*48000)), 0o600))
	return name
}

// An input without pictures is an output of sound alone.
func TestSoundOnly(t *testing.T) {
	file := song(t, 3)
	for _, c := range []struct {
		name      string
		args      []string
		manifests []string
		says      string
	}{
		{"both", nil, []string{"stream.mpd", "stream.m3u8"}, "3"},
		{"part of it", []string{"--duration", "1s"}, []string{"stream.mpd", "stream.m3u8"}, "1"},
		{"MPEG-TS", []string{"--format", "hls", "--container", "ts"}, []string{"stream.m3u8"}, "3"},
		{"Opus", []string{"--audio-codec", "opus"}, []string{"stream.mpd", "stream.m3u8"}, "3"},
		{"two languages", []string{"--audio", file, "--audio-language", "en", "--audio-language", "de", "--audio-default", "2"},
			[]string{"stream.mpd", "stream.m3u8"}, "3"},
		{"live", []string{"--live", "--duration", "1s", "--window", "all"}, []string{"live.mpd", "live.m3u8"}, "1"},
		{"low latency, over and over", []string{"--low-latency", "--audio-loop", "--duration", "1s", "--window", "all"}, []string{"live.mpd", "live.m3u8"}, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			dir := t.TempDir()
			code, _, errs := command(t, append([]string{"stream", file, "-o", dir, "--segment", "0.5"}, c.args...)...)
			require.Equal(t, exitOK, code, errs)
			require.Regexp(t, `^`+c.says+`(\.0\d)?s of sound in`, errs)
			for _, m := range c.manifests {
				validated(t, filepath.Join(dir, m))
			}
		})
	}
}

// What is for pictures is refused where there are none, before anything is written.
func TestSoundOnlyUsage(t *testing.T) {
	file, out := song(t, 1), filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--rung", "640x360@800k"}, "are for pictures"},
		{[]string{"--ladder", "auto"}, "are for pictures"},
		{[]string{"--no-audio"}, "nothing but sound"},
		{[]string{"--audio-loop"}, "has no end"},
		{[]string{"--audio-language", "no tag"}, "BCP 47"},
	} {
		code, _, errs := command(t, append([]string{"stream", file, "-o", out}, c.args...)...)
		require.Equal(t, exitUsage, code, errs)
		require.Contains(t, errs, c.says)
		require.NoDirExists(t, out)
	}
	code, _, errs := command(t, "stream", "alsa:nosuchcard", "-o", out)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, errs, "nosuchcard")
}

// A machine without devices is told what to look for.
func TestNoDevices(t *testing.T) {
	code, out, errs := command(t, "devices")
	require.Equal(t, exitOK, code, errs)
	if _, err := os.Stat("/dev/video0"); err != nil {
		require.Contains(t, out, "no camera: ")
	}
	if _, err := os.Stat("/dev/snd"); err != nil {
		require.Contains(t, out, "no sound card: ")
	}
}
