package resize

import "unsafe"

// ScaleWith is Scale with or without the vector kernel.
func (p *Plane) ScaleWith(fast bool, src unsafe.Pointer, srcStride int, dst unsafe.Pointer, dstStride int) {
	p.scale(src, srcStride, dst, dstStride, 0, int(p.job.dst_height), fast)
}
