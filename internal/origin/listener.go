package origin

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// limitedListener holds limit connections at a time, each of them per client. One that asks for nothing goes when another
// wants its place: it costs its client a new connection, and a thousand of them would keep everybody else out otherwise.
type limitedListener struct {
	net.Listener
	limit, each int

	mu     sync.Mutex
	room   *sync.Cond // a connection went, or became idle
	conns  map[*conn]struct{}
	by     map[client]int
	closed bool
}

func limitListener(l net.Listener, limit, each int) *limitedListener {
	ll := &limitedListener{Listener: l, limit: limit, each: each, conns: map[*conn]struct{}{}, by: map[client]int{}}
	ll.room = sync.NewCond(&ll.mu)
	return ll
}

// Accept returns the next connection that there is room for. One of a client that has its share of busy ones is closed at once; one
// that finds everything busy waits.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: accepted, of: clientOf(accepted.RemoteAddr().String()), idle: time.Now()}
		c.release = sync.OnceFunc(func() { l.remove(c) })
		if l.admit(c) {
			return c, nil
		}
		_ = accepted.Close() // it was never used
		if l.over() {
			return nil, net.ErrClosed
		}
	}
}

func (l *limitedListener) admit(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.closed {
		own := c.of.IsValid() && l.by[c.of] >= l.each
		if !own && len(l.conns) < l.limit {
			l.conns[c] = struct{}{}
			l.by[c.of]++
			return true
		}
		switch victim := l.victim(c.of, own); {
		case victim != nil:
			l.forget(victim)
			go victim.Close() // a handshake that is broken off may write
		case own:
			return false
		default:
			l.room.Wait()
		}
	}
	return false
}

// victim returns the connection that has been idle for longest, of one client or of those that have the most, nil when all are busy.
func (l *limitedListener) victim(of client, own bool) (found *conn) {
	for c := range l.conns {
		if c.idle.IsZero() || own && c.of != of {
			continue
		}
		if found == nil || l.by[c.of] > l.by[found.of] || l.by[c.of] == l.by[found.of] && c.idle.Before(found.idle) {
			found = c
		}
	}
	return found
}

// forget gives a connection's place back. The lock is held.
func (l *limitedListener) forget(c *conn) {
	if _, there := l.conns[c]; !there {
		return
	}
	delete(l.conns, c)
	if l.by[c.of]--; l.by[c.of] == 0 {
		delete(l.by, c.of)
	}
	l.room.Signal()
}

func (l *limitedListener) remove(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(c)
}

// state is an http.Server's ConnState: a connection is idle before its first request and between two.
func (l *limitedListener) state(nc net.Conn, s http.ConnState) {
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn()
	}
	c, ok := nc.(*conn)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch s {
	case http.StateActive:
		c.idle = time.Time{}
	case http.StateIdle:
		c.idle = time.Now()
		l.room.Signal()
	}
}

func (l *limitedListener) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// Close stops listening. Connections stay.
func (l *limitedListener) Close() error {
	l.mu.Lock()
	l.closed = true
	l.room.Broadcast()
	l.mu.Unlock()
	return l.Listener.Close()
}
