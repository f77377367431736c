package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
)

// source gives pictures to the stream command.
type source interface {
	// Read fills f with the next picture, valid until the next call; io.EOF is the end.
	Read(f *framegear.Frame) error
	// FrameRate is the source's own, zero when it is not known.
	FrameRate() framegear.Rate
	// Timebase of the pictures' PTS.
	Timebase() framegear.Timebase
	// Duration is zero when it is not known or endless.
	Duration() time.Duration
	Close() error
}

// shaped is a source whose pictures are not always upright with square pixels.
type shaped interface {
	// Upright is the filter that turns the pictures as they are to be seen, empty for none.
	Upright() string
	// Aspect is their display aspect ratio, zero for square pixels.
	Aspect() framegear.Rate
	// Interlaced says that they are made of fields.
	Interlaced() bool
}

// shape sets what becomes of pictures that lie on their side or have oblong pixels, where the caller has not said it.
func shape(o *framegear.Options, src source) {
	s, ok := src.(shaped)
	if !ok {
		return
	}
	if s.Interlaced() && o.Filter == "" {
		o.Logger.Warn("the pictures are interlaced: moving edges will look like combs (--filter yadif makes whole pictures)")
	}
	if turn := s.Upright(); turn != "" {
		o.Filter = strings.TrimSuffix(turn+","+o.Filter, ",")
	}
	if !o.Aspect.Known() {
		o.Aspect = s.Aspect()
	}
}

// openSource understands INPUT.
func (c *streamCmd) openSource(e *env) (source, error) {
	rate := framegear.Rate(c.FPS)
	switch {
	case c.Input == "-":
		return c.openRaw(e, rate)
	case strings.HasPrefix(c.Input, "test:"):
		return c.openTest(rate)
	case strings.HasPrefix(c.Input, "pipe:"), strings.HasPrefix(c.Input, "fd:"):
		return nil, usagef("INPUT %s (want - for raw frames on standard input, /dev/stdin for a file such as Y4M on it)", c.Input)
	}
	if s, ok := captures(c.Input); ok {
		return s, nil
	}
	in, err := framegear.OpenInput(e.reading, c.Input, framegear.InputOptions{Logger: e.log, SoundOnly: c.Params == "", CutSound: c.AudioEnds == "cut"})
	if err == nil && !in.HasPictures() {
		return newSoundSource(c.Input, in)
	}
	return in, err
}

// maxSide is the library's limit; drawing test: takes memory before the library is asked.
const maxSide = 16384

func (c *streamCmd) size(def string) (width, height int, err error) {
	s := c.Size
	if s == "" {
		s = def
	}
	w, h, ok := strings.Cut(strings.ToLower(s), "x")
	width, err1 := strconv.Atoi(w)
	height, err2 := strconv.Atoi(h)
	if !ok || err1 != nil || err2 != nil || width < 1 || height < 1 || width > maxSide || height > maxSide {
		return 0, 0, usagef("--size %q (want for example 1280x720, sides of at most %d)", s, maxSide)
	}
	return width, height, nil
}

// rawSource reads frames of a known size from a pipe, one ahead of the one that is worked on.
type rawSource struct {
	ctx    context.Context // ends a Read, which a pipe that gives nothing would not
	format framegear.PixelFormat
	width  int
	height int
	rate   framegear.Rate
	n      int64

	empty  chan []byte
	filled chan rawFrame
	last   []byte
}

// rawFrame is what was read into a buffer, and what went wrong.
type rawFrame struct {
	buf []byte
	n   int
	err error
}

