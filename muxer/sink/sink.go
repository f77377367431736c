// Package sink is where finished bytes go: a folder, memory, an HTTP server, or whatever a program brings.
//
// A sink stores named objects. A name is a slash-separated relative path ("v0/12.m4s"). An object is written once from
// start to end and then committed, which publishes it as a whole; creating a name that exists replaces it at the commit
// (that is how manifests are updated). Every sink keeps to the same rules, which package sinktest checks.
package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// Sink stores objects. Its methods may be called from several goroutines at once.
type Sink interface {
	// Create begins the object of that name. Nothing is visible under the name before Commit; what was there before stays
	// until then. The caller ends the object with exactly one of Commit and Abort.
	// Errors are *Error with the name or path in them. The context covers the whole life of the object.
	Create(ctx context.Context, name string) (Object, error)
	// Remove deletes an object that was made through this sink. Removing a name that this sink did not make, or that is
	// gone already, does nothing and returns nil: a sink never deletes what is not its own.
	Remove(ctx context.Context, name string) error
}

// Object is one object being written. It is used by one goroutine at a time.
type Object interface {
	// Write appends p, which is borrowed for the call.
	io.Writer
	// Commit publishes the object. After an error the object is not published and needs no Abort.
	Commit() error
	// Abort discards the object. After Commit or a second time it does nothing.
	Abort()
}

// Flusher is an optional ability of an [Object]: what was written so far becomes readable while the rest is still to
// come (a growing segment). Sinks without it publish at the commit.
type Flusher interface {
	Flush() error
}

// Reader is an optional ability of a [Sink]: reading back what it holds, as an origin server does.
type Reader interface {
	// Open returns the object as it is now, committed or growing and flushed at least once. A name that does not exist gives an error that
	// matches [fs.ErrNotExist]. The caller closes the handle.
	Open(ctx context.Context, name string) (Handle, error)
}

// Handle reads one object.
type Handle interface {
	// Read returns what follows. At the end of what a growing object has so far it blocks until more is flushed, the
	// object is committed (then io.EOF), aborted (then [ErrAborted]), the handle is closed (fs.ErrClosed), or the context given to Open ends.
	io.ReadCloser
	// Seek sets the position of the next Read. [io.SeekEnd] counts from the end of what is there now.
	io.Seeker
	// Size returns the bytes that can be read now and whether the object is complete.
	Size() (bytes int64, complete bool)
	// ModTime is when the object was last committed or flushed.
	ModTime() time.Time
}

var (
	// ErrName is wrapped when a name is not a clean relative path.
	ErrName = errors.New("bad object name")
	// ErrAborted is returned to readers of an object that was given up.
	ErrAborted = errors.New("object was aborted")
	// ErrClosed is returned by an Object that was committed or aborted already, and by a Sink after its Close.
	ErrClosed = errors.New("sink: closed")
)

// Error says which operation on which object went wrong. Path is the full path or URL where that differs from the name.
type Error struct {
	Op   string // "create", "write", "commit", "remove", "open"
	Path string
	Err  error
}

// Error returns "sink: op path: cause".
func (e *Error) Error() string { return fmt.Sprintf("sink: %s %s: %v", e.Op, e.Path, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CheckName returns an error wrapping [ErrName] unless name is a clean slash-separated relative path that stays inside the sink.
func CheckName(name string) error {
	if name == "" || path.IsAbs(name) || path.Clean(name) != name || name == "." || name == ".." ||
		strings.HasPrefix(name, "../") || strings.ContainsAny(name, "\\\x00") {
		return fmt.Errorf("%w: %q (want a clean relative path such as v0/1.m4s)", ErrName, name)
	}
	return nil
}

// WriteObject creates name with the bytes of b: create, write, commit.
func WriteObject(ctx context.Context, s Sink, name string, b []byte) error {
	o, err := s.Create(ctx, name)
	if err != nil {
		return err
	}
	defer o.Abort()
	if _, err := o.Write(b); err != nil {
		return err
	}
	return o.Commit()
}
