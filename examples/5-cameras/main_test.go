package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// started runs the program and returns the URLs that it says, and a function that interrupts it and returns its end.
func started(t *testing.T, cameras ...string) (urls []string, end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, "127.0.0.1:0", cameras, w)
		_ = w.CloseWithError(io.EOF)
		done <- err
	}()
	lines := bufio.NewScanner(r)
	for len(urls) < len(cameras) && lines.Scan() {
		urls = append(urls, lines.Text())
	}
	require.Len(t, urls, len(cameras))
	return urls, func() error {
		cancel()
		return <-done
	}
}

// get asks until there is something: a camera needs a moment for its first picture.
func get(t *testing.T, url string) string {
	t.Helper()
	for {
		answer, err := http.Get(url)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		require.NoError(t, err)
		if answer.StatusCode == http.StatusOK {
			return string(body)
		}
		require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode, url)
	}
}

func TestCameras(t *testing.T) {
	urls, end := started(t, "door=test:", "yard=test:", "away="+filepath.Join(t.TempDir(), "none.mp4"))
	for _, url := range urls[:2] {
		require.Contains(t, get(t, url+"live.m3u8"), "v0/media.m3u8", "it is live")
		require.Contains(t, get(t, url), "<title>")
	}
	require.Contains(t, get(t, urls[2]), "<title>", "a camera that is away has its page too")
	metrics := get(t, strings.TrimSuffix(urls[0], "door/")+"metrics")
	for _, name := range []string{"door", "yard", "away"} {
		require.Contains(t, metrics, `framegear_frames_in_total{stream="`+name+`"}`)
	}
	require.Contains(t, metrics, `framegear_frames_in_total{stream="away"} 0`)
	require.NoError(t, end(), "an interrupt ends all well")
}

func TestRefused(t *testing.T) {
	for want, cameras := range map[string][]string{
		`camera "door": `: {"door=test:", "door=test:"}, `"door" is no camera`: {"door"}, `"=test:" is no camera`: {"=test:"}, `"a/b=test:" is`: {"a/b=test:"},
	} {
		require.ErrorContains(t, run(t.Context(), "127.0.0.1:0", cameras, io.Discard), want)
	}
	require.Error(t, run(t.Context(), "nowhere", nil, io.Discard))
}