func (c *streamCmd) openRaw(e *env, rate framegear.Rate) (source, error) {
	if c.Size == "" || c.PixFmt == "" || !rate.Known() {
		return nil, usagef("raw frames on standard input need --size, --pix-fmt and --fps (for a file such as Y4M the INPUT is /dev/stdin)")
	}
	w, h, err := c.size("")
	if err != nil {
		return nil, err
	}
	format, err := framegear.ParsePixelFormat(c.PixFmt)
	if err != nil {
		return nil, usageError{err}
	}
	const buffers = 2
	s := &rawSource{
		ctx: e.reading, format: format, width: w, height: h, rate: rate, empty: make(chan []byte, buffers), filled: make(chan rawFrame, buffers),
	}
	for range buffers {
		s.empty <- make([]byte, format.Size(w, h))
	}
	go s.readAhead(e.stdin)
	return s, nil
}

// readAhead fills the buffers. It ends with the source or at the end of the pipe; nothing can end a read of a pipe that gives nothing.
func (s *rawSource) readAhead(r io.Reader) {
	for buf := range s.empty {
		n, err := io.ReadFull(r, buf)
		s.filled <- rawFrame{buf, n, err}
		if err != nil {
			return
		}
	}
}

// Read gives one whole frame. A part of a frame at the end is an error: something upstream has another size in mind.
func (s *rawSource) Read(f *framegear.Frame) error {
	if s.last != nil {
		s.empty <- s.last
		s.last = nil
	}
	var got rawFrame
	select {
	case <-s.ctx.Done():
		return s.ctx.Err()
	case got = <-s.filled:
	}
	switch {
	case errors.Is(got.err, io.ErrUnexpectedEOF):
		return fmt.Errorf("standard input ends in the middle of frame %d: %d of %d bytes for %dx%d %s", s.n, got.n, len(got.buf),
			s.width, s.height, s.format)
	case got.err != nil:
		return got.err
	}
	s.last = got.buf
	*f = *framegear.Packed(s.format, got.buf, s.width, s.height)
	f.PTS = s.n
	s.n++
	return nil
}

func (s *rawSource) FrameRate() framegear.Rate { return s.rate }
func (s *rawSource) Timebase() framegear.Timebase {
	return framegear.Timebase{Num: s.rate.Den, Den: s.rate.Num}
}
func (s *rawSource) Duration() time.Duration { return 0 }

// Close lets the buffers go.
func (s *rawSource) Close() error {
	close(s.empty)
	return nil
}

// testSource is the moving pattern.
type testSource struct {
	pattern       *synth.Pattern
	width, height int
	rate          framegear.Rate
	n, frames     int64 // frames is 0 for no end
	beep          synth.Sync
	sounds        bool // the output has the beep
}

// openTest makes the moving pattern.
func (c *streamCmd) openTest(rate framegear.Rate) (source, error) {
	if c.Input != "test:" {
		return nil, usagef("INPUT %s (want test: alone; --size, --fps and --duration say the rest)", c.Input)
	}
	if !rate.Known() {
		rate = framegear.FPS(30)
	}
	w, h, err := c.size("1280x720")
	if err != nil {
		return nil, err
	}
	s := &testSource{pattern: synth.NewPattern(w, h), width: w, height: h, rate: rate, beep: synth.Sync{Frames: rate, Rate: 48000}}
	if c.Duration > 0 {
		s.frames = max(1, framegear.Timebase{Num: 1, Den: 1e9}.Rescale(int64(c.Duration), s.Timebase()))
	}
	return s, nil
}

// Read draws the next frame.
func (s *testSource) Read(f *framegear.Frame) error {
	if s.frames > 0 && s.n >= s.frames {
		return io.EOF
	}
	*f = framegear.Frame{Format: framegear.BGR24, Width: s.width, Height: s.height, PTS: s.n}
	f.Planes[0] = s.pattern.Frame(s.n)
	s.n++
	return nil
}

func (s *testSource) FrameRate() framegear.Rate { return s.rate }
func (s *testSource) Timebase() framegear.Timebase {
	return framegear.Timebase{Num: s.rate.Den, Den: s.rate.Num}
}
func (s *testSource) Duration() time.Duration {
	if s.frames == 0 {
		return 0
	}
	return s.Timebase().Duration(s.frames)
}
func (s *testSource) Close() error { return nil }
