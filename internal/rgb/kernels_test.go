//go:build unix

package rgb_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

// shape is the memory around a picture.
type shape struct {
	width, height int
	srcPad        int // bytes behind each source row: a region of a larger picture
	srcOffset     int // bytes before the first pixel: any alignment
	dstPad        int
}

func (s shape) job(f media.PixelFormat, src []byte) *rgb.Job {
	stride := f.RowBytes(0, s.width) + s.srcPad
	return &rgb.Job{
		Src: src[s.srcOffset:], Stride: stride, Format: f, Width: s.width, Height: s.height, Matrix: media.MatrixBT709,
	}
}

func (s shape) srcSize(f media.PixelFormat) int {
	row := f.RowBytes(0, s.width)
	return s.srcOffset + (row+s.srcPad)*(s.height-1) + row
}

// shapes covers every width up to two of the widest blocks and more, with all remainders, strides and alignments.
func shapes() []shape {
	var list []shape
	for w := 1; w <= 130; w++ {
		list = append(list, shape{width: w, height: 1 + w%4, srcPad: w % 7 * 5, srcOffset: w % 17, dstPad: w % 5 * 3})
	}
	return append(list,
		shape{width: 192, height: 6}, shape{width: 255, height: 3, srcPad: 1, srcOffset: 3, dstPad: 1},
		shape{width: 854, height: 5, srcOffset: 1}, shape{width: 1919, height: 2, dstPad: 33})
}

// forEachLayout calls f for every format with both output layouts.
func forEachLayout(t *testing.T, f func(t *testing.T, format media.PixelFormat, nv12 bool)) {
	for _, format := range formats {
		for _, nv12 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/nv12=%v", format, nv12), func(t *testing.T) { f(t, format, nv12) })
		}
	}
}

func TestAllKernelsGiveTheSameBytes(t *testing.T) {
	forEachLayout(t, func(t *testing.T, format media.PixelFormat, nv12 bool) {
		for _, s := range shapes() {
			src := make([]byte, s.srcSize(format))
			out := newOutput(t, s.width, s.height, s.dstPad, nv12, true)
			for name, fill := range patterns {
				fill(src, format.RowBytes(0, s.width)+s.srcPad)
				for matrix, m := range matrices {
					j := s.job(format, src)
					j.NV12, j.Matrix = nv12, m
					out.into(j)
					requireSameBytes(t, j, out, fmt.Sprintf("%+v %s %s", s, name, matrix))
				}
			}
		}
	})
}

func requireSameBytes(t *testing.T, j *rgb.Job, out *output, what string) {
	out.clear()
	rgb.ConvertWith("c", j, 0, j.Height)
	want := out.copies()
	for _, v := range rgb.Variants() {
		out.clear()
		rgb.ConvertWith(v, j, 0, j.Height)
		for i := range want {
			if !bytes.Equal(want[i], out.planes[i]) {
				require.Equal(t, want[i], out.planes[i], "%s plane %d: %s", v, i, what)
			}
		}
	}
}

// Source and destination lie against pages that cannot be touched, behind and before.
func TestKernelsStayInsideTheBuffers(t *testing.T) {
	forEachLayout(t, func(t *testing.T, format media.PixelFormat, nv12 bool) {
		for _, atEnd := range []bool{true, false} {
			for w := 1; w <= 130; w++ {
				s := shape{width: w, height: 3, dstPad: w % 3}
				src := guarded(t, s.srcSize(format), atEnd)
				patterns["random"](src, 1)
				before := bytes.Clone(src)
				out := newOutput(t, w, s.height, s.dstPad, nv12, atEnd)
				j := s.job(format, src)
				j.NV12 = nv12
				out.into(j)
				for _, v := range rgb.Variants() {
					rgb.ConvertWith(v, j, 0, j.Height)
					require.True(t, bytes.Equal(before, src), "%s wrote to a source %d pixels wide", v, w)
				}
			}
		}
	})
}

// Every byte of every row is written, and none between rows.
func TestKernelsWriteRowsOnly(t *testing.T) {
	forEachLayout(t, func(t *testing.T, format media.PixelFormat, nv12 bool) {
		for _, v := range rgb.Variants() {
			for w := 1; w <= 130; w++ {
				s := shape{width: w, height: 5, dstPad: 70}
				out := newOutput(t, w, s.height, s.dstPad, nv12, true)
				j := s.job(format, make([]byte, s.srcSize(format)))
				j.NV12 = nv12
				out.into(j)
				rgb.ConvertWith(v, j, 0, j.Height)
				for i, row := range planeWidths(w, nv12) {
					for k, b := range out.planes[i] {
						if inside := k%out.stride[i] < row; inside != (b != unwritten) {
							require.Failf(t, "wrong extent", "%s width %d plane %d byte %d is %#x", v, w, i, k, b)
						}
					}
				}
			}
		}
	})
}

func TestRowRangesMakeTheWholePicture(t *testing.T) {
	for _, height := range []int{2, 15, 16} {
		s := shape{width: 101, height: height}
		src := make([]byte, s.srcSize(media.FormatBGR24))
		patterns["random"](src, 1)
		out := newOutput(t, s.width, height, 0, false, true)
		j := s.job(media.FormatBGR24, src)
		out.into(j)
		rgb.Convert(j)
		want := out.copies()

		out.clear()
		var wg sync.WaitGroup
		for y := 0; y < height; y += 4 {
			wg.Go(func() { rgb.ConvertRows(j, y, min(y+4, height)) })
		}
		wg.Wait()
		require.Equal(t, want, out.copies(), "height %d", height)

		out.clear()
		rgb.ConvertRows(j, 0, 0)
		rgb.ConvertRows(j, 2, height)
		require.Equal(t, bytes.Repeat([]byte{unwritten}, 2*out.stride[0]), out.planes[0][:2*out.stride[0]])
		require.Equal(t, want[0][2*out.stride[0]:], out.planes[0][2*out.stride[0]:])
	}
}

func TestConvertAllocatesNothing(t *testing.T) {
	s := shape{width: 320, height: 180}
	out := newOutput(t, s.width, s.height, 0, false, true)
	src := make([]byte, s.srcSize(media.FormatBGR24))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		j := rgb.Job{
			Src: src, Stride: 3 * s.width, Format: media.FormatBGR24, Width: s.width, Height: s.height,
			Matrix: media.MatrixBT709,
		}
		out.into(&j)
		rgb.Convert(&j)
	}))
}
