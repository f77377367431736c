package e2e_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/need"
)

// vendor is where scripts/players.sh puts the players.
const vendor = "../origin/page/vendor"

//go:embed player.html
var page []byte

// types are the media types of what an output consists of.
var types = map[string]string{
	".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml", ".m4s": "video/iso.segment", ".mp4": "video/mp4", ".ts": "video/mp2t",
}

// serve offers an output under /out/ and the page with the players beside it.
func serve(t *testing.T, dir string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
	mux.Handle("/vendor/", http.StripPrefix("/vendor/", http.FileServer(http.Dir(vendor))))
	files := http.StripPrefix("/out/", http.FileServer(http.Dir(dir)))
	mux.HandleFunc("/out/", func(w http.ResponseWriter, r *http.Request) {
		if kind := types[path.Ext(r.URL.Path)]; kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		files.ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// needBrowser skips the test where there is no Chromium or no player for it.
func needBrowser(t *testing.T) (chromium string) {
	t.Helper()
	for _, name := range []string{"hls.min.js", "dash.all.min.js"} {
		need.File(t, filepath.Join(vendor, name), "scripts/players.sh fetches it")
	}
	return need.Command(t, "chromium", "chromium")
}

// browser starts Chromium, or skips the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	chromium := needBrowser(t)
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir())}
	for name, value := range map[string]any{
		"headless": "new", "autoplay-policy": "no-user-gesture-required", "mute-audio": true, "disable-gpu": true, "disable-background-networking": true,
		"disable-component-update": true, "disable-sync": true, "no-first-run": true, "disable-dev-shm-usage": true,
	} {
		options = append(options, chromedp.Flag(name, value))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute) // a bound for hangs
	t.Cleanup(cancel)
	return ctx
}

// played is what the page tells at the end.
type played struct {
	Errors   []string // what the player and the element complained about
	Duration float64  // seconds
	At       float64  // where it ended
	Frames   int      // decoded
	Sizes    []string // of the pictures that were seen
}

// play lets a player play a manifest to its end.
func play(t *testing.T, player, base, manifest string) played {
	t.Helper()
	ctx := browser(t)
	_, err := chromedp.Run(ctx, chromedp.Navigate(base+"/"))
	require.NoError(t, err)
	script := fmt.Sprintf("%s(%q).then(JSON.stringify)", player, "/out/"+manifest)
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	var p played
	require.NoError(t, json.Unmarshal([]byte(text), &p))
	return p
}
