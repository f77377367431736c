package validate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
	"github.com/framegear/framegear/manifest/validate"
)

var types = map[string]string{".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml", ".m4s": "video/iso.segment", ".mp4": "video/mp4"}

// ServeHTTP makes a site an origin that does everything right.
func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, ok := s[strings.TrimPrefix(r.URL.Path, "/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "max-age=1")
	w.Header().Set("Content-Type", types[path.Ext(r.URL.Path)])
	isText := path.Ext(r.URL.Path) == ".m3u8" || path.Ext(r.URL.Path) == ".mpd"
	if isText && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		_, _ = z.Write(b)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

func overHTTP(t *testing.T, h http.Handler, target string) *validate.Report {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	client := srv.Client()
	defer client.CloseIdleConnections()
	r, err := validate.Check(context.Background(), srv.URL+"/"+target, validate.Options{Client: client, Now: clock})
	require.NoError(t, err)
	return r
}

func TestHTTP(t *testing.T) {
	defer goleak.VerifyNone(t)
	for name, p := range map[string]*manifest.Presentation{"ended": ended(), "low latency": lowLatency()} {
		s := synth(t, p)
		for _, target := range []string{"x.mpd", "x.m3u8"} {
			require.Empty(t, overHTTP(t, s, target).Findings, "%s %s", name, target)
		}
	}
}

func TestHTTPRules(t *testing.T) {
	s := synth(t, ended())
	for rule, spoil := range map[string]func(h http.Header){
		"http-content-type":  func(h http.Header) { h.Set("Content-Type", "text/plain") },
		"http-cors":          func(h http.Header) { h.Del("Access-Control-Allow-Origin") },
		"http-cache-control": func(h http.Header) { h.Del("Cache-Control") },
	} {
		t.Run(rule, func(t *testing.T) {
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s.ServeHTTP(&spoiled{w, spoil}, r)
			})
			for _, f := range overHTTP(t, h, "x.m3u8").Findings {
				require.Equal(t, rule, f.Rule)
				require.Equal(t, validate.Warning, f.Severity)
			}
			require.NotEmpty(t, overHTTP(t, h, "x.m3u8").Findings)
		})
	}
	t.Run("http-gzip", func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Accept-Encoding")
			s.ServeHTTP(w, r)
		})
		require.Equal(t, []string{"http-gzip"}, rules(overHTTP(t, h, "x.mpd")))
	})
}

// spoiled changes headers just before they are sent.
type spoiled struct {
	http.ResponseWriter
	change func(http.Header)
}

func (s *spoiled) Write(b []byte) (int, error) {
	s.change(s.Header())
	return s.ResponseWriter.Write(b)
}

func (s *spoiled) WriteHeader(code int) {
	s.change(s.Header())
	s.ResponseWriter.WriteHeader(code)
}

func TestHTTPErrors(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		http.NotFound(w, r)
	}))
	defer srv.Close()
	_, err := validate.Check(context.Background(), srv.URL+"/x.mpd", validate.Options{})
	require.ErrorIs(t, err, validate.ErrNotFound)
	_, err = validate.Check(context.Background(), srv.URL+"/broken", validate.Options{})
	require.ErrorContains(t, err, "500")
}

// changing is a live origin whose manifests are other ones the second time.
type changing struct {
	first, second site
	asked         map[string]bool
}

func (c *changing) Fetch(ctx context.Context, target string, part validate.ByteRange, limit int64) (*validate.Object, error) {
	if c.asked[target] {
		return c.second.Fetch(ctx, target, part, limit)
	}
	c.asked[target] = true
	return c.first.Fetch(ctx, target, part, limit)
}

func TestReload(t *testing.T) {
	for name, c := range map[string]struct {
		target string
		second *manifest.Presentation
		change func(s site)
		want   []string
	}{
		"moved on":     {"x.m3u8", sample.Ladder(manifest.StateLive, 4, 11), nil, nil},
		"MPD moved on": {"x.mpd", sample.Ladder(manifest.StateLive, 4, 11), nil, nil},
		"went back":    {"v0/index.m3u8", sample.Ladder(manifest.StateLive, 2, 9), nil, []string{"media-sequence"}},
		"other target": {"v0/index.m3u8", window(), func(s site) { replace(s, "v0/index.m3u8", "DURATION:2", "DURATION:3") }, []string{"target-duration-constant"}},
		"renumbered":   {"v0/index.m3u8", window(), func(s site) { replace(s, "v0/index.m3u8", "\n9.m4s", "\n8.m4s") }, []string{"media-sequence"}},
		"other start":  {"x.mpd", window(), func(s site) { replace(s, "x.mpd", `StartTime="2026-05-01T10:00:00`, `StartTime="2026-05-01T10:00:01`) }, []string{"availability-start-constant"}},
		"published before": {"x.mpd", window(), func(s site) {
			replace(s, "x.mpd", `publishTime="2026-05-01T10:00:20`, `publishTime="2026-05-01T10:00:10`)
		}, []string{"publish-time"}},
	} {
		t.Run(name, func(t *testing.T) {
			first := synth(t, window())
			c.second.UTCTiming = "time"
			second := synth(t, c.second)
			if c.change != nil {
				c.change(second)
			}
			f := &changing{first, second, map[string]bool{}}
			r, err := validate.Check(context.Background(), origin+c.target, validate.Options{Fetcher: f, Now: clock})
			require.NoError(t, err)
			require.Equal(t, append([]string{}, c.want...), rules(r), "%v", r.Findings)
		})
	}
}

func replace(s site, name, old, new string) {
	if !strings.Contains(string(s[name]), old) {
		panic(fmt.Sprintf("%s lacks %q", name, old))
	}
	s[name] = []byte(strings.ReplaceAll(string(s[name]), old, new))
}
