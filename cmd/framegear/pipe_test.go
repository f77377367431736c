package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ctrl-C ends the reading of a pipe that is open and gives nothing any more, and what came until then is a finished recording.
func TestInterruptOfSilentPipe(t *testing.T) {
	const header, picture, pictures = "YUV4MPEG2 W64 H36 F25:1 C420jpeg\n", 64 * 36 * 3 / 2, 250
	dir := t.TempDir()
	pipe, out := filepath.Join(dir, "pipe"), filepath.Join(dir, "out")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	w, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	defer w.Close()
	child, said := inProcess(t, "stream", pipe, "-o", out, "--preset", "ultrafast", "--segment", "1s")
	go func() { // the end of the test ends a write that nobody reads
		_, _ = w.WriteString(header + strings.Repeat("FRAME\n"+strings.Repeat("\x80", picture), pictures))
	}()
	listed(t, out, "v0/3.m4s", "stream.mpd")
	require.NoError(t, child.Process.Signal(os.Interrupt))
	require.NoError(t, child.Wait(), said)
	require.Contains(t, validated(t, filepath.Join(out, "stream.mpd")), "0 errors")
}

func TestCountsInWords(t *testing.T) {
	require.Equal(t, []string{"0 segments", "1 segment", "2 segments"}, []string{count(0, "segment"), count(1, "segment"), count(2, "segment")})
	dir := t.TempDir()
	code, _, errs := command(t, with(short, "-o", dir, "--no-audio", "--duration", "0.5")...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, ", 1 segment, ")
}
