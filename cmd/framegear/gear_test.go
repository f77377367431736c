package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
)

// What --params cannot be is said before anything is written.
func TestParamsRefused(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		name, json string
		args       []string
		says       string
	}{
		{"no JSON", `{"-gop": }`, nil, "want one JSON object of StreamGear's attributes"},
		{"a list", `[1]`, nil, "want one JSON object"},
		{"an attribute that there is not", `{"-gopp": 1}`, nil, "-gop"},
		{"a format that there is not", `{"format": "smooth"}`, nil, `parameter format "smooth" (want`},
		{"two inputs", `{"-video_source": "a.mp4"}`, []string{"b.mp4"}, "INPUT b.mp4 and -video_source a.mp4 (want one of them)"},
		{"a flag beside", `{}`, []string{"--gop", "2s"}, "--params says it all: leave out --gop, or give it in the file"},
		{"a rung beside", `{}`, []string{"--rung", "64x48@60k"}, "leave out --rung"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file, out := filepath.Join(dir, "params.json"), filepath.Join(dir, "out")
			require.NoError(t, os.WriteFile(file, []byte(c.json), 0o600))
			args := append([]string{"stream", "--params", file, "-o", out}, c.args...)
			if len(c.args) != 1 { // else that is the input
				args = append(args, "test:", "--duration", "1s", "--size", "64x48")
			}
			code, _, errs := command(t, args...)
			require.Equal(t, exitUsage, code, errs)
			require.Contains(t, errs, c.says)
			require.NoDirExists(t, out)
		})
	}
	code, _, errs := command(t, "stream", "--params", "nowhere.json", "test:", "--duration", "1s", "-o", t.TempDir())
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "nowhere.json")
}
