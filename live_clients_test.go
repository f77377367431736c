package framegear_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
)

// serveStream serves a stream over a real socket and returns its address.
func serveStream(t *testing.T, s *framegear.Stream) string {
	t.Helper()
	server, err := framegear.Listen("127.0.0.1:0", framegear.ServerOptions{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, s.Handler()) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return server.Addr().String()
}

// give writes n frames, and waits until all whole parts of the first rendition can be had.
func give(t *testing.T, s *framegear.Stream, n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, s.WriteFrame(picture(i, side, side)))
	}
	parts := s.Stats().FramesIn / 6 // of 200 ms, five to a segment
	body(t, s.Handler(), fmt.Sprintf("/v0/media.m3u8?_HLS_msn=%d&_HLS_part=%d", (parts-1)/5+1, (parts-1)%5))
}

// dial writes a request as it is, and returns the connection.
func dial(t *testing.T, address, request string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	_, err = io.WriteString(c, request)
	require.NoError(t, err)
	return c
}

// Clients that ask and never read, that read a byte, that send half a request or go away: the encoder does not notice. All
// frames are taken and encoded while they hang on, with a full queue that would make WriteFrame wait.
func TestEncoderNeverWaitsForClients(t *testing.T) {
	s := newStream(t, "", byCount())
	address := serveStream(t, s)
	give(t, s, 66)
	var hanging []net.Conn
	for range 40 {
		for _, request := range []string{
			"GET /v0/3.m4s HTTP/1.1\r\nHost: localhost\r\n\r\n",                                     // grows, nobody reads
			"GET /v0/media.m3u8?_HLS_msn=3&_HLS_part=4 HTTP/1.1\r\nHost: localhost\r\n\r\n",         // is held
			"GET /live.mpd HTTP/1.1\r\nHost: localhost\r\nX-Never",                                  // never ends
			"GET /v0/1.m4s HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-0,1-1,2-2,3-3,4-4\r\n\r\n", // many ranges
		} {
			hanging = append(hanging, dial(t, address, request))
		}
		gone := dial(t, address, "GET /v0/3.m4s HTTP/1.1\r\nHost: localhost\r\n\r\n")
		_, err := gone.Read(make([]byte, 1)) // in the middle of the answer
		require.NoError(t, err)
		require.NoError(t, gone.Close())
	}
	give(t, s, 300)
	require.EqualValues(t, 366, s.Stats().FramesOut)
	require.NoError(t, s.Finish(t.Context()))
	require.Equal(t, 200, status(s.Handler(), "/v0/12.m4s"), "all of it was made")
	for _, c := range hanging {
		require.NoError(t, c.Close())
	}
}

// Ten thousand requests for what does not exist yet: as many as the limit are held, the rest is told to come back, and all have
// their answer when it exists.
func TestTenThousandBlockedReloadsOfARunningStream(t *testing.T) {
	s := newStream(t, "", byCount())
	h := s.Handler()
	give(t, s, 66)
	var ok, busy, other atomic.Int64
	var all sync.WaitGroup
	began := make(chan struct{}, 10_000)
	for range 10_000 {
		all.Go(func() {
			answer := httptest.NewRecorder()
			began <- struct{}{}
			h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v0/media.m3u8?_HLS_msn=4", http.NoBody))
			switch answer.Code {
			case http.StatusOK:
				ok.Add(1)
			case http.StatusServiceUnavailable:
				busy.Add(1)
			default:
				other.Add(1)
			}
		})
	}
	for range 10_000 {
		<-began
	}
	give(t, s, 120)
	all.Wait()
	require.Zero(t, other.Load())
	require.EqualValues(t, 10_000, ok.Load()+busy.Load())
	require.Positive(t, ok.Load())
	require.EqualValues(t, 186, s.Stats().FramesOut)
}

// Whatever path and directive somebody thinks of, over the wire, there is nothing but the presentation.
func TestNonsenseOverTheWire(t *testing.T) {
	s := newStream(t, t.TempDir(), byCount())
	address := serveStream(t, s)
	give(t, s, 66)
	for _, target := range []string{
		"/../../etc/passwd", "/v0/../../../etc/passwd", "/v0/..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
		"/v0/\\..\\..\\etc\\passwd", "/.live.state.json", "/v0/.tmp-1", "/player/../../live.go", "/v0/1.m4s/", "/v0", "/v0/%00", "*",
		"/v0/0.m4s", "/v0/-1.m4s", "/v0/01.m4s", "/v0/1.0.0.m4s", "/v0/99999999999999999999.m4s", "/v9/1.m4s",
		"/v0/media.m3u8?_HLS_msn=", "/v0/media.m3u8?_HLS_msn=-1", "/v0/media.m3u8?_HLS_msn=1e3", "/v0/media.m3u8?_HLS_part=0",
		"/v0/media.m3u8?_HLS_msn=3&_HLS_msn=4", "/v0/media.m3u8?_HLS_msn=9223372036854775808", "/v0/media.m3u8?_HLS_msn=99",
		"/v0/media.m3u8?_HLS_msn=3&_HLS_part=99999999999", "/v0/media.m3u8?_HLS_skip=MAYBE", "/v0/media.m3u8?_HLS_msn=3&_HLS_part=%",
	} {
		c := dial(t, address, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", target))
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err, target)
		b, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.GreaterOrEqual(t, answer.StatusCode, 300, "%s: %s", target, b)
		require.Less(t, answer.StatusCode, 500, "%s: %s", target, b)
		require.NotContains(t, string(b), "root:")
		require.NotContains(t, strings.ToLower(string(b)), "goroutine")
		require.NoError(t, c.Close())
	}
	require.NoError(t, s.Finish(t.Context()))
}
