package sink_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/stretchr/testify/require"
)

// request is what a script's server or transport saw.
type request struct {
	method, path, query, body string
	length                    int64
	header                    http.Header
}

// script answers requests with its steps in turn, and the last step again and again.
type script struct {
	mu    sync.Mutex
	seen  []request
	steps []func(body io.Reader) (status int, err error)
}

// RoundTrip makes a script a network without sockets, for tests in a bubble.
func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	s.mu.Lock()
	step := s.steps[min(len(s.seen), len(s.steps)-1)]
	s.seen = append(s.seen, request{method: r.Method, path: r.URL.EscapedPath(), query: r.URL.RawQuery,
		length: r.ContentLength, header: r.Header})
	seen := &s.seen[len(s.seen)-1]
	s.mu.Unlock()
	var body strings.Builder
	status, err := step(io.TeeReader(r.Body, &body))
	seen.body = body.String()
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{},
		Body: io.NopCloser(strings.NewReader("reason\n")), Request: r}, nil
}

func answer(status int) func(io.Reader) (int, error) {
	return func(body io.Reader) (int, error) {
		_, err := io.Copy(io.Discard, body)
		return status, err
	}
}

func refuse(err error) func(io.Reader) (int, error) {
	return func(io.Reader) (int, error) { return 0, err }
}

// early answers without reading.
func early(status int) func(io.Reader) (int, error) {
	return func(io.Reader) (int, error) { return status, nil }
}

// scripted returns a sink over a script and the waits between its attempts.
func scripted(t *testing.T, options sink.HTTPOptions, steps ...func(io.Reader) (int, error)) (
	*sink.HTTP, *script, *[]time.Duration) {
	t.Helper()
	s, waits := &script{steps: steps}, &[]time.Duration{}
	options.Client = &http.Client{Transport: s}
	options.Sleep = func(ctx context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return ctx.Err()
	}
	return newHTTP(t, "http://user:secret@example.com/live?token=x", options), s, waits
}

func TestHTTPRequest(t *testing.T) {
	h, s, _ := scripted(t, sink.HTTPOptions{Header: http.Header{"X-Key": {"k"}}}, answer(201))
	put(t, h, "v0/50% ü.m4s", "segment")
	require.NoError(t, h.Remove(t.Context(), "v0/50% ü.m4s"))
	put(t, h, "live.mpd", "")
	require.Len(t, s.seen, 3)
	upload, removal, empty := s.seen[0], s.seen[1], s.seen[2]
	require.Equal(t, "PUT", upload.method)
	require.Equal(t, "/live/v0/50%25%20%C3%BC.m4s", upload.path)
	require.Equal(t, "token=x", upload.query)
	require.Equal(t, "segment", upload.body)
	require.EqualValues(t, len("segment"), upload.length)
	require.Equal(t, "video/iso.segment", upload.header.Get("Content-Type"))
	require.Equal(t, "framegear", upload.header.Get("User-Agent"))
	require.Equal(t, "k", upload.header.Get("X-Key"))
	require.Equal(t, "Basic dXNlcjpzZWNyZXQ=", upload.header.Get("Authorization"))

	require.Equal(t, "DELETE", removal.method)
	require.Equal(t, upload.path, removal.path)
	require.Equal(t, "k", removal.header.Get("X-Key"))

	require.EqualValues(t, 0, empty.length)
	require.Equal(t, "application/dash+xml", empty.header.Get("Content-Type"))
}

func TestHTTPOptionsAreUsed(t *testing.T) {
	header := http.Header{"Content-Type": {"application/x-own"}}
	h, s, _ := scripted(t, sink.HTTPOptions{Method: "POST", UserAgent: "agent/1", Header: header}, answer(200))
	put(t, h, "a.mp4", "x")
	require.Equal(t, "POST", s.seen[0].method)
	require.Equal(t, "agent/1", s.seen[0].header.Get("User-Agent"))
	require.Equal(t, "application/x-own", s.seen[0].header.Get("Content-Type"))
	require.Equal(t, http.Header{"Content-Type": {"application/x-own"}}, header, "the caller's header is not changed")
}

