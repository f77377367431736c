package av

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Memory is given back once when many codecs have gone, and now and then while they go on going.
func TestTrimming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		times := 0
		tr := trimmer{trim: func() { times++ }}
		for range 10 {
			tr.codecClosed()
			time.Sleep(trimAfter / 2)
			synctest.Wait()
			require.Zero(t, times, "another one follows")
		}
		time.Sleep(trimAfter)
		synctest.Wait()
		require.Equal(t, 1, times)
		for range 5 * trimEvery {
			tr.codecClosed()
		}
		synctest.Wait()
		require.Equal(t, 1+5, times)
		time.Sleep(time.Hour)
		require.InDelta(t, 1+5+1, times, 1)
	})
}
