package validate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// ErrLimit is wrapped when a check ended at one of its [Limits], before everything was looked at.
var ErrLimit = errors.New("limit reached")

// Limits bound one check as a whole, whatever the presentation says and its server does. Zero fields take the
// defaults.
type Limits struct {
	// Time is how long the check may take. Default: 15 minutes.
	Time time.Duration
	// Requests is how many files or URLs are read, the same one as often as it is read. Default: 1,000,000.
	Requests int
	// Bytes is how much is read. Default: 256 GiB.
	Bytes int64
	// Segments is how many segments and parts of all tracks are remembered. Default: 500,000, the segments of two
	// seconds of six tracks in two days; Options.MaxSegments makes do with fewer.
	Segments int
	// Unanswered is how many requests may get no answer in time. Default: 3.
	Unanswered int
}

func (l Limits) withDefaults() Limits {
	set(&l.Time, 15*time.Minute)
	set(&l.Requests, 1_000_000)
	set(&l.Bytes, 256<<30)
	set(&l.Segments, 500_000)
	set(&l.Unanswered, 3)
	return l
}

func set[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// maxTracks is how many renditions and sound tracks of all periods are looked at.
const maxTracks = 10_000

// budget is a Fetcher that spends what Limits allow.
type budget struct {
	Fetcher
	limits   Limits
	requests int
	bytes    int64
	silent   int
}

// Fetch gets ref from the Fetcher within. Its errors wrap ErrLimit too.
func (b *budget) Fetch(ctx context.Context, ref string, part ByteRange, limit int64) (*Object, error) {
	if b.requests++; b.requests > b.limits.Requests {
		return nil, fmt.Errorf("%w: %d requests", ErrLimit, b.limits.Requests)
	}
	left := b.limits.Bytes - b.bytes
	o, err := b.Fetcher.Fetch(ctx, ref, part, min(limit, left))
	switch {
	case err == nil:
		b.bytes += int64(len(o.Bytes))
		return o, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w, while reading %s", context.Cause(ctx), printable(ref))
	case errors.Is(err, ErrTooLarge) && left < limit:
		return nil, fmt.Errorf("%w: %d bytes in all", ErrLimit, b.limits.Bytes)
	case isTimeout(err):
		if b.silent++; b.silent >= b.limits.Unanswered {
			return nil, fmt.Errorf("%w: %d requests without an answer in time, the last one for %s",
				ErrLimit, b.silent, printable(ref))
		}
	}
	return nil, err
}

// isTimeout reports that a server did not answer in time.
func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// within ends a context when the time is over, and says so as its cause.
func (l Limits) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, l.Time, fmt.Errorf("%w: not done after %v", ErrLimit, l.Time))
}

// take counts segments that are remembered. Too many end the check.
func (c *checker) take(n int) {
	if c.remembered += n; c.remembered > c.limits.Segments && c.over == nil {
		c.over = fmt.Errorf("%w: more than %d segments in all (MaxSegments looks at the newest ones)",
			ErrLimit, c.limits.Segments)
	}
}

// addTrack counts tracks. Too many end the check.
func (c *checker) addTrack(t *track) {
	if len(c.tracks) >= maxTracks {
		c.over = fmt.Errorf("%w: more than %d tracks", ErrLimit, maxTracks)
		return
	}
	c.tracks = append(c.tracks, t)
}

// wanted is how many of a track's segments are looked at, the newest ones.
func (c *checker) wanted(live bool) int {
	n := c.opt.MaxSegments
	switch {
	case n < 0:
		return 0
	case n == 0 && c.http && live:
		return liveSegments
	case n == 0:
		return c.limits.Segments + 1
	}
	return n
}

// keepNewest cuts a list of segments to those that are to be looked at.
func (c *checker) keepNewest(t *track) {
	t.listed = len(t.segments)
	if n := c.wanted(t.live); t.listed > n {
		t.segments = t.segments[t.listed-n:]
	}
	if c.take(len(t.segments)); c.over != nil {
		t.segments = nil
	}
}