func TestHTTPRetry(t *testing.T) {
	cut := errors.New("connection reset")
	for _, test := range []struct {
		name     string
		steps    []func(io.Reader) (int, error)
		attempts int
		status   int   // of the error, 0 when there is none of that kind
		cause    error // of the error, nil when there is none of that kind
	}{
		{"accepted", []func(io.Reader) (int, error){answer(200)}, 1, 0, nil},
		{"busy, then accepted", []func(io.Reader) (int, error){answer(503), answer(429), answer(204)}, 3, 0, nil},
		{"cut, then accepted", []func(io.Reader) (int, error){refuse(cut), answer(200)}, 2, 0, nil},
		{"forbidden", []func(io.Reader) (int, error){answer(403)}, 1, 403, nil},
		{"disk full", []func(io.Reader) (int, error){answer(507)}, 1, 507, nil},
		{"not a success", []func(io.Reader) (int, error){answer(304)}, 1, 304, nil},
		{"broken for good", []func(io.Reader) (int, error){answer(500)}, 4, 500, nil},
		{"cut for good", []func(io.Reader) (int, error){refuse(cut)}, 4, 0, cut},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, s, waits := scripted(t, sink.HTTPOptions{Attempts: 4, Backoff: 2 * time.Second}, test.steps...)
			err := sink.WriteObject(t.Context(), h, "v0/1.m4s", []byte("segment"))
			require.Len(t, s.seen, test.attempts)
			require.Equal(t, []time.Duration{2 * time.Second, 4 * time.Second, 5 * time.Second}[:test.attempts-1],
				append([]time.Duration{}, *waits...))
			if test.status == 0 && test.cause == nil {
				require.NoError(t, err)
				require.Equal(t, "segment", s.seen[test.attempts-1].body)
				return
			}
			var e *sink.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "http://user:xxxxx@example.com/live/v0/1.m4s?token=x", e.Path)
			require.NotContains(t, err.Error(), "secret")
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
				return
			}
			var status *sink.StatusError
			require.ErrorAs(t, err, &status)
			require.Equal(t, test.status, status.Code)
			require.Equal(t, "reason", status.Body)
		})
	}
}

func TestHTTPRemove(t *testing.T) {
	h, s, _ := scripted(t, sink.HTTPOptions{Attempts: 2}, answer(200), answer(500), answer(403), answer(404))
	require.NoError(t, h.Remove(t.Context(), "foreign"))
	require.Empty(t, s.seen)
	put(t, h, "a", "x")
	var status *sink.StatusError
	require.ErrorAs(t, h.Remove(t.Context(), "a"), &status)
	require.Equal(t, 403, status.Code)
	require.NoError(t, h.Remove(t.Context(), "a"), "gone already")
	require.NoError(t, h.Remove(t.Context(), "a"))
	require.Len(t, s.seen, 4)
}

func TestHTTPCancelledBetweenAttempts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h, s, _ := scripted(t, sink.HTTPOptions{}, func(io.Reader) (int, error) {
		cancel()
		return 503, nil
	})
	require.ErrorIs(t, sink.WriteObject(ctx, h, "a", []byte("x")), context.Canceled)
	require.Len(t, s.seen, 1)
}

func flushed(t *testing.T, s sink.Sink, name, content string) sink.Object {
	t.Helper()
	o, err := s.Create(t.Context(), name)
	require.NoError(t, err)
	_, err = io.WriteString(o, content)
	require.NoError(t, err)
	require.NoError(t, o.(sink.Flusher).Flush())
	return o
}

func TestHTTPSendsWhileGrowing(t *testing.T) {
	m, target := newServer(t)
	arrived := make(chan request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first := make([]byte, len("part one"))
		_, _ = io.ReadFull(r.Body, first)
		arrived <- request{body: string(first), length: r.ContentLength}
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(first)), r.Body))
		target.Config.Handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	o := flushed(t, newHTTP(t, server.URL+"/live", sink.HTTPOptions{}), "v0/1.m4s", "part one")
	require.Equal(t, request{body: "part one", length: -1}, <-arrived, "before the object's end")
	_, err := io.WriteString(o, ", part two")
	require.NoError(t, err)
	require.NoError(t, o.Commit())
	b, err := sink.ReadObject(t.Context(), m, "v0/1.m4s")
	require.NoError(t, err)
	require.Equal(t, "part one, part two", string(b))
}

func TestHTTPGrowingIsSentAgain(t *testing.T) {
	cut := func(body io.Reader) (int, error) {
		_, err := io.ReadFull(body, make([]byte, 4))
		return 0, errors.Join(err, errors.New("connection reset"))
	}
	bubble.Test(t, func(t *testing.T) {
		h, s, waits := scripted(t, sink.HTTPOptions{}, cut, early(200), answer(200))
		o := flushed(t, h, "a", "part one")
		synctest.Wait() // two attempts have failed by now, the third waits for more
		require.Len(t, *waits, 2)
		_, err := io.WriteString(o, ", part two")
		require.NoError(t, err)
		require.NoError(t, o.Commit())
		require.Len(t, s.seen, 3)
		require.Equal(t, "part one, part two", s.seen[2].body)
		require.EqualValues(t, -1, s.seen[2].length)
	})
}

