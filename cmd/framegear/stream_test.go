package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
)

// short is a second of the moving pattern.
var short = []string{"stream", "test:", "--size", "128x96", "--fps", "10", "--duration", "1s", "--segment", "0.5", "--preset", "ultrafast"}

func with(args []string, more ...string) []string {
	return append(append([]string{}, args...), more...)
}

// validated checks a manifest with the command.
func validated(t *testing.T, manifest string) string {
	t.Helper()
	code, out, errs := command(t, "validate", manifest)
	require.Equal(t, exitOK, code, out+errs)
	require.Contains(t, out, "0 errors, 0 warnings")
	return out
}

func TestStreamWritesAPresentation(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		name, out string
		args      []string
		manifests []string
	}{
		{"folder", "", nil, []string{"stream.mpd", "stream.m3u8"}},
		{"MPD alone", "show.mpd", []string{"--format", "dash"}, []string{"show.mpd"}},
		{"as it is spelt", "UP.MPD", nil, []string{"UP.MPD", "UP.m3u8"}},
		{"playlists alone", "show.m3u8", []string{"--format", "hls"}, []string{"show.m3u8"}},
		{"both under one name", "show.mpd", nil, []string{"show.mpd", "show.m3u8"}},
		{"MPEG-TS", "", []string{"--format", "hls", "--container", "ts"}, []string{"stream.m3u8"}},
		{"a ladder", "", []string{"--rung", "64x48@60k@5fps", "--no-audio"}, []string{"stream.mpd", "stream.m3u8"}},
		{"live", "", []string{"--live", "--window", "all"}, []string{"live.mpd", "live.m3u8"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			code, _, errs := command(t, with(short, append(c.args, "-o", dir+"/"+c.out)...)...)
			require.Equal(t, exitOK, code, errs)
			if c.name == "live" { // a slow machine repeats pictures there
				require.Regexp(t, `s of video \(\d+ frames\)`, errs)
			} else {
				require.Contains(t, errs, "1s of video (10 frames)")
			}
			for _, m := range c.manifests {
				require.Contains(t, errs, filepath.Join(dir, m), "the summary says where it is")
				validated(t, filepath.Join(dir, m))
			}
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			var found []string
			for _, e := range entries {
				if ext := strings.ToLower(filepath.Ext(e.Name())); ext == ".mpd" || ext == ".m3u8" {
					found = append(found, e.Name())
				}
			}
			require.ElementsMatch(t, c.manifests, found)
		})
	}
}

// What is wrong with the words of the command line is said before anything is written.
func TestUsage(t *testing.T) {
	leaktest.Check(t)
	out := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no such command", []string{"strem"}, "strem"},
		{"no such flag", with(short, "-o", out, "--bitrate", "3M"), "unknown flag --bitrate"},
		{"no input", []string{"stream", "-o", out}, "what to stream?"},
		{"no output", short, "where to?"},
		{"raw frames without a size", []string{"stream", "-", "-o", out, "--fps", "25"}, "need --size, --pix-fmt and --fps"},
		{"a pixel format that there is not", []string{"stream", "-", "-o", out, "--fps", "25", "--size", "64x48", "--pix-fmt", "bgr42"}, "bgr42"},
		{"a part of a copy", with(short, "-o", out, "--copy"), "leave out --duration"},
		{"segments shorter than a frame", []string{"stream", "test:", "-o", out, "--fps", "0.2", "--segment", "2s"}, "a time of at least 5s"},
		{"a rung without a size", with(short, "-o", out, "--rung", "fast@800k"), `rung size "fast"`},
		{"a rung without a rate", with(short, "-o", out, "--rung", "64x48@quick"), "want a bit rate such as 2500k"},
		{"the same rung twice", with(short, "-o", out, "--rung", "64x48@60k", "--rung", "64x48@60k"), "v2 64x48 is the same as v1 64x48"},
		{"a rung at the source's size", with(short, "-o", out, "--rung", "96p"), "v0 is the source's own size: --no-primary"},
		{"an encoder that there is not", with(short, "-o", out, "--encoder", "libx246"), "libx264"},
		{"an option of the encoder that there is not", with(short, "-o", out, "--option", "crff=3"), "crff"},
		{"no segment", with(short, "-o", out, "--segment", "0"), `--segment "0" (want`},
		{"a size beyond all", with(short, "-o", out, "--size", "99999x99999"), "sides of at most"},
		{"a time that is none", with(short, "-o", out, "--duration", "soon"), `"soon" is no time`},
		{"a time before the beginning", with(short, "-o", out, "--duration=-1s"), "--duration -1s"},
		{"an aspect ratio that is none", with(short, "-o", out, "--aspect", "0"), "no aspect ratio"},
		{"a quality that is none", with(short, "-o", out, "--crf", "99"), "want 0 to 63"},
		{"a tune that there is not", with(short, "-o", out, "--tune", "movie"), "rung 0 (the source's size): encoder: bad option: tune \"movie\" of libx264 (want film"},
		{"a profile that there is not", with(short, "-o", out, "--profile", "best"), "want baseline, main, high"},
		{"a name of two lines", with(short, "-o", out, "--name", "a\nb"), "want one line of text"},
		{"a label of two lines", with(short, "-o", out, "--audio-label", "a\nb"), "want one line of text"},
		{"a key frame in every other segment", with(short, "-o", out, "--gop", "4s"), "4s is longer than"},
		{"a clock for players that is none", with(short, "-o", out, "--live", "--utc-timing", "now"), "want an http(s) URL"},
		{"two names", with(short, "-o", out+"/x.mpd", "--name", "y"), "both name the manifests"},
		{"a segment of no length", with(short, "-o", out, "--segment", "-1s"), "segment"},
		{"MPEG-TS for DASH", with(short, "-o", out, "--container", "ts"), "TS"},
		{"a format for the other extension", with(short, "-o", out+".mpd", "--format", "hls"), ".mpd"},
		{"a misspelt extension", with(short, "-o", out+".m3u"), ".m3u8"},
		{"an address to serve at", with(short, "--serve", "127.0.0.1:0", "--tls-cert", "nowhere.pem"), "nowhere.pem"},
		{"an address without a port", with(short, "--serve", "8080"), "such as 127.0.0.1:8080"},
		{"libav's name of standard input", []string{"stream", "pipe:0", "-o", out}, "want - for raw frames"},
		{"sound on standard input", with(short, "-o", out, "--audio", "-"), "want /dev/stdin"},
		{"more of the pattern than there is", []string{"stream", "test:5", "-o", out}, "want test: alone"},
		{"a track that there is not", with(short, "-o", out, "--audio-default", "3"), "want 1 for the first"},
		{"a bit rate of sound that is none", with(short, "-o", out, "--audio-bitrate", "5"), "--audio-bitrate: bit rate \"5\""},
		{"an encoder to try that there is not", []string{"probe", "--encoder", "foo"}, "foo (want one of"},
		{"no target to validate", []string{"validate"}, "target"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := command(t, c.args...)
			require.Equal(t, exitUsage, code, errs)
			require.Contains(t, errs, c.says)
			left, err := filepath.Glob(out + "*")
			require.NoError(t, err)
			require.Empty(t, left, "nothing is written")
		})
	}
}

