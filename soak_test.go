package framegear_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// A soak of an hour in full size, as fast as the machine encodes:
//
//	go test -run TestSoak -soak 1h -soak-size 640x360 -v .
var (
	soakLength = flag.Duration("soak", 4*time.Minute, "length of TestSoak in the stream's own time")
	soakSize   = flag.String("soak-size", "32x32", "size of its pictures")
)

// usage is what a stream takes of the machine.
type usage struct {
	heap, rss, disk int64
	files           int
	objects         string
}

func measureUsage(t *testing.T, s *framegear.Stream, dir string) usage {
	t.Helper()
	var u usage
	for _, name := range files(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		u.disk += info.Size()
		u.files++
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.heap = int64(m.HeapAlloc)
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		var pages int64
		_, _ = fmt.Sscan(strings.Fields(string(b))[1], &pages)
		u.rss = pages * int64(os.Getpagesize())
	}
	u.objects = fmt.Sprint(s.Stats().Live)
	return u
}

// A live output takes as much memory and disk after an hour as after a minute, and its numbers keep to the clock.
func TestSoak(t *testing.T) {
	var w, h int
	_, err := fmt.Sscanf(*soakSize, "%dx%d", &w, &h)
	require.NoError(t, err)
	bubble.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		o := tiny()
		o.Window, o.ExtraWindow = 30*time.Second, 30*time.Second
		o.Ladder = framegear.Ladder{{Width: w, Height: h}, {Width: w / 2, Height: h / 2}}
		s := newStream(t, dir, o)
		begin, frame := time.Now(), time.Second/30
		var settled, last usage
		frames := int(*soakLength / frame)
		for n := range frames {
			time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / 30)))
			require.NoError(t, s.WriteFrame(picture(n%64, w, h)))
			synctest.Wait()
			if n%(30*60) == 30*60-1 {
				last = measureUsage(t, s, dir)
				t.Logf("%7s: heap %.1f MB, resident %.1f MB, %d files of %.2f MB, %s", time.Since(begin).Round(time.Second),
					float64(last.heap)/1e6, float64(last.rss)/1e6, last.files, float64(last.disk)/1e6, last.objects)
				if n/(30*60) == 1 { // window and extra window are full
					settled = last
				}
			}
		}
		require.NotZero(t, settled.files, "at least two minutes, please")
		require.InDelta(t, settled.files, last.files, 4)
		require.InEpsilon(t, settled.disk, last.disk, 0.2)
		require.LessOrEqual(t, last.heap, settled.heap+settled.heap/4+1<<20)
		require.Equal(t, settled.objects, last.objects)

		m := parseMedia(t, playlist(t, s, "v0"))
		open := m.segments[len(m.segments)-1]
		begun, err := time.Parse(time.RFC3339Nano, open.date)
		require.NoError(t, err)
		listed := begun.Add(time.Duration(len(open.parts)) * 200 * time.Millisecond)
		require.InDelta(t, time.Since(begin), listed.Sub(begin), float64(200*time.Millisecond+frame), "no drift")
		require.EqualValues(t, frames, s.Stats().FramesOut)
		require.EqualValues(t, 0, s.Stats().Repeated+s.Stats().Dropped)
	})
}
