package framegear_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/leaktest"
)

// Ten minutes of every path, as fast as the machine encodes:
//
//	go test -run TestSoundStaysInTime -sync 10m -timeout 1h -v .
var syncLength = flag.Duration("sync", 8*time.Second, "length of the clips of TestSoundStaysInTime")

var syncRates = []int{44100, 48000}

// decodedRate is enough to tell when a tone of 1 kHz begins.
const decodedRate = 8000

func lowLatency(o *framegear.Options) {
	o.LowLatency, o.Window, o.WhenFull, o.Clock = true, framegear.WindowAll, framegear.BlockWhenFull, framegear.ClockPTS
}

// Sound from a file, from a URL, pushed, and the input's own, with every sample rate, recorded and low latency, is as far from its picture
// at the end as at the beginning: nowhere.
func TestSoundStaysInTime(t *testing.T) {
	seconds := int(syncLength.Seconds())
	for _, fps := range []float64{24, 29.97, 60} {
		for _, low := range []bool{false, true} {
			mode := map[bool]string{false: "recorded", true: "low latency"}[low]
			t.Run(fmt.Sprintf("%g %s", fps, mode), func(t *testing.T) {
				leaktest.Check(t)
				testEverySource(t, fps, low, seconds)
			})
			for i, rate := range syncRates {
				if testing.Short() && (i == 0) == low {
					continue // half of them
				}
				t.Run(fmt.Sprintf("%g own %d %s", fps, rate, mode), func(t *testing.T) {
					leaktest.Check(t)
					testOwnSound(t, fps, rate, low, seconds)
				})
			}
		}
	}
}

// testEverySource streams one picture with a file, a URL and pushed sound at every sample rate beside it.
func testEverySource(t *testing.T, fps float64, low bool, seconds int) {
	var clips []clip
	var tracks []framegear.AudioTrack
	for _, rate := range syncRates {
		c := newClip(t, fps, rate)
		name := c.wav(t, seconds+1)
		server := httptest.NewServer(http.FileServer(http.Dir(c.dir)))
		defer server.Close()
		clips = append(clips, c)
		tracks = append(tracks, framegear.AudioTrack{Source: name, Label: fmt.Sprint("file ", rate)},
			framegear.AudioTrack{Source: server.URL + "/beeps.wav", Label: fmt.Sprint("url ", rate)},
			framegear.AudioTrack{PCM: true, Label: fmt.Sprint("pushed ", rate)})
	}
	o, out := clips[0].options(tracks...), t.TempDir()
	if low {
		lowLatency(&o)
		// A live output never waits for a URL, and this one is written faster than a URL gives: in the bubble its readers get their time.
		bubble.Test(t, func(t *testing.T) { writeEverySource(t, o, clips, out, seconds, synctest.Wait) })
	} else {
		writeEverySource(t, o, clips, out, seconds, func() {})
	}
	for _, ext := range []string{"m3u8", "mpd"} {
		for i, ms := range apart(t, manifestOf(t, out, ext), decodedRate) {
			t.Logf("%s, %s:", ext, tracks[i].Label)
			require.InDelta(t, seconds, len(ms), 1)
			requireInTime(t, ms)
		}
	}
}

// writeEverySource lets sources catch up every few frames.
func writeEverySource(t *testing.T, o framegear.Options, clips []clip, out string, seconds int, catchUp func()) {
	s, err := framegear.New(out, o)
	require.NoError(t, err)
	defer s.Close()
	at := make([]int64, len(clips))
	for n := range int64(seconds) * clips[0].Frames.Num / clips[0].Frames.Den {
		for i, c := range clips {
			require.NoError(t, s.WriteAudioTrack(3*i+2, c.block(n, &at[i])))
		}
		require.NoError(t, s.WriteFrame(clips[0].frame(n)))
		if n%8 == 0 {
			catchUp()
		}
	}
	require.NoError(t, s.Finish(t.Context()))
	require.NoError(t, s.Close())
}

// testOwnSound makes a recording and streams it again with its own sound.
func testOwnSound(t *testing.T, fps float64, rate int, low bool, seconds int) {
	c, first := newClip(t, fps, rate), t.TempDir()
	s, err := framegear.New(first, c.options(framegear.AudioTrack{Source: c.wav(t, seconds+1)}))
	require.NoError(t, err)
	c.write(t, s, seconds, false)
	require.NoError(t, s.Close())
	in, err := framegear.OpenInput(t.Context(), manifestOf(t, first, "m3u8"), framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	track, ok := in.Audio()
	require.True(t, ok)
	o, out := c.options(track), t.TempDir()
	if low {
		lowLatency(&o)
	}
	o.Clock, o.Timebase = framegear.ClockPTS, in.Timebase()
	s, err = framegear.New(out, o)
	require.NoError(t, err)
	defer s.Close()
	streamAgain(t, in, s)
	for _, ext := range []string{"m3u8", "mpd"} {
		ms := apart(t, manifestOf(t, out, ext), decodedRate)
		require.Len(t, ms, 1)
		require.InDelta(t, seconds, len(ms[0]), 1)
		requireInTime(t, ms[0])
	}
}

// streamAgain writes all pictures of an input, none of which may be dropped.
func streamAgain(t *testing.T, in *framegear.Input, s *framegear.Stream) {
	t.Helper()
	var f framegear.Frame
	for {
		if err := in.Read(&f); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		require.NoError(t, s.WriteFrame(&f))
	}
	require.NoError(t, s.Finish(t.Context()))
}
