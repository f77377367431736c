package origin

import (
	"hash/maphash"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Stats are numbers about an origin since it was made.
type Stats struct {
	// Requests is how many came, Failed how many were answered with a status of 400 or more, Refused how many of those
	// because too many were waiting or being answered.
	Requests, Failed, Refused int64
	// Bytes is how many bytes of bodies were sent.
	Bytes int64
	// Waiting is how many requests are held at this moment.
	Waiting int
	// Answering is how many requests are being answered at this moment, those that are held among them.
	Answering int
	// Viewers is how many clients asked for something of the output within the last ten seconds.
	Viewers int
}

// Stats returns the numbers of this moment.
func (o *Origin) Stats() Stats {
	c := &o.counts
	return Stats{
		Requests: c.requests.Load(), Failed: c.failed.Load(), Refused: c.refused.Load(), Bytes: c.bytes.Load(),
		Waiting: int(o.gate.held.Load()), Answering: o.answers.inUse(), Viewers: o.Viewers(),
	}
}

// Viewers returns how many different clients (address and program) asked for something of the output within the last
// ten seconds. It stops counting at 65536.
func (o *Origin) Viewers() int { return o.counts.viewers.count(time.Now()) }

// counters are what happened so far.
type counters struct {
	requests, failed, refused, bytes atomic.Int64
	viewers                          viewers
}

func (c *counters) sawViewer(r *http.Request) { c.viewers.saw(r, time.Now()) }

const (
	viewerMemory = 10 * time.Second
	maxViewers   = 1 << 16
)

// viewers remembers who asked lately. The zero value is ready.
type viewers struct {
	mu   sync.Mutex
	seed maphash.Seed
	last map[uint64]time.Time
	// swept is when the old ones were forgotten last. A flood of new clients must not sweep for each of them.
	swept time.Time
}

func (v *viewers) saw(r *http.Request, now time.Time) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.last == nil {
		v.seed, v.last = maphash.MakeSeed(), make(map[uint64]time.Time)
	}
	id := maphash.String(v.seed, host+"\x00"+r.UserAgent())
	if _, known := v.last[id]; !known && len(v.last) >= maxViewers {
		if now.Sub(v.swept) > time.Second {
			v.forget(now)
		}
		if len(v.last) >= maxViewers {
			return
		}
	}
	v.last[id] = now
}

func (v *viewers) count(now time.Time) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.forget(now)
	return len(v.last)
}

func (v *viewers) forget(now time.Time) {
	v.swept = now
	for id, t := range v.last {
		if now.Sub(t) > viewerMemory {
			delete(v.last, id)
		}
	}
}
