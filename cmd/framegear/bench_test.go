package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/need"
)

// tiny is a workload that takes no time.
var tiny = []string{"bench", "--size", "128x128", "--frames", "10", "--rounds", "1", "--renditions", "1", "--preset", "ultrafast",
	"--contender", "ours", "--skip-quality"}

func TestBench(t *testing.T) {
	leaktest.Check(t)
	t.Setenv(asCommand, "1") // for the processes that it measures in
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	code, out, errs := command(t, with(tiny, "--cache", file("cache"), "--pix-fmt", "bgr24,nv12",
		"--json", file("all.json"), "--gobench", file("bench.txt"), "--svg", file("cpu.svg"))...)
	require.Equal(t, exitOK, code, errs)
	for _, name := range []string{"128p-bgr24-x1-ultrafast-camera", "128p-nv12-x1-ultrafast-camera", " ours "} {
		require.Contains(t, out, name)
	}
	var report any
	b, err := os.ReadFile(file("all.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &report))
	for name, holds := range map[string]string{"bench.txt": "\nBenchmark", "cpu.svg": "</svg>"} {
		b, err := os.ReadFile(file(name))
		require.NoError(t, err)
		require.Contains(t, string(b), holds, name)
	}
}

func TestBenchUsage(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"a rate that is none", with(tiny, "--fps", "fast"), `"fast" is not a number`},
		{"a size that is none", with(tiny, "--size", "big"), `"big"`},
		{"a format that there is not", with(tiny, "--pix-fmt", "bgr42"), "bgr42"},
		{"a ladder that is too long", with(tiny, "--renditions", "9"), "renditions"},
		{"a contender that there is not", with(tiny, "--contender", "theirs"), "theirs"},
		{"no round", with(tiny, "--rounds=-1"), "-1 rounds"},
		{"a size that is too small", with(tiny, "--size", "64x48"), "want even sides"},
		{"no frame", with(tiny, "--frames=-1"), "frames"},
		{"a density of nobody", []string{"bench", "density", "--frames", "2", "--contender", "theirs"}, "theirs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, with(c.args, "--cache", t.TempDir())...)
			require.Equal(t, exitUsage, code, errs)
			require.Contains(t, errs, c.says)
			require.Empty(t, out)
		})
	}
}

func TestBenchFailures(t *testing.T) {
	leaktest.Check(t)
	t.Setenv(asCommand, "1")
	code, _, errs := command(t, with(tiny, "--cache", t.TempDir(), "--json", filepath.Join(t.TempDir(), "none", "x.json"))...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "x.json", "a report that cannot be written is named")

	need.Command(t, "ffmpeg", "ffmpeg")
	code, _, errs = command(t, with(tiny, "--cache", t.TempDir(), "--content", "nowhere.mp4")...)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, errs, "nowhere.mp4")
}
