package av

//#include <poll.h>
import "C"

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
)

// pipePoll is how soon the end of the context is noticed while nobody writes to a pipe, in milliseconds.
const pipePoll = 50

// isPipe reports whether an input is a named pipe, a terminal or its like (/dev/stdin too may be one): reads of it may last for ever.
func isPipe(cfg InputConfig) bool {
	if strings.Contains(cfg.URL, "://") || isDevice(cfg.Format) {
		return false
	}
	info, err := os.Stat(cfg.URL)
	return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeCharDevice) != 0
}

// openPipe opens what isPipe for libav's fd protocol, once there is something to read. The descriptor does not block: libav's file protocol
// would sit in open and read where no interrupt ends it; with this one libav asks its interrupter between two tries. The caller closes it.
func openPipe(ctx context.Context, path string) (fd int, err error) {
	fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return -1, pipeError(path, err)
	}
	// Until the first writer has come a read would say that the pipe is at its end.
	for p := (C.struct_pollfd{fd: C.int(fd), events: C.POLLIN}); ; {
		n, err := C.poll(&p, 1, pipePoll)
		switch {
		case ctx.Err() != nil:
			syscall.Close(fd)
			return -1, ctx.Err()
		case n > 0:
			return fd, nil
		case n < 0 && !errors.Is(err, syscall.EINTR):
			syscall.Close(fd)
			return -1, pipeError(path, err)
		}
	}
}

func pipeError(path string, err error) error {
	e := &Error{Op: "open " + path, Text: err.Error()}
	if no, ok := errors.AsType[syscall.Errno](err); ok {
		e.Code = -int(no)
	}
	return e
}
