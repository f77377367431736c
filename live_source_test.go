package framegear_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// Time in these tests is synctest's: it moves only when every goroutine of the stream waits, so an hour of a source costs
// what its encoding costs, and a result never depends on the machine.

const side = 32 // of the tiny pictures

// tiny is a low-latency output that costs next to nothing.
func tiny() framegear.Options {
	return framegear.Options{
		FrameRate: framegear.FPS(30), LowLatency: true, SegmentDuration: time.Second, Preset: "ultrafast", Clock: framegear.ClockWall,
		Ladder: framegear.Ladder{{Width: side, Height: side}, {Width: side / 2, Height: side / 2}},
	}
}

// picture is gray of a level that tells pictures apart.
func picture(n, width, height int) *framegear.Frame {
	pix := make([]byte, width*height)
	for i := range pix {
		pix[i] = byte(16 + (n*37+i)%200)
	}
	return framegear.Packed(framegear.Gray8, pix, width, height)
}

// instants returns when each frame of a source comes, from the first one on.
type instants func(yield func(time.Duration) bool)

func steady(fps float64, length time.Duration) instants {
	return func(yield func(time.Duration) bool) {
		for n := 0; ; n++ {
			at := time.Duration(float64(n) / fps * float64(time.Second))
			if at >= length || !yield(at) {
				return
			}
		}
	}
}

// jittery shifts each frame by up to spread, in their order.
func jittery(source instants, spread time.Duration) instants {
	random := rand.New(rand.NewPCG(1, 2))
	return func(yield func(time.Duration) bool) {
		last := time.Duration(0)
		for at := range source {
			last = max(last, at+time.Duration(random.Int64N(int64(spread))))
			if !yield(last) {
				return
			}
		}
	}
}

// stalled leaves out what lies between two instants; what comes right after arrives in one burst when burst is set.
func stalled(source instants, from, to time.Duration, burst bool) instants {
	return func(yield func(time.Duration) bool) {
		for at := range source {
			switch {
			case at < from || at >= to:
			case burst:
				at = to
			default:
				continue
			}
			if !yield(at) {
				return
			}
		}
	}
}

// play gives a source to a stream in real time and returns how long it took.
func play(t *testing.T, s *framegear.Stream, source instants) time.Duration {
	t.Helper()
	begin, n := time.Now(), 0
	for at := range source {
		time.Sleep(time.Until(begin.Add(at)))
		f := picture(n, side, side)
		f.PTS = int64(at)
		if err := s.WriteFrame(f); err != nil && !errors.Is(err, framegear.ErrDropped) {
			require.NoError(t, err)
		}
		n++
		synctest.Wait() // the encoders of this machine are as fast as they have to be
	}
	return time.Since(begin)
}

func newStream(t *testing.T, output string, o framegear.Options) *framegear.Stream {
	t.Helper()
	s, err := framegear.New(output, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		require.Empty(t, s.Stats().Live, "C objects after Close")
	})
	return s
}

