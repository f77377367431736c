package framegear_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// heldClock is the clock of a live output of ten pictures a second that follows the source's times.
func heldClock(mode framegear.Clock) (*framegear.GridClock, *fakeClock) {
	wall := newFakeClock()
	return framegear.NewGridClock(framegear.Options{Live: true, FrameRate: framegear.FPS(10), Clock: mode}.WithNow(wall.now)), wall
}

// Whatever the times of a live source do, what is shown stays within a second of the wall clock, and no slot is left out.
func TestGridClockKeepsToTheWallClock(t *testing.T) {
	type step struct {
		frames int
		every  time.Duration // by the wall clock
		pts    time.Duration // from one to the next
	}
	const frame = 100 * time.Millisecond
	tests := map[string][]step{
		"as promised":                  {{300, frame, frame}},
		"four of ten":                  {{200, 250 * time.Millisecond, frame}},
		"a pause":                      {{30, frame, frame}, {1, 6 * time.Second, frame}, {50, frame, frame}},
		"a pause, then all at once":    {{30, frame, frame}, {1, 6 * time.Second, frame}, {59, time.Millisecond, frame}, {100, frame, frame}},
		"stopped for long":             {{30, frame, frame}, {1, 30 * time.Second, frame}, {299, time.Millisecond, frame}, {100, frame, frame}},
		"times that leap":              {{30, frame, frame}, {1, frame, 3 * time.Second}, {50, frame, frame}},
		"times that leap far":          {{30, frame, frame}, {1, frame, time.Hour}, {50, frame, frame}},
		"one wrong time":               {{30, frame, frame}, {1, frame, time.Hour}, {1, frame, frame - time.Hour}, {50, frame, frame}},
		"times that begin anew":        {{30, frame, frame}, {1, frame, -time.Hour}, {50, frame, frame}},
		"frames that are lost":         {{30, frame, frame}, {1, 4 * time.Second, 4 * time.Second}, {50, frame, frame}},
		"slow, then faster for a time": {{100, 200 * time.Millisecond, frame}, {100, 50 * time.Millisecond, frame}, {50, frame, frame}},
	}
	for name, steps := range tests {
		for mode, clock := range map[string]framegear.Clock{"times": framegear.ClockPTS, "count": framegear.ClockCount} {
			t.Run(name+", "+mode, func(t *testing.T) {
				c, wall := heldClock(clock)
				begin, pts, next := wall.at, time.Duration(0), int64(0)
				for i, s := range steps {
					for n := range s.frames {
						if i+n > 0 {
							wall.advance(s.every)
							pts += s.pts
						}
						got, err := c.Take(&framegear.Frame{PTS: int64(pts)})
						require.NoError(t, err)
						if !got.Drop && !got.Cut {
							require.Equal(t, next+got.Repeats, got.Slot)
						}
						next = got.Slot + 1
						require.InDelta(t, wall.at.Sub(begin).Seconds(), float64(got.Slot)/10, 1.15, "frame %d of step %d", n, i)
					}
				}
				require.InDelta(t, wall.at.Sub(begin).Seconds(), float64(next)/10, 1.15)
			})
		}
	}
}

// A source that catches up shows its pictures at their own times again: what was added in its pause is taken back.
func TestGridClockTakesBackWhatItLent(t *testing.T) {
	c, wall := heldClock(framegear.ClockPTS)
	begin := wall.at
	for n := range int64(200) {
		if n == 30 {
			wall.advance(5 * time.Second)
		} else if wall.at.Sub(begin) < time.Duration(n)*100*time.Millisecond {
			wall.advance(100 * time.Millisecond)
		}
		got, err := c.Take(&framegear.Frame{PTS: n * int64(100*time.Millisecond)})
		require.NoError(t, err)
		if n > 85 {
			require.InDelta(t, n, got.Slot, 1)
			require.Equal(t, framegear.Placed{Slot: got.Slot}, got, "neither dropped nor repeated")
		}
	}
}

