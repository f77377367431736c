package av

//#include "shim.h"
import "C"

import "sync"

// memory is what all pools of the process take their pictures' memory from: many streams together need few pictures more at a time than
// one does.
var memory = buffers{pools: map[C.int]*shared{}}

// buffers are pools of memory by the size of the pieces in bytes.
type buffers struct {
	mu    sync.Mutex
	pools map[C.int]*shared
}

type shared struct {
	pool  *C.AVBufferPool
	users int
}

// open returns the pool for a size, nil when there is no memory. close gives it back; pieces that are in use stay valid.
func (b *buffers) open(size C.int) *C.AVBufferPool {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.pools[size]
	if s == nil {
		pool := C.fg_picture_pool(size)
		if pool == nil {
			return nil
		}
		s = &shared{pool: pool}
		b.pools[size] = s
	}
	s.users++
	return s.pool
}

func (b *buffers) close(size C.int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.pools[size]
	if s.users--; s.users == 0 {
		C.av_buffer_pool_uninit(&s.pool)
		delete(b.pools, size)
	}
}
