package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serve DIR says where, answers until the first interrupt, and then ends well.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	code, _, text := command(t, "stream", "test:", "--size", "64x64", "--fps", "10", "--duration", "1s", "-o", dir, "-q")
	require.Zero(t, code, text)
	ctx, interrupt := context.WithCancel(t.Context())
	said, stderr := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", dir, "--listen", "127.0.0.1:0", "--title", "Door"}, nil, io.Discard, stderr)
		stderr.Close()
	}()
	line := make([]byte, 500)
	n, err := said.Read(line)
	require.NoError(t, err)
	go io.Copy(io.Discard, said)
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(string(line[:n]))
	require.NotEmpty(t, url, string(line[:n]))
	client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	for path, want := range map[string]string{"player/config.json": `"title":"Door"`, "stream.m3u8": "v0/media.m3u8", "stream.mpd": `type="static"`} {
		answer, err := client.Get(url + path)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Contains(t, string(text), want)
	}
	client.CloseIdleConnections()
	interrupt()
	require.Zero(t, <-ended)
}

func TestServeRefuses(t *testing.T) {
	for text, args := range map[string][]string{
		"no-such-folder": {"serve", "no-such-folder"},
		"--listen 8080":  {"serve", t.TempDir(), "--listen", "8080"},
		"MaxPerAddress":  {"serve", t.TempDir(), "--listen", "127.0.0.1:0", "--max-per-address=-1"},
		"AllowOrigins":   {"serve", t.TempDir(), "--listen", "127.0.0.1:0", "--cors", "example.com"},
	} {
		code, _, said := command(t, args...)
		require.Equal(t, exitUsage, code, said)
		require.Contains(t, said, text)
	}
}

// The address of the live manifests serves whatever the output is called, with what was asked for beside it.
func TestAlsoLive(t *testing.T) {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) })
	for _, c := range []struct{ name, asked, location, body string }{
		{"stream.mpd", "/live.mpd?token=a%20b", "/stream.mpd?token=a%20b", ""},
		{"dir/two words.m3u8", "/live.m3u8", "/two%20words.m3u8", ""},
		{"stream.mpd", "/live.m3u8", "", "/live.m3u8"},
		{"live.mpd", "/live.mpd", "", "/live.mpd"},
		{"stream.mpd", "/stream.mpd", "", "/stream.mpd"},
	} {
		w := httptest.NewRecorder()
		alsoLive(inner, []string{c.name}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.asked, nil))
		require.Equal(t, c.location, w.Header().Get("Location"), c.asked)
		if c.location == "" {
			require.Equal(t, c.body, w.Body.String())
		}
	}
}
