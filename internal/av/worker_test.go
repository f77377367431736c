package av_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/bubble"
)

func TestWorkerMakesCallsInOrderAndFreesAtTheEnd(t *testing.T) {
	w := av.NewWorker()
	var got []int
	for i := range 3 {
		require.NoError(t, w.Do(time.Minute, func() error { got = append(got, i); return nil }))
	}
	boom := errors.New("boom")
	require.ErrorIs(t, w.Do(time.Minute, func() error { return boom }), boom)
	require.NoError(t, w.Close(time.Minute, func() { got = append(got, 99) }))
	require.Equal(t, []int{0, 1, 2, 99}, got)
	require.NoError(t, w.Close(time.Minute, func() { t.Error("freed twice") }))
	require.ErrorIs(t, w.Do(time.Minute, func() error { return nil }), av.ErrClosed)
}

func TestWorkerGivesUpACallThatHangs(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		w := av.NewWorker()
		release, freed := make(chan struct{}), make(chan struct{})
		begun := time.Now()
		require.ErrorIs(t, w.Do(2*time.Second, func() error { <-release; return nil }), av.ErrStuck)
		require.Equal(t, 2*time.Second, time.Since(begun))
		require.ErrorIs(t, w.Do(time.Second, func() error { return nil }), av.ErrStuck)
		require.Equal(t, int64(1), av.Live()["stuck call"])
		require.ErrorIs(t, w.Close(time.Second, func() { close(freed) }), av.ErrStuck)
		require.Equal(t, 2*time.Second, time.Since(begun), "Close does not wait for a call that was given up")
		close(release)
		<-freed
		synctest.Wait()
		require.Zero(t, av.Live()["stuck call"])
	})
}

func TestWorkerWhoseCallCameBackLateFreesBeforeCloseReturns(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		w := av.NewWorker()
		require.ErrorIs(t, w.Do(time.Second, func() error { time.Sleep(3 * time.Second); return nil }), av.ErrStuck)
		time.Sleep(5 * time.Second)
		freed := false
		require.NoError(t, w.Close(time.Second, func() { freed = true }))
		require.True(t, freed)
		require.Zero(t, av.Live()["stuck call"])
	})
}

func TestWorkerDoesNotWaitForeverForTheLastCall(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		w := av.NewWorker()
		begun := time.Now()
		require.ErrorIs(t, w.Close(time.Second, func() { time.Sleep(time.Minute) }), av.ErrStuck)
		require.Equal(t, time.Second, time.Since(begun))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Zero(t, av.Live()["stuck call"])
	})
}
