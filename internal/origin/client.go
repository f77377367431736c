package origin

import (
	"net"
	"net/netip"
	"sync"
)

// client is who bounds are counted for: an address, or the network of 64 bits that a site with IPv6 has (RFC 6177). The zero value is
// somebody without an address, for whom no share is counted.
type client struct{ netip.Prefix }

// clientOf reads what net/http and net say about the other side: an address with a port.
func clientOf(remote string) client {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return client{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return client{}
	}
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // the length fits
	return client{p}
}

// shares bounds how much is used at a time, by all and by each client.
type shares struct {
	limit, each int

	mu   sync.Mutex
	used int
	by   map[client]int
}

func newShares(limit, each int) *shares {
	return &shares{limit: limit, each: each, by: map[client]int{}}
}

// take reports whether the client may have one more. The caller gives it back after a true.
func (s *shares) take(c client) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used >= s.limit || c.IsValid() && s.by[c] >= s.each {
		return false
	}
	s.used++
	if c.IsValid() {
		s.by[c]++
	}
	return true
}

func (s *shares) give(c client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	if !c.IsValid() {
		return
	}
	if s.by[c]--; s.by[c] == 0 {
		delete(s.by, c)
	}
}

func (s *shares) inUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}
