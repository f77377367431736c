// This example shows how to:
//  1. write a sink of your own: here a bucket that holds whole objects, as object stores do
//  2. record into it
//
// main_test.go runs the conformance kit over it, which any sink should pass.
//
// Usage: go run ./examples/3-custom-sink VIDEO
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"os"
	"sync"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/muxer/sink"
)

// bucket is a sink: names and what is stored under them.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
}

// Create begins an object. It is nobody's before its Commit.
func (b *bucket) Create(ctx context.Context, name string) (sink.Object, error) {
	if err := cmp.Or(sink.CheckName(name), ctx.Err()); err != nil {
		return nil, &sink.Error{Op: "create", Path: name, Err: err}
	}
	return &object{ctx: ctx, bucket: b, name: name}, nil
}

// Remove deletes an object; one that is not there is fine.
func (b *bucket) Remove(ctx context.Context, name string) error {
	if err := cmp.Or(sink.CheckName(name), ctx.Err()); err != nil {
		return &sink.Error{Op: "remove", Path: name, Err: err}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.objects, name)
	return nil
}

// object collects bytes until it is whole.
type object struct {
	ctx    context.Context
	bucket *bucket
	name   string
	bytes  []byte
	ended  error // sink.ErrClosed after Commit and Abort
}

// Write appends p, which is the caller's again afterwards.
func (o *object) Write(p []byte) (int, error) {
	if err := cmp.Or(o.ended, o.ctx.Err()); err != nil {
		return 0, &sink.Error{Op: "write", Path: o.name, Err: err}
	}
	o.bytes = append(o.bytes, p...)
	return len(p), nil
}

// Commit puts the object into the bucket, whole.
func (o *object) Commit() error {
	if err := cmp.Or(o.ended, o.ctx.Err()); err != nil {
		return &sink.Error{Op: "commit", Path: o.name, Err: err}
	}
	o.ended = sink.ErrClosed
	o.bucket.mu.Lock()
	defer o.bucket.mu.Unlock()
	o.bucket.objects[o.name] = o.bytes
	return nil
}

// Abort forgets the object.
func (o *object) Abort() { o.ended = sink.ErrClosed }

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 3-custom-sink VIDEO")
	}
	b := &bucket{objects: map[string][]byte{}}
	if err := record(context.Background(), os.Args[1], b); err != nil {
		log.Fatal(err)
	}
	for name, bytes := range b.objects {
		log.Printf("%s: %d bytes", name, len(bytes))
	}
}

func record(ctx context.Context, video string, to sink.Sink) error {
	in, err := framegear.OpenInput(ctx, video, framegear.InputOptions{})
	if err != nil {
		return err
	}
	defer in.Close()
	s, err := framegear.New("", framegear.Options{FrameRate: in.FrameRate(), Sink: to})
	if err != nil {
		return err
	}
	defer s.Close()
	var f framegear.Frame
	for {
		err := in.Read(&f)
		if errors.Is(err, io.EOF) {
			return s.Finish(ctx)
		}
		if err != nil {
			return err
		}
		if err := s.WriteFrame(&f); err != nil {
			return err
		}
	}
}
