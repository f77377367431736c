package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime/metrics"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/muxer/sink"
)

// quality is what StreamGear sets: constant quality, and a bit rate that ffmpeg ignores beside it. The cap that we would make of it is
// switched off.
const quality = 20

func unlimited() map[string]string { return map[string]string{"maxrate": "0", "bufsize": "0"} }

// options of ours are StreamGear's encoder settings.
func (j *job) options() framegear.Options {
	o := framegear.Options{
		FrameRate: j.Workload.FrameRate, Preset: j.Workload.Preset, Tune: "zerolatency", Profile: "high", BFrames: 1,
		SegmentDuration: 2 * time.Second, EveryPixel: j.Contender == Plain,
	}
	for _, s := range j.Workload.Ladder() {
		o.Ladder = append(o.Ladder, framegear.Rendition{
			Width: s.Width, Height: s.Height, CRF: quality, Threads: j.Threads, Extra: unlimited(),
		})
	}
	switch {
	case j.Streams > 0:
		o.Live, o.Clock, o.WhenFull = true, framegear.ClockCount, framegear.BlockWhenFull
	case j.Workload.Paced:
		// A part per frame. The clock counts so that the frames are those of all others; whoever is too slow waits and is late.
		o.LowLatency, o.PartDuration, o.BFrames = true, o.FrameRate.Frame().Duration(1), 0
		o.Clock, o.WhenFull = framegear.ClockCount, framegear.BlockWhenFull
	}
	return o
}

func runOurs(ctx context.Context, j *job, c *clip, m *meter) error {
	var g errgroup.Group
	var mu sync.Mutex
	streams := max(1, j.Streams)
	var watch *watched
	for i := range streams {
		o, out := j.options(), filepath.Join(j.Out, fmt.Sprint(i))
		if j.Streams == 0 {
			out = j.Out
		}
		if c.w.Paced && j.Streams == 0 {
			dir, err := sink.NewDir(out)
			if err != nil {
				return err
			}
			defer dir.Close()
			watch = &watched{Sink: dir, given: make([]time.Time, c.w.Frames), renditions: c.w.Renditions}
			o.Sink, out = watch, ""
		}
		offset := o.FrameRate.Frame().Duration(1) * time.Duration(i) / time.Duration(streams)
		g.Go(func() error {
			late, err := oneStream(ctx, j, c, m, o, out, offset, watch)
			mu.Lock()
			defer mu.Unlock()
			m.sample.Late += late
			m.sample.Frames += c.w.Frames
			return err
		})
	}
	err := g.Wait()
	m.stop()
	if watch != nil {
		m.sample.Latency = distribution(watch.delays())
	}
	return err
}

func oneStream(ctx context.Context, j *job, c *clip, m *meter, o framegear.Options, out string, offset time.Duration, watch *watched) (int, error) {
	s, err := framegear.New(out, o)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	half, before := c.w.Frames/2, allocations{}
	late, err := feed(ctx, j, c, m, offset, func(n int) error {
		if n == half {
			before = allocated()
		}
		if watch != nil {
			watch.gives(n)
		}
		return s.WriteFrame(c.frame(n))
	})
	if err != nil {
		return late, err
	}
	after := allocated()
	m.sample.HeapBytes = float64(after.bytes-before.bytes) / float64(c.w.Frames-half)
	m.sample.Mallocs = float64(after.objects-before.objects) / float64(c.w.Frames-half)
	return late, s.Finish(ctx)
}

// allocations are what was ever allocated on Go's heap.
type allocations struct{ bytes, objects uint64 }

func allocated() allocations {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/allocs:objects"}}
	metrics.Read(s)
	return allocations{s[0].Value.Uint64(), s[1].Value.Uint64()}
}

// watched notes when the frames of a low-latency stream become readable: with a part per frame, each flush of a rendition's growing
// segment is its next frame.
type watched struct {
	sink.Sink
	given      []time.Time
	renditions int

	mu    sync.Mutex
	parts map[string]int // flushes so far, by track
	seen  map[int]int    // renditions that have frame n
	took  []time.Duration
}

// Create implements sink.Sink.
func (w *watched) Create(ctx context.Context, name string) (sink.Object, error) {
	o, err := w.Sink.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	return &watchedObject{o, w, filepath.Dir(name)}, nil
}

type watchedObject struct {
	sink.Object
	w     *watched
	track string
}

// Flush implements sink.Flusher.
func (o *watchedObject) Flush() error {
	if f, ok := o.Object.(sink.Flusher); ok {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	o.w.readable(o.track)
	return nil
}

func (w *watched) gives(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given[n] = time.Now()
}

func (w *watched) readable(track string) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.parts == nil {
		w.parts, w.seen = map[string]int{}, map[int]int{}
	}
	n := w.parts[track]
	w.parts[track]++
	w.seen[n]++
	if n < len(w.given) && w.seen[n] == w.renditions {
		w.took = append(w.took, now.Sub(w.given[n]))
		delete(w.seen, n)
	}
}

// delays returns those of the second half: the encoders have found their pace then.
func (w *watched) delays() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.took[len(w.took)/2:]
}
