// This example shows how to:
//  1. stream several cameras live from one program, each with a page of its own
//  2. put the figures of all into one /metrics, told apart by a label
//  3. let a camera fail and come back while the others go on
//
// Usage: go run ./examples/5-cameras ADDRESS NAME=SOURCE...
//
// A source is a camera that libav opens (/dev/video0, rtsp://…), or "test:" for a square that moves:
// go run ./examples/5-cameras 127.0.0.1:8080 door=test: yard=rtsp://camera.example/1
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/framegear/framegear"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: 5-cameras ADDRESS NAME=SOURCE...")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2:], os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// camera is a source of pictures and the stream that it is given to.
type camera struct {
	name, source string
	stream       *framegear.Stream
}

// run streams all cameras until the context ends, and says where.
func run(ctx context.Context, address string, args []string, out io.Writer) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(framegear.ProcessCollector())
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server, err := framegear.Listen(address, framegear.ServerOptions{})
	if err != nil {
		return err
	}
	defer server.Close()

	var cameras []camera
	for _, arg := range args {
		c, err := newCamera(arg)
		if err != nil {
			return err
		}
		defer c.stream.Close()
		if err := registry.Register(c.stream.Collector(c.name)); err != nil {
			return fmt.Errorf("camera %q: %w", c.name, err) // two of that name
		}
		page, err := c.stream.HandlerWith(framegear.HandlerOptions{Title: c.name})
		if err != nil {
			return err
		}
		mux.Handle("/"+c.name+"/", http.StripPrefix("/"+c.name, page))
		fmt.Fprintf(out, "%s%s/\n", server.URL(), c.name)
		cameras = append(cameras, c)
	}

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return server.Serve(ctx, mux) })
	for _, c := range cameras {
		group.Go(func() error { return c.film(ctx) })
	}
	return group.Wait()
}

// newCamera makes a camera of NAME=SOURCE. Its output is in memory: a minute of it, for players that seek.
func newCamera(arg string) (camera, error) {
	name, source, ok := strings.Cut(arg, "=")
	if !ok || name == "" || url.PathEscape(name) != name {
		return camera{}, fmt.Errorf("%q is no camera (want NAME=SOURCE with a name that a URL may have)", arg)
	}
	s, err := framegear.New("", framegear.Options{
		Live: true, LowLatency: true, Window: time.Minute,
		FrameRate: framegear.FPS(25), // whatever a camera gives is brought to it by the wall clock
		Rescale:   true,              // a camera that comes back may have another size
		Ladder:    framegear.Ladder{{Height: 360, Bitrate: 600_000}},
	})
	return camera{name, source, s}, err
}

// film gives the stream all pictures. A source that fails is opened again; while it is away the last picture stands.
func (c *camera) film(ctx context.Context) error {
	for ctx.Err() == nil {
		err := c.copyFrames(ctx)
		if broken := new(framegear.StageError); errors.As(err, &broken) {
			return fmt.Errorf("camera %q: %w", c.name, err) // the stream has ended, and not the camera
		}
		if ctx.Err() != nil {
			break
		}
		log.Printf("camera %q: %v; trying again", c.name, err)
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
		}
	}
	if c.stream.Stats().FramesIn == 0 {
		return nil // there is nothing to finish
	}
	return c.stream.Finish(context.WithoutCancel(ctx))
}

// copyFrames writes all that the source has.
func (c *camera) copyFrames(ctx context.Context) error {
	if c.source == "test:" {
		return c.stream.WriteFrames(ctx, pattern(ctx))
	}
	in, err := framegear.OpenInput(ctx, c.source, framegear.InputOptions{})
	if err != nil {
		return err
	}
	defer in.Close()
	if err := c.stream.WriteFrames(ctx, in.Frames()); err != nil {
		return err
	}
	return io.EOF
}
