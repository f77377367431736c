package origin

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// writeChunk is how much is handed to the transport at a time. A client has Limits.WriteTimeout for each.
const writeChunk = 64 << 10

// writer is a response whose every write has a deadline and is counted.
type writer struct {
	http.ResponseWriter
	control *http.ResponseController
	conn    *conn // nil when it is not known
	timeout time.Duration
	until   time.Time // the deadline
	counts  *counters
	status  int
}

func newWriter(w http.ResponseWriter, r *http.Request, timeout time.Duration, counts *counters) *writer {
	counts.requests.Add(1)
	return &writer{ResponseWriter: w, control: http.NewResponseController(w), conn: connOf(r.Context()), timeout: timeout, counts: counts}
}

// Unwrap lets http.ResponseController through.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	written := 0
	for {
		chunk := b[:min(len(b), writeChunk)]
		w.extendDeadline()
		n, err := w.ResponseWriter.Write(chunk)
		w.counts.bytes.Add(int64(n))
		written += n
		if b = b[len(chunk):]; err != nil || len(b) == 0 {
			return written, err
		}
	}
}

// buffers are shared by all transfers: a thousand viewers copy a few at a time.
var buffers = sync.Pool{New: func() any { return new([writeChunk]byte) }}

// ReadFrom copies src. It is what io.Copy uses, and with it http.ServeContent. What is in memory is written from there: a client that reads
// nothing, of which one may have thousands of streams, must not hold a buffer as well.
func (w *writer) ReadFrom(src io.Reader) (int64, error) {
	if l, ok := src.(*io.LimitedReader); ok {
		if from, ok := l.R.(io.WriterTo); ok {
			to := &firstBytes{w: w, left: l.N}
			_, err := from.WriteTo(to)
			written := l.N - to.left
			l.N = to.left
			if errors.Is(err, errEnough) {
				err = nil
			}
			return written, err
		}
	}
	buf := buffers.Get().(*[writeChunk]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{src}, buf[:])
}

// firstBytes passes so many bytes on and then fails with errEnough.
type firstBytes struct {
	w    io.Writer
	left int64
}

var errEnough = errors.New("enough was written")

func (f *firstBytes) Write(b []byte) (int, error) {
	part := b[:min(int64(len(b)), f.left)]
	n, err := f.w.Write(part)
	f.left -= int64(n)
	if err == nil && len(part) < len(b) {
		err = errEnough
	}
	return n, err
}

// push writes b, and flushes when nothing follows soon, in one piece where the connection can do that.
func (w *writer) push(b []byte, flush bool) error {
	w.conn.hold()
	_, err := w.Write(b)
	if err == nil && flush {
		err = w.flush()
	}
	return errors.Join(err, w.conn.letGo())
}

// flush hands everything written so far to the client.
func (w *writer) flush() error {
	w.extendDeadline()
	return w.control.Flush()
}

// extendDeadline gives the client its time for the next write, or a little less: setting it anew for every chunk of every viewer costs more than
// it is worth. Not every transport has deadlines.
func (w *writer) extendDeadline() {
	now := time.Now()
	if w.until.Sub(now) > w.timeout-w.timeout/8 {
		return
	}
	w.until = now.Add(w.timeout)
	_ = w.control.SetWriteDeadline(w.until)
}

// done counts the answer. What is still buffered is written by the server after it, within a deadline of its own.
func (w *writer) done() {
	w.extendDeadline()
	if w.status >= http.StatusBadRequest {
		w.counts.failed.Add(1)
	}
}
