package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/framegear/framegear"
)

// server is the HTTP side of the stream command. The zero value serves nothing.
type server struct {
	cancel context.CancelFunc
	done   chan error
	url    string
}

// serve starts the server when --serve is given.
func (c *streamCmd) serve(e *env, s *framegear.Stream) (*server, error) {
	if c.Serve == "" {
		return &server{}, nil
	}
	handler, err := s.HandlerWith(framegear.HandlerOptions{Token: c.Token})
	if err != nil {
		return nil, err
	}
	l, err := framegear.Listen(c.Serve, framegear.ServerOptions{
		TLS: framegear.TLSFiles{Cert: c.TLSCert, Key: c.TLSKey}, Logger: e.log,
	})
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("--serve %s: %w (another program listens there: want another port, or :0 for a free one)", c.Serve, err)
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(e.ctx)
	v := &server{cancel: cancel, done: make(chan error, 1), url: l.URL()}
	go func() { v.done <- l.Serve(ctx, handler) }()
	if !c.NoStatus {
		e.say(fmt.Sprintf("serving at %s (Ctrl-C ends)", v.url))
	}
	return v, nil
}

// linger keeps serving what was made until the next interrupt.
func (v *server) linger(e *env, status *status) {
	if v.done == nil {
		return
	}
	select {
	case <-e.reading.Done():
		return
	default:
	}
	status.note("the stream has ended and is still served (Ctrl-C ends)")
	select {
	case <-e.reading.Done():
	case <-e.ctx.Done():
	case err := <-v.done:
		v.done <- err
	}
}

// stop ends the server and waits for it.
func (v *server) stop() {
	if v.done == nil {
		return
	}
	v.cancel()
	<-v.done //nolint:errcheck // the stream is what counts; a server that ended early was noted by linger
}
