package origin_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/origin"
	"github.com/framegear/framegear/manifest"
)

func TestPaths(t *testing.T) {
	out := newOutput(t)
	out.segments(4)
	out.parts(2)
	out.expire(1)
	for _, unlisted := range []string{"v0/99.m4s", "v0/5.4.m4s", "secret.txt", "v0/secret.m4s", "v0/+3.m4s", "v0/03.m4s"} {
		out.put(unlisted, "not to be seen")
	}
	h := newOrigin(t, out)
	tests := []struct {
		path   string
		status int
		mime   string
	}{
		{"/v0/init.mp4", 200, "video/mp4"},
		{"/a0/init.mp4", 200, "audio/mp4"},
		{"/v1/3.m4s", 200, "video/mp4"},
		{"/a0/3.m4s", 200, "audio/mp4"},
		{"/v0/3.2.m4s", 200, "video/mp4"},
		{"/v0/1.m4s", 200, "video/mp4"},   // expired and kept
		{"/v0/1.0.m4s", 200, "video/mp4"}, // so is its part
		{"/v0/5.1.m4s", 200, "video/mp4"},
		{"/live.mpd", 200, "application/dash+xml"},
		{"/live.m3u8", 200, "application/vnd.apple.mpegurl"},
		{"/a0/live.m3u8", 200, "application/vnd.apple.mpegurl"},
		{"/v0/5.3.m4s", 404, ""}, // only the next part is waited for
		{"/v0/5.4.m4s", 404, ""},
		{"/v0/6.0.m4s", 404, ""},
		{"/v0/7.m4s", 404, ""},
		{"/v0/99.m4s", 404, ""},
		{"/v0/0.m4s", 404, ""},
		{"/v0/+3.m4s", 404, ""},
		{"/v0/03.m4s", 404, ""},
		{"/v0/3.02.m4s", 404, ""},
		{"/v0/3.-1.m4s", 404, ""},
		{"/v0/99999999999999999999.m4s", 404, ""},
		{"/v0/secret.m4s", 404, ""},
		{"/secret.txt", 404, ""},
		{"/v9/3.m4s", 404, ""},
		{"/v9/live.m3u8", 404, ""},
		{"/v0", 404, ""},
		{"/v0/", 404, ""},
		{"//v0/3.m4s", 404, ""},
		{"/v0//3.m4s", 404, ""},
		{"/../../etc/passwd", 404, ""},
		{"/v0/../../../etc/passwd", 404, ""},
		{"/..%2f..%2fetc%2fpasswd", 404, ""},
		{"/v0/%2e%2e/v1/3.m4s", 404, ""},
		{"/player/../options.go", 404, ""},
		{"/v0\\3.m4s", 404, ""},
		{"/v0/3.m4s%00", 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			answer := get(h, strings.ReplaceAll(tt.path, "\\", "%5c"))
			require.Equal(t, tt.status, answer.Code, answer.Body.String())
			if tt.status == http.StatusOK {
				require.Equal(t, tt.mime, answer.Header().Get("Content-Type"))
				require.NotContains(t, answer.Body.String(), "not to be seen")
			}
		})
	}
}

func TestGapIsNotServed(t *testing.T) {
	out := newOutput(t)
	out.segments(2)
	out.publish(func(p *manifest.Presentation) { p.Tracks[0].Segments[1].Gap = true })
	require.Equal(t, http.StatusNotFound, get(newOrigin(t, out), "/v0/2.m4s").Code)
}

func TestExpiredAndRemoved(t *testing.T) {
	out := newOutput(t)
	out.segments(2)
	out.expire(1)
	require.NoError(t, out.Remove(context.Background(), "v0/1.m4s"))
	require.Equal(t, http.StatusNotFound, get(newOrigin(t, out), "/v0/1.m4s").Code)
}

func TestFormatsLeftOut(t *testing.T) {
	out := liveOutput(t)
	h := newOrigin(t, out, func(o *origin.Options) { o.NoDASH, o.HLSName = true, "show.m3u8" })
	require.Equal(t, http.StatusNotFound, get(h, "/live.mpd").Code)
	require.Equal(t, http.StatusNotFound, get(h, "/live.m3u8").Code)
	require.Equal(t, http.StatusOK, get(h, "/show.m3u8").Code)
	h = newOrigin(t, out, func(o *origin.Options) { o.NoHLS, o.MPDName = true, "show.mpd" })
	require.Equal(t, http.StatusOK, get(h, "/show.mpd").Code)
	require.Equal(t, http.StatusNotFound, get(h, "/live.m3u8").Code)
	require.Equal(t, http.StatusNotFound, get(h, "/v0/live.m3u8").Code)
}

