package origin

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHosts(t *testing.T) {
	loopback, outside := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.TCPAddr{IP: net.IPv4zero}
	tests := []struct {
		name  string
		names []string
		at    net.Addr
		host  string
		ok    bool
	}{
		{"localhost", nil, loopback, "localhost:8080", true},
		{"below localhost", nil, loopback, "Cam.LocalHost", true},
		{"full name", nil, loopback, "localhost.:8080", true},
		{"address", nil, loopback, "127.0.0.1:8080", true},
		{"address of the other family", nil, loopback, "[::1]:8080", true},
		{"no name, as HTTP/1.0 asks", nil, loopback, "", true},
		{"a name that was led here", nil, loopback, "evil.example:8080", false},
		{"a name that looks like one of ours", nil, loopback, "localhost.evil.example", false},
		{"a name that looks like an address", nil, loopback, "127.0.0.1.evil.example", false},
		{"the IPv6 loopback address", nil, &net.TCPAddr{IP: net.IPv6loopback}, "evil.example", false},
		{"open to the network", nil, outside, "cam.example", true},
		{"a proxy's name", []string{"cam.example"}, loopback, "CAM.example", true},
		{"not the proxy's", []string{"cam.example"}, outside, "evil.example", false},
		{"listed, and by address", []string{"cam.example"}, outside, "192.0.2.1:80", true},
		{"any", []string{"*"}, loopback, "evil.example", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHostCheck(tt.names, tt.at).before(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
			r.Host = tt.host
			h.ServeHTTP(w, r)
			want := http.StatusMisdirectedRequest
			if tt.ok {
				want = http.StatusOK
			}
			require.Equal(t, want, w.Code)
		})
	}
}
