package framegear_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
)

// Between two segments a frame must cost no Go memory: a collector that runs for frames steals time from the encoders.
func TestNoHeapPerFrame(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates on its own")
	}
	s, err := framegear.New("", framegear.Options{
		FrameRate: framegear.FPS(30), SegmentDuration: 60 * time.Second, KeyInterval: 60 * time.Second,
		Ladder: framegear.Ladder{{Width: 320, Height: 180}, {Width: 160, Height: 90}},
		Preset: "ultrafast", Tune: "zerolatency", Queue: 2,
	})
	require.NoError(t, err)
	defer s.Close()
	frame := framegear.BGR(synth.NewPattern(320, 180).Frame(0), 320, 180)
	for range 100 { // the encoders, the pools and the segment's buffers have grown by then
		require.NoError(t, s.WriteFrame(frame))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const frames = 300
	for range frames {
		require.NoError(t, s.WriteFrame(frame))
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.Mallocs-before.Mallocs, uint64(frames/10), "%d bytes in %d frames", after.TotalAlloc-before.TotalAlloc, frames)
	require.NoError(t, s.Finish(context.Background()))
}
