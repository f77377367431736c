package av

//#include "shim.h"
import "C"

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// The callback is process-global in libav, so it is installed once, before any context exists.
func init() { C.fg_log_install(C.AV_LOG_WARNING) }

// logLine is one line of libav's, kept for error messages.
type logLine struct {
	ctx   uintptr
	level int
	text  string
	seq   uint64
}

// logBook keeps the last lines and knows whose logger a context's lines go to.
type logBook struct {
	mu     sync.Mutex
	lines  [64]logLine
	seq    atomic.Uint64 // changed under the lock; read without it, at every frame
	routes map[uintptr]*route
}

// route is where the lines of one libav context go. Lines that differ only in their numbers are passed on once a second, with the
// number of those left out: codecs can complain about every frame.
type route struct {
	logger *slog.Logger
	shape  string
	since  time.Time
	held   int
}

var book = logBook{routes: map[uintptr]*route{}}

// quiet is how long lines of one shape are held back after the first.
const quiet = time.Second

// pass reports whether a line is to be logged, and how many like it were held back before.
func (r *route) pass(text string, now time.Time) (held int, ok bool) {
	shape := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return -1
		}
		return c
	}, text)
	if shape == r.shape && now.Sub(r.since) < quiet {
		r.held++
		return 0, false
	}
	if shape == r.shape {
		held = r.held
	}
	r.shape, r.since, r.held = shape, now, 0
	return held, true
}

// route sends the lines of a libav context to a logger until unroute.
func (b *logBook) route(ctx unsafe.Pointer, l *slog.Logger) {
	if ctx == nil || l == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.routes[uintptr(ctx)] = &route{logger: l}
}

func (b *logBook) unroute(ctx unsafe.Pointer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.routes, uintptr(ctx))
}

// add keeps a line and returns the logger that is to have it, nil for none, with the number of lines like it that were held back.
func (b *logBook) add(ctx unsafe.Pointer, level int, item, text string) (*slog.Logger, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	seq := b.seq.Add(1)
	b.lines[seq%uint64(len(b.lines))] = logLine{uintptr(ctx), level, item + ": " + text, seq}
	if r := b.routes[uintptr(ctx)]; r != nil {
		if held, ok := r.pass(text, time.Now()); ok {
			return r.logger, held
		}
	}
	return nil, 0
}

// mark returns a position for last.
func (b *logBook) mark() uint64 { return b.seq.Load() }

// last returns the newest line since a mark: of the context if it wrote one (errors before warnings), else the newest error
// of anybody, because muxers and codecs log through inner contexts that nobody outside knows.
func (b *logBook) last(ctx unsafe.Pointer, since uint64) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	best, bestScore := "", 0
	newest := b.seq.Load()
	for seq := newest; seq > since && seq+uint64(len(b.lines)) > newest; seq-- {
		l := b.lines[seq%uint64(len(b.lines))]
		score := 0
		switch {
		case l.ctx == uintptr(ctx) && l.level <= C.AV_LOG_ERROR:
			score = 3
		case l.level <= C.AV_LOG_ERROR:
			score = 2
		case l.ctx == uintptr(ctx):
			score = 1
		}
		if score > bestScore {
			best, bestScore = l.text, score
		}
	}
	return best
}

// said reports whether a line since a mark ends so.
func (b *logBook) said(suffix string, since uint64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	newest := b.seq.Load()
	for seq := newest; seq > since && seq+uint64(len(b.lines)) > newest; seq-- {
		if strings.HasSuffix(b.lines[seq%uint64(len(b.lines))].text, suffix) {
			return true
		}
	}
	return false
}

// first returns the first error since a mark. What a filter graph says last is that it could not be made; first it says why.
func (b *logBook) first(since uint64) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	newest := b.seq.Load()
	for seq := max(since+1, newest-min(newest, uint64(len(b.lines)-1))); seq <= newest; seq++ {
		if l := b.lines[seq%uint64(len(b.lines))]; l.seq == seq && l.level <= C.AV_LOG_ERROR {
			return l.text
		}
	}
	return ""
}

// expected begins what the dash and hls muxers say about the fake URL that keeps them away from real files, and about the manifests of
// theirs that nobody reads.
var expected = []string{"Cannot use rename on non file protocol", "Segment durations differ too much", "No bit rate set for stream"}

//export fgLog
func fgLog(ctx unsafe.Pointer, level C.int, item, line *C.char) {
	text := strings.TrimRight(C.GoString(line), "\r\n ")
	if text == "" || slices.ContainsFunc(expected, func(s string) bool { return strings.HasPrefix(text, s) }) {
		return
	}
	name := C.GoString(item)
	logger, held := book.add(ctx, int(level), name, text)
	if logger == nil {
		return
	}
	if held > 0 {
		logger = logger.With("like_it", held)
	}
	l := slog.LevelWarn
	if level <= C.AV_LOG_ERROR {
		l = slog.LevelError
	}
	logger.Log(context.Background(), l, text, "libav", name)
}
