package muxer

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/framegear/framegear/muxer/sink"
)

// fakeURL is what the dash and hls muxers believe to write to. With an http URL they neither rename nor unlink anything themselves.
const fakeURL = "http://framegear.invalid/"

// withoutFakes leaves out of the log what libav says about those places. What its opener refused is the error of the call, with the object's
// own name.
func withoutFakes(l *slog.Logger) *slog.Logger {
	if l == nil {
		return nil
	}
	return slog.New(fakeless{l.Handler()})
}

type fakeless struct{ slog.Handler }

// Handle drops records about fakeURL.
func (h fakeless) Handle(ctx context.Context, r slog.Record) error {
	if strings.Contains(r.Message, fakeURL) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the filter.
func (h fakeless) WithAttrs(attrs []slog.Attr) slog.Handler {
	return fakeless{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the filter.
func (h fakeless) WithGroup(name string) slog.Handler { return fakeless{h.Handler.WithGroup(name)} }

// files is the opener behind the dash and hls muxers. They open media segments one after the other, in order, so the n-th
// one is segment n whatever it is called; the manifests they write are thrown away.
type files struct {
	ctx    context.Context
	m      *Muxer
	opened int64 // media segments opened so far
	sealed []Segment
	done   []Segment
	init   bool
}

// OpenOutput implements av.Opener.
func (f *files) OpenOutput(url string) (io.WriteCloser, error) {
	name := strings.TrimPrefix(url, fakeURL)
	switch {
	case strings.HasPrefix(name, "init"):
		return f.create(f.m.opt.initName(), func(int64) { f.init = true })
	case strings.HasPrefix(name, "segment"):
		n := f.m.opt.FirstNumber + f.opened
		f.opened++
		return f.create(f.m.opt.segmentName(n), f.segmentDone)
	}
	return nil, nil
}

// DeleteOutput implements av.Opener. What is kept how long is not libavformat's decision.
func (f *files) DeleteOutput(string) {}

func (f *files) create(name string, done func(bytes int64)) (io.WriteCloser, error) {
	o, err := f.m.opt.Sink.Create(f.ctx, name)
	if err != nil {
		return nil, err
	}
	return &file{Object: o, done: done}, nil
}

// segmentDone pairs the file that was just published with the oldest sealed segment.
func (f *files) segmentDone(bytes int64) {
	if len(f.sealed) == 0 {
		return
	}
	s := f.sealed[0]
	f.sealed = f.sealed[1:]
	s.Bytes = bytes
	f.done = append(f.done, s)
}

// seal remembers a segment whose file libavformat is about to write.
func (f *files) seal(s Segment) { f.sealed = append(f.sealed, s) }

// report tells the owner what was published during the last call into libavformat.
func (f *files) report() error {
	if f.init && f.m.opt.OnInit != nil {
		f.m.opt.OnInit(f.m.opt.initName())
	}
	f.init = false
	for _, s := range f.done {
		f.m.report(s)
	}
	f.done = f.done[:0]
	if len(f.sealed) > 0 {
		return fmt.Errorf("libavformat did not end segment %d where it had to", f.sealed[0].Number)
	}
	return nil
}

// file publishes an object when libavformat closes it.
type file struct {
	sink.Object
	bytes int64
	done  func(bytes int64)
}

// Write implements io.Writer.
func (f *file) Write(p []byte) (int, error) {
	n, err := f.Object.Write(p)
	f.bytes += int64(n)
	return n, err
}

// Close implements io.Closer.
func (f *file) Close() error {
	if err := f.Commit(); err != nil {
		return err
	}
	f.done(f.bytes)
	return nil
}
