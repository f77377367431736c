package framegear_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// film is a file with a flash and a beep in every second, made of a clip by the system's ffmpeg with more arguments.
func film(t *testing.T, name string, seconds int, args ...string) string {
	t.Helper()
	referee.Need(t)
	c, dir := newClip(t, 25, 48000), t.TempDir()
	s, err := framegear.New(dir, c.options(framegear.AudioTrack{Source: c.wav(t, seconds)}))
	require.NoError(t, err)
	c.write(t, s, seconds, false)
	require.NoError(t, s.Close())
	args = append([]string{"-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-c:a", "aac"}, args...)
	return ffmpeg(t, manifestOf(t, dir, "m3u8"), name, args...)
}

// ffmpeg makes a file of another one.
func ffmpeg(t *testing.T, from, name string, args ...string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), name)
	args = append(append([]string{"-v", "error", "-nostdin", "-i", from}, args...), to)
	out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return to
}

// row puts files in a row.
func row(t *testing.T, files ...string) string {
	t.Helper()
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		all = append(all, b...)
	}
	to := filepath.Join(t.TempDir(), "row.ts")
	require.NoError(t, os.WriteFile(to, all, 0o600))
	return to
}

// piped gives a file through a named pipe.
func piped(t *testing.T, file string) string {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	go func() {
		w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer w.Close()
		if r, err := os.Open(file); err == nil {
			defer r.Close()
			_, _ = io.Copy(w, r)
		}
	}()
	return pipe
}

// latterHalf is the second half of a transport stream.
func latterHalf(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	to := filepath.Join(t.TempDir(), "half.ts")
	require.NoError(t, os.WriteFile(to, b[len(b)/188/8*188:], 0o600))
	return to
}

// remade streams an input with its own sound again, and returns what was made and said.
func remade(t *testing.T, file string, o framegear.InputOptions, change func(*framegear.AudioTrack)) (
	manifest string, s framegear.Stats, said string,
) {
	t.Helper()
	var log bytes.Buffer
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	in, err := framegear.OpenInput(t.Context(), file, o)
	require.NoError(t, err)
	defer in.Close()
	opt, out := newClip(t, 25, 48000).options(), t.TempDir()
	opt.Clock, opt.Timebase, opt.Logger = framegear.ClockPTS, in.Timebase(), o.Logger
	if track, ok := in.Audio(); ok {
		if change != nil {
			change(&track)
		}
		opt.Audio = append(opt.Audio, track)
	}
	stream, err := framegear.New(out, opt)
	require.NoError(t, err)
	defer stream.Close()
	require.NoError(t, stream.WriteFrames(t.Context(), in.Frames()))
	require.NoError(t, stream.Finish(t.Context()))
	return manifestOf(t, out, "mpd"), stream.Stats(), log.String()
}

// requireTogether checks that every flash of a presentation has its beep, and how many there are.
func requireTogether(t *testing.T, manifest string, flashes, beeps int) {
	t.Helper()
	seen, heard := onsets(t, referee.Presentation(t, manifest, 48000))
	require.Len(t, seen, flashes, "flashes %v", seen)
	require.Len(t, heard[0], beeps, "beeps %v", heard[0])
	fewer, more := seen, heard[0]
	if flashes > beeps {
		fewer, more = more, fewer
	}
	for _, at := range fewer {
		nearest := math.Inf(1)
		for _, other := range more {
			if math.Abs(other-at) < math.Abs(nearest) {
				nearest = other - at
			}
		}
		if at > 100 { // the first picture stands from the beginning of the sound on
			require.InDelta(t, 0, nearest, 30, "at %.0f ms: flashes %v, beeps %v", at, seen, heard[0])
		}
	}
}

// maker makes an input.
type maker func(t *testing.T) string

// made is a film of seconds with more arguments of ffmpeg.
func made(name string, seconds int, args ...string) maker {
	return func(t *testing.T) string { return film(t, name, seconds, args...) }
}

// then makes something else of what was made.
func (m maker) then(more func(t *testing.T, file string) string) maker {
	return func(t *testing.T) string { return more(t, m(t)) }
}

// inRow are films of four seconds in a row, whose timestamps begin at the offsets.
func inRow(offsets ...string) maker {
	return func(t *testing.T) string {
		var files []string
		for _, o := range offsets {
			files = append(files, film(t, "part.ts", 4, "-output_ts_offset", o))
		}
		return row(t, files...)
	}
}

func trimmed(t *testing.T, file string) string {
	return ffmpeg(t, file, "trimmed.mp4", "-ss", "1.3", "-c", "copy")
}

