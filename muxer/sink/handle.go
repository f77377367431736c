package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"
)

// handle reads an object whose bytes come from src as far as progress allows.
type handle struct {
	ctx      context.Context
	path     string
	src      io.ReaderAt
	progress *progress
	pos      int64
	closed   chan struct{}
	close    func() error
}

var _ Handle = (*handle)(nil)

// newHandle returns a handle at the start of src. The handle closes src when that can be closed.
func newHandle(ctx context.Context, path string, src io.ReaderAt, p *progress) *handle {
	h := &handle{ctx: ctx, path: path, src: src, progress: p, closed: make(chan struct{})}
	h.close = sync.OnceValue(func() error {
		close(h.closed)
		if c, ok := src.(io.Closer); ok {
			return c.Close()
		}
		return nil
	})
	return h
}

// await returns how many bytes can be read from the position on: at least one, unless there is an error.
func (h *handle) await() (int64, error) {
	select {
	case <-h.closed:
		return 0, fs.ErrClosed
	default:
	}
	size, err := h.progress.await(h.ctx, h.closed, h.pos)
	return size - h.pos, err
}

func (h *handle) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := h.await()
	if err != nil {
		return 0, err
	}
	read, err := h.src.ReadAt(p[:min(int64(len(p)), n)], h.pos)
	h.pos += int64(read)
	if read > 0 {
		return read, nil
	}
	if errors.Is(err, io.EOF) { // shorter than it was when it was complete: somebody else cut it
		err = io.ErrUnexpectedEOF
	}
	return 0, err
}

func (h *handle) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += h.pos
	case io.SeekEnd:
		size, _ := h.Size()
		offset += size
	default:
		return 0, &Error{"seek", h.path, fmt.Errorf("whence %d: %w", whence, fs.ErrInvalid)}
	}
	if offset < 0 {
		return 0, &Error{"seek", h.path, fmt.Errorf("position %d: %w", offset, fs.ErrInvalid)}
	}
	h.pos = offset
	return offset, nil
}

func (h *handle) Size() (int64, bool) {
	size, s, _ := h.progress.now()
	return size, s == complete
}

func (h *handle) ModTime() time.Time {
	_, _, t := h.progress.now()
	return t
}

func (h *handle) Close() error { return h.close() }