// Work that cannot be done ends with 1 and names what is in the way.
func TestFailures(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(text, []byte("these are no pictures"), 0o600))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	out := filepath.Join(dir, "out")
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"an input that there is not", []string{"stream", "nowhere.mp4", "-o", out}, "nowhere.mp4"},
		{"an input that is no video", []string{"stream", text, "-o", out}, text + ": Invalid data found when processing input (no container that"},
		{"a protocol that is not allowed", []string{"stream", "gopher://127.0.0.1/x", "-o", out}, "gopher"},
		{"a file where the folder should be", with(short, "-o", filepath.Join(text, "out")), text},
		{"libav's name of a pipe with sound", with(short, "-o", out, "--audio", "pipe:0"), "want /dev/stdin"},
		{"an address that is taken", with(short, "--serve", taken.Addr().String()), "another program listens there"},
		{"a sound file that there is not", with(short, "-o", out, "--audio", "nowhere.wav"), "nowhere.wav"},
		{"a manifest that there is not", []string{"validate", "nowhere.mpd"}, "nowhere.mpd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := command(t, c.args...)
			require.Equal(t, exitFailed, code, errs)
			require.Contains(t, errs, c.says)
			require.NoDirExists(t, out)
		})
	}
}

// The words that people use for the same things.
func TestFlagsInOtherWords(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	code, _, errs := command(t, with(short, "-o", dir, "--duration", "0.5", "--aspect", "16:9", "--tune", "film,fastdecode", "--crf", "0")...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "500ms of video")
	require.Contains(t, validated(t, filepath.Join(dir, "stream.mpd")), "avc1.f4", "lossless is High 4:4:4 Predictive")
}

func TestOneFolderOneStream(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	s, err := framegear.New(dir, framegear.Options{})
	require.NoError(t, err)
	defer s.Close()
	code, _, errs := command(t, with(short, "-o", dir)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "output "+dir+": another stream is writing to this folder")
	require.NoError(t, s.Close())
	code, _, errs = command(t, with(short, "-o", dir)...)
	require.Equal(t, exitOK, code, errs)
}

func TestRawFrames(t *testing.T) {
	leaktest.Check(t)
	const width, height, frames = 64, 48, 20
	stream := func(pix []byte, dir string) (int, string) {
		var errs bytes.Buffer
		code := run(t.Context(), []string{"stream", "-", "--size", "64x48", "--pix-fmt", "bgr24", "--fps", "10", "--segment", "1s", "-o", dir},
			bytes.NewReader(pix), io.Discard, &errs)
		return code, errs.String()
	}
	pix := make([]byte, frames*width*height*3)
	for i := range pix {
		pix[i] = byte(i >> 8)
	}

	dir := t.TempDir()
	code, errs := stream(pix, dir)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "2s of video (20 frames)")
	validated(t, filepath.Join(dir, "stream.mpd"))

	code, errs = stream(nil, filepath.Join(dir, "none"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "input -: it has no pictures")

	dir = t.TempDir()
	code, errs = stream(pix[:len(pix)-1], dir)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "ends in the middle of frame 19: 9215 of 9216 bytes for 64x48 bgr24")
	require.Contains(t, validated(t, filepath.Join(dir, "stream.mpd")), "1.900 s", "what came before is kept")
}

