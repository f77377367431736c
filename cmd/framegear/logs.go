package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// worded is a handler that says in flags what the library says in the words of its Options.
type worded struct{ slog.Handler }

// Handle implements slog.Handler.
func (h worded) Handle(ctx context.Context, r slog.Record) error {
	r = r.Clone()
	r.Message = inFlags(r.Message)
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h worded) WithAttrs(attrs []slog.Attr) slog.Handler { return worded{h.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (h worded) WithGroup(name string) slog.Handler { return worded{h.Handler.WithGroup(name)} }

// people is a handler for a person at a terminal: a sentence a line, without time and keys that are for programs.
type people struct {
	out   *console
	least slog.Level
	attrs []slog.Attr
}

// Enabled implements slog.Handler.
func (h people) Enabled(_ context.Context, l slog.Level) bool { return l >= h.least }

// Handle implements slog.Handler.
func (h people) Handle(_ context.Context, r slog.Record) error {
	var line, more strings.Builder
	switch {
	case r.Level >= slog.LevelError:
		line.WriteString("error: ")
	case r.Level >= slog.LevelWarn:
		line.WriteString("warning: ")
	}
	line.WriteString(r.Message)
	add := func(a slog.Attr) bool {
		switch {
		case a.Key == "err":
			fmt.Fprintf(&line, ": %v", a.Value)
		case more.Len() > 0:
			fmt.Fprintf(&more, ", %s %v", a.Key, a.Value)
		default:
			fmt.Fprintf(&more, "%s %v", a.Key, a.Value)
		}
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	if more.Len() > 0 {
		line.WriteString(" (" + more.String() + ")")
	}
	_, err := fmt.Fprintln(h.out, strings.ReplaceAll(line.String(), "\n", " "))
	return err
}

// WithAttrs implements slog.Handler.
func (h people) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.attrs = append(slices.Clip(h.attrs), attrs...)
	return h
}

// WithGroup implements slog.Handler: a sentence has no groups.
func (h people) WithGroup(string) slog.Handler { return h }
