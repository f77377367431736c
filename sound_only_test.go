package framegear_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// alone are the options of an output without pictures.
func alone(tracks ...framegear.AudioTrack) framegear.Options {
	return framegear.Options{Audio: tracks, AudioOnly: true, SegmentDuration: time.Second}
}

// requireSoundOnly says that beeps begin at seconds in what both manifests name, and that both are in order.
func requireSoundOnly(t *testing.T, dir string, rate, want int) {
	t.Helper()
	for _, ext := range []string{"m3u8", "mpd"} {
		requireValid(t, manifestOf(t, dir, ext))
		_, beeps := onsets(t, referee.Sound(t, manifestOf(t, dir, ext), rate))
		require.Len(t, beeps[0], want, "%v", beeps)
		for i, at := range beeps[0] {
			require.InDelta(t, beeps[0][0]+1000*float64(i), at, 1)
		}
	}
}

// A recording of sound goes as far as it is told, or to the end of its sources.
func TestPlayAudio(t *testing.T) {
	for name, k := range map[string]struct {
		until time.Duration
		beeps int
	}{"to the end": {0, 5}, "up to an instant": {2500 * time.Millisecond, 3}} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			c, out := newClip(t, 25, 44100), t.TempDir()
			s, err := framegear.New(out, alone(framegear.AudioTrack{Source: c.wav(t, 5)},
				framegear.AudioTrack{Source: c.wav(t, 5), Bitrate: 64_000, Label: "Small"}))
			require.NoError(t, err)
			defer s.Close()
			require.NoError(t, s.PlayAudio(t.Context(), k.until))
			require.NoError(t, s.Finish(t.Context()))
			require.ErrorIs(t, s.PlayAudio(t.Context(), 0), framegear.ErrClosed)
			requireSoundOnly(t, out, c.Rate, k.beeps)
			if k.until > 0 {
				require.InDelta(t, k.until.Seconds(), s.Stats().Duration.Seconds(), 0.07)
			}
		})
	}
}

// Neither PlayAudio nor Finish waits for a source that gives nothing, and what came before is kept.
func TestPlayAudioIsInterrupted(t *testing.T) {
	leaktest.Check(t)
	c, out := newClip(t, 25, 48000), t.TempDir()
	url, release := stalling(t, c)
	defer release()
	ctx, interrupt := context.WithCancel(t.Context())
	o := alone(framegear.AudioTrack{Source: url})
	o.Events.SegmentReady = func(i framegear.SegmentInfo) {
		if i.Number == 8 {
			interrupt()
		}
	}
	s, err := framegear.New(out, o)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.PlayAudio(ctx, 0))
	require.NoError(t, s.Finish(t.Context()))
	require.Greater(t, s.Stats().Duration, 8*time.Second)
	requireValid(t, manifestOf(t, out, "m3u8"))
}

// Finish of pictures does not wait for ever for the sound of a URL that has stalled.
func TestFinishWithStalledSound(t *testing.T) {
	leaktest.Check(t)
	c := newClip(t, 25, 48000)
	url, release := stalling(t, c)
	defer release()
	var told sync.Map
	o := c.options(framegear.AudioTrack{Source: url})
	o.Events.Audio = func(i framegear.AudioInfo) { told.Store("err", i.Err) }
	s, err := framegear.New(t.TempDir(), o)
	require.NoError(t, err)
	defer s.Close()
	c.write(t, s, 12, false)
	require.Positive(t, s.Stats().Audio[0].Silent)
	lost, _ := told.Load("err")
	require.ErrorIs(t, lost.(error), framegear.ErrAudio)
}

// Live sound alone follows the wall clock: a file as a station would play it, and what a program pushes, with silence where it pushes nothing.
// A second run goes on from the first.
func TestLiveSoundOnly(t *testing.T) {
	for name, set := range map[string]func(*framegear.Options){
		"live":        func(o *framegear.Options) { o.Live, o.Window = true, framegear.WindowAll },
		"low latency": func(o *framegear.Options) { o.LowLatency, o.Window = true, framegear.WindowAll },
		"TS": func(o *framegear.Options) {
			o.Live, o.Window, o.Format, o.Container = true, framegear.WindowAll, framegear.HLS, framegear.TS
		},
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			c, out := newClip(t, 25, 48000), t.TempDir()
			file := c.wav(t, 6)
			bubble.Test(t, func(t *testing.T) {
				o := alone(framegear.AudioTrack{Source: file}, framegear.AudioTrack{PCM: true, Label: "Pushed"})
				set(&o)
				for range 2 {
					s, err := framegear.New(out, o)
					require.NoError(t, err)
					defer s.Close()
					begin, took := time.Now(), time.Duration(0)
					played := make(chan error, 1)
					go func() {
						err := s.PlayAudio(t.Context(), 4900*time.Millisecond)
						took = time.Since(begin)
						played <- err
					}()
					at := int64(0)
					for n := range int64(5 * 25) {
						time.Sleep(time.Until(begin.Add(c.Frames.Frame().Duration(n + 1))))
						if b := c.block(n, &at); n < 50 || n > 75 {
							require.NoError(t, s.WriteAudioTrack(1, b))
						}
						synctest.Wait()
					}
					require.NoError(t, <-played)
					require.InDelta(t, 4.9, took.Seconds(), 0.05)
					require.NoError(t, s.Finish(t.Context()))
					require.Positive(t, s.Stats().Audio[1].Silent)
					require.InDelta(t, 5, s.Stats().Duration.Seconds(), 0.1)
					require.NoError(t, s.Close())
					time.Sleep(10 * time.Second)
				}
			})
			requireValid(t, manifestOf(t, out, "m3u8"))
			text, err := os.ReadFile(filepath.Join(out, "a1/media.m3u8"))
			require.NoError(t, err)
			whole := slices.DeleteFunc(parseMedia(t, string(text)).segments, func(m mediaSegment) bool { return m.gap })
			require.Len(t, whole, 10, "a restart of low latency leaves numbers out that may have been seen")
			_, beeps := onsets(t, referee.Sound(t, filepath.Join(out, "a0/media.m3u8"), c.Rate))
			require.Len(t, beeps[0], 10, "%v", beeps)
			if o := alone(); name != "TS" {
				set(&o)
				requireValid(t, manifestOf(t, out, "mpd"))
			}
		})
	}
}

func TestSoundOnlyIsChecked(t *testing.T) {
	c := newClip(t, 25, 48000)
	file := framegear.AudioTrack{Source: c.wav(t, 1)}
	for name, set := range map[string]func(*framegear.Options){
		"no track":      func(o *framegear.Options) { o.Audio = nil },
		"another clock": func(o *framegear.Options) { o.Live, o.Clock = true, framegear.ClockPTS },
		"a language":    func(o *framegear.Options) { o.Audio[0].Language = "plain English" },
		"channels of a TS": func(o *framegear.Options) {
			o.Container, o.Format, o.Audio[0].Channels = framegear.TS, framegear.HLS, 8
		},
	} {
		o := alone(file)
		set(&o)
		_, err := framegear.New("", o)
		require.ErrorIs(t, err, framegear.ErrOptions, name)
	}
	file.Loop = true
	s, err := framegear.New("", alone(file))
	require.NoError(t, err)
	defer s.Close()
	require.ErrorIs(t, s.PlayAudio(t.Context(), 0), framegear.ErrOptions, "it has no end")
	require.NoError(t, s.PlayAudio(t.Context(), 3*time.Second))
	require.NoError(t, s.Finish(t.Context()))
}
