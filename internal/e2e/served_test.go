package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
)

// serveFolder serves what is recorded in a folder as the command does.
func serveFolder(t *testing.T, dir string, o framegear.HandlerOptions) string {
	t.Helper()
	h, err := framegear.FolderHandler(dir, o)
	require.NoError(t, err)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func shortRecording(t *testing.T) string {
	return record(t, framegear.Options{FrameRate: framegear.FPS(25), Preset: "ultrafast", Ladder: ladder}, 2, 1)
}

// Players on somebody else's page, which have neither a cookie nor a header, need no more than a manifest's URL with the token in it.
func TestPlayersElsewhereWithTheTokenInTheURL(t *testing.T) {
	browser(t) // skips before anything is encoded
	const token = "s3cr&t"
	dir := shortRecording(t)
	origin := serveFolder(t, dir, framegear.HandlerOptions{Token: token})
	elsewhere := serve(t, t.TempDir())
	for player, manifest := range map[string]string{"playHLS": "show.m3u8", "playDash": "show.mpd"} {
		t.Run(player, func(t *testing.T) {
			ctx := browser(t)
			_, err := chromedp.Run(ctx, chromedp.Navigate(elsewhere+"/"))
			require.NoError(t, err)
			script := fmt.Sprintf("%s(%q).then(JSON.stringify)", player, origin+"/"+manifest+"?token="+url.QueryEscape(token))
			text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
			require.NoError(t, err)
			var got played
			require.NoError(t, json.Unmarshal([]byte(text), &got))
			require.Empty(t, got.Errors)
			require.InDelta(t, 2, got.At, 0.15)
		})
	}
}

// The page plays what a stream has left in a folder, to its end, and measures its bit rate.
func TestPagePlaysAFolder(t *testing.T) {
	browser(t) // skips before anything is encoded
	page := serveFolder(t, shortRecording(t), framegear.HandlerOptions{Title: "Door"})
	for _, player := range []string{"hls.js", "dash.js"} {
		ctx := browser(t)
		_, err := chromedp.Run(ctx, chromedp.Navigate(page+"/?player="+player))
		require.NoError(t, err)
		n := until(t, ctx, func(n numbers) bool { return n.Player == player && n.Position > 1.9 })
		require.Equal(t, "ended", n.State)
		title, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.title`))
		require.NoError(t, err)
		require.Equal(t, "Door", title)
		rate, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`window.framegear.numbers().bitrate`))
		require.NoError(t, err)
		require.Greater(t, rate, 1000.0)
	}
}
