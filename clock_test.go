package framegear_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
)

// fakeClock is a wall clock that tests move.
type fakeClock struct{ at time.Time }

func newFakeClock() *fakeClock { return &fakeClock{time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)} }

func (c *fakeClock) now() time.Time          { return c.at }
func (c *fakeClock) advance(d time.Duration) { c.at = c.at.Add(d) }

func TestGridClockPlacesPTS(t *testing.T) {
	const ms = int64(time.Millisecond)
	tests := []struct {
		name string
		pts  []int64
		want []framegear.Placed // of all but the first frame
	}{
		{"on the grid", []int64{0, 100 * ms, 200 * ms}, []framegear.Placed{{Slot: 1}, {Slot: 2}}},
		{"starts anywhere", []int64{-5000 * ms, -4900 * ms}, []framegear.Placed{{Slot: 1}}},
		{"nearest slot", []int64{0, 140 * ms, 160 * ms, 340 * ms}, []framegear.Placed{{Slot: 1}, {Slot: 2}, {Slot: 3}}},
		{"a hole", []int64{0, 500 * ms}, []framegear.Placed{{Slot: 5, Repeats: 4}}},
		{"twice as fast", []int64{0, 40 * ms, 100 * ms, 140 * ms, 200 * ms},
			[]framegear.Placed{{Slot: 0, Drop: true}, {Slot: 1}, {Slot: 1, Drop: true}, {Slot: 2}}},
		{"the longest gap", []int64{0, 2100 * ms}, []framegear.Placed{{Slot: 21, Repeats: 20}}},
		{"a jump", []int64{0, 3_600_000 * ms, 3_600_100 * ms}, []framegear.Placed{{Slot: 1, Jumped: true}, {Slot: 2}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := framegear.NewGridClock(framegear.Options{
				FrameRate: framegear.FPS(10), Clock: framegear.ClockPTS, MaxGap: 2 * time.Second})
			for i, pts := range tt.pts {
				got, err := c.Take(&framegear.Frame{PTS: pts})
				require.NoError(t, err)
				if i > 0 {
					require.Equal(t, tt.want[i-1], got, "frame %d", i)
				}
			}
		})
	}
}

func TestGridClockRefusesPTSThatDoNotIncrease(t *testing.T) {
	c := framegear.NewGridClock(framegear.Options{Clock: framegear.ClockPTS, FrameRate: framegear.FPS(10)})
	for _, pts := range []int64{1000, 1000, 999} {
		_, err := c.Take(&framegear.Frame{PTS: pts * int64(time.Millisecond)})
		if pts != 1000 {
			require.ErrorIs(t, err, framegear.ErrPTS)
		}
	}
	got, err := c.Take(&framegear.Frame{PTS: 1100 * int64(time.Millisecond)})
	require.NoError(t, err)
	require.Equal(t, framegear.Placed{Slot: 1}, got, "what was refused left no trace")
}

// A source at exactly the output's rate, always late by the same amount plus some jitter, is neither dropped nor repeated.
func TestGridClockToleratesJitterOfArrival(t *testing.T) {
	wall := newFakeClock()
	c := framegear.NewGridClock(framegear.Options{FrameRate: framegear.FPS(25), Clock: framegear.ClockWall}.WithNow(wall.now))
	begin := wall.at
	for n := range 1000 {
		wall.at = begin.Add(time.Duration(n)*40*time.Millisecond + time.Duration(n*7%36)*time.Millisecond)
		got, err := c.Take(&framegear.Frame{})
		require.NoError(t, err)
		require.Equal(t, framegear.Placed{Slot: int64(n)}, got)
	}
}

func TestGridClockOwesSlotsOfAStall(t *testing.T) {
	wall := newFakeClock()
	c := framegear.NewGridClock(framegear.Options{FrameRate: framegear.FPS(10), Clock: framegear.ClockWall}.WithNow(wall.now))
	require.Zero(t, c.Overdue(), "before the first frame")
	_, err := c.Take(&framegear.Frame{})
	require.NoError(t, err)
	for _, tt := range []struct {
		after time.Duration
		owed  int64
	}{{100 * time.Millisecond, 0}, {100 * time.Millisecond, 0}, {100 * time.Millisecond, 1}, {time.Second, 10}} {
		wall.advance(tt.after)
		require.Equal(t, tt.owed, c.Overdue())
		c.Skip(c.Overdue())
		require.Zero(t, c.Overdue())
	}
	got, err := c.Take(&framegear.Frame{})
	require.NoError(t, err)
	require.Equal(t, framegear.Placed{Slot: 12}, got, "the slot that was kept for it")
}

// Whatever instants come, no slot is used twice or left out, and no frame is shown before a slot of its own or more than a
// slot and a half early or late.
func FuzzGridClock(f *testing.F) {
	f.Add([]byte{10, 10, 10, 200, 0, 1, 1, 1, 255}, uint8(0))
	f.Add([]byte{33, 34, 33, 33, 34}, uint8(1))
	f.Fuzz(func(t *testing.T, steps []byte, mode uint8) {
		wall := newFakeClock()
		o := framegear.Options{FrameRate: framegear.FPS(30), Clock: framegear.ClockPTS, MaxGap: time.Hour}
		if mode%2 == 1 {
			o.Clock = framegear.ClockWall
		}
		c := framegear.NewGridClock(o.WithNow(wall.now))
		begin, next := wall.at, int64(0)
		for i, step := range steps {
			if i > 0 {
				wall.advance(time.Duration(step)*time.Millisecond + 1)
			}
			at := wall.at.Sub(begin)
			got, err := c.Take(&framegear.Frame{PTS: int64(at)})
			require.NoError(t, err)
			if got.Drop {
				require.Equal(t, next-1, got.Slot)
				continue
			}
			require.Equal(t, next+got.Repeats, got.Slot)
			next = got.Slot + 1
			require.InDelta(t, at.Seconds()*30, got.Slot, 1.51)
		}
	})
}
