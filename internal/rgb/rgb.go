package rgb

import (
	"fmt"
	"unsafe"

	"github.com/framegear/framegear/internal/media"
)

// layout is how a format's pixels lie in memory.
type layout struct {
	step     int // bytes per pixel
	redFirst bool
}

func layoutOf(f media.PixelFormat) (layout, bool) {
	switch f {
	case media.FormatGray8:
		return layout{step: 1}, true
	case media.FormatYA8:
		return layout{step: 2}, true
	case media.FormatBGR24:
		return layout{step: 3}, true
	case media.FormatRGB24:
		return layout{step: 3, redFirst: true}, true
	case media.FormatBGRA, media.FormatBGR0:
		return layout{step: 4}, true
	case media.FormatRGBA, media.FormatRGB0:
		return layout{step: 4, redFirst: true}, true
	}
	return layout{}, false
}

// Supported reports whether Convert takes a format.
func Supported(f media.PixelFormat) bool {
	_, ok := layoutOf(f)
	return ok
}

// Job is one conversion. It may be used again and again, also by several goroutines at once as long as none changes it.
type Job struct {
	// Src is the picture in the caller's memory: read during a call, never changed, not kept. The last row may end
	// without its padding.
	Src []byte
	// Stride is the distance between rows of Src in bytes, at least Width pixels.
	Stride int
	// Format is one that Supported reports. Alpha is dropped.
	Format media.PixelFormat
	// Width and Height are the size of Src in pixels.
	Width, Height int
	// Matrix is BT.709 or BT.601.
	Matrix media.Matrix
	// Dst are the planes Y, U and V, or Y and interleaved UV for NV12: memory that the Go runtime does not own. They
	// have room for Width and Height rounded up to even: an odd last column or row is repeated, as encoders need it.
	Dst [3]unsafe.Pointer
	// DstStride are the distances between rows of Dst in bytes.
	DstStride [3]int
	// NV12 chooses two planes instead of three.
	NV12 bool
}

// Convert converts the whole picture with the fastest kernel that this CPU runs. A Job whose fields do not fit together
// is a mistake of the caller and panics before anything is written.
func Convert(j *Job) { ConvertRows(j, 0, j.Height) }

// ConvertRows converts rows y0 to y1-1 of the source only, so that cores may share a picture. y0 is even; y1 is even or
// Height.
func ConvertRows(j *Job, y0, y1 int) { convert(best, j, y0, y1) }

// Variants returns the names of the kernels that this CPU runs, slowest first: "c", then "avx2",
// "avx512" and "avx512vbmi", or "neon". Convert uses the last one.
func Variants() []string {
	names := make([]string, len(variants))
	for i, v := range variants {
		names[i] = v.name
	}
	return names
}

func convert(v variant, j *Job, y0, y1 int) {
	l, ok := layoutOf(j.Format)
	if !ok {
		panic(fmt.Sprintf("rgb: format %s is not converted here", j.Format))
	}
	j.check(l.step, y0, y1)
	v.run(j, l, y0, y1)
}

// check panics unless every byte that the kernels would touch is known to be there.
func (j *Job) check(step, y0, y1 int) {
	if j.Width < 1 || j.Height < 1 || j.Width > media.MaxSide || j.Height > media.MaxSide {
		panic(fmt.Sprintf("rgb: size %dx%d (want 1 to %d on each side)", j.Width, j.Height, media.MaxSide))
	}
	if y0 < 0 || y0 > y1 || y1 > j.Height || y0%2 != 0 || y1%2 != 0 && y1 != j.Height {
		panic(fmt.Sprintf("rgb: rows %d to %d of %d (want even bounds)", y0, y1, j.Height))
	}
	if row := j.Width * step; j.Stride < row || len(j.Src) < row || (len(j.Src)-row)/j.Stride < j.Height-1 {
		panic(fmt.Sprintf("rgb: %d bytes with a stride of %d do not hold %dx%d %s",
			len(j.Src), j.Stride, j.Width, j.Height, j.Format))
	}
	j.checkPlanes()
}

func (j *Job) checkPlanes() {
	half := (j.Width + 1) / 2
	need := [3]int{2 * half, half, half}
	planes := 3
	if j.NV12 {
		planes, need[1] = 2, 2*half
	}
	for i := range planes {
		if j.Dst[i] == nil || j.DstStride[i] < need[i] {
			panic(fmt.Sprintf("rgb: output plane %d has a stride of %d at %p (want memory and at least %d)",
				i, j.DstStride[i], j.Dst[i], need[i]))
		}
	}
}