// Whatever a source does, the output keeps real time: as many pictures as its rate says, and nothing waits anywhere.
func TestSourcesFromHellKeepRealTime(t *testing.T) {
	const length = 20 * time.Second
	tests := []struct {
		name             string
		source           instants
		repeated         int64 // at least
		dropped          int64 // at least
		few              int64 // and at most this many more of each
		unknownRate      bool
		exactlyTheSource bool
	}{
		{name: "as promised", source: steady(30, length), exactlyTheSource: true},
		{name: "16 instead of 30", source: steady(16, length), repeated: 275, few: 10},
		{name: "60 instead of 30", source: steady(60, length), dropped: 595, few: 10},
		{name: "slightly fast", source: steady(30.3, length), dropped: 4, few: 4},
		{name: "slightly slow", source: steady(29.7, length), repeated: 3, few: 4},
		{name: "one per second", source: steady(1, length), repeated: 540, few: 10},
		{name: "jitter of a frame", source: jittery(steady(30, length), 33*time.Millisecond), few: 12},
		{name: "jitter of three frames", source: jittery(steady(30, length), 100*time.Millisecond), few: 300},
		{name: "stall of five seconds", source: stalled(steady(30, length), 8*time.Second, 13*time.Second, false), repeated: 145, few: 10},
		{name: "stall, then all at once", source: stalled(steady(30, length), 8*time.Second, 13*time.Second, true), repeated: 145, dropped: 145, few: 10},
		{name: "no known rate", source: steady(12.5, length), unknownRate: true, repeated: 240, few: 15},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				o := tiny()
				rate := 30.0
				if tt.unknownRate {
					o.FrameRate, rate = framegear.Rate{}, 25
				}
				s := newStream(t, "", o)
				took := play(t, s, tt.source)
				st := s.Stats()
				require.InDelta(t, took.Seconds()*rate, st.FramesOut, 3, "real time is kept: %+v", st)
				require.Equal(t, st.FramesOut, st.FramesIn-st.Dropped+st.Repeated, "every slot and frame is counted: %+v", st)
				require.Zero(t, st.Queued, "nothing waits")
				require.Zero(t, st.Jumps)
				require.GreaterOrEqual(t, st.Repeated, tt.repeated)
				require.LessOrEqual(t, st.Repeated, tt.repeated+tt.few)
				require.GreaterOrEqual(t, st.Dropped, tt.dropped)
				require.LessOrEqual(t, st.Dropped, tt.dropped+tt.few)
				if tt.exactlyTheSource {
					require.Equal(t, st.FramesIn, st.FramesOut)
				}
				require.NoError(t, s.Finish(t.Context()))
				require.InDelta(t, took.Seconds(), s.Stats().Duration.Seconds(), 0.1)
			})
		})
	}
}

// While a source stalls players still get new parts, because the last picture is shown on.
func TestStallDoesNotStopParts(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		s := newStream(t, "", tiny())
		play(t, s, steady(30, 2*time.Second))
		require.NotContains(t, playlist(t, s, "v0"), "\n2.m4s\n", "the second one is complete when the third one begins")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.Contains(t, playlist(t, s, "v0"), "\n6.m4s\n", "five more segments")
		require.InDelta(t, 7*30, s.Stats().FramesOut, 3)
	})
}

// A picture of another size is scaled when that is asked for, and otherwise refused alone.
func TestResizeInMidStream(t *testing.T) {
	for _, rescale := range []bool{false, true} {
		bubble.Test(t, func(t *testing.T) {
			o := tiny()
			o.Rescale = rescale
			s := newStream(t, "", o)
			play(t, s, steady(30, time.Second))
			time.Sleep(time.Second / 30)
			err := s.WriteFrame(picture(0, 2*side, side))
			if rescale {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, framegear.ErrChanged)
			}
			play(t, s, steady(30, time.Second))
			require.InDelta(t, 61, s.Stats().FramesOut, 2)
			require.NoError(t, s.Finish(t.Context()))
		})
	}
}