// Pictures and sound of an input stay on one timeline, whatever its timestamps and its container do. Counts are ffmpeg's.
func TestInputTimeline(t *testing.T) {
	const anyWay, mended, cut, copied = 0, 1, 2, 3
	for name, c := range map[string]struct {
		how            int
		pictures       int64
		flashes, beeps int
		make           maker
	}{
		"MP4":                   {anyWay, 100, 4, 4, made("x.mp4", 4)},
		"back by two minutes":   {mended, 202, 8, 8, inRow("140", "3")},
		"on by a minute":        {mended, 202, 8, 8, inRow("0", "64")},
		"back by three seconds": {mended, 202, 8, 8, inRow("0", "1")},
		"from zero again":       {mended, 302, 12, 12, inRow("0", "0", "0")},
		"across a wrap":         {anyWay, 102, 4, 4, made("x.ts", 4, "-output_ts_offset", "95440")},
		"cut in mid-GOP":        {anyWay, 184, 7, 7, made("x.ts", 8, "-g", "75").then(latterHalf)},
		"trimmed":               {anyWay, 168, 6, 6, made("x.mp4", 8).then(trimmed)},
		"a picture that stands": {anyWay, 550, 7, 22, made("x.mp4", 22, "-vf", "select='lt(t,2)+gte(t,17)'", "-fps_mode", "vfr")},
		"sound is longer":       {anyWay, 225, 4, 9, made("x.mp4", 9, "-vf", "trim=end=3.5")},
		"longer sound is cut":   {cut, 88, 4, 4, made("x.mp4", 9, "-vf", "trim=end=3.5")},
		"sound is earlier":      {anyWay, 150, 3, 6, made("x.mkv", 6, "-vf", "trim=start=2.5")},
		"sound is later":        {anyWay, 150, 6, 3, made("x.mp4", 6, "-af", "atrim=start=2.5")},
		"sound is copied":       {copied, 150, 6, 6, made("x.mkv", 6)},
		"Matroska in a pipe":    {anyWay, 100, 4, 4, made("x.mkv", 4).then(piped)},
		"FLV in a pipe":         {anyWay, 100, 4, 4, made("x.flv", 4).then(piped)},
		"TS in a pipe":          {anyWay, 101, 4, 4, made("x.ts", 4).then(piped)},
		"MP4 in a pipe":         {anyWay, 100, 4, 4, made("x.mp4", 4, "-movflags", "+faststart").then(piped)},
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			manifest, stats, said := remade(t, c.make(t), framegear.InputOptions{CutSound: c.how == cut},
				func(a *framegear.AudioTrack) { a.Copy = c.how == copied })
			require.InDelta(t, c.pictures, stats.FramesOut, 2)
			require.Zero(t, stats.Jumps)
			require.Equal(t, c.how == mended, strings.Contains(said, "jump by"), said)
			requireTogether(t, manifest, c.flashes, c.beeps)
		})
	}
}

// Sound that there is nothing of, or that cannot be decoded, does not cost the pictures.
func TestInputWithBadSound(t *testing.T) {
	for name, args := range map[string][]string{
		"empty":  {"-af", "atrim=start=100"},
		"broken": {"-bsf:a", "noise=amount=1"},
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			_, stats, said := remade(t, film(t, "x.mkv", 4, args...), framegear.InputOptions{}, nil)
			require.EqualValues(t, 100, stats.FramesOut)
			require.Empty(t, stats.Audio)
			require.Contains(t, said, "sound is left out")
		})
	}
}

// A Go program may close the input as soon as it has its pictures.
func TestInputIsClosedFirst(t *testing.T) {
	leaktest.Check(t)
	in, err := framegear.OpenInput(t.Context(), film(t, "x.mp4", 4), framegear.InputOptions{})
	require.NoError(t, err)
	track, ok := in.Audio()
	require.True(t, ok)
	opt, out := newClip(t, 25, 48000).options(track), t.TempDir()
	opt.Clock, opt.Timebase = framegear.ClockPTS, in.Timebase()
	s, err := framegear.New(out, opt)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.WriteFrames(t.Context(), in.Frames()))
	require.NoError(t, in.Close())
	require.NoError(t, in.Close())
	require.NoError(t, s.Finish(t.Context()))
	requireTogether(t, manifestOf(t, out, "mpd"), 4, 4)
}

// An input whose context ends gives up its pictures; the sound goes on to where they were.
func TestInputIsInterrupted(t *testing.T) {
	leaktest.Check(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	in, err := framegear.OpenInput(ctx, film(t, "x.mp4", 8), framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	track, ok := in.Audio()
	require.True(t, ok)
	opt, out := newClip(t, 25, 48000).options(track), t.TempDir()
	opt.Clock, opt.Timebase = framegear.ClockPTS, in.Timebase()
	s, err := framegear.New(out, opt)
	require.NoError(t, err)
	defer s.Close()
	var f framegear.Frame
	for range 100 {
		require.NoError(t, in.Read(&f))
		require.NoError(t, s.WriteFrame(&f))
	}
	cancel()
	for err == nil {
		err = in.Read(&f) // what is decoded already may come
	}
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Finish(t.Context()))
	require.EqualValues(t, 100, s.Stats().FramesOut)
	require.Zero(t, s.Stats().Audio[0].Silent, "the sound was there")
	requireTogether(t, manifestOf(t, out, "mpd"), 4, 4)
}
