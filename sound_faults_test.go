package framegear_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/manifest/validate"
)

func TestBadSoundWritesNothing(t *testing.T) {
	c := newClip(t, 25, 48000)
	text := filepath.Join(c.dir, "text.wav")
	require.NoError(t, os.WriteFile(text, bytes.Repeat([]byte("no sound\n"), 100), 0o600))
	for name, k := range map[string]struct {
		track framegear.AudioTrack
		is    error
		says  string
	}{
		"missing":       {framegear.AudioTrack{Source: filepath.Join(c.dir, "none.wav")}, fs.ErrNotExist, "none.wav"},
		"unreadable":    {framegear.AudioTrack{Source: text}, framegear.ErrAudio, "text.wav"},
		"no -i":         {framegear.AudioTrack{Input: []string{"-f", "avfoundation", "-audio_device_index", "0"}}, framegear.ErrOptions, "no -i"},
		"not here":      {framegear.AudioTrack{Input: []string{"-f", "dshow", "-i", "audio=Mic"}}, framegear.ErrAudio, "Windows"},
		"nothing given": {framegear.AudioTrack{}, framegear.ErrOptions, "one of Source, Input and PCM"},
		"two given":     {framegear.AudioTrack{PCM: true, Source: text}, framegear.ErrOptions, "one of"},
		"no protocol":   {framegear.AudioTrack{Source: "gopher://host/x"}, framegear.ErrAudio, "protocol is not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			out := filepath.Join(t.TempDir(), "out")
			_, err := framegear.New(out, c.options(k.track))
			require.ErrorIs(t, err, k.is)
			require.ErrorContains(t, err, k.says)
			require.NoDirExists(t, out)
		})
	}
}

func requireValid(t *testing.T, manifest string) {
	t.Helper()
	report, err := validate.Check(t.Context(), manifest, validate.Options{})
	require.NoError(t, err)
	require.Zero(t, report.Errors(), "%v", report.Findings)
}

// Sound alone, from a file and pushed, is a presentation.
func TestSoundOnly(t *testing.T) {
	for name, pushed := range map[string]bool{"file": false, "pushed": true} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			c, out := newClip(t, 25, 44100), t.TempDir()
			track := framegear.AudioTrack{Source: c.wav(t, 5)}
			if pushed {
				track = framegear.AudioTrack{PCM: true}
			}
			s, err := framegear.New(out, framegear.Options{Audio: []framegear.AudioTrack{track}, AudioOnly: true})
			require.NoError(t, err)
			defer s.Close()
			require.ErrorIs(t, s.WriteFrame(c.frame(0)), framegear.ErrOptions)
			for n := range int64(50) {
				if pushed {
					b := framegear.Samples{Format: framegear.F32, Rate: 44100, Channels: 2}
					b.Planes[0] = c.PCM(framegear.F32, 2, n*4410, 4410)
					require.NoError(t, s.WriteAudio(&b))
				}
			}
			require.NoError(t, s.Finish(t.Context()))
			_, beeps := onsets(t, referee.Sound(t, manifestOf(t, out, "m3u8"), c.Rate))
			require.Len(t, beeps[0], 5, "%v", beeps)
			requireValid(t, manifestOf(t, out, "m3u8"))
			requireValid(t, manifestOf(t, out, "mpd"))
		})
	}
}

// One encode serves every rendition: the encoder of sound sees each sample once.
func TestSoundIsEncodedOnce(t *testing.T) {
	for name, ts := range map[string]bool{"fMP4": false, "TS": true} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			c := newClip(t, 25, 48000)
			o := c.options(framegear.AudioTrack{Source: c.wav(t, 5)})
			o.Ladder = framegear.Ladder{{Bitrate: 100_000}, {Width: 48, Height: 48, Bitrate: 80_000}, {Width: 32, Height: 32, Bitrate: 60_000}}
			if ts {
				o.Format, o.Container = framegear.HLS, framegear.TS
			}
			out := t.TempDir()
			s, err := framegear.New(out, o)
			require.NoError(t, err)
			defer s.Close()
			c.write(t, s, 4, false)
			stats := s.Stats().Audio
			require.Len(t, stats, 1)
			require.InDelta(t, 4*48000, stats[0].Encoded, 2*1024)
			requireValid(t, manifestOf(t, out, "m3u8"))
		})
	}
}

