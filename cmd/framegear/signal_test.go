package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/bubble"
)

// asCommand makes the test binary the command.
const asCommand = "FRAMEGEAR_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// inProcess starts the command in a process of its own.
func inProcess(t *testing.T, args ...string) (c *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	c, said = exec.Command(os.Args[0], args...), new(bytes.Buffer)
	c.Env = append(os.Environ(), asCommand+"=1")
	c.Stderr = said
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill() })
	return c, said
}

// listed waits until a segment is complete and the manifests are there.
func listed(t *testing.T, dir, segment, manifest string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, name := range []string{segment, manifest} {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				return false
			}
		}
		return true
	}, time.Minute, time.Millisecond)
}

// Whatever ends the command, what its manifests list can be played; a first signal makes a finished recording of it.
func TestSignals(t *testing.T) {
	small := []string{"--size", "64x36", "--preset", "ultrafast", "--segment", "1s", "--rung", "32x18@20k"}
	for name, c := range map[string]struct {
		args     []string
		manifest string
		signals  []syscall.Signal
		code     int // -1: killed
		ended    bool
	}{
		"Ctrl-C, recording":     {[]string{"-o"}, "stream", []syscall.Signal{syscall.SIGINT}, exitOK, true},
		"SIGTERM, recording":    {[]string{"-o"}, "stream", []syscall.Signal{syscall.SIGTERM}, exitOK, true},
		"killed, recording":     {[]string{"-o"}, "stream", []syscall.Signal{syscall.SIGKILL}, -1, false},
		"Ctrl-C, live":          {[]string{"--live", "-o"}, "live", []syscall.Signal{syscall.SIGINT}, exitOK, true},
		"SIGTERM, low latency":  {[]string{"--low-latency", "--serve", "127.0.0.1:0", "-o"}, "live", []syscall.Signal{syscall.SIGTERM}, exitOK, true},
		"killed, low latency":   {[]string{"--low-latency", "--serve", "127.0.0.1:0", "-o"}, "live", []syscall.Signal{syscall.SIGKILL}, -1, false},
		"a signal and its echo": {[]string{"--live", "-o"}, "live", []syscall.Signal{syscall.SIGTERM, syscall.SIGCONT, syscall.SIGTERM}, 0, false},
		"hung up":               {[]string{"--live", "-o"}, "live", []syscall.Signal{syscall.SIGHUP}, exitOK, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			child, said := inProcess(t, append(append([]string{"stream", "test:"}, append(small, c.args...)...), dir)...)
			listed(t, dir, "v1/3.m4s", c.manifest+".mpd")
			for _, s := range c.signals {
				require.NoError(t, child.Process.Signal(s))
			}
			err := child.Wait()
			switch {
			case c.code == -1:
				require.ErrorContains(t, err, "killed")
			case len(c.signals) == 1:
				require.NoError(t, err, said.String())
			}
			for _, manifest := range []string{c.manifest + ".mpd", c.manifest + ".m3u8"} {
				var report bytes.Buffer
				code := run(t.Context(), []string{"validate", filepath.Join(dir, manifest)}, io.MultiReader(), &report, &report)
				require.Equal(t, exitOK, code, "%s: %s", manifest, report.String())
			}
			b, err := os.ReadFile(filepath.Join(dir, "v0", "media.m3u8"))
			require.NoError(t, err)
			if c.ended {
				require.Contains(t, string(b), "#EXT-X-ENDLIST")
			}
			if c.code == -1 {
				require.NotContains(t, string(b), "#EXT-X-ENDLIST")
			}
		})
	}
}

// Two signals within a moment are one, as those of timeout(1) are; a later one ends at once. Whoever does not read what is said any more
// ends it as the first signal does.
func TestInterrupts(t *testing.T) {
	for name, tt := range map[string]struct {
		after     []time.Duration // of the signals
		broken    bool
		reading   bool // goes on
		finishing bool
	}{
		"none":               {nil, false, true, true},
		"one":                {[]time.Duration{0}, false, false, true},
		"a moment":           {[]time.Duration{0, time.Millisecond, 100 * time.Millisecond}, false, false, true},
		"a moment and later": {[]time.Duration{0, time.Millisecond, time.Second}, false, false, false},
		"one, much later":    {[]time.Duration{0, time.Hour}, false, false, false},
		"nobody reads":       {nil, true, false, true},
		"and then a signal":  {[]time.Duration{time.Second}, true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				reading, enough := context.WithCancel(ctx)
				caught, broken := make(chan os.Signal), make(chan struct{})
				go interrupts(ctx, caught, broken, enough, cancel)
				if tt.broken {
					close(broken)
				}
				began := time.Now()
				for _, at := range tt.after {
					time.Sleep(time.Until(began.Add(at)))
					caught <- syscall.SIGTERM
				}
				synctest.Wait()
				require.Equal(t, tt.reading, reading.Err() == nil)
				require.Equal(t, tt.finishing, ctx.Err() == nil)
				cancel()
			})
		})
	}
}

// The console tells of a pipe that nobody reads any more, once.
func TestConsoleThatNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	c := newConsole(w)
	_, err = c.Write([]byte("read\n"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	for range 2 {
		_, err = c.Write([]byte("not read\n"))
		require.ErrorIs(t, err, syscall.EPIPE)
	}
	<-c.broken
}

// What was only served is nowhere afterwards, and the last line says so.
func TestServedFromMemory(t *testing.T) {
	c := exec.Command(os.Args[0], "stream", "test:", "--size", "64x36", "--preset", "ultrafast", "--ladder", "none", "--low-latency", "--duration", "300ms",
		"--serve", "127.0.0.1:0")
	c.Env = append(os.Environ(), asCommand+"=1")
	said, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill() })
	var lines []string
	for scan := bufio.NewScanner(said); scan.Scan(); {
		lines = append(lines, scan.Text())
		if strings.Contains(scan.Text(), "is still served") {
			require.NoError(t, c.Process.Signal(os.Interrupt))
		}
	}
	require.NoError(t, c.Wait(), lines)
	require.Contains(t, lines, "served from memory, nothing was written (-o keeps it)")
}
