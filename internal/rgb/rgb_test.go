//go:build unix

package rgb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

// The colour bars' codes as the standards and test generators give them.
func TestColourBars(t *testing.T) {
	bars := []struct {
		name   string
		matrix media.Matrix
		pixel  []byte // R G B
		yuv    [3]byte
	}{
		{"white", media.MatrixBT709, []byte{255, 255, 255}, [3]byte{235, 128, 128}},
		{"black", media.MatrixBT709, []byte{0, 0, 0}, [3]byte{16, 128, 128}},
		{"red 709", media.MatrixBT709, []byte{255, 0, 0}, [3]byte{63, 102, 240}},
		{"green 709", media.MatrixBT709, []byte{0, 255, 0}, [3]byte{173, 42, 26}},
		{"blue 709", media.MatrixBT709, []byte{0, 0, 255}, [3]byte{32, 240, 118}},
		{"white 601", media.MatrixBT601, []byte{255, 255, 255}, [3]byte{235, 128, 128}},
		{"red 601", media.MatrixBT601, []byte{255, 0, 0}, [3]byte{81, 90, 240}},
		{"green 601", media.MatrixBT601, []byte{0, 255, 0}, [3]byte{145, 54, 34}},
		{"blue 601", media.MatrixBT601, []byte{0, 0, 255}, [3]byte{41, 240, 110}},
	}
	for _, bar := range bars {
		j := &rgb.Job{
			Src: bar.pixel, Stride: 3, Format: media.FormatRGB24, Width: 1, Height: 1, Matrix: bar.matrix,
		}
		out := newOutput(t, 1, 1, 0, false, true)
		out.into(j)
		rgb.Convert(j)
		y := bar.yuv[0]
		require.Equal(t, []byte{y, y, y, y}, out.planes[0], bar.name)
		require.Equal(t, []byte{out.planes[1][0], out.planes[2][0]}, bar.yuv[1:], bar.name)
	}
}

func TestSupported(t *testing.T) {
	for f := media.FormatUnset; f <= media.FormatI010; f++ {
		want := f.Valid() && f.RGBLike() && f.Bits() == 8
		require.Equal(t, want, rgb.Supported(f), f.String())
	}
}

func TestVariants(t *testing.T) {
	require.Equal(t, "c", rgb.Variants()[0])
}

func TestBadJobsPanicBeforeTheyWrite(t *testing.T) {
	tests := []struct {
		name   string
		change func(*rgb.Job)
		y0, y1 int
		panics string
	}{
		{"format", func(j *rgb.Job) { j.Format = media.FormatI420 }, 0, 4, "rgb: format i420 is not converted here"},
		{"matrix", func(j *rgb.Job) { j.Matrix = media.MatrixUnset }, 0, 4, "rgb: matrix 0 (want BT.709 or BT.601)"},
		{"width", func(j *rgb.Job) { j.Width = 0 }, 0, 4, "rgb: size 0x4 (want 1 to 16384 on each side)"},
		{"height", func(j *rgb.Job) { j.Height = media.MaxSide + 1 }, 0, 4, "rgb: size 4x16385 (want 1 to 16384 on each side)"},
		{"odd start", nil, 1, 4, "rgb: rows 1 to 4 of 4 (want even bounds)"},
		{"odd end", nil, 0, 3, "rgb: rows 0 to 3 of 4 (want even bounds)"},
		{"end", nil, 0, 6, "rgb: rows 0 to 6 of 4 (want even bounds)"},
		{"order", nil, 4, 2, "rgb: rows 4 to 2 of 4 (want even bounds)"},
		{"stride", func(j *rgb.Job) { j.Stride = 11 }, 0, 4, "rgb: 48 bytes with a stride of 11 do not hold 4x4 bgr24"},
		{"short", func(j *rgb.Job) { j.Src = j.Src[1:] }, 0, 4, "rgb: 47 bytes with a stride of 12 do not hold 4x4 bgr24"},
		{"empty", func(j *rgb.Job) { j.Src = nil }, 0, 4, "rgb: 0 bytes with a stride of 12 do not hold 4x4 bgr24"},
		{"plane", func(j *rgb.Job) { j.Dst[2] = nil }, 0, 4,
			"rgb: output plane 2 has a stride of 2 at 0x0 (want memory and at least 2)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := newOutput(t, 4, 4, 0, false, true)
			before := out.copies()
			j := &rgb.Job{
				Src: make([]byte, 48), Stride: 12, Format: media.FormatBGR24, Width: 4, Height: 4, Matrix: media.MatrixBT709,
			}
			out.into(j)
			if tt.change != nil {
				tt.change(j)
			}
			require.PanicsWithValue(t, tt.panics, func() { rgb.ConvertRows(j, tt.y0, tt.y1) })
			require.Equal(t, before, out.copies())
		})
	}
}
