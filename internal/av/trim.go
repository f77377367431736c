package av

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
static void fg_trim(void) { malloc_trim(0); }
#else
static void fg_trim(void) {}
#endif
*/
import "C"

import (
	"sync/atomic"
	"time"
)

// Trim gives memory that C code has freed back to the system. Codecs allocate in as many of glibc's arenas as they have threads, and an
// arena keeps what is free below its highest piece in use.
func Trim() { C.fg_trim() }

// When memory is given back by itself: a moment after the last codec of many was closed, since those that follow would find it fresh
// and have to touch it again, and now and then while it goes on.
const (
	trimAfter = time.Second
	trimEvery = 64
)

var trims = trimmer{trim: Trim}

// trimmer decides when to trim.
type trimmer struct {
	closed atomic.Int64 // codecs, ever
	trim   func()
}

// codecClosed is called for each codec that was freed. It does not wait for the trimming.
func (t *trimmer) codecClosed() {
	n, after := t.closed.Add(1), trimAfter
	if n%trimEvery == 0 {
		after = 0
	}
	time.AfterFunc(after, func() {
		if after == 0 || t.closed.Load() == n {
			t.trim()
		}
	})
}
