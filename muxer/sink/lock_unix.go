//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sink

import (
	"errors"
	"os"
	"syscall"
)

const errNotDir = syscall.ENOTDIR

// tryLock takes an advisory lock without waiting and reports whether it did, and whether somebody else has it. The system lets go of it when
// the file is closed, also by the death of the process.
func tryLock(f *os.File, exclusive bool) (held, taken bool) {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false, false
	}
	if conn.Control(func(fd uintptr) { err = syscall.Flock(int(fd), how|syscall.LOCK_NB) }) != nil {
		return false, false
	}
	return err == nil, errors.Is(err, syscall.EWOULDBLOCK)
}
