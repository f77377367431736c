package origin_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/origin"
	"github.com/stretchr/testify/require"
)

// namedConn is a connection from an address that the test chooses.
type namedConn struct {
	net.Conn
	from string
}

func (c namedConn) RemoteAddr() net.Addr {
	addr, _ := net.ResolveTCPAddr("tcp", c.from) // a literal
	return addr
}

// crowd is a server with bounds for connections, in a test's bubble.
type crowd struct {
	t       *testing.T
	l       *pipeListener
	blocked chan struct{} // lets /wait go
}

func newCrowd(t *testing.T, limit, each int) *crowd {
	c := &crowd{t, &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}, make(chan struct{})}
	limited := origin.LimitListener(c.l, limit, each)
	srv := &http.Server{ConnContext: origin.WithConn, ConnState: limited.State, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			<-c.blocked
		}
	})}
	ended := make(chan error)
	go func() { ended <- srv.Serve(limited) }()
	t.Cleanup(func() {
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	return c
}

// dial connects from an address. The server may take it now, or later.
func (c *crowd) dial(from string) net.Conn {
	client, server := net.Pipe()
	go func() {
		select {
		case c.l.conns <- namedConn{server, from}:
		case <-c.l.done:
			server.Close()
		}
	}()
	c.t.Cleanup(func() { client.Close() })
	synctest.Wait()
	return client
}

// ask sends a request and returns whether there is an answer without any time passing.
func (c *crowd) ask(conn net.Conn, path string) bool {
	answered := make(chan bool, 1)
	go func() {
		if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			answered <- false
			return
		}
		_, err := http.ReadResponse(bufio.NewReader(conn), nil)
		answered <- err == nil
	}()
	synctest.Wait()
	select {
	case ok := <-answered:
		return ok
	default:
		return false
	}
}

func gone(conn net.Conn) bool {
	_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond)) // the test's clock
	_, err := conn.Read(make([]byte, 1))
	_ = conn.SetReadDeadline(time.Time{})
	return errors.Is(err, io.EOF)
}

// Connections that ask for nothing keep nobody out: the oldest of whoever has the most makes room.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		c := newCrowd(t, 4, 3)
		viewer := c.dial("192.0.2.1:1")
		require.True(t, c.ask(viewer, "/"))
		var idle []net.Conn
		for i := range 3 {
			<-time.After(time.Second)
			idle = append(idle, c.dial("192.0.2.9:"+strconv.Itoa(i+1)))
		}
		late := c.dial("192.0.2.2:1")
		require.True(t, c.ask(late, "/"), "full of idle ones")
		require.True(t, gone(idle[0]))
		require.False(t, gone(idle[1]))
		require.True(t, c.ask(viewer, "/"), "who has one only keeps it, though it is the oldest")
	})
}

// Beyond its share an address takes the place of its own idle connections, and gets no more while all of them are busy.
func TestConnectionsPerAddress(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		c := newCrowd(t, 10, 2)
		first := c.dial("[2001:db8::1]:1")
		<-time.After(time.Second) // the test's clock
		second := c.dial("[2001:db8::2]:1")
		third := c.dial("[2001:db8::3]:1") // all of one network
		require.True(t, gone(first))
		require.False(t, c.ask(second, "/wait"))
		require.False(t, c.ask(third, "/wait"))
		require.True(t, gone(c.dial("[2001:db8::4]:1")), "both of its connections are busy")
		require.True(t, c.ask(c.dial("[2001:db8:0:1::1]:1"), "/"), "another network")
		close(c.blocked)
		synctest.Wait()
	})
}

// While all connections are busy a further one waits, and is served when one ends or has its answer.
func TestBusyConnectionsAreNotCut(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		c := newCrowd(t, 1, 1)
		busy := c.dial("192.0.2.1:1")
		require.False(t, c.ask(busy, "/wait"))
		waits := c.dial("192.0.2.2:1")
		require.False(t, c.ask(waits, "/"))
		require.False(t, gone(waits))
		close(c.blocked)
		synctest.Wait()
		require.False(t, gone(waits), "it was let in")
		require.True(t, gone(busy) || c.ask(busy, "/"))
	})
}

