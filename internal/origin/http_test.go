package origin_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/origin"
)

func TestOptionsFaultsAreReportedTogether(t *testing.T) {
	_, err := origin.New(origin.Options{MPDName: "../x.mpd", HLSName: "metrics", Limits: origin.Limits{MaxWaiting: -1}})
	require.ErrorIs(t, err, origin.ErrOptions)
	for _, part := range []string{"Source is nil", "Objects is nil", `"../x.mpd"`, `"metrics"`, "MaxWaiting:-1"} {
		require.ErrorContains(t, err, part)
	}
	out := liveOutput(t)
	_, err = origin.New(origin.Options{Source: out, Objects: out, MPDName: "x", HLSName: "x"})
	require.ErrorContains(t, err, `both "x"`)
}

func TestRange(t *testing.T) {
	h := newOrigin(t, liveOutput(t))
	whole := get(h, "/v0/3.m4s")
	require.Equal(t, "bytes", whole.Header().Get("Accept-Ranges"))
	part := get(h, "/v0/3.m4s", "Range", "bytes=10-19")
	require.Equal(t, http.StatusPartialContent, part.Code)
	require.Equal(t, whole.Body.String()[10:20], part.Body.String())
	require.Regexp(t, `^bytes 10-19/\d+$`, part.Header().Get("Content-Range"))
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, get(h, "/v0/3.m4s", "Range", "bytes=99999999-").Code)
	stale := get(h, "/v0/3.m4s", "Range", "bytes=10-19", "If-Range", `"other"`)
	require.Equal(t, http.StatusOK, stale.Code)
}

func TestETag(t *testing.T) {
	out := liveOutput(t)
	h := newOrigin(t, out)
	for _, path := range []string{"/live.mpd", "/live.m3u8", "/v0/live.m3u8", "/v0/3.m4s", "/v0/3.1.m4s", "/v0/init.mp4", "/"} {
		first := get(h, path)
		tag := first.Header().Get("ETag")
		require.NotEmpty(t, tag, path)
		again := get(h, path, "If-None-Match", tag)
		require.Equal(t, http.StatusNotModified, again.Code, path)
		require.Zero(t, again.Body.Len())
		require.Equal(t, http.StatusOK, get(h, path, "If-None-Match", `"other"`).Code)
	}
	before := get(h, "/v0/live.m3u8").Header().Get("ETag")
	out.part()
	require.NotEqual(t, before, get(h, "/v0/live.m3u8").Header().Get("ETag"), "a new state has another tag")
}

func TestGzip(t *testing.T) {
	h := newOrigin(t, liveOutput(t))
	for _, path := range []string{"/live.mpd", "/live.m3u8", "/v0/live.m3u8", "/", "/player/main.js"} {
		plain := get(h, path)
		require.Empty(t, plain.Header().Get("Content-Encoding"))
		packed := get(h, path, "Accept-Encoding", "br, gzip;q=0.8")
		require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"), path)
		require.Equal(t, "Accept-Encoding", packed.Header().Get("Vary"))
		require.NotEqual(t, plain.Header().Get("ETag"), packed.Header().Get("ETag"))
		z, err := gzip.NewReader(packed.Body)
		require.NoError(t, err)
		text, err := io.ReadAll(z)
		require.NoError(t, err)
		require.Equal(t, plain.Body.String(), string(text))
	}
	for _, header := range []string{"", "identity", "gzip;q=0", "br", "gzip;q=x"} {
		require.Empty(t, get(h, "/live.mpd", "Accept-Encoding", header).Header().Get("Content-Encoding"), header)
	}
	for _, header := range []string{"gzip", "*", "X-GZIP ; q=1", "deflate, gzip"} {
		require.Equal(t, "gzip", get(h, "/live.mpd", "Accept-Encoding", header).Header().Get("Content-Encoding"), header)
	}
	require.Empty(t, get(h, "/v0/3.m4s", "Accept-Encoding", "gzip").Header().Get("Content-Encoding"), "media is compressed already")
}

func TestHead(t *testing.T) {
	h := newOrigin(t, liveOutput(t))
	for _, path := range []string{"/live.mpd", "/live.m3u8", "/v0/live.m3u8", "/v0/3.m4s", "/v0/3.1.m4s", "/v0/init.mp4", "/time", "/healthz", "/"} {
		got := get(h, path)
		head := do(h, request(context.Background(), http.MethodHead, path))
		require.Equal(t, http.StatusOK, head.Code, path)
		require.Zero(t, head.Body.Len())
		if path != "/time" {
			require.Equal(t, got.Header(), head.Header())
		}
	}
}

