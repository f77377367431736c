package av

//#include "shim.h"
import "C"

import (
	"sync/atomic"
	"unsafe"

	"github.com/framegear/framegear/internal/change"
)

// serials number the pictures of the process.
var serials atomic.Uint64

// changes are what differs between a picture and an earlier one.
type changes struct {
	serial uint64 // of the picture
	since  uint64 // of the earlier one, 0 when nothing is known
	m      change.Map
}

// Changes returns what differs from an earlier picture, or nil when that is not known. It is borrowed while a reference is held.
func (p *Picture) Changes(before *Picture) *change.Map {
	if before == nil || p.changes.since == 0 || p.changes.since != before.changes.serial {
		return nil
	}
	return &p.changes.m
}

// MarkChanges returns the map of what differs from an earlier picture, empty, for the caller to fill before the picture is handed on.
func (p *Picture) MarkChanges(before *Picture) *change.Map {
	p.changes.since = before.changes.serial
	p.changes.m.Reset(p.Width(), p.Height())
	return &p.changes.m
}

// CompareWith finds out what differs from an earlier picture, before the picture is handed on. Pictures of other sizes or layouts than
// 8 bit in three planes, and those that differ in most places, are left without a map.
func (p *Picture) CompareWith(before *Picture) {
	if before == nil || p.Layout() != LayoutI420 || before.Layout() != LayoutI420 || p.Width() != before.Width() || p.Height() != before.Height() {
		return
	}
	now, then := p.Planes(0), before.Planes(0)
	if p.changes.m.Compare(p.Width(), p.Height(), &now, &then) {
		p.changes.since = before.changes.serial
	}
}

// Planes returns the planes from a row of luma on, which is even.
func (p *Picture) Planes(row int) (all change.Planes) {
	for i := range all.Data {
		at := row
		if i > 0 {
			at = row / 2
		}
		all.Data[i], all.Stride[i] = unsafe.Add(p.Pointer(i), at*p.Stride(i)), p.Stride(i)
	}
	return all
}

// CopyRows copies rows of luma from y0 up to y1, both even, and the chroma that belongs to them from a picture of the same size in 8-bit
// 4:2:0 with three planes.
func (p *Picture) CopyRows(from *Picture, y0, y1 int) { p.CopyFrom(from, y0, y0, y1) }

// CopyFrom is CopyRows from a picture of another height: its rows from at on.
func (p *Picture) CopyFrom(from *Picture, at, y0, y1 int) {
	for i, bytes := range [3]int{p.Width(), p.Width() / 2, p.Width() / 2} {
		source, first, last := at, y0, y1
		if i > 0 {
			source, first, last = at/2, y0/2, y1/2
		}
		dst, src := unsafe.Add(p.Pointer(i), first*p.Stride(i)), unsafe.Add(from.Pointer(i), source*from.Stride(i))
		C.fg_copy_plane((*C.uint8_t)(dst), C.int(p.Stride(i)), (*C.uint8_t)(src), C.int(from.Stride(i)), C.int(bytes), C.int(last-first))
	}
}
