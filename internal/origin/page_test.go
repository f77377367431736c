package origin_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/origin"
	"github.com/framegear/framegear/manifest"
)

func TestPage(t *testing.T) {
	h := newOrigin(t, liveOutput(t))
	page := get(h, "/")
	require.Equal(t, "text/html; charset=utf-8", page.Header().Get("Content-Type"))
	require.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'self'")
	for _, link := range regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		require.Equal(t, http.StatusOK, get(h, "/"+link[1]).Code, link[1])
	}
	for path, mime := range map[string]string{
		"/player/main.js": "text/javascript; charset=utf-8", "/player/player.css": "text/css; charset=utf-8", "/player/icon.svg": "image/svg+xml",
	} {
		require.Equal(t, mime, get(h, path).Header().Get("Content-Type"))
	}
	for _, path := range []string{"/player/", "/player/vendor", "/player/package.json", "/player/none.js", "/player/../page.go", "/player/vendor/.fetched"} {
		require.Equal(t, http.StatusNotFound, get(h, path).Code, path)
	}
	without := newOrigin(t, liveOutput(t), func(o *origin.Options) { o.Page = false })
	require.Equal(t, http.StatusNotFound, get(without, "/").Code)
	require.Equal(t, http.StatusNotFound, get(without, "/player/main.js").Code)
}

// A program from Go's module cache has no players in it and gives its own.
func TestPagePlayers(t *testing.T) {
	players := fstest.MapFS{"hls.min.js": {Data: []byte("given()")}, "folder/x.js": {Data: []byte("no")}}
	given := func(o *origin.Options) { o.Players = players }
	h := newOrigin(t, liveOutput(t), given)
	answer := get(h, "/player/vendor/hls.min.js")
	require.Equal(t, http.StatusOK, answer.Code)
	require.Equal(t, "given()", answer.Body.String())
	require.Equal(t, "text/javascript; charset=utf-8", answer.Header().Get("Content-Type"))
	require.Equal(t, map[string]bool{"hls.js": true, "dash.js": false}, readConfig(t, liveOutput(t), given).Players)
	require.Equal(t, http.StatusOK, get(h, "/player/main.js").Code, "the page itself is the build's")
	for _, path := range []string{"dash.all.min.js", "", "folder", "folder/x.js"} {
		require.Equal(t, http.StatusNotFound, get(h, "/player/vendor/"+path).Code, path)
	}
	other := get(newOrigin(t, liveOutput(t)), "/player/vendor/hls.min.js")
	require.NotEqual(t, "given()", other.Body.String(), "one origin's players are its own")
}

// The page loads nothing from elsewhere, and its modules import each other only.
func TestPageIsSelfContained(t *testing.T) {
	files := os.DirFS("page")
	sources, err := fs.Glob(files, "*.*")
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	imported := regexp.MustCompile(`from "\./([^"]+)"`)
	for _, name := range sources {
		b, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		text := strings.ReplaceAll(string(b), "http://www.w3.org/2000/svg", "")
		require.NotRegexp(t, `https?://`, text, name)
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			require.Contains(t, sources, m[1], name)
		}
	}
}

type pageConfig struct {
	State, HLS, DASH             string
	Players                      map[string]bool
	LowLatency, Sound            bool
	Segment, Part, TargetLatency float64
	Start                        int64
}

func readConfig(t *testing.T, out *output, change ...func(*origin.Options)) (c pageConfig) {
	require.NoError(t, json.Unmarshal(get(newOrigin(t, out, change...), "/player/config.json").Body.Bytes(), &c))
	return c
}

func TestPageConfig(t *testing.T) {
	out := newOutput(t)
	players := readConfig(t, out).Players
	require.Contains(t, players, "hls.js")
	require.Contains(t, players, "dash.js")
	want := pageConfig{
		State: "starting", HLS: "live.m3u8", DASH: "live.mpd", Players: players, LowLatency: true, Sound: true,
		Segment: 2, Part: 0.4, TargetLatency: 1.5, Start: out.now.Start.UnixMilli(),
	}
	require.Equal(t, want, readConfig(t, out))
	out.segments(1)
	want.State = "live"
	require.Equal(t, want, readConfig(t, out))
	out.publish(func(p *manifest.Presentation) { p.State = manifest.StateRecording })
	want.State, want.LowLatency, want.DASH = "recording", false, ""
	require.Equal(t, want, readConfig(t, out, func(o *origin.Options) { o.NoDASH = true }))
	out.end()
	want.State, want.DASH, want.HLS = "ended", "live.mpd", ""
	require.Equal(t, want, readConfig(t, out, func(o *origin.Options) { o.NoHLS = true }))
	out.now = nil
	require.Equal(t, pageConfig{State: "starting", HLS: "live.m3u8", DASH: "live.mpd", Players: players}, readConfig(t, out))
}
