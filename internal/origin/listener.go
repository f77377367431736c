package origin

import (
	"net"
	"sync"
)

// limitedListener accepts no connection while limit of them are open.
type limitedListener struct {
	net.Listener
	slots  chan struct{}
	closed chan struct{}
	close  func() error
}

func limitListener(l net.Listener, limit int) net.Listener {
	ll := &limitedListener{Listener: l, slots: make(chan struct{}, limit), closed: make(chan struct{})}
	ll.close = sync.OnceValue(func() error {
		close(ll.closed)
		return l.Close()
	})
	return ll
}

func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &conn{Conn: c, release: sync.OnceFunc(func() { <-l.slots })}, nil
}

func (l *limitedListener) Close() error { return l.close() }
