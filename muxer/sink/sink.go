package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// Sink stores objects. Its methods may be called from several goroutines at once. A sink that is a [fmt.Stringer] is called by that
// name in messages.
type Sink interface {
	// Create begins the object of that name. Nothing is visible under the name before Commit; what was there before stays
	// until then. The caller ends the object with exactly one of Commit and Abort.
	// Errors are *Error with the name or path in them. The context covers the whole life of the object.
	Create(ctx context.Context, name string) (Object, error)
	// Remove deletes a committed object that was made through this sink. Removing a name that this sink did not make, or
	// that is gone already, does nothing and returns nil: a sink never deletes what is not its own. Objects in the making
	// and handles that are open are not touched.
	Remove(ctx context.Context, name string) error
}

// Object is one object being written. It is used by one goroutine at a time.
type Object interface {
	// Write appends p, which is borrowed for the call. After an error the object can only be given up: Commit returns
	// an error too and publishes nothing.
	io.Writer
	// Commit publishes the object. After an error the object is not published and needs no Abort.
	// After Commit or Abort it returns [ErrClosed].
	Commit() error
	// Abort discards the object. After Commit or a second time it does nothing.
	Abort()
}

// Flusher is an optional ability of an [Object]: what was written so far becomes readable while the rest is still to
// come (a growing segment). With a [Reader] it is readable when Flush returns; a remote sink has it on its way by then.
// Sinks without it publish at the commit. A name that holds a committed object shows that one until the commit.
type Flusher interface {
	Flush() error
}

// Syncer is an optional ability of an [Object]: after Sync its Commit returns no earlier than the object, and its name, would
// outlive a loss of power.
type Syncer interface{ Sync() }

// Reader is an optional ability of a [Sink]: reading back what it holds, as an origin server does.
type Reader interface {
	// Open returns the object as it is now: the committed one, else the one that is growing and was flushed at least once.
	// A name that does not exist gives an error that matches [fs.ErrNotExist]. The caller closes the handle. It goes on
	// reading the same object when the name is replaced or removed.
	Open(ctx context.Context, name string) (Handle, error)
}

// Handle reads one object. It is used by one goroutine at a time; Close may be called from any.
type Handle interface {
	// Read returns what follows. At the end of what a growing object has so far it blocks until more is flushed, the
	// object is committed (then io.EOF), aborted (then [ErrAborted]), the handle is closed (then [fs.ErrClosed]), or the
	// context given to Open ends (then its error).
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
	ErrClosed = errors.New("already closed")
	// ErrEmptied is returned, once, by a Create that finds the sink's place gone and has made it anew: all objects are lost.
	ErrEmptied = errors.New("what was there is gone, and the place was made anew")
)

// Error says which operation on which object went wrong.
type Error struct {
	// Op is "create", "write", "flush", "commit", "remove", "open", or "seek".
	Op string
	// Path is the full path or URL where that differs from the name. Passwords in URLs are masked.
	Path string
	// Err is the cause.
	Err error
}

// Error returns "sink: op path: cause".
func (e *Error) Error() string { return fmt.Sprintf("sink: %s %s: %v", e.Op, e.Path, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CheckName returns an error wrapping [ErrName] unless name is a clean slash-separated relative path in UTF-8 that stays
// inside the sink.
func CheckName(name string) error {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00") {
		return fmt.Errorf("%w: %q (want a clean relative path such as v0/1.m4s)", ErrName, name)
	}
	return nil
}

// WriteObject creates name with the bytes of b, which is borrowed for the call: create, write, commit.
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

// WriteSynced is [WriteObject] for what has to outlive a loss of power, as far as the sink can promise that ([Syncer]).
func WriteSynced(ctx context.Context, s Sink, name string, b []byte) error {
	o, err := s.Create(ctx, name)
	if err != nil {
		return err
	}
	defer o.Abort()
	if y, ok := o.(Syncer); ok {
		y.Sync()
	}
	if _, err := o.Write(b); err != nil {
		return err
	}
	return o.Commit()
}

// nameOf is what a sink is called in messages: its own name, or else its type.
func nameOf(s Sink) string {
	if n, ok := s.(fmt.Stringer); ok {
		return n.String()
	}
	return fmt.Sprintf("%T", s)
}

// ReadObject returns all bytes of name, which are the caller's. Of a growing object it waits for the end.
func ReadObject(ctx context.Context, r Reader, name string) ([]byte, error) {
	h, err := r.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	return io.ReadAll(h)
}

// admit is what every Create, Remove and Open checks first.
func admit(ctx context.Context, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	return ctx.Err()
}
