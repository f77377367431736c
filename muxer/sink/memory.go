package sink

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Memory keeps objects in memory, for an origin in the same process and for tests. Readers share the bytes: none are copied
// per reader. It needs no Close; what readers still hold lives until they let go.
type Memory struct {
	mu        sync.Mutex
	committed map[string]*blob
	growing   map[string]*blob // flushed at least once
	unended   atomic.Int64
	bytes     atomic.Int64
}

var (
	_ Sink    = (*Memory)(nil)
	_ Reader  = (*Memory)(nil)
	_ Flusher = (*memoryObject)(nil)
)

// NewMemory returns an empty sink.
func NewMemory() *Memory {
	return &Memory{committed: map[string]*blob{}, growing: map[string]*blob{}}
}

// String returns "memory".
func (m *Memory) String() string { return "memory" }

// MemoryStats is what a [Memory] holds at one moment.
type MemoryStats struct {
	// Objects is the number of committed objects, Unended of those neither committed nor aborted yet.
	Objects, Unended int
	// Bytes is the content of both. What only open handles keep alive is not counted.
	Bytes int64
}

// Stats returns what is held now.
func (m *Memory) Stats() MemoryStats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return MemoryStats{Objects: len(m.committed), Unended: int(m.unended.Load()), Bytes: m.bytes.Load()}
}

// Names returns the names of all committed objects, sorted.
func (m *Memory) Names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.committed))
}

// Create implements [Sink]. The object is a [Flusher].
func (m *Memory) Create(ctx context.Context, name string) (Object, error) {
	if err := admit(ctx, name); err != nil {
		return nil, &Error{"create", name, err}
	}
	m.unended.Add(1)
	return &memoryObject{life: life{ctx: ctx, path: name}, m: m, name: name, blob: &blob{}}, nil
}

// Remove implements [Sink].
func (m *Memory) Remove(ctx context.Context, name string) error {
	if err := admit(ctx, name); err != nil {
		return &Error{"remove", name, err}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(name)
	return nil
}

// Open implements [Reader]. The handle is an [io.WriterTo] as well, which io.Copy uses to pass bytes on without a copy.
func (m *Memory) Open(ctx context.Context, name string) (Handle, error) {
	if err := admit(ctx, name); err != nil {
		return nil, &Error{"open", name, err}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, objects := range []map[string]*blob{m.committed, m.growing} {
		if b, ok := objects[name]; ok {
			return b.open(ctx, name), nil
		}
	}
	return nil, &Error{"open", name, fs.ErrNotExist}
}

// drop forgets a committed object. The lock is held.
func (m *Memory) drop(name string) {
	if b, ok := m.committed[name]; ok {
		m.bytes.Add(-b.length())
		delete(m.committed, name)
	}
}

type memoryObject struct {
	life
	m    *Memory
	name string
	blob *blob
}

func (o *memoryObject) Write(p []byte) (int, error) {
	if err := o.check("write"); err != nil {
		return 0, err
	}
	o.blob.append(p)
	o.m.bytes.Add(int64(len(p)))
	return len(p), nil
}

func (o *memoryObject) Flush() error {
	if err := o.check("flush"); err != nil {
		return err
	}
	o.m.mu.Lock()
	defer o.m.mu.Unlock()
	o.m.growing[o.name] = o.blob
	o.blob.grow(o.blob.length())
	return nil
}

func (o *memoryObject) Commit() error {
	if err := o.check("commit"); err != nil {
		o.Abort()
		return err
	}
	o.ended = true
	o.m.mu.Lock()
	defer o.m.mu.Unlock()
	o.m.drop(o.name)
	o.m.committed[o.name] = o.blob
	o.leave()
	o.blob.finish(o.blob.length())
	return nil
}

func (o *memoryObject) Abort() {
	if o.ended {
		return
	}
	o.ended = true
	o.m.mu.Lock()
	defer o.m.mu.Unlock()
	o.leave()
	o.m.bytes.Add(-o.blob.length())
	o.blob.abort()
}

// leave takes the object out of those in the making. The lock is held.
func (o *memoryObject) leave() {
	o.m.unended.Add(-1)
	if o.m.growing[o.name] == o.blob {
		delete(o.m.growing, o.name)
	}
}
