package framegear_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
)

// tenHours in microseconds.
const tenHours = 36_000_000_000

// Pictures and sound that a program pushes jump by hours: the gap is closed for both.
func TestPushedSoundJumps(t *testing.T) {
	leaktest.Check(t)
	c, dir := newClip(t, 25, 48000), t.TempDir()
	o := c.options(framegear.AudioTrack{PCM: true})
	o.Clock = framegear.ClockPTS
	s, err := framegear.New(dir, o)
	require.NoError(t, err)
	defer s.Close()
	for n, at := int64(0), int64(0); n < 100; n++ {
		f, b := c.frame(n), c.block(n, &at)
		if n >= 50 {
			f.PTS += tenHours
			b.PTS += tenHours
		}
		require.NoError(t, s.WriteAudio(b))
		require.NoError(t, s.WriteFrame(f))
	}
	require.NoError(t, s.Finish(t.Context()))
	require.EqualValues(t, 100, s.Stats().FramesOut)
	require.EqualValues(t, 1, s.Stats().Jumps)
	requireTogether(t, manifestOf(t, dir, "mpd"), 4, 4)
}

// Where hours are to be filled, Close ends that.
func TestCloseWhileHoursAreFilled(t *testing.T) {
	leaktest.Check(t)
	c, filling := newClip(t, 25, 48000), make(chan struct{})
	o := c.options(framegear.AudioTrack{PCM: true})
	o.Clock, o.MaxGap = framegear.ClockPTS, 24*time.Hour
	o.Events.SegmentReady = func(framegear.SegmentInfo) { closeOnce(filling) }
	s, err := framegear.New("", o)
	require.NoError(t, err)
	require.NoError(t, s.WriteFrame(c.frame(0)))
	var work sync.WaitGroup
	work.Go(func() {
		f := c.frame(1)
		f.PTS = tenHours
		_ = s.WriteFrame(f)
	})
	<-filling
	require.NoError(t, s.Close())
	work.Wait()
	require.Less(t, s.Stats().FramesOut, int64(tenHours/40_000))
}

func closeOnce(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}
