package framegear_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
)

// broadcast serves MPEG-TS with flashes and beeps as a camera or an encoder would: without a length, and only once.
func broadcast(t *testing.T, c clip, seconds int) string {
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
		_, _ = out.Write(stream)
		_ = out.Flush()
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/live"
}

// A live input is read once, and has its own sound in time with its pictures.
func TestSoundOfLiveInput(t *testing.T) {
	for name, set := range map[string]func(*framegear.Options){"recorded": func(*framegear.Options) {}, "low latency": lowLatency} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			const seconds = 8
			c := newClip(t, 25, 48000)
			in, err := framegear.OpenInput(t.Context(), broadcast(t, c, seconds), framegear.InputOptions{})
			require.NoError(t, err)
			defer in.Close()
			require.Zero(t, in.Duration())
			track, ok := in.Audio()
			require.True(t, ok)
			require.True(t, track.PCM)
			o, out := c.options(track), t.TempDir()
			set(&o)
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
				require.NoError(t, in.WriteSound(s))
				require.NoError(t, s.WriteFrame(&f))
			}
			require.NoError(t, s.Finish(t.Context()))
			require.LessOrEqual(t, s.Stats().Audio[0].Silent, int64(4800), "its sound was not missed")
			for _, ext := range []string{"m3u8", "mpd"} {
				ms := apart(t, manifestOf(t, out, ext), decodedRate)[0]
				require.InDelta(t, seconds, len(ms), 1)
				requireInTime(t, ms)
			}
		})
	}
}
