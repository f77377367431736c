package origin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// serveMedia answers with an init segment, a segment or a part.
func (o *Origin) serveMedia(w *writer, r *http.Request, name string) error {
	var found object
	p, err := o.await(r.Context(), func(p *manifest.Presentation) (err error) {
		if p == nil {
			return errNotFound
		}
		found, err = locate(p, name)
		return err
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	h, err := o.opt.Objects.Open(ctx, found.name)
	if errors.Is(err, fs.ErrNotExist) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	defer h.Close()
	w.Header().Set("Content-Type", found.mime)
	// Names are made anew by the next run of a program, so nobody may hold on to them for longer than a live client needs.
	o.setMaxAge(w.Header(), r, int64(6*targetDuration(p.SegmentDuration).Seconds()))
	size, complete := h.Size()
	if !complete {
		return o.serveGrowing(w, r, h, cancel, o.patience(p))
	}
	modified := h.ModTime()
	w.Header().Set("ETag", fileTag(size, modified))
	http.ServeContent(w, r, "", modified, h)
	return nil
}

// fileTag tells one content of a name from another.
func fileTag(size int64, modified time.Time) string {
	return fmt.Sprintf(`"%x-%x"`, size, modified.UnixNano())
}

// serveGrowing passes on what a segment has and then what it gets, each CMAF chunk as soon as it is there, because players
// append at the end of an mdat. Its length is not known, so the body is chunked, and a Range is not looked at. An encoder
// that stops for longer than patience ends the answer.
func (o *Origin) serveGrowing(w *writer, r *http.Request, h sink.Handle, cancel context.CancelCauseFunc, patience time.Duration) error {
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if !o.gate.enter() {
		o.counts.refused.Add(1)
		return errBusy
	}
	defer o.gate.leave()
	stalled := time.AfterFunc(patience, func() { cancel(errTooLong) })
	defer stalled.Stop()
	defer context.AfterFunc(o.life, func() { cancel(errClosing) })()
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that collects the body would undo low latency
	err := follow(w, h, func() { stalled.Reset(patience) })
	if err != nil && r.Context().Err() == nil {
		// The status is sent: a broken body is the only way left to say that this is not the whole segment.
		panic(http.ErrAbortHandler)
	}
	return nil
}

// follow copies until the object is complete, and flushes whenever that was everything there is. Objects in memory need no buffer for it.
func follow(w *writer, h sink.Handle, progress func()) error {
	to := &follower{w: w, h: h, progress: progress}
	if from, ok := h.(io.WriterTo); ok {
		_, err := from.WriteTo(to)
		return err
	}
	buf := buffers.Get().(*[writeChunk]byte)
	defer buffers.Put(buf)
	_, err := io.CopyBuffer(to, struct{ io.Reader }{h}, buf[:])
	return err
}

// follower takes the bytes of a growing object.
type follower struct {
	w        *writer
	h        sink.Handle
	progress func()
	sent     int64
}

func (f *follower) Write(b []byte) (n int, err error) {
	for len(b) > 0 && err == nil {
		chunk := b[:min(len(b), writeChunk)]
		b = b[len(chunk):]
		f.progress()
		f.sent += int64(len(chunk))
		size, _ := f.h.Size()
		err = f.w.push(chunk, f.sent >= size)
		n += len(chunk)
	}
	return n, err
}
