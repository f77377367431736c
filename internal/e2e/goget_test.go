package e2e_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestGoGet is a person who has Framegear from "go get" alone: the words of the README set a module up, and the program of
// docs/library.md serves a page that plays. Nothing is taken from the network: a folder stands for the module proxy.
func TestGoGet(t *testing.T) {
	needBrowser(t)
	u := newUser(t)
	setup := codeBlock(t, "README.md", "sh", "go get ")
	require.Contains(t, codeBlock(t, "docs/library.md", "sh", "go get "), setup, "both pages have the same words")
	lines := strings.Split(strings.TrimSpace(setup), "\n")
	require.Len(t, lines, 3)

	u.must("go mod init example.com/user")
	u.write("main.go", strings.Replace(codeBlock(t, "docs/library.md", "go", "package main"), "127.0.0.1:8080", "127.0.0.1:0", 1))
	u.write("players/none", "")
	u.must(lines[0])
	said, err := u.run("go build -o user .")
	require.Error(t, err, "libav is not known yet")
	require.Contains(t, said, lines[1], "the remedy is named: %s", said)

	u.must(strings.Join(lines[1:], "\n") + "\ngo build -o user .")
	require.Greater(t, playing(t, u.start("./user")), 0.5)
}

// playing opens a player page and returns where the picture is after some of it was played, in seconds.
func playing(t *testing.T, url string) float64 {
	t.Helper()
	ctx := browser(t)
	_, err := chromedp.Run(ctx, chromedp.Navigate(url))
	require.NoError(t, err)
	at, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`new Promise((done) => {
		const look = () => {
			const video = document.querySelector("video");
			const played = video?.played.length ? video.currentTime - video.played.start(0) : 0;
			if (played > 0.5) done(played);
			else setTimeout(look, 50);
		};
		look();
	})`, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	return at
}
