package framegear_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
)

// One thread: what x264 makes with several depends on their timing where a bit rate bounds it.
var twoRungs = framegear.Ladder{{Width: 64, Height: 48, Threads: 1}, {Width: 48, Height: 32, Threads: 1}}

func TestFinishAndCloseTwice(t *testing.T) {
	leaktest.Check(t)
	s, out := open(t, framegear.Options{Ladder: twoRungs})
	for n := range 12 {
		require.NoError(t, s.WriteFrame(pattern(64, 48)(n)))
	}
	require.NoError(t, s.Finish(t.Context()))
	require.ErrorIs(t, s.Finish(t.Context()), framegear.ErrClosed)
	require.ErrorIs(t, s.WriteFrame(pattern(64, 48)(0)), framegear.ErrClosed)
	require.Empty(t, s.Stats().Live, "C objects after Finish")
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Finish(t.Context()), framegear.ErrClosed)
	require.NoError(t, s.WriteFrame(nil))
	require.Equal(t, int64(12), s.Stats().FramesOut)
	require.Len(t, out.listed(t), 2+2*(2+1))
	require.Contains(t, string(out.read(t, "v1/media.m3u8")), "#EXT-X-ENDLIST")
	require.Contains(t, string(out.read(t, "stream.mpd")), `type="static"`)
}

func TestCloseWithoutAnything(t *testing.T) {
	leaktest.Check(t)
	s, out := open(t, framegear.Options{})
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.WriteFrame(pattern(64, 48)(0)), framegear.ErrClosed)
	require.ErrorIs(t, s.Finish(t.Context()), framegear.ErrClosed)
	require.Empty(t, out.Names())
}

// Closed in the middle, what is listed exists and is whole, and nothing of the rest is visible.
func TestCloseInTheMiddle(t *testing.T) {
	leaktest.Check(t)
	whole := recorded(t, framegear.Options{Ladder: twoRungs}, 45, pattern(64, 48))
	for _, n := range []int{1, 9, 10, 11, 25, 44} {
		s, out := open(t, framegear.Options{Ladder: twoRungs})
		frame := pattern(64, 48)
		for i := range n {
			require.NoError(t, s.WriteFrame(frame(i)))
		}
		require.NoError(t, s.Close())
		require.Empty(t, s.Stats().Live, "C objects after Close")
		out.listed(t)
		requirePartOf(t, whole, out.shelf, fmt.Sprintf("closed after %d frames", n))
	}
}

// requirePartOf checks that an output that was cut short has only whole segments, the same as a complete one.
func requirePartOf(t *testing.T, whole *output, cut shelf, what string) {
	t.Helper()
	require.Zero(t, cut.Stats().Unended, what)
	for _, name := range cut.Names() {
		if filepath.Ext(name) == ".m4s" || filepath.Ext(name) == ".mp4" {
			require.True(t, bytes.Equal(whole.read(t, name), cut.read(t, name)), "%s: %s is not what it would be in a whole output", what, name)
		}
	}
}

