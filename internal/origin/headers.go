package origin

import (
	"io"
	"net/http"
	"time"
)

const allowedMethods = "GET, HEAD, OPTIONS"

// setCommonHeaders lets players on the pages that may do so read everything, including what they measure clocks and latency with.
func (o *Origin) setCommonHeaders(h http.Header, r *http.Request) {
	h.Set("X-Content-Type-Options", "nosniff")
	allowed, varies := o.allowedOrigin(r)
	if varies {
		h.Add("Vary", "Origin")
	}
	if allowed == "" {
		h.Set("Cross-Origin-Resource-Policy", "same-site") // not even to be shown by others
		return
	}
	h.Set("Access-Control-Allow-Origin", allowed)
	h.Set("Access-Control-Allow-Methods", allowedMethods)
	h.Set("Access-Control-Allow-Headers", "Authorization, Range, If-Range, If-None-Match, If-Modified-Since, Cache-Control, Pragma")
	h.Set("Access-Control-Expose-Headers", "Date, Age, ETag, Cache-Control, Content-Length, Content-Range, Accept-Ranges, Retry-After")
	h.Set("Access-Control-Max-Age", "86400")
	h.Set("Timing-Allow-Origin", allowed)
}

// writeText answers with a short text that is never cached.
func writeText(w *writer, r *http.Request, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = io.WriteString(w, text) // the client may be gone
	return nil
}

// refuseBody reports whether the request announces a body. None is ever read, and the connection does not wait for it.
func refuseBody(w *writer, r *http.Request) bool {
	if r.ContentLength == 0 {
		return false
	}
	w.Header().Set("Connection", "close")
	_ = w.control.SetReadDeadline(time.Now()) // not every transport has one
	return true
}
