package origin

import (
	"context"
	"net"
	"sync"
	"time"
)

// conn is a connection of a [Server]. It gives its slot back when it is closed, and can hold back what is written: net/http passes a chunk
// on in three pieces, each of which would be a system call that wakes the client up.
type conn struct {
	net.Conn
	of      client
	idle    time.Time // since when it has no request, zero while it has one; the listener's lock is for it
	release func()
	held    *heldBytes // nil while nothing is held back
}

// heldBytes has room for what is handed to the transport at a time, with an answer's headers and what net/http had in its own buffer.
type heldBytes struct {
	n int
	b [writeChunk + 2*maxHeader]byte
}

var heldPool = sync.Pool{New: func() any { return new(heldBytes) }}

func (c *conn) Close() error {
	defer c.release()
	return c.Conn.Close()
}

func (c *conn) Write(b []byte) (int, error) {
	if c.held == nil {
		return c.Conn.Write(b)
	}
	if len(b) > len(c.held.b)-c.held.n {
		if err := c.pass(); err != nil {
			return 0, err
		}
		return c.Conn.Write(b)
	}
	c.held.n += copy(c.held.b[c.held.n:], b)
	return len(b), nil
}

// hold keeps what is written from now on until letGo. Like Write, both are for the goroutine that answers the present request. A nil
// connection holds nothing: that of a client that came through another server, or with HTTP/2.
func (c *conn) hold() {
	if c != nil {
		c.held = heldPool.Get().(*heldBytes)
	}
}

// letGo writes what was held back.
func (c *conn) letGo() error {
	if c == nil {
		return nil
	}
	err := c.pass()
	heldPool.Put(c.held)
	c.held = nil
	return err
}

// pass writes what is held back so far.
func (c *conn) pass() error {
	n := c.held.n
	c.held.n = 0
	if n == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held.b[:n])
	return err
}

type connKey struct{}

// withConn is an http.Server's ConnContext. Under TLS the connection is another type: its requests may share it.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if own, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

// connOf returns the connection that a request came on, nil when it is not known.
func connOf(ctx context.Context) *conn {
	c, _ := ctx.Value(connKey{}).(*conn)
	return c
}