func TestFinishWithACancelledContext(t *testing.T) {
	leaktest.Check(t)
	s, out := open(t, framegear.Options{Ladder: twoRungs})
	for n := range 12 {
		require.NoError(t, s.WriteFrame(pattern(64, 48)(n)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Finish(ctx); err != nil { // everything may have been drained already
		require.ErrorIs(t, err, context.Canceled)
	}
	require.ErrorIs(t, s.WriteFrame(pattern(64, 48)(0)), framegear.ErrClosed)
	require.NoError(t, s.Close())
	out.listed(t)
}

// stuck is a sink in which the writing of segments waits until its context ends, as for a network that is gone.
type stuck struct {
	sink.Sink
	once    sync.Once
	reached chan struct{} // closed when somebody waits
}

func (s *stuck) Create(ctx context.Context, name string) (sink.Object, error) {
	o, err := s.Sink.Create(ctx, name)
	if err != nil || !strings.HasSuffix(name, ".m4s") {
		return o, err
	}
	return &stuckObject{o, ctx, s}, nil
}

type stuckObject struct {
	sink.Object
	ctx  context.Context
	sink *stuck
}

func (o *stuckObject) Commit() error {
	o.sink.once.Do(func() { close(o.sink.reached) })
	<-o.ctx.Done()
	return o.Object.Commit()
}

// While the sink hangs and WriteFrame waits for room, Close ends it all.
func TestCloseWhileWriteFrameWaits(t *testing.T) {
	leaktest.Check(t)
	hung := &stuck{Sink: newShelf(), reached: make(chan struct{})}
	s, _ := open(t, framegear.Options{Sink: hung, Outage: framegear.EndAtOutage, Queue: 1, Ladder: twoRungs})
	done := make(chan error)
	go func() {
		frame := pattern(64, 48)
		for n := 0; ; n++ {
			if err := s.WriteFrame(frame(n)); err != nil {
				done <- err
				return
			}
		}
	}()
	<-hung.reached
	require.NoError(t, s.Close())
	err := <-done
	require.True(t, errors.Is(err, framegear.ErrClosed) || errors.Is(err, context.Canceled), "%v", err)
}

// While the sink hangs, Finish goes on only as long as its context.
func TestFinishWhileTheSinkHangs(t *testing.T) {
	leaktest.Check(t)
	hung := &stuck{Sink: newShelf(), reached: make(chan struct{})}
	s, _ := open(t, framegear.Options{Sink: hung, Outage: framegear.EndAtOutage, Queue: 40, Ladder: twoRungs})
	for n := range 12 {
		require.NoError(t, s.WriteFrame(pattern(64, 48)(n)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-hung.reached
		cancel()
	}()
	require.ErrorIs(t, s.Finish(ctx), context.Canceled)
}

// stuckEnd hangs at the last version of a playlist.
type stuckEnd struct{ *stuck }

func (s stuckEnd) Create(ctx context.Context, name string) (sink.Object, error) {
	o, err := s.Sink.Create(ctx, name)
	return &stuckEndObject{stuckObject{o, ctx, s.stuck}, false}, err
}

type stuckEndObject struct {
	stuckObject
	last bool
}

func (o *stuckEndObject) Write(p []byte) (int, error) {
	o.last = o.last || strings.Contains(string(p), "#EXT-X-ENDLIST")
	return o.Object.Write(p)
}

func (o *stuckEndObject) Commit() error {
	if o.last {
		return o.stuckObject.Commit()
	}
	return o.Object.Commit()
}

// So it does while the final manifests hang.
func TestFinishIsInterruptedAtItsManifests(t *testing.T) {
	for _, live := range []bool{false, true} {
		for _, outage := range []framegear.OutagePolicy{framegear.OutliveOutage, framegear.EndAtOutage} {
			leaktest.Check(t)
			hung := stuckEnd{&stuck{Sink: newShelf(), reached: make(chan struct{})}}
			s, _ := open(t, framegear.Options{Sink: hung, Outage: outage, Live: live, Queue: 40, Ladder: twoRungs})
			for n := range 12 {
				require.NoError(t, s.WriteFrame(pattern(64, 48)(n)))
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-hung.reached
				cancel()
			}()
			require.ErrorIs(t, s.Finish(ctx), context.Canceled)
		}
	}
}

// A live output drops what there is no room for, and tells.
func TestDropWhenFull(t *testing.T) {
	leaktest.Check(t)
	hung := &stuck{Sink: newShelf(), reached: make(chan struct{})}
	out := &output{shelf: newShelf()}
	opt := out.options(framegear.Options{Sink: hung, Outage: framegear.EndAtOutage, Queue: 2, WhenFull: framegear.DropWhenFull, SegmentDuration: 80 * time.Millisecond})
	dropped := 0
	opt.Events.FrameDropped = func(d framegear.DropInfo) {
		require.Equal(t, framegear.DropFull, d.Reason)
		dropped++
	}
	s, err := framegear.New("", opt)
	require.NoError(t, err)
	defer s.Close()
	frame := pattern(64, 48)
	n := 0
	for ; ; n++ {
		if err := s.WriteFrame(frame(n)); err != nil {
			require.ErrorIs(t, err, framegear.ErrDropped)
			break
		}
	}
	require.Positive(t, n)
	require.Equal(t, 1, dropped)
	require.Equal(t, int64(1), s.Stats().Dropped)
}

// faults are outputs whose sinks fail.
var faults = []struct {
	name string
	opt  framegear.Options
}{
	{"recorded", framegear.Options{Ladder: twoRungs}},
	{"TS", framegear.Options{Ladder: twoRungs, Container: framegear.TS, Format: framegear.HLS}},
}

// Every call of the sink is made to fail once. The error reaches the caller with stage, rendition and path; what was published before
// stays listed and whole; nothing leaks.
func TestSinkFaultAtEveryCall(t *testing.T) {
	full := errors.New("no space left on device")
	for _, c := range faults {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			whole := recorded(t, c.opt, 22, pattern(64, 48))
			for n, failed := 1, true; failed; n++ {
				below := newShelf()
				faulty := sinktest.Faulty(below, sinktest.Plan{N: n, Sticky: n%2 == 0, Err: full})
				opt := c.opt
				opt.Sink, opt.Outage = faulty, framegear.EndAtOutage
				var log bytes.Buffer
				opt.Logger = slog.New(slog.NewTextHandler(&log, nil))
				err := writeAll(t, opt, 22)
				require.NotContains(t, log.String(), ".invalid", "the names that libav is told are nobody's business")
				failed = faulty.Failed() > 0
				what := fmt.Sprintf("call %d", n)
				require.Zero(t, faulty.Unended(), what)
				below.listed(t)
				requirePartOf(t, whole, below, what)
				if failed {
					requireFault(t, err, full, what)
				} else {
					require.NoError(t, err, what)
					require.Greater(t, n, 20, "there are at least that many calls")
				}
			}
		})
	}
}

// writeAll makes an output and returns the first error; Finish has to return it too.
func writeAll(t *testing.T, opt framegear.Options, frames int) error {
	t.Helper()
	s, _ := open(t, opt)
	frame := pattern(64, 48)
	var first error
	for n := range frames {
		if first = s.WriteFrame(frame(n)); first != nil {
			break
		}
	}
	last := s.Finish(t.Context())
	if first != nil {
		require.Equal(t, first, last, "Finish returns what WriteFrame returned")
	}
	if first == nil {
		first = last
	}
	require.NoError(t, s.Close())
	return first
}

func requireFault(t *testing.T, err, cause error, what string) {
	t.Helper()
	require.ErrorIs(t, err, cause, what)
	var stage *framegear.StageError
	require.ErrorAs(t, err, &stage, what)
	var at *sink.Error
	require.ErrorAs(t, err, &at, what)
	require.ErrorContains(t, err, at.Path, what)
	switch stage.Stage {
	case "muxer":
		require.Contains(t, []string{"v0 64x48", "v1 48x32"}, stage.Rendition, what)
		require.Equal(t, stage.Rendition[:2], at.Path[:2], "%s: the rendition's own file", what)
	case "publish":
		require.Contains(t, []string{".mpd", ".m3u8"}, filepath.Ext(at.Path), what)
	default:
		require.Fail(t, "stage "+stage.Stage, what)
	}
}

// A folder that cannot be written is named in the error.
func TestFolderThatCannotBe(t *testing.T) {
	leaktest.Check(t)
	_, err := framegear.New("/dev/null/out", framegear.Options{})
	require.ErrorContains(t, err, "/dev/null/out")
}

// A recording in a folder is whole, and an independent decoder plays its segments.
func TestFolder(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	dir := t.TempDir()
	s, err := framegear.New(filepath.Join(dir, "show.mpd"), framegear.Options{Preset: "ultrafast", SegmentDuration: 400 * time.Millisecond})
	require.NoError(t, err)
	defer s.Close()
	for n := range 25 {
		require.NoError(t, s.WriteFrame(pattern(64, 48)(n)))
	}
	require.NoError(t, s.Finish(t.Context()))
	require.NoError(t, s.Close())
	var names []string
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	inner, err := filepath.Glob(filepath.Join(dir, "v0", "*"))
	require.NoError(t, err)
	for _, f := range append(files, inner...) {
		rel, err := filepath.Rel(dir, f)
		require.NoError(t, err)
		names = append(names, rel)
	}
	require.Equal(t, []string{"show.m3u8", "show.mpd", "v0", "v0/1.m4s", "v0/2.m4s", "v0/3.m4s", "v0/init.mp4", "v0/media.m3u8"}, names)
}

// Several streams in one process do not know of each other.
func TestStreamsSideBySide(t *testing.T) {
	leaktest.Check(t)
	alone := recorded(t, framegear.Options{Ladder: twoRungs}, 30, pattern(64, 48))
	var work sync.WaitGroup
	outs := make([]*output, 3)
	for i := range outs {
		s, out := open(t, framegear.Options{Ladder: twoRungs})
		outs[i] = out
		work.Go(func() {
			frame := pattern(64, 48)
			for n := range 30 {
				if err := s.WriteFrame(frame(n)); err != nil {
					t.Error(err)
					return
				}
			}
			if err := s.Finish(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	for _, out := range outs {
		require.Len(t, out.listed(t), 2+2*(3+1))
		requirePartOf(t, alone, out.shelf, "side by side")
	}
}

// Goroutines may share a stream: every frame is taken once.
func TestFramesFromManyGoroutines(t *testing.T) {
	leaktest.Check(t)
	s, out := open(t, framegear.Options{})
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			frame := pattern(64, 48)
			for n := range 10 {
				if err := s.WriteFrame(frame(n)); err != nil {
					t.Error(err)
				}
				_ = s.Stats()
			}
		})
	}
	work.Wait()
	require.NoError(t, s.Finish(t.Context()))
	frames := 0
	for _, seg := range out.segments["v0"] {
		frames += seg.Frames
	}
	require.Equal(t, 40, frames)
}

// In the steady state a frame costs nothing in Go's heap, whatever the ladder; only segments and parts do.
func TestFramesAllocateNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  framegear.Options
	}{
		{"one rendition", framegear.Options{}},
		{"a ladder", framegear.Options{Ladder: append(framegear.Ladder{{Width: 32, Height: 24, FrameRate: framegear.FPS(12.5)}}, twoRungs...)}},
		{"with B-frames", framegear.Options{Preset: "veryfast", Ladder: twoRungs}},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			c.opt.SegmentDuration = 30 * time.Minute // the longest
			c.opt.Sink = sink.NewMemory()
			s, _ := open(t, c.opt)
			frame := pattern(64, 48)(0)
			write := func() {
				if err := s.WriteFrame(frame); err != nil {
					t.Fatal(err)
				}
			}
			for range 100 {
				write()
			}
			require.Zero(t, testing.AllocsPerRun(400, write))
		})
	}
}

