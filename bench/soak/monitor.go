package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/framegear/framegear"
)

// monitor looks at what the run takes of the machine.
type monitor struct {
	o      *options
	s      *framegear.Stream
	v      *viewer
	folder string

	start, next   time.Time
	settled, last *usage
}

// usage is one look.
type usage struct {
	at               time.Duration
	resident, heap   int64
	disk             int64
	files            int
	goroutines       int
	objects          map[string]int64
	stats            framegear.Stats
	parts, problems  int64
	behind           time.Duration // the list's end behind the clock, at best
	slots, wallSlots int64
}

func (m *monitor) begin(at time.Time) { m.start, m.next = at, at.Add(m.o.every) }

// look reports when it is time.
func (m *monitor) look(now time.Time) error {
	if now.Before(m.next) {
		return nil
	}
	m.next = m.next.Add(m.o.every)
	u, err := m.measure(now)
	if err != nil {
		return err
	}
	fmt.Printf("%8s  resident %5.1f MB  heap %5.1f MB  disk %6.2f MB in %d files  segments %d  repeated %d dropped %d  slots - clock %+d  list behind the clock %s\n",
		u.at.Round(time.Second), mb(u.resident), mb(u.heap), mb(u.disk), u.files, u.stats.Segments, u.stats.Repeated, u.stats.Dropped,
		u.slots-u.wallSlots, u.behind.Round(time.Millisecond))
	m.last = u
	if m.settled == nil && u.at >= m.o.settle {
		m.settled = u
	}
	return nil
}

func mb(n int64) float64 { return float64(n) / 1e6 }

func (m *monitor) measure(now time.Time) (*usage, error) {
	u := &usage{at: now.Sub(m.start), goroutines: runtime.NumGoroutine(), stats: m.s.Stats()}
	u.parts, u.problems, u.behind = m.v.seen()
	u.slots = u.stats.FramesOut
	u.wallSlots = int64(u.at*time.Duration(m.o.fps)/time.Second) + 1
	u.objects = u.stats.Live
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	u.heap = int64(mem.HeapAlloc)
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		var pages int64
		_, _ = fmt.Sscan(strings.Fields(string(b))[1], &pages)
		u.resident = pages * int64(os.Getpagesize())
	}
	err := filepath.WalkDir(m.folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreGone(err)
		}
		info, err := d.Info()
		if err == nil {
			u.disk += info.Size()
			u.files++
		}
		return ignoreGone(err)
	})
	return u, err
}

// ignoreGone: old segments are deleted while they are counted.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// What may change without being growth: free lists, a segment that is just being replaced.
const (
	memoryPart = 0.1
	spare      = 4 << 20 // bytes
	slack      = 8       // files, goroutines
	idle       = 80      // C objects: a track of sound keeps up to 64 blocks for later
)

// verdict says what grew.
func (m *monitor) verdict() error {
	if m.settled == nil || m.settled == m.last {
		return errors.New("it ended before there was anything to compare")
	}
	a, b := m.settled, m.last
	fmt.Printf("after %s: resident %+.1f MB, heap %+.1f MB, disk %+.2f MB, files %+d, list %s behind the clock (%s at %s), %d of %d slots, %d parts read, %d problems\n",
		b.at.Round(time.Second), mb(b.resident-a.resident), mb(b.heap-a.heap), mb(b.disk-a.disk), b.files-a.files, b.behind.Round(time.Millisecond),
		a.behind.Round(time.Millisecond), a.at.Round(time.Second), b.slots, b.wallSlots, b.parts, b.problems)
	var grew []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			grew = append(grew, fmt.Errorf(format, args...))
		}
	}
	grown := func(from, to int64, part float64) bool { return float64(to) > float64(from)*(1+part)+spare }
	check(!grown(a.resident, b.resident, memoryPart), "memory: %.1f MB after %.1f MB", mb(b.resident), mb(a.resident))
	check(!grown(a.heap, b.heap, memoryPart), "heap: %.1f MB after %.1f MB", mb(b.heap), mb(a.heap))
	check(!grown(a.disk, b.disk, 0.2), "disk: %.2f MB after %.2f MB", mb(b.disk), mb(a.disk))
	check(b.files <= a.files+slack, "files: %d after %d", b.files, a.files)
	for kind, n := range b.objects {
		check(n <= a.objects[kind]+idle, "C objects: %d of %s after %d", n, kind, a.objects[kind])
	}
	check(b.goroutines <= a.goroutines+slack, "goroutines: %d after %d", b.goroutines, a.goroutines)
	frame := time.Second / time.Duration(m.o.fps)
	check((b.behind-a.behind).Abs() <= frame, "the list is %s behind the clock, %s at first: more than a frame apart", b.behind, a.behind)
	check(b.slots-b.wallSlots >= -int64(m.s.Stats().Queued)-2 && b.slots <= b.wallSlots+1, "%d slots of the grid, %d by the clock", b.slots, b.wallSlots)
	check(b.problems == 0, "the viewer had %d problems", b.problems)
	check(b.stats.Jumps == 0, "%d jumps", b.stats.Jumps)
	return errors.Join(grew...)
}
