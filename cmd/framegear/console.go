package main

import (
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// console is standard error. While there is a progress bar, lines go through it and stand above it, so that neither tears the other.
type console struct {
	terminal bool

	mu  sync.Mutex
	out io.Writer
	bar io.Writer // nil without
}

func newConsole(w io.Writer) *console {
	f, ok := w.(*os.File)
	return &console{out: w, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// Write writes whole lines.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		return c.bar.Write(p)
	}
	return c.out.Write(p)
}

// under sends lines through a bar from now on, nil for none.
func (c *console) under(bar io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bar = bar
}