// The first interrupt finishes what there is, also while the source gives nothing.
func TestInterrupt(t *testing.T) {
	leaktest.Check(t)
	const frame = 64 * 48 * 3
	stdin, producer := io.Pipe()
	defer producer.Close()
	go func() {
		_, _ = producer.Write(make([]byte, 15*frame))
		_, _ = producer.Write(make([]byte, 1)) // is taken when the frames before have been
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}()
	dir := t.TempDir()
	var errs bytes.Buffer
	code := run(t.Context(), []string{"stream", "-", "--size", "64x48", "--pix-fmt", "bgr24", "--fps", "10", "--segment", "1s", "-o", dir}, stdin, io.Discard, &errs)
	require.Equal(t, exitOK, code, errs.String())
	require.Contains(t, errs.String(), "interrupted: finishing")
	validated(t, filepath.Join(dir, "stream.mpd"))
}

// With --log-format json everything on standard error is JSON, a line each.
func TestLogLinesAsJSON(t *testing.T) {
	code, _, errs := command(t, with(short, "--log-format", "json", "--rung", "1280x720@1M", "-o", t.TempDir())...)
	require.Equal(t, exitOK, code, errs)
	var messages []string
	for line := range strings.Lines(errs) {
		var entry struct{ Msg string }
		require.NoError(t, json.Unmarshal([]byte(line), &entry), line)
		messages = append(messages, entry.Msg)
	}
	require.Len(t, messages, 2)
	require.Contains(t, messages[0], "1280x720")
	require.Equal(t, "done", messages[1])

	code, _, errs = command(t, "stream", "nowhere.mp4", "-o", t.TempDir(), "--log-format", "json")
	require.Equal(t, exitFailed, code)
	var entry struct{ Level, Msg string }
	require.NoError(t, json.Unmarshal([]byte(errs), &entry), errs)
	require.Equal(t, "ERROR", entry.Level)
	require.Contains(t, entry.Msg, "nowhere.mp4")
}

// Flags that change nothing are told of: whoever gives them believes otherwise.
func TestIdleFlags(t *testing.T) {
	code, _, errs := command(t, with(short, "-o", t.TempDir(), "--window", "5", "--part", "100ms", "--token", "x", "--pix-fmt", "gray")...)
	require.Equal(t, exitOK, code, errs)
	for _, says := range []string{"--window does nothing without --live", "--part does nothing without --low-latency", "--token does nothing without --serve",
		"--pix-fmt does nothing without the input -"} {
		require.Contains(t, errs, says)
	}
	require.NotContains(t, errs, "--size does nothing")
	code, _, errs = command(t, with(short, "-o", t.TempDir(), "--live", "--window", "5")...)
	require.Equal(t, exitOK, code, errs)
	require.NotContains(t, errs, "does nothing")
}

// With the wall clock a source that gives as fast as it is read is held back: its pictures keep their distances, and its sound its pictures.
func TestWallClockHoldsBack(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := command(t, with(short, "-o", dir, "--clock", "wall")...)
	require.Equal(t, exitOK, code, errs)
	b, err := os.ReadFile(filepath.Join(dir, "stream.mpd"))
	require.NoError(t, err)
	require.NotContains(t, string(b), `mediaPresentationDuration="PT0.0`)
	require.NotContains(t, string(b), `mediaPresentationDuration="PT0.1S`)
}

// validate ends with 1 and a list when a presentation is broken.
func TestValidateBroken(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := command(t, with(short, "-o", dir)...)
	require.Equal(t, exitOK, code, errs)
	segments, err := filepath.Glob(filepath.Join(dir, "v0", "*.m4s"))
	require.NoError(t, err)
	require.Len(t, segments, 2)
	require.NoError(t, os.Remove(segments[1]))
	for _, m := range []string{"stream.mpd", "stream.m3u8"} {
		code, out, _ := command(t, "validate", filepath.Join(dir, m))
		require.Equal(t, exitFailed, code)
		require.Contains(t, out, filepath.Base(segments[1]))

		code, out, _ = command(t, "validate", "--json", filepath.Join(dir, m))
		require.Equal(t, exitFailed, code)
		require.True(t, json.Valid([]byte(out)))
	}
}

func TestVersion(t *testing.T) {
	code, out, _ := command(t, "version")
	require.Equal(t, exitOK, code)
	for _, word := range []string{"framegear ", "libav 9.", "libavcodec", "licence of this build: ", "configuration: "} {
		require.Contains(t, out, word)
	}
	code, out, _ = command(t, "version", "--json")
	require.Equal(t, exitOK, code)
	require.True(t, json.Valid([]byte(out)))
}