// Sound that ends before the picture does not hold the picture's segments back.
func TestShortSound(t *testing.T) {
	leaktest.Check(t)
	c, out := newClip(t, 25, 48000), t.TempDir()
	s, err := framegear.New(out, c.options(
		framegear.AudioTrack{Source: c.wav(t, 3), Ends: framegear.AudioEndsThere, Language: "en", Label: "English"},
		framegear.AudioTrack{PCM: true, Language: "de", Label: "Deutsch", Default: true}))
	require.NoError(t, err)
	defer s.Close()
	c.write(t, s, 7, true)
	require.Len(t, glob(t, out, "v0/*.m4s"), 4)
	require.Len(t, glob(t, out, "a0/*.m4s"), 2)
	require.Len(t, glob(t, out, "a1/*.m4s"), 4)
	playlist, err := os.ReadFile(filepath.Join(out, "v0", "media.m3u8"))
	require.NoError(t, err)
	require.Equal(t, 4, bytes.Count(playlist, []byte("#EXTINF")))
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	return all
}

// A file's own sound keeps its place beside the pictures, encoded again and copied.
func TestOwnSound(t *testing.T) {
	c, first := newClip(t, 29.97, 44100), t.TempDir()
	s, err := framegear.New(first, c.options(framegear.AudioTrack{Source: c.wav(t, 9)}))
	require.NoError(t, err)
	c.write(t, s, 8, false)
	require.NoError(t, s.Close())
	for name, copied := range map[string]bool{"encoded": false, "copied": true} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			in, err := framegear.OpenInput(t.Context(), manifestOf(t, first, "m3u8"), framegear.InputOptions{})
			require.NoError(t, err)
			defer in.Close()
			track, ok := in.Audio()
			require.True(t, ok)
			track.Copy = copied
			o := c.options(track)
			o.Clock, o.Timebase = framegear.ClockPTS, in.Timebase()
			out := t.TempDir()
			s, err := framegear.New(out, o)
			require.NoError(t, err)
			defer s.Close()
			streamAgain(t, in, s)
			requireInTime(t, apart(t, manifestOf(t, out, "mpd"), c.Rate)[0])
		})
	}
}

// Sound that runs away from the picture, or comes twice, is refused alone.
func TestPushedSoundOutOfPlace(t *testing.T) {
	leaktest.Check(t)
	c := newClip(t, 25, 48000)
	o := c.options(framegear.AudioTrack{PCM: true})
	o.Clock = framegear.ClockPTS
	s, err := framegear.New("", o)
	require.NoError(t, err)
	defer s.Close()
	block := func(pts int64) error {
		b := framegear.Samples{Format: framegear.S16, Rate: 48000, Channels: 1, PTS: pts}
		b.Planes[0] = make([]byte, 2*48000)
		return s.WriteAudio(&b)
	}
	for i := range int64(60) {
		require.NoError(t, block(i*1_000_000))
	}
	require.NoError(t, s.WriteAudio(nil), "skipped, as a nil frame is")
	require.ErrorIs(t, block(59_000_000), framegear.ErrPTS)
	require.ErrorIs(t, block(60_000_000), framegear.ErrAudioAhead)
	require.ErrorIs(t, s.WriteAudio(&framegear.Samples{Format: framegear.S16, Rate: 48000, Channels: 9, PTS: 90_000_000}), framegear.ErrSamples)
	require.NoError(t, s.WriteFrame(c.frame(0)))
	require.NoError(t, s.Finish(t.Context()))
	require.ErrorIs(t, block(61_000_000), framegear.ErrClosed)
}