// A sequence is written to its end, to its error, or to the end of the context, which leaves a whole output behind.
func TestWriteFrames(t *testing.T) {
	leaktest.Check(t)
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		stopAt, failAt int // frames
		is             error
		written        int64
	}{
		"to its end": {stopAt: -1, failAt: -1, written: 30},
		"interrupt":  {stopAt: 10, failAt: -1, written: 10},
		"error":      {stopAt: -1, failAt: 20, is: broken, written: 20},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := framegear.New(dir, framegear.Options{})
			require.NoError(t, err)
			defer s.Close()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			err = s.WriteFrames(ctx, func(yield func(*framegear.Frame, error) bool) {
				for n := range 30 {
					if n == c.stopAt {
						stop()
					}
					if n == c.failAt {
						yield(nil, broken)
						return
					}
					if !yield(halves(64, 48), nil) {
						return
					}
				}
			})
			require.ErrorIs(t, err, c.is)
			require.NoError(t, s.Finish(t.Context()))
			require.Equal(t, c.written, s.Stats().FramesOut)
			requireValid(t, filepath.Join(dir, "stream.mpd"))
		})
	}
	s, err := framegear.New(t.TempDir(), framegear.Options{})
	require.NoError(t, err)
	defer s.Close()
	require.ErrorIs(t, s.WriteFrames(t.Context(), func(yield func(*framegear.Frame, error) bool) { yield(framegear.Gray(nil, 64, 48), nil) }), framegear.ErrFrame)
}
