package origin

import (
	"net"
	"net/http"
)

// What a [Server] does with connections, for tests with connections of their own.
var (
	LimitListener = limitListener
	WithConn      = withConn
)

// State is an http.Server's ConnState.
func (l *limitedListener) State(c net.Conn, s http.ConnState) { l.state(c, s) }
