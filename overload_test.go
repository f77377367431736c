package framegear_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/muxer/sink"
)

// slowSink takes its time for each object, as a machine does that is too slow.
type slowSink struct {
	sink.Sink
	delay time.Duration
}

func (s slowSink) Create(ctx context.Context, name string) (sink.Object, error) {
	time.Sleep(s.delay)
	return s.Sink.Create(ctx, name)
}

// A stream that cannot be held drops whole frames, keeps real time and bounds, never makes WriteFrame wait, and says so.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []framegear.OverloadInfo
		o := tiny()
		o.PartDuration = time.Millisecond
		o.Sink = slowSink{sink.NewMemory(), 2 * time.Second} // per segment of one second
		o.Events.Overloaded = func(i framegear.OverloadInfo) { told = append(told, i) }
		s := newStream(t, "", o)
		begin, dropped := time.Now(), int64(0)
		for n := range 60 * 30 {
			time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / 30)))
			before := time.Now()
			err := s.WriteFrame(picture(n, side, side))
			if n > 0 {
				require.Less(t, time.Since(before), time.Millisecond, "WriteFrame never waits")
			}
			if errors.Is(err, framegear.ErrDropped) {
				dropped++
			} else {
				require.NoError(t, err)
			}
			require.LessOrEqual(t, s.Stats().Queued, 8)
		}
		st := s.Stats()
		require.Positive(t, dropped)
		require.Equal(t, dropped, st.Dropped)
		require.NotEmpty(t, told)
		require.LessOrEqual(t, len(told), 6, "at most every ten seconds")
		for _, i := range told {
			require.Greater(t, i.Dropped*20, i.Frames)
			require.NotEmpty(t, i.Slowest)
		}
		require.NoError(t, s.Finish(t.Context()))
	})
}

// brokenSink is a disk that fills up.
type brokenSink struct {
	sink.Sink
	left atomic.Int64
}

type brokenObject struct {
	sink.Object
	s *brokenSink
}

var errDiskFull = errors.New("no space left on device")

func (s *brokenSink) Create(ctx context.Context, name string) (sink.Object, error) {
	o, err := s.Sink.Create(ctx, name)
	return &brokenObject{o, s}, err
}

func (o *brokenObject) Write(p []byte) (int, error) {
	if o.s.left.Add(-int64(len(p))) < 0 {
		return 0, errDiskFull
	}
	return o.Object.Write(p)
}

// The caller hears of a full disk from the next call, and viewers get what there is to the end.
func TestDiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := byCount()
		o.Ladder = o.Ladder[:1]
		disk := &brokenSink{Sink: sink.NewMemory()}
		disk.left.Store(9000)
		o.Sink = disk
		s := newStream(t, "", o)
		var err error
		n := 0
		for ; err == nil && n < 1000; n++ {
			err = s.WriteFrame(picture(n, side, side))
			synctest.Wait()
		}
		require.ErrorIs(t, err, errDiskFull)
		var where *framegear.StageError
		require.ErrorAs(t, err, &where)
		require.ErrorIs(t, s.Finish(t.Context()), errDiskFull)
		m := parseMedia(t, playlist(t, s, "v0"))
		require.NotEmpty(t, m.segments)
		for _, p := range m.segments[len(m.segments)-1].parts {
			require.Equal(t, 200, status(s.Handler(), "/v0/"+p.uri))
		}
		require.Equal(t, 503, status(s.Handler(), "/healthz"))
	})
}

// A full disk ends what is on it; an origin goes on from memory, and the caller hears of it at once.
func TestOriginOutlivesTheDisk(t *testing.T) {
	for _, served := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			o := byCount()
			disk := &brokenSink{Sink: sink.NewMemory()}
			disk.left.Store(30_000)
			o.Sink = noMemory{disk}
			var lost []error
			o.Events.OutputLost = func(err error) { lost = append(lost, err) }
			s := newStream(t, "", o)
			if served {
				_ = s.Handler()
			}
			var heard []error
			n := 0
			for ; n < 600; n++ {
				if err := s.WriteFrame(picture(n, side, side)); err != nil {
					heard = append(heard, err)
					if !served {
						break
					}
				}
				synctest.Wait()
			}
			require.Len(t, heard, 1, "once")
			require.ErrorIs(t, heard[0], errDiskFull)
			if !served {
				require.NotErrorIs(t, heard[0], framegear.ErrOutputLost, "nobody sees what would go on")
				require.ErrorIs(t, s.Finish(t.Context()), errDiskFull)
				return
			}
			require.ErrorIs(t, heard[0], framegear.ErrOutputLost)
			require.Len(t, lost, 1)
			check(t, s)
			require.Equal(t, 200, status(s.Handler(), "/healthz"))
			m := parseMedia(t, playlist(t, s, "v0"))
			require.EqualValues(t, 600/30, m.sequence+int64(len(m.segments))-1, "all of it was made")
			require.ErrorIs(t, s.Finish(t.Context()), framegear.ErrOutputLost)
			check(t, s)
		})
	}
}

// noMemory hides what a sink is.
type noMemory struct{ sink.Sink }
