package origin_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRequest asks a live and a finished output for anything: no panic, nothing that is not the output's, no status
// outside the few there are. The client is gone before it asks, so that nothing waits.
func FuzzRequest(f *testing.F) {
	f.Add("/v0/live.m3u8", "_HLS_msn=4&_HLS_part=2&_HLS_skip=YES", "gzip", "bytes=0-1")
	f.Add("/v0/4.1.m4s", "", "*;q=0", "bytes=-5,3-")
	f.Add("/../../etc/passwd", "token=x", "", "")
	f.Add("/v0/18446744073709551616.0.m4s", "_HLS_msn=-1", ";q=", "items=1")
	f.Add("/player/vendor/../../origin.go", "_HLS_part=9", "gzip;q=1e309", "")
	live, ended := liveOutput(f), newOutput(f)
	ended.segments(2)
	ended.end()
	for _, out := range []*output{live, ended} {
		out.put("secret", "not to be seen")
	}
	f.Fuzz(func(t *testing.T, path, query, encoding, ranges string) {
		for _, out := range []*output{live, ended} {
			answer := askGone(newOrigin(t, out), path, query, encoding, ranges)
			require.NotContains(t, answer.Body.String(), "not to be seen")
			require.Contains(t, []int{200, 206, 400, 404, 416}, answer.Code)
		}
	})
}

// askGone makes the request of a client that left already.
func askGone(h http.Handler, path, query, encoding, ranges string) *httptest.ResponseRecorder {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := request(ctx, http.MethodGet, "/", "Accept-Encoding", encoding, "Range", ranges)
	r.URL = &url.URL{Path: path, RawQuery: query}
	return do(h, r)
}
