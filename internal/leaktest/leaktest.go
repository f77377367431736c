// Package leaktest lets a test fail when it leaves a goroutine or an object in C memory behind.
package leaktest

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/framegear/framegear/internal/av"
)

// Check compares goroutines and live libav objects at the end of the test, after its other cleanups, with those of now. Call it
// first. It is not for parallel tests: both counts are the process's.
func Check(t testing.TB) {
	t.Helper()
	running := goleak.IgnoreCurrent()
	before := maps.Clone(av.Live())
	t.Cleanup(func() {
		if t.Failed() {
			return // a test that ended in the middle has not closed what it opened
		}
		goleak.VerifyNone(t, running)
		require.Equal(t, before, av.Live(), "objects in C memory that the test left behind")
	})
}

// Settled waits until a condition that some goroutine is about to make true holds, and fails the test when it does not within
// half a minute: a bound for hangs, not a duration that tests rely on.
func Settled(t testing.TB, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 30*time.Second, time.Millisecond, what)
}
