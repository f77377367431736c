package framegear_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// Whatever the rates of stream and renditions: segment k has the same tfdt everywhere, key frames come at the same instants, every
// segment begins with one, and nothing is lost or added.
func TestRenditionsAreAligned(t *testing.T) {
	for _, base := range []float64{23.976, 24, 25, 29.97, 30, 59.94} {
		for _, codec := range []string{"libx264", "libx265", "libsvtav1"} {
			if codec != "libx264" && base != 29.97 {
				continue
			}
			t.Run(fmt.Sprintf("%g %s", base, codec), func(t *testing.T) {
				leaktest.Check(t)
				rate := framegear.FPS(base)
				opt := framegear.Options{
					FrameRate: rate, SegmentDuration: time.Second, KeyInterval: 500 * time.Millisecond, Codec: codec, Ladder: framegear.Ladder{
						{Width: 128, Height: 96}, {Width: 96, Height: 72, FrameRate: half(rate)},
						{Width: 80, Height: 64, FrameRate: framegear.Rate{Num: 2 * rate.Num, Den: rate.Den}},
						{Width: 64, Height: 64, FrameRate: framegear.FPS(11.3)},
					},
				}
				if codec != "libx264" {
					opt.Ladder = opt.Ladder[:2]
				}
				if codec == "libsvtav1" {
					opt.Preset = "12"
				}
				n := int(2.7 * base)
				out := recorded(t, opt, n, pattern(128, 96))
				requireAligned(t, out, opt, n)
			})
		}
	}
}

func half(r framegear.Rate) framegear.Rate { return framegear.Rate{Num: r.Num, Den: 2 * r.Den} }

func requireAligned(t *testing.T, out *output, opt framegear.Options, n int) {
	t.Helper()
	tracks := out.tracks()
	require.Len(t, tracks, len(opt.Ladder))
	primary := out.segments["v0"]
	require.Len(t, primary, 3)
	for i, id := range tracks {
		require.Len(t, out.segments[id], len(primary), id)
		rate, total, end := opt.FrameRate, 0, uint64(0)
		if own := opt.Ladder[i].FrameRate; own.Known() {
			rate = own
		}
		for k, seg := range out.segments[id] {
			got, want := out.boxes(t, seg), out.boxes(t, primary[k])
			require.Equal(t, want.tfdt, got.tfdt, "%s segment %d", id, k+1)
			require.Equal(t, end, got.tfdt, "%s segment %d begins where the one before ended", id, k+1)
			require.Equal(t, want.keys, got.keys, "key frames of %s segment %d", id, k+1)
			require.Equal(t, got.tfdt, got.keys[0], "%s segment %d begins with a key frame", id, k+1)
			require.Equal(t, int64(got.tfdt), seg.Start)
			require.Equal(t, int64(got.duration), seg.Duration)
			require.Equal(t, got.samples, seg.Frames)
			if k < len(primary)-1 {
				seconds := float64(seg.Duration) / float64(seg.Timebase.Den)
				require.InDelta(t, seconds*rate.Float(), got.samples, 1.01, "%s has its own rate", id)
			}
			end = got.tfdt + got.duration
			total += got.samples
		}
		if i == 0 {
			require.Equal(t, n, total, "every frame is there once")
		}
		seconds := float64(end) / float64(primary[0].Timebase.Den)
		require.InDelta(t, float64(n)/opt.FrameRate.Float(), seconds, 1.5/math.Min(rate.Float(), opt.FrameRate.Float()), "%s ends with the source", id)
	}
}

// With reordered pictures the segments are aligned as well.
func TestRenditionsWithBFramesAreAligned(t *testing.T) {
	leaktest.Check(t)
	opt := framegear.Options{
		FrameRate: framegear.FPS(23.976), SegmentDuration: time.Second, KeyInterval: 500 * time.Millisecond, Preset: "veryfast",
		Ladder: framegear.Ladder{{Width: 128, Height: 96}, {Width: 96, Height: 72}, {Width: 64, Height: 48, FrameRate: framegear.FPS(11.988)}},
	}
	out := recorded(t, opt, 60, pattern(128, 96))
	requireAligned(t, out, opt, 60)
}

// An independent decoder takes every segment alone, behind its initialization segment, and segments of different renditions one after the
// other, without a complaint.
func TestIndependentDecoder(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	opt := framegear.Options{
		FrameRate: framegear.FPS(29.97), SegmentDuration: time.Second, Preset: "veryfast", Ladder: framegear.Ladder{
			{Width: 160, Height: 96}, {Width: 128, Height: 72, Codec: "libx265", Preset: "ultrafast"}, {Width: 96, Height: 64, Codec: "libsvtav1", Preset: "12"},
			{Width: 64, Height: 48, FrameRate: framegear.FPS(14.985)},
		},
	}
	out := recorded(t, opt, 75, pattern(160, 96))
	for _, id := range out.tracks() {
		total := 0
		for _, seg := range out.segments[id] {
			frames := referee.Frames(t, out.playable(t, seg))
			require.Len(t, frames, seg.Frames, "%s segment %d", id, seg.Number)
			require.True(t, frames[0].Key)
			total += len(frames)
		}
		if id != "v3" {
			require.Equal(t, 75, total, id)
		} else {
			require.InDelta(t, 38, total, 1, id)
		}
	}
}

// At one frame per second nothing is reordered: the delay of it would be as long as a segment, which players take for a gap.
func TestOneFramePerSecond(t *testing.T) {
	leaktest.Check(t)
	for _, codec := range []string{"libx264", "libx265"} {
		opt := framegear.Options{Codec: codec, Preset: "veryfast", FrameRate: framegear.FPS(1), SegmentDuration: 2 * time.Second}
		out := recorded(t, opt, 8, pattern(64, 48))
		require.Len(t, out.segments["v0"], 4)
		for n, seg := range out.segments["v0"] {
			f, err := mp4.DecodeFile(bytes.NewReader(out.playable(t, seg)))
			require.NoError(t, err)
			b := out.boxes(t, seg)
			require.EqualValues(t, uint64(n)*b.duration, b.tfdt, "%s: segment %d", codec, n)
			samples, err := f.Segments[0].Fragments[0].GetFullSamples(f.Init.Moov.Mvex.Trex)
			require.NoError(t, err)
			for _, sample := range samples {
				require.Zero(t, sample.CompositionTimeOffset, "%s: segment %d", codec, n)
			}
		}
	}
}
