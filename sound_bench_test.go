package framegear_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	kinds "github.com/framegear/framegear/internal/media"
)

// BenchmarkSoundOfLadder is what sound adds to ladders of different lengths: the CPU time of a second of sound, as the difference between
// streams with and without it, and how often each sample was encoded.
func BenchmarkSoundOfLadder(b *testing.B) {
	const seconds = 20
	for _, renditions := range []int{1, 3, 6} {
		b.Run(fmt.Sprintf("renditions=%d", renditions), func(b *testing.B) {
			var with, without time.Duration
			encoded := 0.0
			for b.Loop() {
				without += soundCPU(b, renditions, seconds, nil)
				with += soundCPU(b, renditions, seconds, &encoded)
			}
			n := float64(b.N * seconds)
			b.ReportMetric((with-without).Seconds()*1000/n, "cpu-ms/s-of-sound")
			b.ReportMetric(encoded/(n*48000), "encodes/sample")
		})
	}
}

// soundCPU streams a clip and returns the process's CPU time, with pushed sound where encoded is given.
func soundCPU(b *testing.B, renditions, seconds int, encoded *float64) time.Duration {
	b.Helper()
	c := clip{}
	c.Frames, c.Rate = framegear.FPS(25), 48000
	o := c.options()
	o.Ladder = nil
	for i := range renditions {
		o.Ladder = append(o.Ladder, framegear.Rendition{Width: sideOfClip - 4*i, Height: sideOfClip - 4*i, Bitrate: 50_000})
	}
	if encoded != nil {
		o.Audio = []framegear.AudioTrack{{PCM: true}}
	}
	pcm := c.PCM(kinds.SampleS16, 2, 0, seconds*c.Rate)
	const block = 4 * 48000 / 25
	before := cpuTime(b)
	s, err := framegear.New("", o)
	require.NoError(b, err)
	defer s.Close()
	for n := range seconds * 25 {
		if encoded != nil {
			one := framegear.Samples{Format: framegear.S16, Rate: c.Rate, Channels: 2}
			one.Planes[0] = pcm[n*block : (n+1)*block]
			require.NoError(b, s.WriteAudio(&one))
		}
		require.NoError(b, s.WriteFrame(c.frame(int64(n))))
	}
	require.NoError(b, s.Finish(b.Context()))
	took := cpuTime(b) - before
	if encoded != nil {
		*encoded += float64(s.Stats().Audio[0].Encoded)
	}
	return took
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