// flushes is a response that remembers how much was written before each flush.
type flushes struct {
	mu     sync.Mutex
	header http.Header
	status int
	body   bytes.Buffer
	at     []int
}

func (f *flushes) Header() http.Header { return f.header }

func (f *flushes) WriteHeader(status int) { f.status = status }

func (f *flushes) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.body.Write(b)
}

func (f *flushes) Flush() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.body.Len(); len(f.at) == 0 || f.at[len(f.at)-1] != n {
		f.at = append(f.at, n)
	}
}

func TestGrowingSegmentIsFlushedPerPart(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		out := liveOutput(t)
		h := newOrigin(t, out)
		w := &flushes{header: http.Header{}}
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.ServeHTTP(w, request(context.Background(), http.MethodGet, "/v0/4.m4s", "Range", "bytes=0-99"))
		}()
		want, ends := "", []int{}
		add := func(part int) {
			want += partContent(manifest.PartURI("v0/4.m4s", part))
			ends = append(ends, len(want))
		}
		add(0)
		add(1)
		for part := 2; part < partsPerSegment; part++ {
			synctest.Wait()
			require.Equal(t, want, w.body.String(), "everything that exists was sent")
			out.part()
			add(part)
		}
		synctest.Wait()
		require.Equal(t, ends[1:], w.at, "one flush at the end of each part, and one for all that was there before")
		out.seal()
		<-done
		require.Equal(t, want, w.body.String())
		require.Empty(t, w.header.Get("Content-Length"))
		require.Equal(t, "video/mp4", w.header.Get("Content-Type"))
		require.Equal(t, want, get(h, "/v0/4.m4s").Body.String(), "the same bytes when it is complete")
	})
}

func TestSegmentThatBeginsSoonIsWaitedFor(t *testing.T) {
	for _, tt := range []struct {
		path string
		step func(*output)
	}{
		{"/v0/5.m4s", func(o *output) { o.parts(3); o.seal(); o.part() }},
		{"/v0/4.m4s", (*output).part},
	} {
		bubble.Test(t, func(t *testing.T) {
			out := newOutput(t)
			out.segments(3)
			if tt.path == "/v0/5.m4s" {
				out.parts(2)
			}
			h := newOrigin(t, out)
			w := &flushes{header: http.Header{}}
			done := make(chan struct{})
			go func() {
				defer close(done)
				h.ServeHTTP(w, request(context.Background(), http.MethodGet, tt.path))
			}()
			synctest.Wait()
			require.Zero(t, w.body.Len())
			tt.step(out)
			synctest.Wait()
			require.Equal(t, partContent(manifest.PartURI(tt.path[1:], 0)), w.body.String())
			out.parts(4)
			out.seal()
			<-done
		})
	}
}

// A body that cannot be completed must not look complete: the connection is broken off.
func TestBrokenOffSegments(t *testing.T) {
	tests := map[string]func(*output, *origin.Origin){
		"aborted":         func(out *output, _ *origin.Origin) { out.abort() },
		"origin closed":   func(_ *output, h *origin.Origin) { _ = h.Close() },
		"encoder stopped": func(*output, *origin.Origin) {}, // the test's clock goes on by itself
	}
	for name, step := range tests {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				out := liveOutput(t)
				h := newOrigin(t, out)
				recovered := make(chan any)
				go func() {
					defer func() { recovered <- recover() }()
					get(h, "/v0/4.m4s")
				}()
				synctest.Wait()
				began := time.Now()
				step(out, h)
				require.Equal(t, http.ErrAbortHandler, <-recovered)
				require.LessOrEqual(t, time.Since(began), 6*time.Second, "on the test's clock")
				require.Zero(t, h.Stats().Waiting)
				out.abort()
			})
		})
	}
}

func TestHeadOfGrowingSegment(t *testing.T) {
	out := liveOutput(t)
	answer := do(newOrigin(t, out), request(context.Background(), http.MethodHead, "/v0/4.m4s"))
	require.Equal(t, http.StatusOK, answer.Code)
	require.Zero(t, answer.Body.Len())
}
