package scaler_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

func formats() (all []media.PixelFormat) {
	for f := media.FormatUnset + 1; f.Valid(); f++ {
		all = append(all, f)
	}
	return all
}

var layouts = []scaler.Layout{scaler.I420, scaler.NV12, scaler.I42010, scaler.P010}

func input(t *testing.T, o scaler.InputOptions) *scaler.Input {
	t.Helper()
	in, err := scaler.NewInput(o)
	require.NoError(t, err)
	t.Cleanup(in.Close)
	return in
}

func convert(t *testing.T, in *scaler.Input, f *media.Frame) *scaler.Picture {
	t.Helper()
	p, err := in.Convert(f)
	require.NoError(t, err)
	t.Cleanup(p.Release)
	return p
}

func gray(f media.PixelFormat) bool {
	return f == media.FormatGray8 || f == media.FormatGray16 || f == media.FormatYA8 || f == media.FormatYA16
}

// Flat patches of every format come out as the colour they are, at any size and stride, into every layout, in SD and in HD.
func TestInputColours(t *testing.T) {
	for _, format := range formats() {
		for _, layout := range layouts {
			t.Run(fmt.Sprintf("%s to %s", format, layout), func(t *testing.T) {
				leaktest.Check(t)
				for _, size := range [][2]int{{16, 16}, {17, 15}, {35, 22}, {34, 21}, {16, 720}} {
					w, h := size[0], size[1]
					in := input(t, scaler.InputOptions{Format: format, Width: w, Height: h, Layout: layout})
					matrix := media.OutputColor(h).Matrix
					require.Equal(t, media.OutputColor(h), in.Color())
					for i, c := range patches {
						if gray(format) {
							c = c.gray()
						}
						p := convert(t, in, flat(format, w, h, i%3*16, c, matrix))
						// Rounding once to 8 or 10 bits, and once before where the frame has 8; dithering of what has more.
						tolerance := 1.0
						if format.Bits() > layout.Bits() {
							tolerance = 2
						}
						requireFlat(t, c.yuv(matrix), p, tolerance, fmt.Sprintf("%v %v", size, c))
					}
				}
			})
		}
	}
}

// Alpha is dropped, not blended: the same colour comes out whatever it is.
func TestInputDropsAlpha(t *testing.T) {
	leaktest.Check(t)
	for _, format := range []media.PixelFormat{media.FormatRGBA, media.FormatBGRA, media.FormatYA8, media.FormatYA16, media.FormatBGRA64} {
		in := input(t, scaler.InputOptions{Format: format, Width: 18, Height: 16})
		var first [][]float64
		for _, alpha := range []byte{0, 128, 255} {
			f := noise(format, 18, 16, 0)
			step := format.RowBytes(0, 1)
			for i := step - 1; i < len(f.Planes[0]); i += step {
				f.Planes[0][i] = alpha
			}
			got := codes(convert(t, in, f), 0)
			if first == nil {
				first = got
			}
			require.Equal(t, first, got, "%s with alpha %d", format, alpha)
		}
	}
}

// A region of a larger image gives the same picture as its copy, and the bytes between rows are not looked at.
func TestInputStrides(t *testing.T) {
	leaktest.Check(t)
	for _, format := range formats() {
		for _, layout := range layouts {
			for _, size := range [][2]int{{16, 16}, {33, 17}, {70, 6}} {
				w, h := size[0], size[1]
				in := input(t, scaler.InputOptions{Format: format, Width: w, Height: h, Layout: layout})
				tight := convert(t, in, noise(format, w, h, 0))
				for _, extra := range []int{2, 16, 314} {
					strided := convert(t, in, noise(format, w, h, extra))
					for i := range 3 {
						require.Equal(t, codes(tight, i), codes(strided, i), "%s to %s %v with %d bytes between rows", format, layout, size, extra)
					}
				}
			}
		}
	}
}

// Odd sides are padded to even: the last column and row appear twice.
func TestInputPadding(t *testing.T) {
	leaktest.Check(t)
	for _, format := range formats() {
		for _, layout := range layouts {
			for _, size := range [][2]int{{17, 16}, {16, 17}, {33, 21}, {1, 1}, {3, 1}} {
				w, h := size[0], size[1]
				in := input(t, scaler.InputOptions{Format: format, Width: w, Height: h, Layout: layout})
				wide, high := scaler.Even(w, h)
				require.Equal(t, [2]int{wide, high}, [2]int{in.Width(), in.Height()})
				y := codes(convert(t, in, noise(format, w, h, 0)), 0)
				what := fmt.Sprintf("%s to %s %v", format, layout, size)
				for _, row := range y {
					require.Equal(t, row[w-1], row[wide-1], what)
				}
				require.Equal(t, y[h-1], y[high-1], what)
			}
		}
	}
}

func TestEven(t *testing.T) {
	for _, c := range [][4]int{{1, 1, 2, 2}, {2, 2, 2, 2}, {641, 360, 642, 360}, {640, 361, 640, 362}} {
		w, h := scaler.Even(c[0], c[1])
		require.Equal(t, [2]int{c[2], c[3]}, [2]int{w, h})
	}
}

