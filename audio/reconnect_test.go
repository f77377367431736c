package audio_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
)

// radio answers with endless MPEG-TS sound, of which a connection breaks after a while.
func radio(t *testing.T, body []byte) (url string, connections *atomic.Int64) {
	t.Helper()
	connections = new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections.Add(1)
		_, _ = w.Write(body)
		w.(http.Flusher).Flush()
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/live", connections
}

// stream returns a few seconds of sound as a server would send it: raw ADTS frames, which have no timestamps and no length.
func stream(t *testing.T) []byte {
	t.Helper()
	s := synth.Sync{Frames: media.FPS(25), Rate: 48000}
	// A WAV header whose length says "endless".
	wav := synth.WAV(48000, 2, s.PCM(media.SampleS16, 2, 0, 3*48000))
	for i := range 4 {
		wav[4+i], wav[40+i] = 0xff, 0xff
	}
	return wav
}

func TestReconnect(t *testing.T) {
	leaktest.Check(t)
	url, connections := radio(t, stream(t))
	events := make(chan audio.Event, 100)
	tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{URL: url}, Live: true, Notify: func(e audio.Event) {
		select {
		case events <- e:
		default:
		}
	}})
	require.NoError(t, err)
	defer tr.Close()
	// The picture goes on at any speed; the sound never holds it up, and comes back.
	back := false
	step := func(n int) {
		if n < 200 || back {
			return
		}
		for e := range events {
			require.Equal(t, url, e.Source)
			if back = e.Err == nil; back {
				return
			}
		}
	}
	heard := record(t, tr, 10, step)
	require.InDelta(t, 10, float64(len(heard))/48000, 0.05)
	require.True(t, back)
	require.GreaterOrEqual(t, connections.Load(), int64(2))
	require.Positive(t, tr.Stats().Reconnects)
	require.Positive(t, tr.Stats().Silent)
}

// A recorded output tells about a source that breaks and goes on with silence, or ends when that is asked for.
func TestBreaksLater(t *testing.T) {
	for _, strict := range []bool{false, true} {
		t.Run(fmt.Sprintf("strict %v", strict), func(t *testing.T) {
			leaktest.Check(t)
			url, _ := radio(t, stream(t))
			var told atomic.Int64
			tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{URL: url}, Strict: strict, Notify: func(audio.Event) { told.Add(1) }})
			require.NoError(t, err)
			defer tr.Close()
			if strict {
				err := tr.Advance(t.Context(), 10*48000, func(*audio.Packet) error { return nil })
				require.ErrorIs(t, err, audio.ErrSource)
				return
			}
			heard := record(t, tr, 5, nil)
			require.InDelta(t, 5, float64(len(heard))/48000, 0.05)
			require.Equal(t, int64(1), told.Load())
		})
	}
}

// A server that accepts and then says nothing is an error of Open.
func TestSilentServer(t *testing.T) {
	leaktest.Check(t)
	gate := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-gate }))
	defer srv.Close()
	defer close(gate)
	_, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{URL: srv.URL + "/x.wav"}, OpenTimeout: 50 * time.Millisecond})
	require.ErrorIs(t, err, audio.ErrSource)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// A playlist from another machine does not reach the files of this one.
func TestRemotePlaylistCannotReadFiles(t *testing.T) {
	leaktest.Check(t)
	secret := filepath.Join(t.TempDir(), "secret.wav")
	require.NoError(t, os.WriteFile(secret, stream(t), 0o600))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		fmt.Fprintf(w, "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://%s\n#EXT-X-ENDLIST\n", secret)
	}))
	defer srv.Close()
	for _, format := range []string{"", "hls"} {
		_, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{Format: format, URL: srv.URL + "/x.m3u8"}})
		require.ErrorIs(t, err, audio.ErrSource)
	}
}

// A playlist of this machine reaches its files and nothing else, whether its format is given or found out.
func TestLocalPlaylistStaysHere(t *testing.T) {
	leaktest.Check(t)
	url, connections := radio(t, stream(t))
	name := filepath.Join(t.TempDir(), "x.m3u8")
	text := fmt.Appendf(nil, "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n%s.wav\n#EXT-X-ENDLIST\n", url)
	require.NoError(t, os.WriteFile(name, text, 0o600))
	for _, format := range []string{"", "hls"} {
		_, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{Format: format, URL: name}})
		require.ErrorIs(t, err, audio.ErrSource)
	}
	require.Zero(t, connections.Load())
}
