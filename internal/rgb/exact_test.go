//go:build unix

package rgb_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

// exact is the conversion in double precision and without rounding, straight from the definitions (ITU-R BT.709-6 clause
// 3, BT.601-7 clause 2.5): full-range R'G'B' of 0 to 255 in, limited-range codes out, chroma as the mean of 2x2 pixels.
type exact struct {
	j          *rgb.Job
	kr, kb     float64
	r, g, b, n int // places of the channels among the n bytes of a pixel
}

func newExact(j *rgb.Job) exact {
	e := exact{j: j, kr: 0.2126, kb: 0.0722, n: j.Format.RowBytes(0, 1)}
	if j.Matrix == media.MatrixBT601 {
		e.kr, e.kb = 0.299, 0.114
	}
	switch j.Format {
	case media.FormatBGR24, media.FormatBGRA, media.FormatBGR0:
		e.r, e.g = 2, 1
	case media.FormatRGB24, media.FormatRGBA, media.FormatRGB0:
		e.g, e.b = 1, 2
	}
	return e
}

// at returns luma and the two colour differences of a pixel, 0 to 1 and -0.5 to 0.5. Beyond the picture the last pixel
// counts.
func (e exact) at(x, y int) (luma, cb, cr float64) {
	p := e.j.Src[min(y, e.j.Height-1)*e.j.Stride+min(x, e.j.Width-1)*e.n:]
	r, g, b := float64(p[e.r])/255, float64(p[e.g])/255, float64(p[e.b])/255
	luma = e.kr*r + (1-e.kr-e.kb)*g + e.kb*b
	return luma, (b - luma) / (2 * (1 - e.kb)), (r - luma) / (2 * (1 - e.kr))
}

func (e exact) luma(x, y int) float64 {
	l, _, _ := e.at(x, y)
	return 16 + 219*l
}

func (e exact) chroma(x, y int) (u, v float64) {
	for _, d := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		_, cb, cr := e.at(2*x+d[0], 2*y+d[1])
		u, v = u+cb/4, v+cr/4
	}
	return 128 + 224*u, 128 + 224*v
}

// deviation is how far samples are from the exact ones, in codes, and how far the nearest codes are.
type deviation struct {
	n                     int
	sum, squares, largest float64
	nearest               float64 // sum of squares
}

func (d *deviation) add(got byte, want float64) {
	e, least := float64(got)-want, math.Round(want)-want
	d.n++
	d.sum += e
	d.squares += e * e
	d.nearest += least * least
	d.largest = max(d.largest, math.Abs(e))
}

func (d *deviation) mean() float64 { return d.sum / float64(d.n) }
func (d *deviation) psnr() float64 { return 10 * math.Log10(255*255*float64(d.n)/d.squares) }

// loss is in dB against the nearest codes, the best that 8 bits allow.
func (d *deviation) loss() float64 { return 10 * math.Log10(d.squares/d.nearest) }

func (d *deviation) String() string {
	return fmt.Sprintf("PSNR %.3f dB, loss %.5f dB, mean %+.5f, largest %.4f", d.psnr(), d.loss(), d.mean(), d.largest)
}

// deviations compares a converted picture, its padding included, with the exact one: Y, U, V.
func deviations(j *rgb.Job, o *output) [3]*deviation {
	e, d := newExact(j), [3]*deviation{{}, {}, {}}
	for y := range (j.Height + 1) / 2 * 2 {
		for x := range (j.Width + 1) / 2 * 2 {
			d[0].add(o.planes[0][y*o.stride[0]+x], e.luma(x, y))
		}
	}
	for y := range (j.Height + 1) / 2 {
		for x := range (j.Width + 1) / 2 {
			u, v := e.chroma(x, y)
			if j.NV12 {
				at := y*o.stride[1] + 2*x
				d[1].add(o.planes[1][at], u)
				d[2].add(o.planes[1][at+1], v)
				continue
			}
			d[1].add(o.planes[1][y*o.stride[1]+x], u)
			d[2].add(o.planes[2][y*o.stride[2]+x], v)
		}
	}
	return d
}

// Rounding to the nearest code has a uniform error of up to 0.5: 10 log10(255² · 12) = 58.92 dB. The kernels' sums have 8
// fractional bits and up to three roundings of their own, so only a sample within about 2/256 of the middle between two
// codes may go to the wrong one. On random pixels swscale with accurate_rnd and full_chroma_inp reaches the same, and
// without them, as it is used everywhere, 6 dB less: it does not round.
const (
	leastPSNR    = 58.8
	largestLoss  = 0.001
	largestError = 0.5 + 2.0/256
	largestMean  = 0.01
)

func TestPrecisionOnRandomPixels(t *testing.T) {
	forEachLayout(t, func(t *testing.T, format media.PixelFormat, nv12 bool) {
		if format == media.FormatGray8 || format == media.FormatYA8 {
			t.Skip("gray has 256 values; all are tested on their own")
		}
		for name, m := range matrices {
			s := shape{width: 323, height: 241}
			src := make([]byte, s.srcSize(format))
			patterns["random"](src, 1)
			out := newOutput(t, s.width, s.height, 0, nv12, true)
			j := s.job(format, src)
			j.Matrix, j.NV12 = m, nv12
			out.into(j)
			rgb.Convert(j)
			for i, d := range deviations(j, out) {
				t.Logf("%s plane %d: %s", name, i, d)
				require.Greater(t, d.psnr(), leastPSNR, "%s plane %d: %s", name, i, d)
				require.Less(t, d.loss(), largestLoss, "%s plane %d: %s", name, i, d)
				require.Less(t, d.largest, largestError, "%s plane %d: %s", name, i, d)
				require.Less(t, math.Abs(d.mean()), largestMean, "%s plane %d: %s", name, i, d)
			}
		}
	})
}

// Every colour of a 4-bit cube and the limits, in flat areas, where an error of one code would show as a tint.
func TestPrecisionOnFlatColours(t *testing.T) {
	for name, m := range matrices {
		var d [3]deviation
		s := shape{width: 2, height: 2}
		out := newOutput(t, s.width, s.height, 0, false, true)
		for c := range 16 * 16 * 16 {
			b, g, r := byte(c&15*17), byte(c>>4&15*17), byte(c>>8*17)
			j := s.job(media.FormatBGR24, []byte{b, g, r, b, g, r, b, g, r, b, g, r})
			j.Matrix = m
			out.into(j)
			rgb.Convert(j)
			for i, one := range deviations(j, out) {
				require.Less(t, one.largest, largestError, "%s plane %d of BGR %d %d %d: %s", name, i, b, g, r, one)
				d[i].largest = max(d[i].largest, one.largest)
			}
		}
		t.Logf("%s: largest errors %.4f %.4f %.4f", name, d[0].largest, d[1].largest, d[2].largest)
	}
}

func TestEveryGrayIsTheNearestCode(t *testing.T) {
	for _, format := range formats {
		n := format.RowBytes(0, 1)
		pix := make([]byte, 256*n)
		for i := range pix {
			pix[i] = byte(i / n)
		}
		s := shape{width: 256, height: 1}
		out := newOutput(t, s.width, s.height, 0, false, true)
		j := s.job(format, pix)
		out.into(j)
		rgb.Convert(j)
		for g := range 256 {
			require.EqualValues(t, math.Round(16+219*float64(g)/255), out.planes[0][g], "%s %d", format, g)
			require.EqualValues(t, 128, out.planes[1][g/2], "%s %d U", format, g)
			require.EqualValues(t, 128, out.planes[2][g/2], "%s %d V", format, g)
		}
	}
}
