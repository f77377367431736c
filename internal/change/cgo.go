package change

/*
#cgo CFLAGS: -std=c11 -O3
#cgo noescape change_compare_planes
#cgo nocallback change_compare_planes
#cgo noescape change_sample_planes
#cgo nocallback change_sample_planes
#include "compare.h"

static int change_compare_planes(change_pictures p, uint8_t *blocks) { return change_compare(&p, blocks); }
static int change_sample_planes(change_pictures p, int count, int most) { return change_sample(&p, count, most); }
*/
import "C"

import "unsafe"

// Planes are the luma and chroma planes of an 8-bit 4:2:0 picture, in memory that Go does not move.
type Planes struct {
	Data   [3]unsafe.Pointer
	Stride [3]int // bytes
}

// A picture in which a sample of blocks shows more changes than one in so many is not compared as a whole.
const (
	samples = 48
	worth   = 4
)

// Compare makes the map that of a picture of width by height luma samples, even, compared with an earlier one. It reports whether the
// map holds: when more than about a quarter of the picture differs it is not worth having, and says nothing.
func (m *Map) Compare(width, height int, now, before *Planes) bool {
	p := pictures(width, height, now, before)
	m.Reset(width, height)
	if len(m.blocks) == 0 || C.change_sample_planes(p, samples, samples/worth) != 0 {
		return false
	}
	m.changed = int(C.change_compare_planes(p, (*C.uint8_t)(unsafe.SliceData(m.blocks))))
	return m.Holds()
}

// Holds reports whether the map says enough of a picture to be worth having.
func (m *Map) Holds() bool { return m.AtMost(worth) }

// CompareRow compares one row of blocks, of which the planes are the samples, and returns how many differ, for Count. Each row is compared
// once; several goroutines may do so with different rows.
func (m *Map) CompareRow(row int, now, before *Planes) int {
	p := pictures(m.width, min(Block, m.height-row*Block), now, before)
	return int(C.change_compare_planes(p, (*C.uint8_t)(unsafe.SliceData(m.blocks[row*m.cols:]))))
}

// Count notes how many blocks CompareRow found to differ.
func (m *Map) Count(differ int) { m.changed += differ }

func pictures(width, height int, now, before *Planes) C.change_pictures {
	p := C.change_pictures{width: C.int(width), height: C.int(height)}
	for i := range now.Data {
		p.a[i], p.b[i] = (*C.uint8_t)(now.Data[i]), (*C.uint8_t)(before.Data[i])
		p.a_stride[i], p.b_stride[i] = C.ptrdiff_t(now.Stride[i]), C.ptrdiff_t(before.Stride[i])
	}
	return p
}
