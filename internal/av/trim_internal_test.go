package av

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/bubble"
)

// Memory is given back once when many codecs have gone, and now and then while they go on going.
func TestTrimming(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		var times atomic.Int64
		tr := trimmer{trim: func() { times.Add(1) }}
		for range 10 {
			tr.codecClosed()
			time.Sleep(trimAfter / 2)
			synctest.Wait()
			require.Zero(t, times.Load(), "another one follows")
		}
		time.Sleep(trimAfter)
		synctest.Wait()
		require.EqualValues(t, 1, times.Load())
		for range 5 * trimEvery {
			tr.codecClosed()
		}
		synctest.Wait()
		require.EqualValues(t, 1+5, times.Load())
		time.Sleep(time.Hour)
		require.InDelta(t, 1+5+1, times.Load(), 1)
	})
}
