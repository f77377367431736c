// Package turn shares the cores among everything in the process that computes: at most as many goroutines as there are cores are inside at a
// time, and of those that wait the one with the earliest deadline is next. Without it the system would give all encoders of all streams a
// little of every core, and all pictures would be ready late instead of one after the other in time.
package turn

import (
	"container/heap"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Cores is the queue that all streams of the process share.
var Cores = NewQueue(runtime.GOMAXPROCS(0))

// Queue lets so many goroutines in at a time.
type Queue struct {
	urgent  atomic.Int64
	mu      sync.Mutex
	free    int
	waiting tickets
}

// NewQueue returns a queue with room for n.
func NewQueue(n int) *Queue { return &Queue{free: n} }

// Hurry says by one more, or with -1 by one less, how many streams have deadlines that matter.
func (q *Queue) Hurry(more int64) { q.urgent.Add(more) }

// Urgent reports whether any stream has deadlines that matter. Where none has the system shares the cores as well, at less cost.
func (q *Queue) Urgent() bool { return q.urgent.Load() > 0 }

// Ticket is what one goroutine at a time waits with. It may be used again and again.
type Ticket struct {
	deadline time.Time
	called   chan struct{}
	inside   bool
}

// NewTicket returns a ticket.
func NewTicket() *Ticket { return &Ticket{called: make(chan struct{}, 1)} }

// Enter returns when it is the ticket's turn.
func (q *Queue) Enter(t *Ticket, deadline time.Time) {
	t.deadline, t.inside = deadline, true
	q.mu.Lock()
	if q.free > 0 {
		q.free--
		q.mu.Unlock()
		return
	}
	heap.Push(&q.waiting, t)
	q.mu.Unlock()
	<-t.called
}

// Leave gives the place to the next one. Leaving twice is harmless.
func (q *Queue) Leave(t *Ticket) {
	if !t.inside {
		return
	}
	t.inside = false
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.free++
		return
	}
	heap.Pop(&q.waiting).(*Ticket).called <- struct{}{}
}

// Idle reports whether a core has nothing to do.
func (q *Queue) Idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.free > 0
}

// tickets are a heap by deadline.
type tickets []*Ticket

// Len implements sort.Interface.
func (t tickets) Len() int { return len(t) }

// Less implements sort.Interface.
func (t tickets) Less(i, j int) bool { return t[i].deadline.Before(t[j].deadline) }

// Swap implements sort.Interface.
func (t tickets) Swap(i, j int) { t[i], t[j] = t[j], t[i] }

// Push implements heap.Interface.
func (t *tickets) Push(x any) { *t = append(*t, x.(*Ticket)) }

// Pop implements heap.Interface.
func (t *tickets) Pop() any {
	old := *t
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*t = old[:len(old)-1]
	return last
}
