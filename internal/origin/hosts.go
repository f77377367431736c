package origin

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// hostCheck refuses requests that call the server by a name that is not its own. The zero value lets every name in.
type hostCheck struct {
	on    bool
	names []string
}

func newHostCheck(names []string, at net.Addr) hostCheck {
	if names == nil {
		tcp, ok := at.(*net.TCPAddr)
		return hostCheck{on: ok && tcp.IP.IsLoopback()}
	}
	return hostCheck{on: !slices.Contains(names, "*"), names: names}
}

// allows reports whether a Host header is fine. Whoever lets a name lead to an address has a name: addresses are.
func (c hostCheck) allows(header string) bool {
	name := hostname(header)
	return !c.on || name == "" || isAddress(name) || isLocalhost(name) || slices.ContainsFunc(c.names, func(own string) bool {
		return strings.EqualFold(name, own)
	})
}

func (c hostCheck) before(h http.Handler) http.Handler {
	if !c.on {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.allows(r.Host) {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(headerTimeout)) // not every transport has one
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "this server is not known by that name (want localhost, an address, or one of its hosts)", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// hostname is a Host header, or what stands for one in a URL, without its port, its brackets and the dot of a full name.
func hostname(header string) string {
	host, _, err := net.SplitHostPort(header)
	if err != nil {
		host = header
	}
	return strings.TrimSuffix(strings.Trim(host, "[]"), ".")
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// isLocalhost: these names always lead to the machine itself (RFC 6761 section 6.3).
func isLocalhost(name string) bool {
	name = strings.ToLower(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// isLoopback reports whether a name or address means the machine itself.
func isLoopback(name string) bool {
	addr, err := netip.ParseAddr(name)
	return isLocalhost(name) || err == nil && addr.Unmap().IsLoopback()
}
