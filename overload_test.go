package framegear_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// A stream that cannot be held drops whole frames, keeps real time and bounds, never makes WriteFrame wait, and says so.
func TestOverload(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		var told []framegear.OverloadInfo
		o := tiny()
		o.PartDuration = time.Millisecond
		o.Sink = newShelf()
		o = o.WithWork(func(string) { time.Sleep(2 * time.Second) }) // per segment of one second
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
