package framegear_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	kinds "github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
)

// stalling serves ten seconds of a sound file of a minute, and then nothing until it is released.
func stalling(t *testing.T, c clip) (url string, release func()) {
	t.Helper()
	body := synth.WAV(c.Rate, 2, c.PCM(kinds.SampleS16, 2, 0, 60*c.Rate))
	gate := make(chan struct{})
	release = sync.OnceFunc(func() { close(gate) })
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(body[:40*c.Rate])
		w.(http.Flusher).Flush()
		<-gate
	}))
	t.Cleanup(func() {
		release()
		srv.Close()
	})
	return srv.URL + "/x.wav", release
}

// breaking serves three seconds of an endless sound, and breaks the connection.
func breaking(t *testing.T, c clip) (url string) {
	t.Helper()
	body := synth.WAV(c.Rate, 2, c.PCM(kinds.SampleS16, 2, 0, 3*c.Rate))
	for i := range 4 { // the header says that there is no end
		body[4+i], body[40+i] = 0xff, 0xff
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(body)
		w.(http.Flusher).Flush()
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/live"
}
