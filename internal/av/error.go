package av

//#include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"unsafe"
)

// Error is what libav answered, with the last line it logged about it.
type Error struct {
	// Op is the libav operation, in words.
	Op string
	// Code is libav's negative error code.
	Code int
	// Text is libav's text for the code.
	Text string
	// LastLog is the last line libav logged during the operation, empty when it said nothing.
	LastLog string
}

// Error returns "op: text (last line)".
func (e *Error) Error() string {
	if e.LastLog == "" {
		return fmt.Sprintf("%s: %s", e.Op, e.Text)
	}
	return fmt.Sprintf("%s: %s (%s)", e.Op, e.Text, e.LastLog)
}

// Is makes errors.Is work with the system's errors (fs.ErrNotExist, syscall.EACCES …).
func (e *Error) Is(target error) bool {
	if e.Code <= -1 && e.Code > -4096 {
		errno := syscall.Errno(-e.Code)
		return errors.Is(errno, target)
	}
	return false
}

var (
	// ErrAgain says that libav wants input before it can give output.
	ErrAgain = errors.New("libav: needs more input")
	// ErrClosed is returned by methods of a closed object.
	ErrClosed = errors.New("libav: object is closed")
)

const (
	codeAgain = -int(C.EAGAIN)
	codeEOF   = int(C.AVERROR_EOF)
)

// check turns a libav return code into an error. ctx and since select the log line.
func check(op string, code C.int, ctx unsafe.Pointer, since uint64) error {
	return checkOf(op, "", code, ctx, since)
}

// checkOf is check for an operation on a named thing. The name is put into the error only: calls that are made for every
// frame must not build strings that nobody reads.
func checkOf(op, name string, code C.int, ctx unsafe.Pointer, since uint64) error {
	switch {
	case code >= 0:
		return nil
	case int(code) == codeAgain:
		return ErrAgain
	case int(code) == codeEOF:
		return io.EOF
	}
	if name != "" {
		op += " " + name
	}
	return &Error{Op: op, Code: int(code), Text: errorText(int(code)), LastLog: book.last(ctx, since)}
}

// Damaged reports whether libav found data that is not what its format says.
func Damaged(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == int(C.AVERROR_INVALIDDATA)
}

func errorText(code int) string {
	var buf [128]C.char
	C.av_strerror(C.int(code), &buf[0], C.size_t(len(buf)))
	return C.GoString(&buf[0])
}
