package media

import (
	"fmt"
	"strings"
)

// PixelFormat says how a frame's samples lie in memory. Multi-byte samples are little-endian.
type PixelFormat uint8

// The formats that WriteFrame takes. Names follow the order of the bytes in memory.
const (
	FormatUnset   PixelFormat = iota
	FormatGray8               // 1 plane, 1 byte per pixel
	FormatGray16              // 1 plane, 2 bytes per pixel
	FormatYA8                 // 1 plane: gray, alpha (alpha is dropped)
	FormatBGR24               // 1 plane: B G R (OpenCV's order)
	FormatRGB24               // 1 plane: R G B
	FormatBGRA                // 1 plane: B G R A (alpha is dropped)
	FormatRGBA                // 1 plane: R G B A (alpha is dropped; image.RGBA and image.NRGBA)
	FormatBGR0                // 1 plane: B G R and a byte that is ignored
	FormatRGB0                // 1 plane: R G B and a byte that is ignored
	FormatBGR48               // 1 plane: 16-bit B G R
	FormatYA16                // 1 plane: 16-bit gray, alpha (alpha is dropped)
	FormatBGRA64              // 1 plane: 16-bit B G R A (alpha is dropped)
	FormatI420                // 3 planes: Y, U, V; 8 bit 4:2:0
	FormatNV12                // 2 planes: Y, interleaved UV; 8 bit 4:2:0
	FormatYUV422P             // 3 planes; 8 bit 4:2:2
	FormatYUV444P             // 3 planes; 8 bit 4:4:4
	FormatP010                // 2 planes; 10 bit in the high bits of 16, 4:2:0 (Microsoft P010)
	FormatI010                // 3 planes; 10 bit in the low bits of 16, 4:2:0 (libav yuv420p10le)
	formatEnd
)

// planeLayout is one plane: bytes per sample column and the shift of its width and height against the picture's.
type planeLayout struct {
	bytes          int
	shiftX, shiftY int
}

type formatInfo struct {
	name   string
	bits   int
	rgb    bool
	alpha  bool
	planes []planeLayout
}

var formats = [formatEnd]formatInfo{
	FormatUnset:   {name: "unset"},
	FormatGray8:   {name: "gray8", bits: 8, rgb: true, planes: packed(1)},
	FormatGray16:  {name: "gray16", bits: 16, rgb: true, planes: packed(2)},
	FormatYA8:     {name: "ya8", bits: 8, rgb: true, alpha: true, planes: packed(2)},
	FormatBGR24:   {name: "bgr24", bits: 8, rgb: true, planes: packed(3)},
	FormatRGB24:   {name: "rgb24", bits: 8, rgb: true, planes: packed(3)},
	FormatBGRA:    {name: "bgra", bits: 8, rgb: true, alpha: true, planes: packed(4)},
	FormatRGBA:    {name: "rgba", bits: 8, rgb: true, alpha: true, planes: packed(4)},
	FormatBGR0:    {name: "bgr0", bits: 8, rgb: true, planes: packed(4)},
	FormatRGB0:    {name: "rgb0", bits: 8, rgb: true, planes: packed(4)},
	FormatBGR48:   {name: "bgr48", bits: 16, rgb: true, planes: packed(6)},
	FormatYA16:    {name: "ya16", bits: 16, rgb: true, alpha: true, planes: packed(4)},
	FormatBGRA64:  {name: "bgra64", bits: 16, rgb: true, alpha: true, planes: packed(8)},
	FormatI420:    {name: "i420", bits: 8, planes: []planeLayout{{1, 0, 0}, {1, 1, 1}, {1, 1, 1}}},
	FormatNV12:    {name: "nv12", bits: 8, planes: []planeLayout{{1, 0, 0}, {2, 1, 1}}},
	FormatYUV422P: {name: "yuv422p", bits: 8, planes: []planeLayout{{1, 0, 0}, {1, 1, 0}, {1, 1, 0}}},
	FormatYUV444P: {name: "yuv444p", bits: 8, planes: []planeLayout{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}},
	FormatP010:    {name: "p010", bits: 10, planes: []planeLayout{{2, 0, 0}, {4, 1, 1}}},
	FormatI010:    {name: "yuv420p10", bits: 10, planes: []planeLayout{{2, 0, 0}, {2, 1, 1}, {2, 1, 1}}},
}

