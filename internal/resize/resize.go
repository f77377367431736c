//go:build cgo

package resize

/*
#cgo CFLAGS: -std=c11 -O3
#cgo noescape resize_plane
#cgo nocallback resize_plane
#include "resize.h"
*/
import "C"

import (
	"slices"
	"unsafe"
)

// The vector kernel makes groups of samples that it reads from two registers of 16-bit samples.
const (
	group  = 16
	window = 64
	narrow = 32 // samples in one register
)

// Fast reports whether this CPU has a kernel that beats swscale's.
func Fast() bool { return best != plain }

// Plane scales planes of one size to another. One goroutine at a time.
type Plane struct {
	job        C.resize_job
	horizontal taps
	vertical   taps
	row        []int16 // one row after the vertical step
	base       []int32 // of each group
	index      []int16 // group entries for each group: where each sample's first tap is, counted from base
	bytes      []uint8 // the same for each byte of the first pair of taps, nil where a group does not fit one register or has many taps
	fresh      []uint8 // with bytes, of each group: 1 where its tables are not those of the group before
	spread     []int16 // weights in the order of the kernel: per group and pair of taps, two for each sample
}

// New returns a scaler from one size to a smaller one, in samples, or nil where the sizes do not suit it: larger in a dimension, or a
// ratio beyond about three.
func New(fromWidth, fromHeight, toWidth, toHeight int, f Filter) *Plane {
	if toWidth > fromWidth || toHeight > fromHeight || toWidth < 1 || toHeight < 1 {
		return nil
	}
	p := &Plane{horizontal: newTaps(fromWidth, toWidth, f), vertical: newTaps(fromHeight, toHeight, f)}
	if p.horizontal.count > fromWidth || p.vertical.count > fromHeight || !p.arrange(toWidth) {
		return nil
	}
	p.row = make([]int16, fromWidth+2*window)
	p.job = C.resize_job{
		src_width: C.int(fromWidth), dst_width: C.int(toWidth), dst_height: C.int(toHeight),
		htaps: C.int(p.horizontal.count), vtaps: C.int(p.vertical.count),
	}
	return p
}

// arrange lays the horizontal weights out for the vector kernels and reports whether every group fits their registers.
func (p *Plane) arrange(width int) bool {
	h, reach := &p.horizontal, 0
	for g := 0; g < width; g += group {
		base := h.first[g]
		p.base = append(p.base, base)
		for i := range group {
			at := min(g+i, width-1)
			offset := h.first[at] - base
			if offset < 0 {
				return false
			}
			reach = max(reach, int(offset)+h.count)
			p.index = append(p.index, int16(offset))
		}
		for k := 0; k < h.count; k += 2 {
			for i := range group {
				at := min(g+i, width-1) * h.count
				p.spread = append(p.spread, h.weights[at+k], h.weights[at+k+1])
			}
		}
	}
	if reach <= narrow && h.count <= C.RESIZE_MOST_TAPS {
		p.compareGroups()
		for _, offset := range p.index {
			b := uint8(2 * offset)
			p.bytes = append(p.bytes, b, b+1, b+2, b+3)
		}
	}
	return reach <= window
}

// compareGroups finds the groups whose tables are the same as those before.
func (p *Plane) compareGroups() {
	weights := group * p.horizontal.count
	same := func(g int) bool {
		return g > 0 && slices.Equal(p.index[(g-1)*group:g*group], p.index[g*group:(g+1)*group]) &&
			slices.Equal(p.spread[(g-1)*weights:g*weights], p.spread[g*weights:(g+1)*weights])
	}
	for g := range p.base {
		if same(g) {
			p.fresh = append(p.fresh, 0)
		} else {
			p.fresh = append(p.fresh, 1)
		}
	}
}

// Scale reads a plane and writes the smaller one. Source rows are read up to the next multiple of 64 bytes, which must be memory too;
// nothing is written beyond the output's rows. Strides are in bytes.
func (p *Plane) Scale(src unsafe.Pointer, srcStride int, dst unsafe.Pointer, dstStride int) {
	p.ScaleRows(src, srcStride, dst, dstStride, 0, int(p.job.dst_height))
}

// ScaleRows is Scale for the output's rows from y0 up to y1. src and dst are the first rows of the whole planes all the same.
func (p *Plane) ScaleRows(src unsafe.Pointer, srcStride int, dst unsafe.Pointer, dstStride, y0, y1 int) {
	p.scale(src, srcStride, dst, dstStride, y0, y1, best)
}

// kernel is how rows are made.
type kernel C.int

const plain kernel = C.RESIZE_C

var best = kernel(C.resize_best())

func (p *Plane) scale(src unsafe.Pointer, srcStride int, dst unsafe.Pointer, dstStride, y0, y1 int, k kernel) {
	i16 := func(s []int16) *C.int16_t { return (*C.int16_t)(unsafe.SliceData(s)) }
	u8 := func(s []uint8) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(s)) }
	i32 := func(s []int32) *C.int32_t { return (*C.int32_t)(unsafe.SliceData(s)) }
	C.resize_plane(p.job, C.int(y0), C.int(y1), C.int(k), (*C.uint8_t)(src), C.ptrdiff_t(srcStride), (*C.uint8_t)(dst), C.ptrdiff_t(dstStride), i16(p.row),
		i32(p.vertical.first), i16(p.vertical.weights), i32(p.horizontal.first), i16(p.horizontal.weights),
		i32(p.base), i16(p.index), u8(p.bytes), u8(p.fresh), i16(p.spread))
}
