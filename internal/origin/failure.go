package origin

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// httpError is an answer other than the one asked for.
type httpError struct {
	status     int
	text       string
	retryAfter time.Duration
}

func (e *httpError) Error() string { return e.text }

func failure(status int, format string, args ...any) *httpError {
	return &httpError{status: status, text: fmt.Sprintf(format, args...)}
}

var (
	errNotFound = failure(http.StatusNotFound, "there is nothing of this name here")
	errBusy     = &httpError{http.StatusServiceUnavailable, "too many requests are waiting already", time.Second}
	errTooLong  = &httpError{http.StatusServiceUnavailable, "what was asked for did not come to be in time", time.Second}
	errClosing  = &httpError{http.StatusServiceUnavailable, "the output is closed", time.Second}
	// errPending is not an answer: what is asked for comes next and is worth waiting for.
	errPending = errors.New("not there yet")
)

// fail answers with an error that no request should cause with 500 and logs it. A client that went away gets nothing.
func (o *Origin) fail(w *writer, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return
	}
	var e *httpError
	if !errors.As(err, &e) {
		o.opt.Logger.Error("request cannot be answered", "path", r.URL.Path, "error", err)
		e = failure(http.StatusInternalServerError, "the server could not make this")
	}
	fail(w, e)
}

// fail writes an error's answer. Errors are never cached: most of them pass within a part's time.
func fail(w *writer, e *httpError) {
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.retryAfter.Seconds())))
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, e.text, e.status)
}
