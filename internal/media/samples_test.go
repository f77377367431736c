package media_test

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

func TestInterleaved(t *testing.T) {
	pcm := []int16{1, -1, 2, -2}
	s := media.Interleaved(pcm, 48_000, 2)
	require.NoError(t, s.Validate())
	require.Equal(t, media.SampleS16, s.Format)
	require.Equal(t, 2, s.Count())
	require.Same(t, (*byte)(unsafe.Pointer(&pcm[0])), unsafe.SliceData(s.Planes[0]), "nothing is copied")
	require.Equal(t, []byte{1, 0, 0xff, 0xff, 2, 0, 0xfe, 0xff}, s.Planes[0])

	f := media.Interleaved([]float32{1}, 44_100, 1)
	require.NoError(t, f.Validate())
	require.Equal(t, media.SampleF32, f.Format)
	require.Equal(t, []byte{0, 0, 0x80, 0x3f}, f.Planes[0])

	empty := media.Interleaved[float32](nil, 44_100, 1)
	require.NoError(t, empty.Validate())
	require.Zero(t, empty.Count())
}

func TestPlanar(t *testing.T) {
	left, right := []float32{1, 2, 3}, []float32{4, 5, 6}
	s := media.Planar([][]float32{left, right}, 48_000)
	require.NoError(t, s.Validate())
	require.Equal(t, media.SampleF32P, s.Format)
	require.Equal(t, []int{2, 3}, []int{s.Channels, s.Count()})
	require.Same(t, (*byte)(unsafe.Pointer(&right[0])), unsafe.SliceData(s.Planes[1]))
	require.Equal(t, media.SampleS16P, media.Planar([][]int16{{1}}, 48_000).Format)
}

func TestSamplesRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		s    *media.Samples
		want string
	}{
		{"half a sample", media.Interleaved(make([]int16, 3), 48_000, 2), "plane 0 has 6 bytes (want whole samples of 4 bytes"},
		{"no channel", media.Interleaved(make([]int16, 2), 48_000, 0), "0 channels (want 1 to 8)"},
		{"no channels", media.Planar[int16](nil, 48_000), "0 channels (want 1 to 8)"},
		{"too many", media.Planar(make([][]float32, 9), 48_000), "9 channels (want 1 to 8)"},
		{"unequal", media.Planar([][]int16{{1}, {1, 2}}, 48_000), "plane 1 has 4 bytes"},
		{"no rate", media.Interleaved(make([]int16, 2), 0, 2), "0 samples per second (want 4000 to 384000)"},
		{"no format", &media.Samples{Rate: 48_000, Channels: 1}, "format 0 (want s16 or f32"},
		{"a plane too many", &media.Samples{Format: media.SampleS16, Rate: 48_000, Channels: 1, Planes: [8][]byte{{}, {1}}}, "not 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.s.Validate()
			require.ErrorIs(t, err, media.ErrSamples)
			require.ErrorContains(t, err, c.want)
		})
	}
}
