package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// sameSignal is how soon after one another two signals are one: timeout(1) signals the process and then its group, a terminal that goes
// away and a service manager do the like. People who want a second one are slower.
const sameSignal = 250 * time.Millisecond

// signals returns a context that ends with the second interrupt and one within it that ends with the first, or when nobody reads the
// console any more.
func signals(parent context.Context, c *console) (ctx, reading context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	reading, enough := context.WithCancel(ctx)
	caught := make(chan os.Signal, 8)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup(1)
		signal.Notify(caught, syscall.SIGHUP)
	}
	// A write to a pipe that nobody reads, or to a connection that was closed, is an error and no more; the console tells of its own.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	done := make(chan struct{})
	go func() {
		defer close(done)
		interrupts(ctx, caught, c.broken, func() { c.home(); enough() }, cancel)
	}()
	return ctx, reading, func() {
		signal.Stop(caught)
		cancel()
		<-done
	}
}

// interrupts carries out what comes: the first end, and with a later signal the second.
func interrupts(ctx context.Context, caught <-chan os.Signal, broken <-chan struct{}, enough, cancel func()) {
	var first time.Time
	for {
		select {
		case <-caught:
			switch now := time.Now(); {
			case first.IsZero():
				first = now
				enough()
			case now.Sub(first) >= sameSignal:
				cancel()
				return
			}
		case <-broken:
			enough()
			broken = nil
		case <-ctx.Done():
			return
		}
	}
}
