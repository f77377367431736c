package framegear_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// broadcast serves MPEG-TS with flashes and beeps as a camera or an encoder would: without a length, and only once. It may be started again
// some times, from time zero.
func broadcast(t *testing.T, c clip, seconds, times int) string {
	t.Helper()
	dir := t.TempDir()
	o := c.options(framegear.AudioTrack{Source: c.wav(t, seconds+1)})
	o.Format, o.Container = framegear.HLS, framegear.TS
	s, err := framegear.New(dir, o)
	require.NoError(t, err)
	c.write(t, s, seconds, false)
	require.NoError(t, s.Close())
	var stream []byte
	for n := range len(glob(t, dir, "v0/*.ts")) {
		b, err := os.ReadFile(filepath.Join(dir, "v0", string(rune('1'+n))+".ts"))
		require.NoError(t, err)
		stream = append(stream, b...)
	}
	asked := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case asked <- struct{}{}:
		default:
			http.Error(w, "somebody has it already", http.StatusConflict)
			return
		}
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close() // the stream's end
		_, _ = out.WriteString("HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n")
		for range times {
			_, _ = out.Write(stream)
		}
		_ = out.Flush()
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/live"
}

// A live input is read once, and has its own sound in time with its pictures.
func TestSoundOfLiveInput(t *testing.T) {
	recorded := func(*framegear.Options) {}
	for name, k := range map[string]struct {
		set   func(*framegear.Options)
		times int
	}{"recorded": {recorded, 1}, "recorded, restarted": {recorded, 2}, "low latency": {lowLatency, 1}} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			seconds := 8 * k.times
			c := newClip(t, 25, 48000)
			in, err := framegear.OpenInput(t.Context(), broadcast(t, c, 8, k.times), framegear.InputOptions{})
			require.NoError(t, err)
			defer in.Close()
			require.Zero(t, in.Duration())
			track, ok := in.Audio()
			require.True(t, ok)
			o, out := c.options(track), t.TempDir()
			k.set(&o)
			o.Clock, o.Timebase = framegear.ClockPTS, in.Timebase()
			s, err := framegear.New(out, o)
			require.NoError(t, err)
			defer s.Close()
			var f framegear.Frame
			for {
				// libav cannot tell the end of an answer without a length from a broken connection.
				if err := in.Read(&f); errors.Is(err, io.EOF) || errors.Is(err, framegear.ErrInput) {
					break
				} else {
					require.NoError(t, err)
				}
				require.NoError(t, s.WriteFrame(&f))
			}
			require.NoError(t, s.Finish(t.Context()))
			require.LessOrEqual(t, s.Stats().Audio[0].Silent, int64(4800), "its sound was not missed")
			for _, ext := range []string{"m3u8", "mpd"} {
				ms := apart(t, manifestOf(t, out, ext), decodedRate)[0]
				require.InDelta(t, seconds, len(ms), 1)
				if k.times == 1 {
					requireInTime(t, ms)
				}
				for i, v := range ms { // where pictures go on need not be on their grid
					require.InDelta(t, 0, v, 41, "second %d of %v", i, ms)
				}
			}
		})
	}
}

// live writes a clip in real time from a frame on to another.
func (c clip) live(t *testing.T, s *framegear.Stream, from, to int64) {
	t.Helper()
	begin, at := time.Now(), c.Frames.Frame().Rescale(from, framegear.Timebase{Num: 1, Den: int64(c.Rate)})
	for n := from; n < to; n++ {
		time.Sleep(time.Until(begin.Add(c.Frames.Frame().Duration(n - from))))
		require.NoError(t, s.WriteAudio(c.block(n, &at)))
		// After a gap the slots from the beginning of the segment on are owed, and fill the pipeline.
		if err := s.WriteFrame(c.frame(n)); !errors.Is(err, framegear.ErrDropped) {
			require.NoError(t, err)
		}
		synctest.Wait()
	}
}