func TestHTTPGrowingFailsAtOnce(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		h, _, _ := scripted(t, sink.HTTPOptions{}, early(403))
		o := flushed(t, h, "a", "part one")
		synctest.Wait()
		var status *sink.StatusError
		_, err := io.WriteString(o, "more")
		require.ErrorAs(t, err, &status)
		require.ErrorAs(t, o.Commit(), &status)
		require.Equal(t, 403, status.Code)
	})
}

func TestHTTPAbortEndsTheUpload(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		var sent error
		h, s, waits := scripted(t, sink.HTTPOptions{}, func(body io.Reader) (int, error) {
			_, sent = io.Copy(io.Discard, body)
			return 0, sent
		})
		o := flushed(t, h, "a", "part one")
		synctest.Wait()
		o.Abort()
		require.Error(t, sent, "the server must not take it for whole")
		require.Len(t, s.seen, 1)
		require.Empty(t, *waits)
		require.NoError(t, h.Remove(t.Context(), "a"))
		require.Len(t, s.seen, 1, "nothing of ours to remove")
	})
}

// hang takes all bytes and never answers.
type hang struct{}

func (h hang) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestHTTPTimeoutCountsFromTheEnd(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		h := newHTTP(t, "http://example.com", sink.HTTPOptions{
			Client: &http.Client{Transport: hang{}}, Attempts: 2, Timeout: 3 * time.Second, Backoff: time.Second})
		begin := time.Now()
		o := flushed(t, h, "a", "part one")
		time.Sleep(time.Minute) // the bubble's clock: a long segment
		require.NoError(t, o.(sink.Flusher).Flush())
		err := o.Commit()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute+(3+1+3)*time.Second, time.Since(begin))
	})
}

func TestHTTPRedirects(t *testing.T) {
	m, target := newServer(t)
	for status, followed := range map[int]bool{301: false, 302: false, 303: false, 307: true, 308: true} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			server := httptest.NewServer(http.RedirectHandler(target.URL+"/live/a", status))
			defer server.Close()
			err := sink.WriteObject(t.Context(), newHTTP(t, server.URL, sink.HTTPOptions{}), "a", []byte("x"))
			if followed {
				require.NoError(t, err)
				require.Equal(t, []string{"a"}, m.Names())
				require.NoError(t, m.Remove(t.Context(), "a"))
				return
			}
			var e *sink.StatusError
			require.ErrorAs(t, err, &e)
			require.Equal(t, status, e.Code)
			require.Empty(t, m.Names())
		})
	}
}

func TestHTTPClose(t *testing.T) {
	m, server := newServer(t)
	h := newHTTP(t, server.URL+"/live", sink.HTTPOptions{})
	o, err := h.Create(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, h.Close())
	_, err = h.Create(t.Context(), "b")
	require.ErrorIs(t, err, sink.ErrClosed)
	require.ErrorIs(t, h.Remove(t.Context(), "a"), sink.ErrClosed)
	require.NoError(t, o.Commit(), "what was begun can be ended")
	require.Equal(t, []string{"a"}, m.Names())
}

func TestNewHTTPRefuses(t *testing.T) {
	for _, test := range []struct {
		url     string
		options sink.HTTPOptions
		says    []string
	}{
		{"", sink.HTTPOptions{}, []string{"want http://"}},
		{"out/", sink.HTTPOptions{}, []string{"out/"}},
		{"ftp://host/x", sink.HTTPOptions{}, []string{"ftp://host/x"}},
		{"http:///x", sink.HTTPOptions{}, []string{"http:///x"}},
		{"http://h\x7f/", sink.HTTPOptions{}, []string{"invalid"}},
		{"ftp://user:secret@host", sink.HTTPOptions{}, []string{"user:xxxxx@host"}},
		{"http://host", sink.HTTPOptions{Method: "GET", Attempts: -1, Timeout: -1, Backoff: -1},
			[]string{"GET", "attempts -1", "timeout -1ns", "backoff -1ns"}},
	} {
		_, err := sink.NewHTTP(test.url, test.options)
		require.Error(t, err, test.url)
		for _, text := range test.says {
			require.ErrorContains(t, err, text)
		}
		require.NotContains(t, err.Error(), "secret")
	}
}
