package origin_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/origin"
)

// pipeListener is a network inside a test's bubble, where time is the test's.
type pipeListener struct {
	conns  chan net.Conn
	done   chan struct{}
	writes atomic.Int64 // of the server
}

// countedConn counts what would be system calls.
type countedConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { close(l.done); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (l *pipeListener) dial() net.Conn {
	client, server := net.Pipe()
	l.conns <- countedConn{server, &l.writes}
	return client
}

func servePipe(t *testing.T, h http.Handler) *pipeListener {
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Second, ConnContext: origin.WithConn}
	ended := make(chan error)
	go func() { ended <- srv.Serve(origin.LimitListener(l, 10, 10)) }()
	t.Cleanup(func() {
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	return l
}

// A client that does not read is cut off after the write timeout, in a complete and in a growing object; what the output
// does meanwhile waits for nobody.
func TestReaderThatStopsIsCutOff(t *testing.T) {
	for _, path := range []string{"/v0/3.m4s", "/v0/4.m4s", "/v0/live.m3u8"} {
		bubble.Test(t, func(t *testing.T) {
			out := liveOutput(t)
			conn := servePipe(t, newOrigin(t, out)).dial()
			defer conn.Close()
			began := time.Now()
			_, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, err)
			first := make([]byte, 1)
			_, err = io.ReadFull(conn, first)
			require.NoError(t, err)
			synctest.Wait()
			out.parts(3)
			out.seal()
			require.Zero(t, time.Since(began), "the output did not wait")
			<-time.After(11 * time.Second) // the test's clock, past the write timeout
			rest, _ := io.ReadAll(conn)
			require.Less(t, len(rest), 1000, "the connection was cut")
		})
	}
}

// The connection carries the next request when an answer was complete, and does not when it was broken off.
func TestChunkedOverTheWire(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		out := liveOutput(t)
		conn := servePipe(t, newOrigin(t, out)).dial()
		defer conn.Close()
		replies := bufio.NewReader(conn)
		ask := func(path string) *http.Response {
			_, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, err)
			reply, err := http.ReadResponse(replies, nil)
			require.NoError(t, err)
			return reply
		}
		reply := ask("/v0/4.m4s")
		require.Equal(t, []string{"chunked"}, reply.TransferEncoding)
		want := partContent("v0/4.0.m4s") + partContent("v0/4.1.m4s")
		got := make([]byte, len(want))
		_, err := io.ReadFull(reply.Body, got)
		require.NoError(t, err)
		require.Equal(t, want, string(got), "before the segment is complete")
		out.parts(3)
		out.seal()
		_, err = io.Copy(io.Discard, reply.Body)
		require.NoError(t, err)
		out.part()
		reply = ask("/v0/5.m4s")
		out.abort()
		_, err = io.Copy(io.Discard, reply.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
}

// A chunk reaches a client in one piece: the head of the answer, the chunk's length and its end are not writes of their own.
func TestChunkIsOneWrite(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		out := newOutput(t)
		out.segments(3)
		out.part()
		l := servePipe(t, newOrigin(t, out))
		conn := l.dial()
		defer conn.Close()
		_, err := io.WriteString(conn, "GET /v0/4.m4s HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		first := make([]byte, len(partContent("v0/4.0.m4s")))
		_, err = io.ReadFull(reply.Body, first)
		require.NoError(t, err)
		require.EqualValues(t, 2, l.writes.Load(), "one for each 64 KiB")
		for i, size := range []int{100, 12_000, 60_000} {
			want := strings.Repeat("x", size)
			out.grow("v0/4.m4s", want)
			got := make([]byte, size)
			_, err = io.ReadFull(reply.Body, got)
			require.NoError(t, err)
			require.Equal(t, want, string(got))
			synctest.Wait()
			require.EqualValues(t, 3+i, l.writes.Load())
		}
	})
}

func TestServeEndsWithItsContext(t *testing.T) {
	out := liveOutput(t)
	h := newOrigin(t, out)
	s, err := origin.Listen("127.0.0.1:0", origin.ServerOptions{Grace: time.Millisecond})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(s.URL(), "http://127.0.0.1:"), s.URL())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, h) }()
	reply := fetch(t, http.DefaultClient, s.URL()+"v0/3.m4s")
	require.Equal(t, "HTTP/1.1", reply.Proto)
	growing, err := http.Get(s.URL() + "v0/4.m4s")
	require.NoError(t, err)
	defer growing.Body.Close()
	cancel()
	require.NoError(t, <-ended, "a held request does not keep the server")
	_, err = io.Copy(io.Discard, growing.Body)
	require.Error(t, err)
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, s.Close())
}

func fetch(t *testing.T, c *http.Client, url string) *http.Response {
	reply, err := c.Get(url)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, reply.Body)
	require.NoError(t, err)
	require.NoError(t, reply.Body.Close())
	require.Equal(t, http.StatusOK, reply.StatusCode)
	return reply
}

func TestServeTLS(t *testing.T) {
	files := certificate(t)
	out := liveOutput(t)
	s, err := origin.Listen("127.0.0.1:0", origin.ServerOptions{TLS: files, Grace: time.Millisecond})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, newOrigin(t, out)) }()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	require.True(t, strings.HasPrefix(s.URL(), "https://"), s.URL())
	reply := fetch(t, &http.Client{Transport: transport}, s.URL()+"live.mpd")
	require.Equal(t, "HTTP/2.0", reply.Proto)
	transport.CloseIdleConnections()
	cancel()
	require.NoError(t, <-ended)
}

func TestListenRefuses(t *testing.T) {
	files := certificate(t)
	_, err := origin.Listen("127.0.0.1:0", origin.ServerOptions{TLS: origin.TLSFiles{Cert: files.Cert}})
	require.ErrorIs(t, err, origin.ErrOptions)
	_, err = origin.Listen("127.0.0.1:0", origin.ServerOptions{TLS: origin.TLSFiles{Cert: files.Cert, Key: "none.pem"}})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none.pem")
	_, err = origin.Listen("127.0.0.1:0", origin.ServerOptions{MaxPerAddress: -1})
	require.ErrorIs(t, err, origin.ErrOptions)
	require.ErrorContains(t, origin.Serve(context.Background(), "127.0.0.1:-1", http.NotFoundHandler(), origin.ServerOptions{}), "-1")
}

// certificate writes a self-signed certificate for loopback.
func certificate(t *testing.T) origin.TLSFiles {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	files := origin.TLSFiles{Cert: filepath.Join(t.TempDir(), "cert.pem"), Key: filepath.Join(t.TempDir(), "key.pem")}
	for name, block := range map[string]*pem.Block{files.Cert: {Type: "CERTIFICATE", Bytes: cert}, files.Key: {Type: "PRIVATE KEY", Bytes: der}} {
		require.NoError(t, os.WriteFile(name, pem.EncodeToMemory(block), 0o600))
	}
	return files
}
