package resize_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/resize"
)

// plane is samples in rows of a stride that suits the kernels, with a canary behind the picture.
type plane struct {
	width, height, stride int
	b                     []byte
}

func newPlane(width, height int, value func(x, y int) byte) *plane {
	p := &plane{width: width, height: height, stride: (width + 31) / 32 * 32}
	p.b = make([]byte, p.stride*height+64)
	for i := range p.b {
		p.b[i] = 0xa5
	}
	for y := range height {
		for x := range width {
			p.b[y*p.stride+x] = value(x, y)
		}
	}
	return p
}

func (p *plane) at(x, y int) byte        { return p.b[y*p.stride+x] }
func (p *plane) pointer() unsafe.Pointer { return unsafe.Pointer(&p.b[0]) }

// sizes from and to, and by how much samples of a slow wave may differ: where it is short, area averages its peaks.
var sizes = [][5]int{
	{1920, 1080, 1280, 720, 1}, {1280, 720, 640, 360, 1}, {640, 360, 480, 270, 1}, {960, 540, 640, 360, 1}, {1920, 1080, 640, 360, 1},
	{100, 80, 99, 79, 2}, {131, 67, 64, 64, 2}, {48, 48, 31, 33, 3}, {1920, 1080, 854, 480, 1}, {427, 240, 213, 120, 1}, {64, 64, 64, 64, 0},
}

func zero(int, int) byte { return 0 }

func scale(t *testing.T, src *plane, w, h int, f resize.Filter, kernel int) *plane {
	s := resize.New(src.width, src.height, w, h, f)
	require.NotNil(t, s)
	dst := newPlane(w, h, zero)
	s.ScaleWith(kernel, src.pointer(), src.stride, dst.pointer(), dst.stride)
	return dst
}

func TestKernelsGiveTheSameBytes(t *testing.T) {
	if resize.Kernels == 1 {
		t.Skip("this CPU has no vector kernel")
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range sizes {
		for _, f := range []resize.Filter{resize.Bicubic, resize.Area} {
			src := newPlane(s[0], s[1], func(int, int) byte { return byte(r.Uint32()) })
			plain := scale(t, src, s[2], s[3], f, 0)
			for k := 1; k < resize.Kernels; k++ {
				require.Equal(t, plain.b, scale(t, src, s[2], s[3], f, k).b, "%v filter %d kernel %d", s, f, k)
			}
		}
	}
}

func TestFlatStaysFlat(t *testing.T) {
	for _, s := range sizes {
		for _, v := range []byte{0, 1, 16, 127, 235, 255} {
			src := newPlane(s[0], s[1], func(int, int) byte { return v })
			dst := scale(t, src, s[2], s[3], resize.Bicubic, resize.Kernels-1)
			for y := range s[3] {
				row := dst.b[y*dst.stride:][:s[2]]
				require.Equal(t, s[2], bytes.Count(row, []byte{v}), "%v: row %d of %d", s, y, v)
			}
		}
	}
}

// A slow sine keeps its place and size: an error of a fraction of a sample would show.
func TestSmoothPicturesAreExact(t *testing.T) {
	wave := func(x, width, y, height float64) float64 {
		return 128 + 60*math.Sin(6*math.Pi*(x+0.5)/width) + 50*math.Cos(4*math.Pi*(y+0.5)/height)
	}
	for _, s := range sizes {
		for name, f := range map[string]resize.Filter{"bicubic": resize.Bicubic, "area": resize.Area} {
			t.Run(fmt.Sprintf("%v %s", s, name), func(t *testing.T) {
				at := func(w, h int) func(x, y int) byte {
					return func(x, y int) byte { return byte(math.Round(wave(float64(x), float64(w), float64(y), float64(h)))) }
				}
				dst := scale(t, newPlane(s[0], s[1], at(s[0], s[1])), s[2], s[3], f, resize.Kernels-1)
				want, worst := at(s[2], s[3]), 0
				for y := 8; y < s[3]-8; y++ { // at the edges the repeated last sample counts
					for x := 8; x < s[2]-8; x++ {
						d := int(want(x, y)) - int(dst.at(x, y))
						worst = max(worst, d, -d)
					}
				}
				require.LessOrEqual(t, worst, s[4])
			})
		}
	}
}

func TestNothingBeyondTheRows(t *testing.T) {
	src := newPlane(131, 67, zero)
	s := resize.New(131, 67, 65, 33, resize.Bicubic)
	require.NotNil(t, s)
	dst := newPlane(65, 33, zero)
	s.Scale(src.pointer(), src.stride, dst.pointer(), dst.stride)
	for y := range 33 {
		for x := 65; x < dst.stride; x++ {
			require.EqualValues(t, 0xa5, dst.at(x, y))
		}
	}
}

func TestRefusedSizes(t *testing.T) {
	require.Nil(t, resize.New(640, 360, 641, 360, resize.Bicubic), "larger")
	require.Nil(t, resize.New(640, 360, 320, 361, resize.Bicubic), "higher")
	require.Nil(t, resize.New(1920, 1080, 256, 144, resize.Area), "far smaller")
	require.Nil(t, resize.New(640, 360, 0, 0, resize.Area), "nothing")
}

func BenchmarkPlane(b *testing.B) {
	for _, s := range [][4]int{{1920, 1080, 1280, 720}, {1280, 720, 640, 360}, {1920, 1080, 640, 360}} {
		for name, f := range map[string]resize.Filter{"bicubic": resize.Bicubic, "area": resize.Area} {
			p := resize.New(s[0], s[1], s[2], s[3], f)
			if p == nil {
				continue
			}
			src, dst := newPlane(s[0], s[1], zero), newPlane(s[2], s[3], zero)
			b.Run(fmt.Sprintf("%dto%d-%s", s[1], s[3], name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p.Scale(src.pointer(), src.stride, dst.pointer(), dst.stride)
				}
			})
		}
	}
}