// Requests over the bound are refused without a word that anybody could fail to read, those of one address before those of all.
func TestAnswersAreBounded(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		out := newOutput(t)
		out.now = nil
		h := newOrigin(t, out, func(o *origin.Options) { o.Limits = origin.Limits{MaxAnswers: 3, MaxPerAddress: 2} })
		from := func(addr string) *pending {
			ctx, cancel := context.WithCancel(t.Context())
			p := &pending{done: make(chan struct{}), cancel: cancel}
			r := request(ctx, http.MethodGet, "/live.mpd")
			r.RemoteAddr = addr
			go func() {
				defer close(p.done)
				p.answer = do(h, r)
			}()
			synctest.Wait()
			return p
		}
		held := []*pending{from("192.0.2.1:1"), from("192.0.2.1:2")}
		refused := from("192.0.2.1:3")
		require.True(t, refused.finished())
		require.Equal(t, http.StatusServiceUnavailable, refused.answer.Code)
		require.Equal(t, "1", refused.answer.Header().Get("Retry-After"))
		require.Zero(t, refused.answer.Body.Len())
		other := from("192.0.2.2:1")
		require.False(t, other.finished(), "another address has its own share")
		require.True(t, from("192.0.2.3:1").finished(), "all of them are taken")
		require.Equal(t, http.StatusOK, get(h, "/healthz").Code)
		require.Equal(t, 3, h.Stats().Answering)
		require.EqualValues(t, 2, h.Stats().Refused)
		for _, p := range append(held, other) {
			p.cancel()
			<-p.done
		}
		require.Zero(t, h.Stats().Answering)
		again := from("192.0.2.1:1")
		require.False(t, again.finished())
		again.cancel()
		<-again.done
	})
}

// A client with many streams that takes nothing of them holds no buffers: a few hundred streams of a large file are less than a few megabytes.
func TestStreamsThatAreNotRead(t *testing.T) {
	out := liveOutput(t)
	out.put("v0/1.m4s", string(make([]byte, 4<<20)))
	s, err := origin.Listen("127.0.0.1:0", origin.ServerOptions{TLS: certificate(t), Grace: time.Millisecond})
	require.NoError(t, err)
	h := newOrigin(t, out, func(o *origin.Options) { o.Limits.MaxPerAddress = 450 })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, h) }()
	before := heap()
	const conns, streams = 5, 100
	for range conns {
		conn, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		require.NoError(t, err)
		defer conn.Close()
		openStreams(t, conn, streams)
	}
	require.Equal(t, 450, h.Stats().Answering)
	require.EqualValues(t, conns*streams-450, h.Stats().Refused)
	require.Less(t, heap()-before, int64(450*(32<<10)), "half of what buffers alone would be")
	cancel()
	require.NoError(t, <-ended)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// The frames of RFC 9113 that the test needs.
const (
	frameHeaders  = 1
	frameSettings = 4
	flagAck       = 1 // also END_STREAM
	flagEnded     = 1 | 4
)

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	b = append(b, flags)
	return append(binary.BigEndian.AppendUint32(b, stream), payload...)
}

// openStreams asks for a large object on each of n streams, none of which may be sent a byte, and returns when all are begun or refused.
func openStreams(t *testing.T, conn net.Conn, n int) {
	request := []byte{0x82, 0x87} // GET, https (RFC 7541 appendix A)
	for index, value := range map[byte]string{1: "127.0.0.1", 4: "/v0/1.m4s"} {
		request = append(append(request, index, byte(len(value))), value...)
	}
	b := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	b = append(b, frame(frameSettings, 0, 0, []byte{0, 4, 0, 0, 0, 0})...) // SETTINGS_INITIAL_WINDOW_SIZE is 0
	b = append(b, frame(frameSettings, flagAck, 0, nil)...)
	for i := range n {
		b = append(b, frame(frameHeaders, flagEnded, uint32(2*i+1), request)...)
	}
	_, err := conn.Write(b)
	require.NoError(t, err)
	head := make([]byte, 9)
	for begun := 0; begun < n; {
		_, err := io.ReadFull(conn, head)
		require.NoError(t, err)
		if head[3] == frameHeaders {
			begun++
		}
		_, err = io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(head)>>8))
		require.NoError(t, err)
	}
}
