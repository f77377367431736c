package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// HTTP uploads objects to a server: one PUT per object, DELETE for Remove.
//
// An object that is not flushed is sent at its commit, with its length. One that is flushed is sent while it grows, with
// chunked transfer (DASH-IF Live Media Ingest, interface 2). Bytes are kept until the server has acknowledged the whole
// object, so that it can be sent again from the start when the server or the network fails for a while.
//
// What a server shows of an upload before its end, or of one that was aborted, is the server's choice. An HLS server
// that only stores files cannot block playlist reloads: low-latency HLS over it polls.
type HTTP struct {
	base    url.URL
	options HTTPOptions
	client  http.Client
	idle    func()

	mu     sync.Mutex
	closed bool
	own    map[string]struct{}
}

var (
	_ Sink    = (*HTTP)(nil)
	_ Flusher = (*httpObject)(nil)
)

// StatusError is a server's refusal.
type StatusError struct {
	// Code is the status, Status its line ("403 Forbidden").
	Code   int
	Status string
	// Body is the beginning of what the server said about it.
	Body string
}

// Error returns the status line and the server's words.
func (e *StatusError) Error() string {
	if e.Body == "" {
		return "server answered " + e.Status
	}
	return fmt.Sprintf("server answered %s: %s", e.Status, e.Body)
}

// temporary reports whether a second attempt may end better. 507 may not: a full disk is to be heard of at once.
func (e *StatusError) temporary() bool {
	switch e.Code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusInsufficientStorage:
		return false
	}
	return e.Code >= 500
}

// NewHTTP returns a sink below a URL such as "https://user:password@host/live?token=x"; names are added to its path, its
// query is sent along. Nothing is sent yet. The URL and all options are checked.
func NewHTTP(baseURL string, options HTTPOptions) (*HTTP, error) {
	u, err := url.Parse(baseURL)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		err = fmt.Errorf("%q (want http://host/path or https://host/path)", u.Redacted())
	}
	if err = errors.Join(httpCause(err), options.Validate()); err != nil {
		return nil, fmt.Errorf("sink: http: %w", err)
	}
	h := &HTTP{base: *u, options: options.withDefaults(), idle: func() {}, own: map[string]struct{}{}}
	h.base.Fragment = ""
	if options.Client != nil {
		h.client = *options.Client
	} else {
		h.client.Transport = http.DefaultTransport.(*http.Transport).Clone()
		h.idle = h.client.CloseIdleConnections
	}
	h.client.CheckRedirect = keepMethod(h.client.CheckRedirect)
	return h, nil
}

// String returns the address without its password and query.
func (h *HTTP) String() string {
	u := h.base
	u.RawQuery = ""
	return u.Redacted()
}

// Create implements [Sink]. Nothing is sent before the first Flush or the Commit. The object is a [Flusher].
func (h *HTTP) Create(ctx context.Context, name string) (Object, error) {
	if err := h.admit(ctx, name); err != nil {
		return nil, &Error{"create", h.url(name).Redacted(), err}
	}
	return newHTTPObject(ctx, h, name), nil
}

// Remove implements [Sink]. An answer of 404 or 410 is as good as success.
func (h *HTTP) Remove(ctx context.Context, name string) error {
	u := h.url(name)
	if err := h.admit(ctx, name); err != nil {
		return &Error{"remove", u.Redacted(), err}
	}
	h.mu.Lock()
	_, ours := h.own[name]
	h.mu.Unlock()
	if !ours {
		return nil
	}
	err := h.retry(ctx, func() error { return h.remove(ctx, u) })
	var status *StatusError
	if errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone) {
		err = nil
	}
	if err != nil {
		return &Error{"remove", u.Redacted(), err}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.own, name)
	return nil
}

func (h *HTTP) remove(ctx context.Context, u *url.URL) error {
	ctx, cancel := context.WithTimeoutCause(ctx, h.options.Timeout, errTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, u.String(), http.NoBody)
	if err != nil {
		return err
	}
	req.Header = h.options.Header.Clone()
	return h.do(req)
}

// Close lets go of idle connections when the client is the sink's own. After it Create and Remove return [ErrClosed];
// objects that are being written can still be ended.
func (h *HTTP) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.idle()
	return nil
}

func (h *HTTP) admit(ctx context.Context, name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return ErrClosed
	}
	return admit(ctx, name)
}

// url returns the address of an object. [url.URL.JoinPath] would take a percent sign in a name for an escape.
func (h *HTTP) url(name string) *url.URL {
	u := h.base
	u.RawPath = strings.TrimSuffix(u.EscapedPath(), "/") + "/" + (&url.URL{Path: name}).EscapedPath()
	u.Path = strings.TrimSuffix(u.Path, "/") + "/" + name
	return &u
}

// do sends a request and returns nil when the server accepted it.
func (h *HTTP) do(req *http.Request) error {
	resp, err := h.client.Do(req)
	if err != nil {
		if cause := context.Cause(req.Context()); cause != nil {
			return cause
		}
		return httpCause(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // to its end, so that the connection can be used again
	if resp.StatusCode/100 == 2 {
		return nil
	}
	const enough = 512
	text := strings.TrimSpace(strings.ToValidUTF8(string(body[:min(len(body), enough)]), ""))
	return &StatusError{Code: resp.StatusCode, Status: resp.Status, Body: text}
}

// httpCause strips the method and URL that net/http puts before an error: ours has the URL without its password.
func httpCause(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}
