package sink

import (
	"context"
	"errors"
	"io"
	"sort"
	"sync"
)

// maxChunk bounds what the last chunk of a blob can waste.
const maxChunk = 256 << 10

// blob is an object in memory: chunks that are only ever appended to, so that readers share them without copies or locks
// held while they read.
type blob struct {
	progress
	data    sync.Mutex // guards what follows; bytes below a chunk's length never change
	chunks  []chunk
	written int64
}

type chunk struct {
	start int64
	bytes []byte
}

// append copies p to the end. It becomes readable with the next grow or finish.
func (b *blob) append(p []byte) {
	b.data.Lock()
	defer b.data.Unlock()
	if last := len(b.chunks) - 1; last >= 0 {
		c := &b.chunks[last]
		n := min(len(p), cap(c.bytes)-len(c.bytes))
		c.bytes = append(c.bytes, p[:n]...)
		b.written += int64(n)
		p = p[n:]
	}
	if len(p) == 0 {
		return
	}
	// Exact for the first write, which is often the only one; then doubling up to maxChunk.
	c := chunk{start: b.written, bytes: make([]byte, 0, max(int64(len(p)), min(b.written, maxChunk)))}
	c.bytes = append(c.bytes, p...)
	b.chunks = append(b.chunks, c)
	b.written += int64(len(p))
}

// length returns the bytes written so far, readable or not.
func (b *blob) length() int64 {
	b.data.Lock()
	defer b.data.Unlock()
	return b.written
}

// view returns the bytes at pos up to the end of their chunk. They are shared and never change.
func (b *blob) view(pos int64) []byte {
	b.data.Lock()
	defer b.data.Unlock()
	i := sort.Search(len(b.chunks), func(i int) bool { return b.chunks[i].start > pos }) - 1
	if i < 0 {
		return nil
	}
	c := b.chunks[i]
	if pos -= c.start; pos >= int64(len(c.bytes)) {
		return nil
	}
	return c.bytes[pos:len(c.bytes):len(c.bytes)]
}

// ReadAt implements io.ReaderAt over everything written.
func (b *blob) ReadAt(p []byte, pos int64) (n int, err error) {
	for n < len(p) {
		v := b.view(pos + int64(n))
		if len(v) == 0 {
			return n, io.EOF
		}
		n += copy(p[n:], v)
	}
	return n, nil
}

// open returns a handle at the start.
func (b *blob) open(ctx context.Context, path string) *blobHandle {
	return &blobHandle{newHandle(ctx, path, b, &b.progress), b}
}

// blobHandle adds WriteTo, with which io.Copy passes chunks on as they are.
type blobHandle struct {
	*handle
	blob *blob
}

var _ io.WriterTo = (*blobHandle)(nil)

// WriteTo writes what follows until the object is complete, waiting for more as Read does.
func (h *blobHandle) WriteTo(w io.Writer) (total int64, err error) {
	for {
		n, err := h.await()
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		v := h.blob.view(h.pos)
		written, err := w.Write(v[:min(int64(len(v)), n)])
		h.pos += int64(written)
		total += int64(written)
		if err != nil {
			return total, err
		}
	}
}
