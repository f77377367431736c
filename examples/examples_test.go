// Package examples_test runs the examples as a person does, and checks what they leave behind.
package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

const clip = "../testdata/clip.mp4"

// run builds and starts one example and returns what it said.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"run", "./" + name}, args...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// tracks validates a presentation and returns its tracks.
func tracks(t *testing.T, manifest string) []validate.Track {
	t.Helper()
	report, err := validate.Check(t.Context(), manifest, validate.Options{})
	require.NoError(t, err)
	require.Zero(t, report.Errors(), "%v", report.Findings)
	return report.Summary.Tracks
}

func TestRecordFile(t *testing.T) {
	dir := t.TempDir()
	said := run(t, "1-record-file", clip, dir)
	for _, manifest := range []string{"stream.mpd", "stream.m3u8"} {
		require.Contains(t, said, filepath.Join(dir, manifest))
		require.Len(t, tracks(t, filepath.Join(dir, manifest)), 3)
	}
}

func TestCustomLadder(t *testing.T) {
	dir := t.TempDir()
	said := run(t, "2-custom-ladder", dir)
	require.Contains(t, said, "1280x720", "the rung that is larger than the source is named")
	require.Contains(t, said, "v0/4.m4s: 30 frames")
	require.Contains(t, said, "v1/4.m4s: 15 frames")
	found := tracks(t, filepath.Join(dir, "stream.mpd"))
	require.Len(t, found, 3)
	codecs := map[string]string{}
	for _, k := range found {
		codecs[k.Name], _, _ = strings.Cut(k.Codecs, ".")
	}
	require.Equal(t, map[string]string{"v0": "avc1", "v1": "avc1", "v2": "hvc1"}, codecs)
}

func TestCustomSink(t *testing.T) {
	require.Contains(t, run(t, "3-custom-sink", clip), "stream.mpd: ")
}

func TestImageFrames(t *testing.T) {
	dir := t.TempDir()
	run(t, "4-image-frames", dir)
	found := tracks(t, filepath.Join(dir, "stream.m3u8"))
	require.Len(t, found, 1)
	require.Equal(t, [2]int{640, 360}, [2]int{found[0].Width, found[0].Height})
}

// TestEveryExample keeps the folders, their openings and the README's list in step.
func TestEveryExample(t *testing.T) {
	mains, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	require.NotEmpty(t, mains)
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, m := range mains {
		text, err := os.ReadFile(m)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "// This example shows how to:\n//  1. "), m)
		require.Contains(t, string(readme), "(examples/"+filepath.Dir(m)+")")
	}
}
