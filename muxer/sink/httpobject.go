package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

var (
	errTimeout = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	errEarly   = errors.New("server answered before the object's end")
)

// httpObject is an object in memory with, from its first flush on, one goroutine that uploads it.
type httpObject struct {
	life
	http    *HTTP
	name    string
	url     *url.URL
	cancel  context.CancelFunc // ends the upload
	blob    *blob
	whole   chan struct{} // closed when the object is complete
	started bool
	done    chan struct{} // closed after err is set
	err     error
}

func newHTTPObject(ctx context.Context, h *HTTP, name string) *httpObject {
	u := h.url(name)
	ctx, cancel := context.WithCancel(ctx)
	return &httpObject{life: life{ctx: ctx, path: u.Redacted()}, http: h, name: name, url: u,
		cancel: cancel, blob: &blob{}, whole: make(chan struct{}), done: make(chan struct{})}
}

func (o *httpObject) Write(p []byte) (int, error) {
	if err := o.check("write"); err != nil {
		return 0, err
	}
	o.blob.append(p)
	return len(p), nil
}

func (o *httpObject) Flush() error {
	if err := o.check("flush"); err != nil {
		return err
	}
	size := o.blob.length()
	if size == 0 {
		return nil
	}
	o.blob.grow(size)
	o.start()
	return nil
}

func (o *httpObject) Commit() error {
	if err := o.check("commit"); err != nil {
		o.Abort()
		return err
	}
	o.ended = true
	defer o.cancel()
	o.blob.finish(o.blob.length())
	close(o.whole)
	o.start()
	<-o.done
	if o.err != nil {
		return &Error{"commit", o.path, o.err}
	}
	o.http.mu.Lock()
	defer o.http.mu.Unlock()
	o.http.own[o.name] = struct{}{}
	return nil
}

func (o *httpObject) Abort() {
	if o.ended {
		return
	}
	o.ended = true
	o.blob.abort()
	o.cancel()
	if o.started {
		<-o.done
	}
}

// check also tells of an upload that failed for good.
func (o *httpObject) check(op string) error {
	if err := o.life.check(op); err != nil {
		return err
	}
	select {
	case <-o.done:
		return o.fail(op, o.err)
	default:
		return nil
	}
}

func (o *httpObject) start() {
	if o.started {
		return
	}
	o.started = true
	go func() {
		defer close(o.done)
		o.err = o.http.retry(o.ctx, o.attempt)
	}()
}

// attempt sends the object once from its start, waiting for what is still to come.
func (o *httpObject) attempt() error {
	ctx, cancel := context.WithCancelCause(o.ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		o.watch(ctx, cancel)
	}()
	defer func() { cancel(nil); <-watched }()

	size, s, _ := o.blob.now()
	req, err := o.request(ctx, size, s == complete)
	if err != nil {
		return err
	}
	if err := o.http.do(req); err != nil {
		return err
	}
	// A server that does not read to the end cannot have stored it.
	if _, s, _ = o.blob.now(); s != complete {
		return errEarly
	}
	return nil
}

func (o *httpObject) request(ctx context.Context, size int64, whole bool) (*http.Request, error) {
	body := func() (io.ReadCloser, error) { return o.blob.open(ctx, o.path), nil }
	reader, _ := body()
	if whole && size == 0 {
		reader, body = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
	}
	req, err := http.NewRequestWithContext(ctx, o.http.options.Method, o.url.String(), reader)
	if err != nil {
		return nil, err
	}
	req.GetBody = body // for 307 and 308, and for connections that the server closed while they were idle
	req.ContentLength = -1
	if whole {
		req.ContentLength = size
	}
	req.Header = o.http.options.Header.Clone()
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", ContentType(o.name))
	}
	return req, nil
}

// watch ends an attempt that takes too long after the object is whole. It returns when the attempt is over.
func (o *httpObject) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	select {
	case <-o.whole:
	case <-ctx.Done():
		return
	}
	timer := time.NewTimer(o.http.options.Timeout)
	defer timer.Stop()
	select {
	case <-timer.C:
		cancel(errTimeout)
	case <-ctx.Done():
	}
}

// retry calls attempt until it succeeds, cannot succeed, has failed often enough, or the context ends.
func (h *HTTP) retry(ctx context.Context, attempt func() error) error {
	for n := 1; ; n++ {
		err := attempt()
		var status *StatusError
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &status) && !status.temporary():
			return err
		case n >= h.options.Attempts && n == 1:
			return err
		case n >= h.options.Attempts:
			return fmt.Errorf("after %d attempts: %w", n, err)
		}
		if err := h.options.Sleep(ctx, h.options.wait(n)); err != nil {
			return err
		}
	}
}
