package av

//#include "shim.h"
import "C"

import (
	"io"
	"runtime/cgo"
	"sync"
	"unsafe"
)

// Opener makes the files that a muxer asks for. It is called from inside libav, on the goroutine that writes.
type Opener interface {
	// OpenOutput returns where the bytes of url go. Close publishes them. Returning nil without an error throws them away.
	OpenOutput(url string) (io.WriteCloser, error)
	// DeleteOutput is called when the muxer considers a file expired.
	DeleteOutput(url string)
}

// ioBridge carries one muxer's files across the border to C. libav swallows most write errors (its dash and hls muxers
// return success for a failed segment), so the first error of every file is kept here and asked for after each call.
type ioBridge struct {
	opener Opener
	handle cgo.Handle

	mu       sync.Mutex
	first    error
	open     map[*ioFile]struct{}
	aborting bool // files that close from now on are incomplete
}

type ioFile struct {
	bridge *ioBridge
	w      io.WriteCloser // nil throws bytes away
	handle cgo.Handle
	failed bool
}

func newBridge(o Opener) *ioBridge {
	b := &ioBridge{opener: o, open: map[*ioFile]struct{}{}}
	b.handle = cgo.NewHandle(b)
	born(KindIO)
	return b
}

// err returns the first error since the last call and forgets it.
func (b *ioBridge) err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.first
	b.first = nil
	return err
}

func (b *ioBridge) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first == nil {
		b.first = err
	}
}

func (b *ioBridge) newFile(w io.WriteCloser) *ioFile {
	f := &ioFile{bridge: b, w: w}
	f.handle = cgo.NewHandle(f)
	b.mu.Lock()
	b.open[f] = struct{}{}
	b.mu.Unlock()
	return f
}

// abort makes every file that closes from now on an abandoned one, and throws away what would go into new ones: libav closes what it has
// open when a muxer is freed in the middle of a segment, and half a segment must not be published.
func (b *ioBridge) abort() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.aborting = true
}

func (b *ioBridge) aborts() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.aborting
}

// aborter is what a file may offer for the case that it was not written to its end.
type aborter interface{ Abort() }

// close ends the bridge. Files that libav left open are aborted when they can be.
func (b *ioBridge) close() {
	b.mu.Lock()
	left := b.open
	b.open = nil
	b.mu.Unlock()
	for f := range left {
		if a, ok := f.w.(aborter); ok {
			a.Abort()
		}
		f.handle.Delete()
	}
	b.handle.Delete()
	died(KindIO)
}

//export fgIOOpen
func fgIOOpen(handle C.uintptr_t, url, method *C.char) C.int64_t {
	if handle == 0 {
		return -C.EINVAL
	}
	b := cgo.Handle(handle).Value().(*ioBridge)
	if C.GoString(method) == "DELETE" {
		b.opener.DeleteOutput(C.GoString(url))
		return C.int64_t(b.newFile(nil).handle)
	}
	if b.aborts() {
		return C.int64_t(b.newFile(nil).handle)
	}
	w, err := b.opener.OpenOutput(C.GoString(url))
	if err != nil {
		b.fail(err)
		return -C.EIO
	}
	return C.int64_t(b.newFile(w).handle)
}

//export fgIOWrite
func fgIOWrite(handle C.uintptr_t, buf unsafe.Pointer, size C.int) C.int {
	f := cgo.Handle(handle).Value().(*ioFile)
	if f.w == nil {
		return size
	}
	if f.failed {
		return -C.EIO
	}
	if _, err := f.w.Write(unsafe.Slice((*byte)(buf), int(size))); err != nil {
		f.failed = true
		f.bridge.fail(err)
		return -C.EIO
	}
	return size
}

//export fgIOClose
func fgIOClose(handle C.uintptr_t) C.int {
	f := cgo.Handle(handle).Value().(*ioFile)
	f.handle.Delete()
	f.bridge.mu.Lock()
	delete(f.bridge.open, f)
	aborting := f.bridge.aborting
	f.bridge.mu.Unlock()
	if f.w == nil {
		return 0
	}
	if f.failed || aborting {
		if a, ok := f.w.(aborter); ok {
			a.Abort()
		}
		return -C.EIO
	}
	if err := f.w.Close(); err != nil {
		f.bridge.fail(err)
		return -C.EIO
	}
	return 0
}
