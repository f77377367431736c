package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

const emptyList = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-ENDLIST\n"

func TestValidateFolder(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := command(t, "validate", dir)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "there is no .mpd and no .m3u8 in this folder")
	for _, name := range []string{"a.m3u8", "b.m3u8"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(emptyList), 0o600))
	}
	code, out, errs := command(t, "validate", dir)
	require.Equal(t, exitOK, code, out+errs)
	require.Contains(t, out, filepath.Join(dir, "a.m3u8")+": hls-media")
	require.Contains(t, out, filepath.Join(dir, "b.m3u8")+": hls-media")
	code, out, errs = command(t, "validate", "--json", dir)
	require.Equal(t, exitOK, code, errs)
	reports := json.NewDecoder(strings.NewReader(out))
	for range 2 {
		var r validate.Report
		require.NoError(t, reports.Decode(&r))
		require.Equal(t, "hls-media", r.Summary.Kind)
	}
}

func TestValidateCredentials(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		if r.Header.Get("Authorization") != "Bearer a,b" || r.Header.Get("X-Key") != "c:d, e" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprint(w, emptyList)
	}))
	defer srv.Close()
	code, out, errs := command(t, "validate", "--token", "a,b", "--header", "X-Key: c:d, e", srv.URL+"/x.m3u8")
	require.Equal(t, exitOK, code, out+errs)
	code, _, errs = command(t, "validate", srv.URL+"/x.m3u8")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "server answered 401")
	for _, args := range [][]string{{"--header", "secret"}, {"--header", ": x"}, {"--timeout", "0"}, {"--timeout=-1s"}} {
		code, _, errs = command(t, append([]string{"validate", "x.mpd"}, args...)...)
		require.Equal(t, exitUsage, code, args)
		require.Contains(t, errs, "want")
	}
}

// What a limit ended says so behind what was seen until then, and is no success.
func TestValidateTimeout(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer srv.Close()
	code, _, errs := command(t, "validate", "--timeout", "1ms", srv.URL+"/x.m3u8")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "limit reached: not done after 1ms, while reading "+srv.URL+"/x.m3u8")
}

// The first signal ends a check that waits for a server.
func TestValidateInterrupted(t *testing.T) {
	asked := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer srv.Close()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		child, said := inProcess(t, "validate", srv.URL+"/x.mpd")
		<-asked
		require.NoError(t, child.Process.Signal(signal))
		require.Error(t, child.Wait())
		require.Equal(t, exitFailed, child.ProcessState.ExitCode())
		require.Equal(t, "framegear: interrupted\n", said.String())
	}
}