// One wrong PTS costs nothing, and what begins anew goes on.
func TestPTSBeginAnew(t *testing.T) {
	const frame = int64(100 * time.Millisecond)
	for name, tt := range map[string]struct {
		pts  func(n int64) int64
		says bool
		err  error
	}{
		"an hour ahead, once":     {pts: func(n int64) int64 { return n*frame + map[int64]int64{20: int64(time.Hour)}[n] }},
		"an hour back, once":      {pts: func(n int64) int64 { return n*frame - map[int64]int64{20: int64(time.Hour)}[n] }},
		"from zero":               {pts: func(n int64) int64 { return (n + 1000*(1-n/50)) * frame }},
		"a little back":           {pts: func(n int64) int64 { return (n - n/50*5) * frame }, err: framegear.ErrPTS},
		"a little back, as said":  {pts: func(n int64) int64 { return (n - n/50*5) * frame }, says: true},
		"a little ahead, as said": {pts: func(n int64) int64 { return (n + n/50*5) * frame }, says: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := framegear.NewGridClock(framegear.Options{FrameRate: framegear.FPS(10), Clock: framegear.ClockPTS, MaxGap: 2 * time.Second})
			for n := range int64(100) {
				if tt.says && n == 50 {
					c.Discontinue()
				}
				got, err := c.Take(&framegear.Frame{PTS: tt.pts(n)})
				if tt.err != nil && n >= 50 && n < 55 {
					require.ErrorIs(t, err, tt.err)
					continue
				}
				require.NoError(t, err)
				if tt.err == nil {
					require.Equal(t, n, got.Slot)
					require.Zero(t, got.Repeats)
				}
			}
		})
	}
}

// A live output whose source does not keep pace has its newest segment where the wall clock is all the same, says so once, and counts it.
func TestSlowTimesKeepRealTime(t *testing.T) {
	for name, clock := range map[string]framegear.Clock{"times": framegear.ClockPTS, "count": framegear.ClockCount} {
		for _, low := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				bubble.Test(t, func(t *testing.T) {
					var said []string
					o := tiny()
					o.Live, o.LowLatency, o.Clock, o.Timebase = true, low, clock, framegear.Timebase{Num: 1, Den: 30}
					o.Events.Warning = func(w framegear.WarningInfo) { said = append(said, w.Text) }
					s := newStream(t, "", o)
					begin, n := time.Now(), int64(0)
					feed := func(fps int, length time.Duration) {
						for end := time.Now().Add(length); time.Now().Before(end); n++ {
							f := picture(int(n), side, side)
							f.PTS = n
							require.NoError(t, s.WriteFrame(f))
							synctest.Wait()
							time.Sleep(time.Second / time.Duration(fps))
						}
					}
					feed(12, 16*time.Second)
					time.Sleep(6 * time.Second)
					synctest.Wait()
					require.InDelta(t, 1, s.Stats().Behind.Seconds(), 0.1, "players go on while nothing comes")
					feed(12, 8*time.Second)
					st := s.Stats()
					require.InDelta(t, 30*30, st.FramesOut, 33, "%+v", st)
					require.Zero(t, st.Dropped)
					require.Less(t, st.Behind, 1100*time.Millisecond)
					require.Positive(t, st.CaughtUp)
					require.Len(t, said, 1)
					require.Contains(t, said[0], "fall behind the wall clock")
					m := parseMedia(t, playlist(t, s, "v0"))
					at, err := time.Parse(time.RFC3339Nano, m.segments[len(m.segments)-1].date)
					require.NoError(t, err)
					require.InDelta(t, time.Since(begin).Seconds(), at.Sub(begin).Seconds(), 3.1, "PROGRAM-DATE-TIME")
					require.NotContains(t, playlist(t, s, "v0"), "DISCONTINUITY")
					require.Contains(t, body(t, s.Handler(), "/metrics"), "framegear_behind_seconds")
				})
			})
		}
	}
}

// An output that drops nothing is not held to the wall clock, but says how far it is behind.
func TestBlockedOutputSaysThatItIsBehind(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		var said []string
		o := tiny()
		o.Clock, o.WhenFull = framegear.ClockCount, framegear.BlockWhenFull
		o.Events.Warning = func(w framegear.WarningInfo) { said = append(said, w.Text) }
		s := newStream(t, "", o)
		play(t, s, steady(12, 4*time.Second))
		st := s.Stats()
		require.EqualValues(t, 48, st.FramesOut)
		require.InDelta(t, 2.3, st.Behind.Seconds(), 0.2)
		require.Len(t, said, 1)
		require.Contains(t, said[0], "behind the wall clock and players will wait")
	})
}
