package main

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/vbauerster/mpb/v8"
	"golang.org/x/term"
)

// console is standard error. While there is a progress bar, lines go through it and stand above it, so that neither tears the other.
type console struct {
	terminal bool
	broken   chan struct{} // closed when it is a pipe that nobody reads any more

	mu   sync.Mutex
	out  io.Writer
	bar  io.Writer // nil without
	gone bool
}

func newConsole(w io.Writer) *console {
	f, ok := w.(*os.File)
	return &console{out: w, broken: make(chan struct{}), terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// Write writes whole lines.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		if n, err := c.bar.Write(p); !errors.Is(err, mpb.ErrDone) {
			return n, err
		}
	}
	n, err := c.out.Write(p)
	if errors.Is(err, syscall.EPIPE) && !c.gone {
		c.gone = true
		close(c.broken)
	}
	return n, err
}

// home takes the cursor back to the left: a terminal shows ^C where it stands, and what is drawn over would begin behind that.
func (c *console) home() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.terminal && c.bar != nil {
		_, _ = io.WriteString(c.out, "\r")
	}
}

// under sends lines through a bar from now on, nil for none.
func (c *console) under(bar io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bar = bar
}
