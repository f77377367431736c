package resize

import "unsafe"

// Kernels are how many kernels this CPU has; number 0 is plain C.
var Kernels = int(best) + 1

// ScaleWith is Scale with one of the kernels.
func (p *Plane) ScaleWith(k int, src unsafe.Pointer, srcStride int, dst unsafe.Pointer, dstStride int) {
	p.scale(src, srcStride, dst, dstStride, 0, int(p.job.dst_height), kernel(k))
}