func packed(bytes int) []planeLayout { return []planeLayout{{bytes, 0, 0}} }

// Valid reports whether f is one of the formats above.
func (f PixelFormat) Valid() bool { return f > FormatUnset && f < formatEnd }

// String returns the format's name as the command's --pix-fmt takes it.
func (f PixelFormat) String() string {
	if f < formatEnd {
		return formats[f].name
	}
	return fmt.Sprintf("PixelFormat(%d)", uint8(f))
}

// constant returns the name that the format has in Go.
func (f PixelFormat) constant() string {
	switch f {
	case FormatGray8:
		return "Gray8"
	case FormatGray16:
		return "Gray16"
	case FormatI010:
		return "I010"
	}
	return strings.ToUpper(f.String())
}

// Planes returns how many planes a frame of this format has.
func (f PixelFormat) Planes() int { return len(formats[f].planes) }

// Bits returns the number of significant bits per sample.
func (f PixelFormat) Bits() int { return formats[f].bits }

// RGBLike reports whether samples are full-range RGB or gray, which a matrix has to turn into YUV.
func (f PixelFormat) RGBLike() bool { return formats[f].rgb }

// HasAlpha reports whether the format carries transparency, which is dropped.
func (f PixelFormat) HasAlpha() bool { return formats[f].alpha }

// RowBytes returns the bytes of one row of a plane without padding: the smallest stride.
// Odd sizes round up in subsampled planes, as libav and OpenCV do.
func (f PixelFormat) RowBytes(plane, width int) int {
	p := formats[f].planes[plane]
	return ceilShift(width, p.shiftX) * p.bytes
}

// Rows returns the number of rows of a plane.
func (f PixelFormat) Rows(plane, height int) int {
	return ceilShift(height, formats[f].planes[plane].shiftY)
}

// Size returns the bytes of a tightly packed frame, all planes in order.
func (f PixelFormat) Size(width, height int) int {
	n := 0
	for i := range formats[f].planes {
		n += f.RowBytes(i, width) * f.Rows(i, height)
	}
	return n
}

func ceilShift(n, shift int) int { return (n + (1 << shift) - 1) >> shift }

// aliases are libav's and OpenCV's names for the same layouts.
var aliases = map[string]PixelFormat{
	"gray": FormatGray8, "y8": FormatGray8, "gray16le": FormatGray16, "y16": FormatGray16, "bgr": FormatBGR24,
	"rgb": FormatRGB24, "bgr48le": FormatBGR48, "ya16le": FormatYA16, "bgra64le": FormatBGRA64, "yuv420p": FormatI420, "yuv422": FormatYUV422P, "yuv444": FormatYUV444P,
	"p010le": FormatP010, "yuv420p10le": FormatI010, "i010": FormatI010, "bgrx": FormatBGR0, "rgbx": FormatRGB0,
}

// ParsePixelFormat reads a format's name, ours or libav's, in any case.
func ParsePixelFormat(s string) (PixelFormat, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if f, ok := aliases[s]; ok {
		return f, nil
	}
	for f := FormatUnset + 1; f < formatEnd; f++ {
		if formats[f].name == s {
			return f, nil
		}
	}
	return FormatUnset, fmt.Errorf("unknown pixel format %q (want one of %s)", s, strings.Join(PixelFormatNames(), " "))
}

// PixelFormatNames returns the names of all formats in their order.
func PixelFormatNames() []string {
	names := make([]string, 0, formatEnd-1)
	for f := FormatUnset + 1; f < formatEnd; f++ {
		names = append(names, formats[f].name)
	}
	return names
}
