package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// endless is a source that knows no length, with times of its own or without.
type endless struct {
	source
	timed bool
}

func (endless) Duration() time.Duration { return 0 }
func (e endless) Timed() bool           { return e.timed }

// A live output keeps to the wall clock unless the source has times of its own.
func TestClockOfASource(t *testing.T) {
	raw, pattern := &rawSource{}, &testSource{}
	for _, tt := range []struct {
		said framegear.Clock
		src  source
		live bool
		want framegear.Clock
	}{
		{framegear.ClockAuto, raw, true, framegear.ClockWall},
		{framegear.ClockAuto, raw, false, framegear.ClockPTS},
		{framegear.ClockAuto, pattern, true, framegear.ClockPTS},
		{framegear.ClockAuto, endless{timed: true}, true, framegear.ClockPTS},
		{framegear.ClockAuto, endless{timed: false}, true, framegear.ClockWall},
		{framegear.ClockAuto, endless{timed: false}, false, framegear.ClockPTS},
		{framegear.ClockCount, raw, true, framegear.ClockCount},
		{framegear.ClockPTS, raw, true, framegear.ClockPTS},
		{framegear.ClockWall, pattern, false, framegear.ClockWall},
	} {
		c := streamCmd{Clock: tt.said}
		require.Equal(t, tt.want, c.clock(tt.src, tt.live), "%+v", tt)
	}
}

// What waits to be read goes on at its own pace after a stop; what comes by itself is caught up with.
func TestPacerAfterAStop(t *testing.T) {
	for _, patient := range []bool{true, false} {
		bubble.Test(t, func(t *testing.T) {
			p := newPacer(true, patient)
			tb, began := framegear.Timebase{Num: 1, Den: 10}, time.Now()
			for n := range int64(300) {
				if n == 50 {
					time.Sleep(20 * time.Second)
				}
				require.NoError(t, p.wait(t.Context(), p.offset(tb, n)))
			}
			want := 30 * time.Second
			if patient {
				want += 20 * time.Second
			}
			require.InDelta(t, want.Seconds(), time.Since(began).Seconds(), 0.21)
		})
	}
}
