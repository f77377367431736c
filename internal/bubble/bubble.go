// Package bubble runs tests on a fake clock.
package bubble

import (
	"runtime"
	"testing"
	"testing/synctest"
)

// Test is synctest.Test. With the race detector one processor runs the bubble: Go 1.26 has one context of the detector for all timers of
// a bubble (runtime's timers.raceCtx), and the process dies in the detector when two processors run them at once.
func Test(t *testing.T, f func(*testing.T)) {
	if raceDetector {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	synctest.Test(t, f)
}