// A stall that is left as a gap becomes a discontinuity: the pictures after it are at the instants at which they came.
func TestStallLeavesAGap(t *testing.T) {
	for name, change := range map[string]func(*framegear.Options){
		"low latency":       func(*framegear.Options) {},
		"one-frame parts":   func(o *framegear.Options) { o.PartDuration = time.Millisecond },
		"plain live":        func(o *framegear.Options) { o.Live, o.LowLatency = true, false },
		"timestamps":        func(o *framegear.Options) { o.Clock = framegear.ClockPTS },
		"another rate":      func(o *framegear.Options) { o.Ladder[1].FrameRate = framegear.FPS(12) },
		"everything listed": func(o *framegear.Options) { o.Window = framegear.WindowAll },
		"with sound":        func(o *framegear.Options) { o.Audio = []framegear.AudioTrack{{PCM: true}} },
		"live with sound": func(o *framegear.Options) {
			o.Live, o.LowLatency, o.Audio = true, false, []framegear.AudioTrack{{PCM: true}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				o := tiny()
				o.Stall, o.MaxGap = framegear.LeaveGap, 2*time.Second
				change(&o)
				s := newStream(t, "", o)
				begin := time.Now()
				play(t, s, stalled(steady(30, 28*time.Second), 5500*time.Millisecond, 17500*time.Millisecond, false))
				st := s.Stats()
				require.InDelta(t, 16*30, st.FramesOut, 31, "%+v", st)
				require.EqualValues(t, 1, st.Jumps)
				check(t, s)
				tracks := []string{"v0", "v1", "a0"}
				for _, track := range tracks[:2+len(o.Audio)] {
					m := parseMedia(t, playlist(t, s, track))
					require.Equal(t, "2000-01-01T00:00:05", nearest(t, m.segments[5].date))
					after := m.segments[6]
					require.True(t, after.discontinuity)
					require.Equal(t, "2000-01-01T00:00:17.000Z", after.date, "the segment that was due")
					last := m.segments[len(m.segments)-1]
					at, err := time.Parse(time.RFC3339Nano, last.date)
					require.NoError(t, err)
					require.InDelta(t, time.Since(begin).Seconds(), at.Sub(begin).Seconds(), 2.1, "real time")
				}
				require.NoError(t, s.Finish(t.Context()))
				check(t, s)
			})
		})
	}
}

// Timestamps that jump while the source does not are put back on the wall clock.
func TestTimestampsJump(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := tiny()
		o.Clock = framegear.ClockPTS
		s := newStream(t, "", o)
		begin := time.Now()
		for n := range 300 {
			f := picture(n, side, side)
			f.PTS = int64(time.Since(begin))
			if n >= 150 {
				f.PTS += int64(time.Hour)
			}
			require.NoError(t, s.WriteFrame(f))
			synctest.Wait()
			time.Sleep(time.Second / 30)
		}
		st := s.Stats()
		require.InDelta(t, 300, st.FramesOut, 2)
		require.EqualValues(t, 1, st.Jumps)
		require.NotContains(t, playlist(t, s, "v0"), "DISCONTINUITY")
	})
}

// The wall clock may be set while a stream runs: the instants of pictures come from the monotonic clock behind it, so a
// stream that is given a clock without one (as here) sees a jump, counts it, and goes on at once.
func TestWallClockIsSet(t *testing.T) {
	for _, step := range []time.Duration{-time.Hour, time.Hour} {
		bubble.Test(t, func(t *testing.T) {
			var set time.Duration
			o := tiny().WithNow(func() time.Time { return time.Now().Round(0).Add(set) })
			s := newStream(t, "", o)
			play(t, s, steady(30, 2*time.Second))
			set = step
			play(t, s, steady(30, 2*time.Second))
			st := s.Stats()
			require.InDelta(t, 4*30, st.FramesOut, 31, "neither filled for an hour nor stopped for one: %+v", st)
			require.EqualValues(t, 1, st.Jumps)
			require.Zero(t, st.Queued)
		})
	}
}

// nearest is the second that an instant is nearest to: sound begins up to a frame before the pictures.
func nearest(t *testing.T, date string) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, date)
	require.NoError(t, err)
	return at.Round(time.Second).Format("2006-01-02T15:04:05")
}

// playlist returns a media playlist as a player would get it.
func playlist(t *testing.T, s *framegear.Stream, track string) string {
	t.Helper()
	return body(t, s.Handler(), "/"+track+"/media.m3u8")
}

func body(t *testing.T, h http.Handler, target string) string {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, target, strings.NewReader("")))
	require.Equal(t, http.StatusOK, answer.Code, "%s: %s", target, answer.Body)
	b, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(b)
}
