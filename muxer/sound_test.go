package muxer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
)

// Segments of sound follow those of the picture for hours of live output, whatever the rates: each begins within a frame of the picture's
// first instant, and low latency, which counts for itself, never after it.
func TestSoundFollowsThePicturesGrid(t *testing.T) {
	hours := 3 * time.Hour
	if testing.Short() {
		hours = time.Hour
	}
	for _, y := range ways {
		if y.container == muxer.TS {
			continue // sound is inside the pictures' segments there
		}
		for _, rate := range []media.Rate{{Num: 30000, Den: 1001}, {Num: 24000, Den: 1001}, {Num: 24, Den: 1}} {
			for _, samples := range []int{44100, 48000} {
				if testing.Short() && (samples == 48000) != (rate.Den == 1) {
					continue
				}
				t.Run(title(y, rate)+" "+media.Rate{Num: int64(samples), Den: 1}.String(), func(t *testing.T) {
					followGrid(t, y, rate, samples, hours)
				})
			}
		}
	}
}

func followGrid(t *testing.T, y way, rate media.Rate, samples int, length time.Duration) {
	const frame = 1024
	grid, err := encoder.NewGrid(rate, 2*time.Second, 0, media.Timescale(rate))
	require.NoError(t, err)
	track, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{PCM: new(audio.PCM)}, Rate: samples, Priming: audio.PrimingRemove})
	require.NoError(t, err)
	defer track.Close()
	ticks, segments, first, last := media.Timebase{Num: 1, Den: int64(samples)}, int64(0), int64(0), int64(0)
	o := muxer.Options{
		Track: "a0", Container: y.container, Part: y.part, Streams: []*muxer.Parameters{track.Parameters()}, Timescales: []int64{int64(samples)},
		Segment: grid.Duration(), Sink: nowhere{},
		OnSegment: func(s muxer.Segment) {
			picture := media.Timebase{Num: 1, Den: grid.Timescale}.Rescale(grid.Tick(segments*grid.SegmentFrames), ticks)
			first, last = min(first, s.Start-picture), max(last, s.Start-picture)
			segments++
		},
	}
	m, err := muxer.New(t.Context(), o)
	require.NoError(t, err)
	defer m.Close()
	p, err := av.NewPacket()
	require.NoError(t, err)
	defer p.Close()
	for at := int64(0); at < ticks.Ticks(length); at += frame {
		require.NoError(t, p.SetData([]byte{0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c}))
		p.SetTimes(at, at, frame)
		p.SetKey(true)
		require.NoError(t, m.Write(p, 0))
	}
	require.NoError(t, m.Finish())
	require.InDelta(t, length.Seconds()/grid.Duration().Seconds(), segments, 1)
	require.GreaterOrEqual(t, first, int64(-frame))
	require.LessOrEqual(t, last, map[bool]int64{true: 0, false: frame}[y.part > 0])
	t.Logf("%d segments in %s, %d to %d samples after the picture", segments, length, first, last)
}