// Where a live source stalls for long, sound inside MPEG-TS segments breaks off and goes on with the pictures after one discontinuity; and so
// it does when the program was started again.
func TestSoundInTSAcrossAGap(t *testing.T) {
	for name, restart := range map[string]bool{"gap": false, "restart": true} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			c, out := newClip(t, 25, 48000), t.TempDir()
			bubble.Test(t, func(t *testing.T) {
				o := c.options(framegear.AudioTrack{PCM: true, Channels: 2})
				o.Format, o.Container, o.Live, o.Clock, o.Window = framegear.HLS, framegear.TS, true, framegear.ClockPTS, framegear.WindowAll
				o.SegmentDuration, o.WhenFull = 1200*time.Millisecond, framegear.BlockWhenFull
				o.Ladder = append(o.Ladder, framegear.Rendition{Width: 32, Height: 32, Bitrate: 60_000})
				s, err := framegear.New(out, o)
				require.NoError(t, err)
				defer func() { require.NoError(t, s.Close()) }()
				c.live(t, s, 0, 5*25)
				if restart {
					require.NoError(t, s.Close())
					s, err = framegear.New(out, o)
					require.NoError(t, err)
				}
				time.Sleep(20 * time.Second)
				c.live(t, s, 25*25+10, 30*25) // not in a beep
				require.NoError(t, s.Finish(t.Context()))
			})
			requireValid(t, manifestOf(t, out, "m3u8"))
			for _, r := range []string{"v0", "v1"} {
				playlist := filepath.Join(out, r, "media.m3u8")
				text, err := os.ReadFile(playlist)
				require.NoError(t, err)
				require.Equal(t, 1, bytes.Count(text, []byte("#EXT-X-DISCONTINUITY\n")), "%s", text)
				flashes, beeps := onsets(t, referee.Presentation(t, playlist, c.Rate))
				require.Len(t, beeps, 1)
				require.GreaterOrEqual(t, len(flashes), 8)
				require.Len(t, beeps[0], len(flashes), "%v and %v", flashes, beeps[0])
				var ms []float64
				for i := range flashes {
					ms = append(ms, beeps[0][i]-flashes[i])
				}
				requireInTime(t, ms)
			}
		})
	}
}

// The machine sleeps while the last picture is repeated.
func TestSoundInTSAfterSleep(t *testing.T) {
	leaktest.Check(t)
	c, out := newClip(t, 25, 48000), t.TempDir()
	var asleep atomic.Int64
	o := c.options(framegear.AudioTrack{PCM: true, Channels: 2}).WithNow(func() time.Time { return time.Now().Add(time.Duration(asleep.Load())) })
	o.Format, o.Container, o.Live, o.Window, o.SegmentDuration = framegear.HLS, framegear.TS, true, framegear.WindowAll, time.Second
	bubble.Test(t, func(t *testing.T) {
		s, err := framegear.New(out, o)
		require.NoError(t, err)
		defer s.Close()
		c.live(t, s, 0, 3*25)
		asleep.Store(int64(time.Minute))
		time.Sleep(time.Second) // the clock ticks on by itself
		synctest.Wait()
		c.live(t, s, 64*25, 66*25)
		require.NoError(t, s.Finish(t.Context()))
		require.Equal(t, int64(1), s.Stats().Jumps)
	})
	requireValid(t, manifestOf(t, out, "m3u8"))
}

// Sound that comes between two pictures does not wait for the second one.
func TestPushedSoundIsNotHeldUp(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := byCount()
		o.PartDuration = time.Millisecond // the least: one frame, of picture and of sound
		o.Audio = []framegear.AudioTrack{{PCM: true, Channels: 1}}
		s := newStream(t, "", o)
		push := func(ms int) {
			b := framegear.Samples{Format: framegear.S16, Rate: 48000, Channels: 1}
			b.Planes[0] = make([]byte, 48*2*ms)
			require.NoError(t, s.WriteAudio(&b))
			synctest.Wait()
		}
		const pictures = 4
		show(t, s, pictures)
		parts := func() int { // in the first segment, which only who asks for its parts gets before it is whole
			return strings.Count(body(t, s.Handler(), "/a0/media.m3u8?_HLS_msn=1&_HLS_part=0"), "#EXT-X-PART:")
		}
		push(70)
		begun := parts()
		push(30)
		require.Greater(t, parts(), begun)
		push(200)
		require.Equal(t, pictures*1600/1024-2, parts(), "no sound goes past the picture, and AAC holds two frames back")
	})
}
