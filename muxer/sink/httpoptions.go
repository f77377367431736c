package sink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// HTTPOptions say how an [HTTP] sink talks to its server. The zero value is a good default.
type HTTPOptions struct {
	// Client sends the requests. It is borrowed for the sink's lifetime. Zero means one of the sink's own.
	// Redirects that would turn an upload into a GET are refused whatever its CheckRedirect says.
	Client *http.Client
	// Method uploads an object: PUT or POST. Zero means PUT.
	Method string
	// Header is sent with every request, for instance Authorization. A Content-Type here overrides the one by extension.
	Header http.Header
	// UserAgent is the User-Agent header. Zero means "framegear".
	UserAgent string
	// Attempts is how often a request is tried before its object fails. Zero means 5, one means no second try.
	Attempts int
	// Backoff is the wait before the second attempt; it doubles from one to the next up to 5 s. Zero means 200 ms.
	Backoff time.Duration
	// Timeout is how long a server may take over an attempt, counted from when the object is whole: a growing object
	// takes as long as its segment does. Zero means 30 s.
	Timeout time.Duration
	// Sleep waits between attempts and returns early with the context's error. Zero means a timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

const maxBackoff = 5 * time.Second

func (o HTTPOptions) withDefaults() HTTPOptions {
	o.Method = cmp.Or(o.Method, http.MethodPut)
	o.Header = o.Header.Clone()
	if o.Header == nil {
		o.Header = http.Header{}
	}
	o.Header.Set("User-Agent", cmp.Or(o.UserAgent, o.Header.Get("User-Agent"), "framegear"))
	o.Attempts = cmp.Or(o.Attempts, 5)
	o.Backoff = cmp.Or(o.Backoff, 200*time.Millisecond)
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return o
}

// Validate returns every fault of the options, joined.
func (o HTTPOptions) Validate() error {
	var faults []error
	if o.Method != "" && o.Method != http.MethodPut && o.Method != http.MethodPost {
		faults = append(faults, fmt.Errorf("method %q (want PUT or POST)", o.Method))
	}
	if o.Attempts < 0 {
		faults = append(faults, fmt.Errorf("attempts %d (want 1 or more)", o.Attempts))
	}
	if o.Backoff < 0 {
		faults = append(faults, fmt.Errorf("backoff %s (want a positive duration)", o.Backoff))
	}
	if o.Timeout < 0 {
		faults = append(faults, fmt.Errorf("timeout %s (want a positive duration)", o.Timeout))
	}
	return errors.Join(faults...)
}

// wait returns how long to wait after an attempt, the first being 1.
func (o HTTPOptions) wait(attempt int) time.Duration {
	d := o.Backoff
	for range attempt - 1 {
		d = min(2*d, maxBackoff)
	}
	return min(d, maxBackoff)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keepMethod wraps a client's redirect policy. After 301, 302 and 303 net/http goes on with GET, whose 200 would pass for
// a stored object; the redirect itself is the answer then, which is an error to us.
func keepMethod(policy func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(next *http.Request, via []*http.Request) error {
		switch {
		case next.Method != via[0].Method:
			return http.ErrUseLastResponse
		case policy != nil:
			return policy(next, via)
		case len(via) >= 10:
			return errors.New("stopped after 10 redirects")
		}
		return nil
	}
}