func TestCORS(t *testing.T) {
	h := newOrigin(t, liveOutput(t), func(o *origin.Options) { o.Token = "secret" })
	preflight := do(h, request(context.Background(), http.MethodOptions, "/v0/live.m3u8", "Origin", "https://example.com",
		"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization,range"))
	require.Equal(t, http.StatusNoContent, preflight.Code, "a preflight carries no token")
	require.Equal(t, "*", preflight.Header().Get("Access-Control-Allow-Origin"))
	require.Contains(t, preflight.Header().Get("Access-Control-Allow-Methods"), "GET")
	for _, header := range []string{"Authorization", "Range"} {
		require.Contains(t, preflight.Header().Get("Access-Control-Allow-Headers"), header)
	}
	refused := get(h, "/v0/live.m3u8")
	require.Equal(t, "*", refused.Header().Get("Access-Control-Allow-Origin"), "a page sees why it was refused")
	for _, header := range []string{"Date", "Age", "ETag", "Content-Range"} {
		require.Contains(t, refused.Header().Get("Access-Control-Expose-Headers"), header)
	}
}

func TestAllowOrigins(t *testing.T) {
	const page, local = "https://example.com", "http://localhost:3000"
	listed, nobody := []string{"https://player.example"}, []string{}
	tests := []struct {
		name            string
		allow           []string
		token           string
		url, from, want string
	}{
		{"anywhere", nil, "", "http://cam.example/live.mpd", page, "*"},
		{"this machine", nil, "", "http://127.0.0.1:8080/live.mpd", page, ""},
		{"this machine by name", nil, "", "http://localhost:8080/live.mpd", page, ""},
		{"this machine by the other family", nil, "", "http://[::1]:8080/live.mpd", page, ""},
		{"this machine for itself", nil, "", "http://127.0.0.1:8080/live.mpd", local, "*"},
		{"this machine without a page", nil, "", "http://127.0.0.1:8080/live.mpd", "", "*"},
		{"a file", nil, "", "http://127.0.0.1:8080/live.mpd", "null", ""},
		{"a name like this machine's", nil, "", "http://127.0.0.1:8080/live.mpd", "http://localhost.example.com", ""},
		{"who knows the token", nil, "t", "http://127.0.0.1:8080/live.mpd?token=t", page, "*"},
		{"everybody", []string{"*"}, "", "http://127.0.0.1:8080/live.mpd", page, "*"},
		{"listed", listed, "", "http://cam.example/live.mpd", "https://player.example", "https://player.example"},
		{"not listed", listed, "", "http://cam.example/live.mpd", page, ""},
		{"nobody", nobody, "", "http://cam.example/live.mpd", page, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newOrigin(t, liveOutput(t), func(o *origin.Options) { o.AllowOrigins, o.Token = tt.allow, tt.token })
			headers := []string{}
			if tt.from != "" {
				headers = append(headers, "Origin", tt.from)
			}
			answer := get(h, tt.url, headers...)
			require.Equal(t, http.StatusOK, answer.Code)
			require.Equal(t, tt.want, answer.Header().Get("Access-Control-Allow-Origin"))
			if tt.want == "" {
				require.Equal(t, "same-site", answer.Header().Get("Cross-Origin-Resource-Policy"))
			}
		})
	}
	answer := get(newOrigin(t, liveOutput(t)), "http://localhost/live.mpd", "Origin", local)
	require.Equal(t, []string{"Origin", "Accept-Encoding"}, answer.Header().Values("Vary"), "a cache keeps one answer for each page")
	_, err := origin.New(origin.Options{AllowOrigins: []string{"example.com", "https://a.example/x"}, Cache: 9})
	for _, part := range []string{`"example.com"`, `"https://a.example/x"`, "Cache is 9"} {
		require.ErrorContains(t, err, part)
	}
}

func TestReadOnly(t *testing.T) {
	h := newOrigin(t, liveOutput(t))
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodConnect, "BREW"} {
		answer := do(h, request(context.Background(), method, "/v0/3.m4s"))
		require.Equal(t, http.StatusMethodNotAllowed, answer.Code, method)
		require.Equal(t, "GET, HEAD, OPTIONS", answer.Header().Get("Allow"))
	}
	r := request(context.Background(), http.MethodGet, "/live.mpd")
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), 1
	require.Equal(t, http.StatusBadRequest, do(h, r).Code)
}