// A source that stops in the middle holds neither pictures nor Close back.
func TestCloseWhileSoundStalls(t *testing.T) {
	leaktest.Check(t)
	c := newClip(t, 25, 48000)
	url, release := stalling(t, c)
	var told atomic.Int64
	o := c.options(framegear.AudioTrack{Source: url})
	o.Events.Audio = func(framegear.AudioInfo) { told.Add(1) }
	s, err := framegear.New("", o)
	require.NoError(t, err)
	for n := range int64(100) {
		require.NoError(t, s.WriteFrame(c.frame(n)))
	}
	require.NoError(t, s.Close(), "Close does not wait for the source")
	release()
}

// A source of sound that nobody writes to holds up a program only as long as it likes.
func TestOpeningIsGivenUp(t *testing.T) {
	leaktest.Check(t)
	c := newClip(t, 25, 48000)
	pipe, out := filepath.Join(c.dir, "pipe"), filepath.Join(c.dir, "out")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, optional := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		_, err := framegear.NewContext(ctx, out, c.options(framegear.AudioTrack{Source: pipe, Optional: optional}))
		require.ErrorIs(t, err, context.Canceled)
		require.NoDirExists(t, out)
	}
}

// Optional sound that is not there costs a warning, and the tracks that are there keep their places.
func TestOptionalSound(t *testing.T) {
	leaktest.Check(t)
	c, out := newClip(t, 25, 48000), t.TempDir()
	o := c.options(framegear.AudioTrack{Source: filepath.Join(c.dir, "none.wav"), Optional: true}, framegear.AudioTrack{PCM: true, Label: "Pushed"})
	var warnings []string
	o.Events.Warning = func(w framegear.WarningInfo) { warnings = append(warnings, w.Text) }
	given := slices.Clone(o.Audio)
	s, err := framegear.New(out, o)
	require.NoError(t, err)
	defer s.Close()
	require.Equal(t, given, o.Audio, "the caller's options stay")
	require.Len(t, warnings, 1)
	require.Contains(t, warnings[0], "none.wav")
	b := framegear.Samples{Format: framegear.F32, Rate: c.Rate, Channels: 2, Planes: [8][]byte{c.PCM(framegear.F32, 2, 0, c.Rate)}}
	require.ErrorIs(t, s.WriteAudioTrack(0, &b), framegear.ErrOptions, "it is not there")
	require.NoError(t, s.WriteAudioTrack(1, &b))
	for n := range int64(25) {
		require.NoError(t, s.WriteFrame(c.frame(n)))
	}
	require.NoError(t, s.Finish(t.Context()))
	require.Len(t, s.Stats().Audio, 1)
	_, beeps := onsets(t, referee.Sound(t, manifestOf(t, out, "m3u8"), c.Rate))
	require.Len(t, beeps[0], 1)
}

// A source that breaks in live is opened again, and everybody can see it: the program by events and figures, operators by metrics.
func TestReconnectsAreTold(t *testing.T) {
	leaktest.Check(t)
	c := newClip(t, 25, 48000)
	url := breaking(t, c)
	bubble.Test(t, func(t *testing.T) {
		var lost, back atomic.Int64
		o := c.options(framegear.AudioTrack{Source: url})
		o.Live = true
		o.Events.Audio = func(i framegear.AudioInfo) {
			if i.Err != nil {
				lost.Add(1)
			} else {
				back.Store(int64(i.Attempts))
			}
		}
		s := newStream(t, "", o)
		play(t, s, steady(25, 8*time.Second))
		require.Positive(t, lost.Load())
		require.Positive(t, back.Load())
		st := s.Stats().Audio[0]
		require.GreaterOrEqual(t, st.Reconnects, back.Load())
		require.InDelta(t, float64(st.Rate)/4, st.Silent, float64(st.Rate)/2, "a quarter of a second until it is opened again")
		metrics := body(t, s.Handler(), "/metrics")
		require.Contains(t, metrics, fmt.Sprintf(`framegear_sound_reconnects_total{track="a0"} %d`, st.Reconnects))
		for _, name := range []string{"silent_seconds_total", "trimmed_seconds_total", "late_seconds", "stretch_ratio"} {
			require.Contains(t, metrics, "framegear_sound_"+name+`{track="a0"} `)
		}
	})
}
