package encoder

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// answered are libav's warnings about what this package does something about, so that they are no news: drivers that write their own headers
// (firstSets).
var answered = []string{"packed headers", "packed sequence headers", "No global header will be written"}

// heldLog is a logger whose records are kept until it is known whether they are worth anybody's attention.
type heldLog struct {
	mu     sync.Mutex
	kept   []heldRecord
	passes bool
}

type heldRecord struct {
	to     slog.Handler
	record slog.Record
}

// logger returns one that logs through h; nil stays nil.
func (h *heldLog) logger(to *slog.Logger) *slog.Logger {
	if to == nil {
		return nil
	}
	return slog.New(heldHandler{to.Handler(), h})
}

// release passes on what was kept, and from now on everything at once.
func (h *heldLog) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range h.kept {
		_ = k.to.Handle(context.Background(), k.record) // as slog.Logger does
	}
	h.kept, h.passes = nil, true
}

func (h *heldLog) handle(ctx context.Context, to slog.Handler, r slog.Record) error {
	if slices.ContainsFunc(answered, func(text string) bool { return strings.Contains(r.Message, text) }) {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.passes {
		return to.Handle(ctx, r)
	}
	h.kept = append(h.kept, heldRecord{to, r.Clone()})
	return nil
}

// heldHandler is a handler in front of another one. All that derive from it share what is kept.
type heldHandler struct {
	slog.Handler
	held *heldLog
}

// Handle implements slog.Handler.
func (h heldHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.held.handle(ctx, h.Handler, r)
}

// WithAttrs implements slog.Handler.
func (h heldHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return heldHandler{h.Handler.WithAttrs(attrs), h.held}
}

// WithGroup implements slog.Handler.
func (h heldHandler) WithGroup(name string) slog.Handler {
	return heldHandler{h.Handler.WithGroup(name), h.held}
}