// YUV keeps its own matrix, range and tags; what it does not state follows from its height.
func TestInputKeepsYUVColour(t *testing.T) {
	leaktest.Check(t)
	full := media.Color{Matrix: media.MatrixBT601, Range: media.RangeFull, Primaries: 1, Transfer: 13}
	hdr := media.Color{Matrix: media.MatrixBT2020, Range: media.RangeLimited, Primaries: 9, Transfer: media.TransferPQ}
	for _, c := range []struct {
		name   string
		format media.PixelFormat
		height int
		in     media.Color
		want   media.Color
	}{
		{"nothing stated in SD", media.FormatI420, 360, media.Color{}, media.OutputColor(360)},
		{"nothing stated in HD", media.FormatNV12, 720, media.Color{}, media.OutputColor(720)},
		{"JPEG's", media.FormatYUV444P, 720, full, full},
		{"HDR", media.FormatP010, 360, hdr, hdr},
		{"range alone", media.FormatI420, 360, media.Color{Range: media.RangeFull}, media.Color{Matrix: media.MatrixBT601, Range: media.RangeFull, Primaries: 6, Transfer: 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input(t, scaler.InputOptions{Format: c.format, Width: 16, Height: c.height, Color: c.in})
			require.Equal(t, c.want, in.Color())
			require.False(t, in.FromRGB())
			f := flat(c.format, 16, c.height, 0, patches[9], c.want.Matrix)
			requireFlat(t, patches[9].yuv(c.want.Matrix), convert(t, in, f), 1, "the codes stay as they are")
		})
	}
}

// A frame that has to become part of a stream with another colour is converted into it.
func TestInputOutColor(t *testing.T) {
	leaktest.Check(t)
	for _, format := range formats() {
		t.Run(format.String(), func(t *testing.T) {
			o := scaler.InputOptions{
				Format: format, Width: 32, Height: 24, OutWidth: 48, OutHeight: 36, OutColor: media.OutputColor(1080),
				Color: media.OutputColor(24),
			}
			in := input(t, o)
			require.Equal(t, media.OutputColor(1080), in.Color())
			for _, c := range patches {
				if gray(format) {
					c = c.gray()
				}
				p := convert(t, in, flat(format, 32, 24, 0, c, media.MatrixBT601))
				requireFlat(t, c.yuv(media.MatrixBT709), p, 2, fmt.Sprint(c))
			}
		})
	}
}

func TestInputScales(t *testing.T) {
	leaktest.Check(t)
	for _, size := range [][2]int{{16, 16}, {64, 48}, {160, 90}} {
		in := input(t, scaler.InputOptions{Format: media.FormatBGR24, Width: 61, Height: 47, OutWidth: size[0], OutHeight: size[1]})
		for _, c := range patches {
			p := convert(t, in, flat(media.FormatBGR24, 61, 47, 8, c, 0))
			require.Equal(t, [2]int{p.Width(), p.Height()}, size)
			requireFlat(t, c.yuv(media.MatrixBT601), p, 1, fmt.Sprint(size, c))
		}
	}
}

func TestInputRefuses(t *testing.T) {
	leaktest.Check(t)
	in := input(t, scaler.InputOptions{Format: media.FormatBGR24, Width: 16, Height: 16})
	for _, f := range []*media.Frame{
		noise(media.FormatRGB24, 16, 16, 0), noise(media.FormatBGR24, 17, 16, 0), noise(media.FormatBGR24, 16, 15, 0),
	} {
		_, err := in.Convert(f)
		require.ErrorIs(t, err, scaler.ErrMismatch)
	}
	short := noise(media.FormatBGR24, 16, 16, 0)
	short.Planes[0] = short.Planes[0][1:]
	_, err := in.Convert(short)
	require.ErrorIs(t, err, media.ErrFrame)
	in.Close()
	in.Close()
	_, err = in.Convert(noise(media.FormatBGR24, 16, 16, 0))
	require.Error(t, err, "closed")
}

func TestInputBorrowsTheFrame(t *testing.T) {
	leaktest.Check(t)
	for _, format := range formats() {
		in := input(t, scaler.InputOptions{Format: format, Width: 35, Height: 17})
		f, untouched := noise(format, 35, 17, 6), noise(format, 35, 17, 6)
		convert(t, in, f)
		require.Equal(t, untouched.Planes, f.Planes)
	}
}

func TestInputAllocatesNothing(t *testing.T) {
	leaktest.Check(t)
	for _, format := range formats() {
		in := input(t, scaler.InputOptions{Format: format, Width: 64, Height: 48})
		f := noise(format, 64, 48, 0)
		use := func() {
			p, err := in.Convert(f)
			if err != nil {
				t.Fatal(err)
			}
			p.Release()
		}
		use()
		require.Zero(t, testing.AllocsPerRun(50, use), format.String())
	}
}
