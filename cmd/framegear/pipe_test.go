package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

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
	written := make(chan struct{})
	go func() { // the end of the test ends a write that nobody reads
		defer close(written)
		_, _ = w.WriteString(header)
		for n := range pictures {
			_, _ = w.Write(append([]byte("FRAME\n"), bytes.Repeat([]byte{byte(16 + 40*(n%5))}, picture)...))
		}
	}()
	listed(t, out, "v0/9.m4s", "stream.mpd")
	<-written
	require.Eventually(t, func() bool { return waiting(t, w) == 0 }, time.Minute, time.Millisecond, "all is read, and the next read blocks")
	require.NoError(t, child.Process.Signal(os.Interrupt))
	require.NoError(t, child.Wait(), said)
	require.Contains(t, validated(t, filepath.Join(out, "stream.mpd")), "0 errors")
}

// Ctrl-C ends the wait for the first sound from a pipe too.
func TestInterruptBeforeThereIsSound(t *testing.T) {
	dir := t.TempDir()
	pipe, out := filepath.Join(dir, "pipe"), filepath.Join(dir, "out")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	child, said := inProcess(t, "stream", "test:", "--size", "64x36", "--audio", pipe, "-o", out)
	var w *os.File
	require.Eventually(t, func() (reading bool) {
		var err error
		w, err = os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		return err == nil
	}, time.Minute, time.Millisecond)
	defer w.Close()
	require.NoError(t, child.Process.Signal(os.Interrupt))
	require.Error(t, child.Wait())
	require.Equal(t, exitFailed, child.ProcessState.ExitCode())
	require.Equal(t, "framegear: interrupted\n", said.String())
	require.NoDirExists(t, out)
}

// waiting returns how many bytes a pipe holds.
func waiting(t *testing.T, pipe *os.File) (n int32) {
	t.Helper()
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, pipe.Fd(), syscall.TIOCINQ, uintptr(unsafe.Pointer(&n)))
	require.Zero(t, errno)
	return n
}

func TestCountsInWords(t *testing.T) {
	require.Equal(t, []string{"0 segments", "1 segment", "2 segments"}, []string{count(0, "segment"), count(1, "segment"), count(2, "segment")})
	dir := t.TempDir()
	code, _, errs := command(t, with(short, "-o", dir, "--no-audio", "--duration", "0.5")...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, ", 1 segment, ")
}