func TestCacheControl(t *testing.T) {
	out := liveOutput(t)
	h := newOrigin(t, out)
	for path, want := range map[string]string{
		"/live.mpd":                     "max-age=1",
		"/live.m3u8":                    "max-age=1",
		"/v0/live.m3u8":                 "max-age=1",
		msn(3, -1):                      "max-age=12",
		msn(4, 1):                       "max-age=12",
		"/v0/3.m4s":                     "max-age=12",
		"/v0/4.1.m4s":                   "max-age=12",
		"/v0/init.mp4":                  "max-age=12",
		"/nothing":                      "no-store",
		"/v0/live.m3u8?_HLS_msn=99":     "no-store",
		"/time":                         "no-store",
		"/healthz":                      "no-store",
		"/player/config.json":           "no-store",
		"/player/main.js":               "no-cache",
		"/v0/live.m3u8?_HLS_skip=wrong": "no-store",
	} {
		require.Equal(t, want, get(h, path).Header().Get("Cache-Control"), path)
	}
	out.end()
	require.Equal(t, "max-age=12", get(h, "/live.mpd").Header().Get("Cache-Control"))
	h = newOrigin(t, out, func(o *origin.Options) { o.Token = "secret" })
	require.Equal(t, "private, max-age=12", get(h, "/live.mpd?token=secret").Header().Get("Cache-Control"))
}

// What an app's own authentication let through is for that viewer (RFC 9111 section 3.5), unless the app says otherwise.
func TestCachePolicy(t *testing.T) {
	tests := []struct {
		policy            origin.CachePolicy
		anybody, somebody string
	}{
		{origin.CacheAuto, "max-age=12", "private, max-age=12"},
		{origin.CachePublic, "public, max-age=12", "public, max-age=12"},
		{origin.CachePrivate, "private, max-age=12", "private, max-age=12"},
		{origin.CacheNone, "no-store", "no-store"},
	}
	for _, tt := range tests {
		h := newOrigin(t, liveOutput(t), func(o *origin.Options) { o.Cache = tt.policy })
		require.Equal(t, tt.anybody, get(h, "/v0/3.m4s").Header().Get("Cache-Control"))
		require.Equal(t, tt.somebody, get(h, "/v0/3.m4s", "Authorization", "Basic eDp5").Header().Get("Cache-Control"))
		require.Equal(t, tt.somebody, get(h, "/v0/3.m4s", "Cookie", "session=1").Header().Get("Cache-Control"))
	}
}

func TestTime(t *testing.T) {
	instant := time.Date(2026, 5, 1, 12, 30, 15, 7_900_000, time.FixedZone("", 7200))
	h := newOrigin(t, liveOutput(t), func(o *origin.Options) { o.Clock = func() time.Time { return instant } })
	require.Equal(t, "2026-05-01T10:30:15.007Z", get(h, "/time").Body.String())
}

func TestHealthAndMetrics(t *testing.T) {
	var health error
	h := newOrigin(t, liveOutput(t), func(o *origin.Options) {
		o.Token = "secret"
		o.Health = func() error { return health }
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "numbers") })
	})
	require.Equal(t, "ok\n", get(h, "/healthz").Body.String(), "a probe has no token")
	health = errors.New("disk full: /srv/cam/v0/7.m4s")
	sick := get(h, "/healthz")
	require.Equal(t, http.StatusServiceUnavailable, sick.Code)
	require.NotContains(t, sick.Body.String(), "/srv", "a path is nothing for everybody")
	require.Contains(t, get(h, "/healthz", "Authorization", "Bearer secret").Body.String(), "/srv/cam/v0/7.m4s")
	require.NotContains(t, get(h, "/healthz?token=wrong").Body.String(), "/srv")
	require.Equal(t, http.StatusUnauthorized, get(h, "/metrics").Code)
	require.Equal(t, "numbers", get(h, "/metrics", "Authorization", "Bearer secret").Body.String())
	require.Equal(t, http.StatusNotFound, get(newOrigin(t, liveOutput(t)), "/metrics").Code)
}

func TestStats(t *testing.T) {
	h := newOrigin(t, liveOutput(t))
	first := get(h, "/v0/3.m4s")
	get(h, "/v0/3.m4s", "User-Agent", "another")
	get(h, "/nothing")
	get(h, "/healthz")
	s := h.Stats()
	require.EqualValues(t, 4, s.Requests)
	require.EqualValues(t, 1, s.Failed)
	require.GreaterOrEqual(t, s.Bytes, int64(2*first.Body.Len()))
	require.Equal(t, 2, s.Viewers, "whoever asks for health is no viewer")
}

func TestViewersAreForgotten(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		h := newOrigin(t, liveOutput(t))
		get(h, "/live.mpd")
		require.Equal(t, 1, h.Viewers())
		<-time.After(11 * time.Second) // the test's clock
		require.Zero(t, h.Viewers())
	})
}
