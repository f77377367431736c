package media

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// MaxSide is the largest width or height of a frame, in pixels: the limit of H.264 and HEVC levels.
const MaxSide = 16384

// ErrFrame is wrapped by every error about a frame whose fields do not fit together.
var ErrFrame = errors.New("framegear: bad frame")

// Frame is one picture in the caller's memory. Its planes are borrowed for the call it is given to, and never changed.
type Frame struct {
	// Format says how samples lie in the planes.
	Format PixelFormat
	// Width and Height are the visible size in pixels. Odd sizes are allowed.
	Width, Height int
	// Planes are the samples, Format.Planes() of them. The last row may end without its padding.
	Planes [4][]byte
	// Strides are the distances between rows in bytes. Zero means tight: Format.RowBytes. A stride larger than the row is
	// how a region of a larger image is given.
	Strides [4]int
	// PTS is the presentation time in ticks of Options.Timebase. Used by the PTS clock only.
	PTS int64
	// Duration is how long the picture is to be seen if none follows, in ticks of Options.Timebase; zero means one frame. Used by the PTS clock
	// for the last picture of a recording only: all others stand until the next one.
	Duration int64
	// Captured is the wall-clock instant of capture, for latency figures. The zero value means "when it was given".
	Captured time.Time
	// Color overrides what the samples mean. Zero fields follow the format: full-range sRGB for RGB and gray,
	// limited-range YUV with the matrix of its height for the rest.
	Color Color
	// HDR describes the display that HDR pictures were made on. The first frame's is written into the stream; zero is "not stated".
	HDR HDR

	packed int // bytes of the buffer that Packed was given
}

// Stride returns the stride of a plane in bytes, the tight one when none is given.
func (f *Frame) Stride(plane int) int {
	if s := f.Strides[plane]; s != 0 {
		return s
	}
	return f.Format.RowBytes(plane, f.Width)
}

// Validate returns an error wrapping ErrFrame that names the field at fault, what it holds and what it needs.
func (f *Frame) Validate() error {
	if !f.Format.Valid() {
		return fmt.Errorf("%w: format %s is none of the formats that are taken", ErrFrame, f.Format)
	}
	if f.Width < 1 || f.Height < 1 || f.Width > MaxSide || f.Height > MaxSide {
		return fmt.Errorf("%w: size %dx%d (want 1 to %d on each side)", ErrFrame, f.Width, f.Height, MaxSide)
	}
	if err := f.validatePacked(); err != nil {
		return err
	}
	for i := range f.Format.Planes() {
		if err := f.validatePlane(i); err != nil {
			return err
		}
	}
	return nil
}

// validatePacked checks the buffer of Packed as long as no strides were set: it then has one right length.
func (f *Frame) validatePacked() error {
	if want := f.Format.Size(f.Width, f.Height); f.packed != 0 && f.packed != want && f.Strides == [4]int{} {
		return &LengthError{Format: f.Format, Width: f.Width, Height: f.Height, Got: f.packed, Want: want}
	}
	return nil
}

func (f *Frame) validatePlane(i int) error {
	row, stride := f.Format.RowBytes(i, f.Width), f.Stride(i)
	if stride < row {
		return fmt.Errorf("%w: plane %d has a stride of %d bytes, a row of %d %s pixels needs %d",
			ErrFrame, i, stride, f.Width, f.Format, row)
	}
	if stride > math.MaxInt32 {
		return fmt.Errorf("%w: plane %d has a stride of %d bytes (want at most %d)", ErrFrame, i, stride, math.MaxInt32)
	}
	rows := f.Format.Rows(i, f.Height)
	if need := int64(stride)*int64(rows-1) + int64(row); int64(len(f.Planes[i])) < need {
		return fmt.Errorf("%w: plane %d has %d bytes, %dx%d %s with a stride of %d needs %d",
			ErrFrame, i, len(f.Planes[i]), f.Width, f.Height, f.Format, stride, need)
	}
	return nil
}

// Region returns the part of a valid frame of width by height pixels at x, y, which are even where chroma is subsampled. Its planes are the
// frame's own.
func (f *Frame) Region(x, y, width, height int) Frame {
	r := *f
	r.Width, r.Height = width, height
	for i, p := range formats[f.Format].planes {
		r.Strides[i] = f.Stride(i)
		r.Planes[i] = f.Planes[i][(y>>p.shiftY)*r.Strides[i]+(x>>p.shiftX)*p.bytes:]
	}
	return r
}

// Packed returns a frame of the format over one buffer that holds all planes one after the other without padding. The buffer is borrowed.
// A buffer of the wrong length makes a frame that Validate refuses.
func Packed(format PixelFormat, pix []byte, width, height int) *Frame {
	f := &Frame{Format: format, Width: width, Height: height}
	f.packed = len(pix)
	if !format.Valid() || width < 1 || height < 1 || width > MaxSide || height > MaxSide {
		return f
	}
	if format.Planes() == 1 {
		f.Planes[0] = pix
		return f
	}
	for i := range format.Planes() {
		n := min(format.RowBytes(i, width)*format.Rows(i, height), len(pix))
		f.Planes[i], pix = pix[:n:n], pix[n:]
	}
	return f
}
