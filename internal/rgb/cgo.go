package rgb

// The kernels only compute: they call no Go code and keep no pointer, so Go memory is passed to them as it is.

/*
#cgo CFLAGS: -std=c11 -O3
#cgo noescape rgb_convert
#cgo nocallback rgb_convert
#include "rgb.h"
*/
import "C"

import "unsafe"

// variant is a kernel's index in this build, and its name.
type variant struct {
	index C.int
	name  string
}

// variants are the kernels that this CPU runs, slowest first.
var variants = usableVariants()

var best = variants[len(variants)-1]

func usableVariants() []variant {
	var list []variant
	for i := C.int(0); ; i++ {
		name := C.rgb_variant_name(i)
		if name == nil {
			return list
		}
		if C.rgb_variant_usable(i) != 0 {
			list = append(list, variant{i, C.GoString(name)})
		}
	}
}

// run converts rows of a checked job.
func (v variant) run(j *Job, l layout, y0, y1 int) {
	job := C.rgb_job{
		width: C.int(j.Width), height: C.int(j.Height), step: C.int(l.step), y0: C.int(y0), y1: C.int(y1),
		src_stride: C.ptrdiff_t(j.Stride), weights: newWeights(j.Matrix, l.redFirst).c(),
	}
	for i, s := range j.DstStride {
		job.dst_stride[i] = C.ptrdiff_t(s)
	}
	if j.NV12 {
		job.interleaved = 1
	}
	C.rgb_convert(v.index, &job, (*C.uint8_t)(unsafe.SliceData(j.Src)),
		(*C.uint8_t)(j.Dst[0]), (*C.uint8_t)(j.Dst[1]), (*C.uint8_t)(j.Dst[2]))
}

func (w weights) c() (c C.rgb_weights) {
	for i, y := range w.y {
		c.y[i] = C.uint16_t(y)
	}
	for i := range w.u {
		c.u[i], c.v[i] = C.int16_t(w.u[i]), C.int16_t(w.v[i])
	}
	c.gray = C.uint16_t(w.gray)
	return c
}
