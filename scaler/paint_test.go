package scaler_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// rgb is a colour in 0..1.
type rgb struct{ r, g, b float64 }

// patches are the corners of the cube and some of its inside.
var patches = []rgb{
	{0, 0, 0}, {1, 1, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 0}, {0, 1, 1}, {1, 0, 1},
	{0.5, 0.5, 0.5}, {0.75, 0.2, 0.1}, {0.1, 0.3, 0.9}, {0.02, 0.5, 0.03},
}

// luma coefficients, ITU-T H.273 table 4.
func luma(m media.Matrix) (kr, kb float64) {
	switch m {
	case media.MatrixBT709:
		return 0.2126, 0.0722
	case media.MatrixBT2020:
		return 0.2627, 0.0593
	}
	return 0.299, 0.114
}

// yuv returns limited-range codes, exact, in units of 8 bits.
func (c rgb) yuv(m media.Matrix) [3]float64 {
	kr, kb := luma(m)
	y := kr*c.r + (1-kr-kb)*c.g + kb*c.b
	return [3]float64{16 + 219*y, 128 + 224*(c.b-y)/(2*(1-kb)), 128 + 224*(c.r-y)/(2*(1-kr))}
}

// gray is what a format without colour makes of it.
func (c rgb) gray() rgb { return rgb{c.g, c.g, c.g} }

func eight(v float64) byte { return byte(math.Round(v * 255)) }

func le(v float64, scale float64) []byte {
	return binary.LittleEndian.AppendUint16(nil, uint16(math.Round(v*scale)))
}

// sample returns the bytes of one sample column of a plane for a flat colour; YUV formats take the matrix.
func sample(f media.PixelFormat, plane int, c rgb, m media.Matrix) []byte {
	y := c.yuv(m)
	code := func(i int) byte { return byte(math.Round(y[i])) }
	ten := func(i int, shift float64) []byte { return le(math.Round(y[i]*4)*shift, 1) }
	switch f {
	case media.FormatGray8:
		return []byte{eight(c.g)}
	case media.FormatGray16:
		return le(c.g, 65535)
	case media.FormatYA8:
		return []byte{eight(c.g), 77}
	case media.FormatBGR24:
		return []byte{eight(c.b), eight(c.g), eight(c.r)}
	case media.FormatRGB24:
		return []byte{eight(c.r), eight(c.g), eight(c.b)}
	case media.FormatBGRA, media.FormatBGR0:
		return []byte{eight(c.b), eight(c.g), eight(c.r), 77}
	case media.FormatRGBA, media.FormatRGB0:
		return []byte{eight(c.r), eight(c.g), eight(c.b), 77}
	case media.FormatBGR48:
		return append(append(le(c.b, 65535), le(c.g, 65535)...), le(c.r, 65535)...)
	case media.FormatYA16:
		return append(le(c.g, 65535), le(0.3, 65535)...)
	case media.FormatBGRA64:
		return append(append(append(le(c.b, 65535), le(c.g, 65535)...), le(c.r, 65535)...), le(0.3, 65535)...)
	case media.FormatI420, media.FormatYUV422P, media.FormatYUV444P:
		return []byte{code(plane)}
	case media.FormatNV12:
		if plane == 0 {
			return []byte{code(0)}
		}
		return []byte{code(1), code(2)}
	case media.FormatI010:
		return ten(plane, 1)
	case media.FormatP010:
		if plane == 0 {
			return ten(0, 64)
		}
		return append(ten(1, 64), ten(2, 64)...)
	}
	panic(f)
}

// frame returns a frame whose samples come from fill, with extra bytes at the end of each row that must not be read.
func frame(f media.PixelFormat, width, height, extra int, fill func(plane, row, i int) byte) *media.Frame {
	fr := &media.Frame{Format: f, Width: width, Height: height}
	for p := range f.Planes() {
		row, rows := f.RowBytes(p, width), f.Rows(p, height)
		stride := row + extra
		buf := make([]byte, stride*(rows-1)+row)
		for i := range buf {
			buf[i] = 0xA5
		}
		for y := range rows {
			for x := range row {
				buf[y*stride+x] = fill(p, y, x)
			}
		}
		fr.Planes[p], fr.Strides[p] = buf, stride
	}
	return fr
}

func flat(f media.PixelFormat, width, height, extra int, c rgb, m media.Matrix) *media.Frame {
	var samples [4][]byte
	for p := range f.Planes() {
		samples[p] = sample(f, p, c, m)
	}
	return frame(f, width, height, extra, func(plane, _, i int) byte { return samples[plane][i%len(samples[plane])] })
}

// noise is samples of any value, in which the low bits that 10-bit formats do not have are zero.
func noise(f media.PixelFormat, width, height, extra int) *media.Frame {
	return frame(f, width, height, extra, func(plane, row, i int) byte {
		v := uint32(plane*7919+row*104729+i*1299709) * 2654435761
		b := byte(v >> 16)
		switch {
		case f == media.FormatP010 && i%2 == 0:
			b &= 0xC0
		case f == media.FormatI010 && i%2 == 1:
			b &= 0x03
		}
		return b
	})
}

// codes returns a plane's samples in units of 8 bits, row by row: Y, U or V of any layout.
func codes(p *scaler.Picture, component int) (rows [][]float64) {
	w, h := p.Width(), p.Height()
	plane, step, offset := component, 1, 0
	if component > 0 {
		w, h = w/2, h/2
	}
	if l := p.Layout(); component > 0 && (l == scaler.NV12 || l == scaler.P010) {
		plane, step, offset = 1, 2, component-1
	}
	pix, stride := p.Plane(plane), p.Stride(plane)
	for y := range h {
		row := make([]float64, w)
		for x := range w {
			i := x*step + offset
			switch p.Layout() {
			case scaler.I42010:
				row[x] = float64(binary.LittleEndian.Uint16(pix[y*stride+2*i:])) / 4
			case scaler.P010:
				row[x] = float64(binary.LittleEndian.Uint16(pix[y*stride+2*i:])>>6) / 4
			default:
				row[x] = float64(pix[y*stride+i])
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// requireFlat checks that every sample of a picture is within tolerance of a colour, in units of 8-bit codes.
func requireFlat(t *testing.T, want [3]float64, p *scaler.Picture, tolerance float64, what string) {
	t.Helper()
	for i := range want {
		for y, row := range codes(p, i) {
			for x, got := range row {
				if math.Abs(got-want[i]) > tolerance {
					require.Failf(t, "wrong colour", "%s: component %d at %d,%d is %.2f, want %.2f", what, i, x, y, got, want[i])
				}
			}
		}
	}
}
