package framegear_test

import (
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
