package audio

import (
	"errors"
	"fmt"
)

var (
	// ErrOptions is wrapped by every error about options.
	ErrOptions = errors.New("audio: bad option")
	// ErrSource is wrapped by every error about a source that cannot be used; the error names it. The cause is wrapped too:
	// fs.ErrNotExist for a missing file, syscall.EBUSY for a device in use, ErrNoSound, ErrLayout …
	ErrSource = errors.New("audio: source cannot be used")
	// ErrNoSound is wrapped when a source has no audio stream.
	ErrNoSound = errors.New("there is no sound in it")
	// ErrLayout is wrapped when a source has more channels than can be taken.
	ErrLayout = errors.New("unsupported channel layout")
	// ErrStalled is wrapped when a source gave nothing for so long that the rest of it is missing.
	ErrStalled = errors.New("the rest of it is missing")
	// ErrAhead is wrapped when pushed PCM runs too far ahead of the picture. Nothing of the block was taken.
	ErrAhead = errors.New("audio: pushed sound is too far ahead of the picture")
	// ErrClosed is returned by the methods of a closed or finished track.
	ErrClosed = errors.New("audio: closed")
)

// SourceError says which source cannot be used. It matches ErrSource.
type SourceError struct {
	// Source is what was to be opened, in words.
	Source string
	// Err is the cause.
	Err error
}

// Error returns "audio: source: cause".
func (e *SourceError) Error() string { return fmt.Sprintf("audio: %s: %v", e.Source, e.Err) }

// Unwrap returns the cause.
func (e *SourceError) Unwrap() error { return e.Err }

// Is matches ErrSource.
func (e *SourceError) Is(target error) bool { return target == ErrSource }
