//go:build unix

package bench

import (
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// cpuTime returns what this process and its ended children have used so far, in user and system mode.
func cpuTime() time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return total
}

// mapFile maps a file and reads all of it, so that no page is missing later.
func mapFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED|mapPopulate)
	if err != nil {
		return nil, &os.PathError{Op: "map", Path: name, Err: err}
	}
	var sum byte
	for i := 0; i < len(b); i += 4096 {
		sum += b[i]
	}
	touched.Store(uint32(sum))
	return b, nil
}

// touched keeps the reading loop from being removed.
var touched atomic.Uint32
