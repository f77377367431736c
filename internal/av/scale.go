package av

//#include "shim.h"
//#cgo noescape fg_scale_user
//#cgo nocallback fg_scale_user
//#cgo noescape fg_copy_plane
//#cgo nocallback fg_copy_plane
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/media"
)

// Filter is how swscale computes samples of another size.
type Filter uint8

// The filters, cheapest last. Which is right for a ratio is the scaler's business.
const (
	FilterBicubic Filter = iota
	FilterLanczos
	FilterBilinear
	FilterArea
	FilterPoint
)

var filterFlags = [...]C.uint{
	FilterBicubic: C.SWS_BICUBIC, FilterLanczos: C.SWS_LANCZOS, FilterBilinear: C.SWS_BILINEAR,
	FilterArea: C.SWS_AREA, FilterPoint: C.SWS_POINT,
}

// side is one end of a conversion.
type side struct {
	width, height int
	format        astiav.PixelFormat
	color         media.Color
}

// Scaler converts and scales with swscale. One goroutine at a time.
type Scaler struct {
	sws      *C.SwsContext
	from, to side
	tail     C.fg_tail // of frames of the caller; without memory between pictures
}

// NewInputScaler returns a scaler from frames of the caller to pictures of size dstWidth x dstHeight. Quality settings are the
// exact ones: this conversion happens once for the whole ladder.
func NewInputScaler(f media.PixelFormat, width, height int, color media.Color, dstWidth, dstHeight int, layout Layout, out media.Color, filter Filter) (*Scaler, error) {
	from := side{width, height, userFormat(f), color}
	to := side{dstWidth, dstHeight, layout.pixelFormat(), out}
	return newUserScaler(from, to, filterFlags[filter]|C.SWS_ACCURATE_RND|C.SWS_FULL_CHR_H_INP|C.SWS_FULL_CHR_H_INT)
}

// newUserScaler returns a scaler whose Input takes frames of the caller.
func newUserScaler(from, to side, flags C.uint) (*Scaler, error) {
	s, err := newScaler(from, to, flags)
	if err != nil {
		return nil, err
	}
	code := C.fg_tail_new(&s.tail, C.int(from.format), C.int(from.width), C.int(from.height))
	if err := check("scaler", code, nil, book.mark()); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// NewPictureScaler returns a scaler between pictures.
func NewPictureScaler(width, height int, layout Layout, color media.Color, dstWidth, dstHeight int, dstLayout Layout, dstColor media.Color, filter Filter) (*Scaler, error) {
	from := side{width, height, layout.pixelFormat(), color}
	to := side{dstWidth, dstHeight, dstLayout.pixelFormat(), dstColor}
	return newScaler(from, to, filterFlags[filter])
}

func newScaler(from, to side, flags C.uint) (*Scaler, error) {
	spec := C.fg_scale_spec{
		src_w: C.int(from.width), src_h: C.int(from.height), src_fmt: C.int(from.format),
		src_matrix: swsMatrix(from.color.Matrix), src_full: fullRange(from.color.Range),
		dst_w: C.int(to.width), dst_h: C.int(to.height), dst_fmt: C.int(to.format),
		dst_matrix: swsMatrix(to.color.Matrix), dst_full: fullRange(to.color.Range),
		flags: flags, dither: C.SWS_DITHER_AUTO, threads: 1,
	}
	mark := book.mark()
	s := &Scaler{from: from, to: to}
	op := fmt.Sprintf("scaler %s %dx%d to %s %dx%d", from.format, from.width, from.height, to.format, to.width, to.height)
	if err := check(op, C.fg_scale_new(&spec, &s.sws), nil, mark); err != nil {
		return nil, err
	}
	born(KindScaler)
	return s, nil
}

// Input converts a frame of the caller into dst, which may be one pixel wider and higher (even sizes): the last column and
// row are repeated. The frame's planes are read during the call only, and not a byte behind their ends; nothing is pinned afterwards.
func (s *Scaler) Input(f *media.Frame, dst *Picture) error {
	p := func(i int) *C.uint8_t {
		if len(f.Planes[i]) == 0 {
			return nil
		}
		return (*C.uint8_t)(unsafe.SliceData(f.Planes[i]))
	}
	stride := func(i int) C.int {
		if i >= f.Format.Planes() {
			return 0
		}
		return C.int(f.Stride(i))
	}
	mark := book.mark()
	code := C.fg_scale_user(s.sws, &s.tail, cFrame(dst.frame), p(0), p(1), p(2), p(3), stride(0), stride(1), stride(2), stride(3))
	if code < 0 {
		return check("scale input", code, nil, mark)
	}
	dst.pad(s.to.width, s.to.height)
	return nil
}

// Picture scales src into dst.
func (s *Scaler) Picture(src, dst *Picture) error {
	mark := book.mark()
	return check("scale", C.fg_scale_frame(s.sws, cFrame(dst.frame), cFrame(src.frame)), nil, mark)
}

// ConvertMatrix turns rows y0 up to y1, both even, of a limited-range picture of three planes from one luma matrix to another, in place.
// The picture must not have been handed on yet.
func ConvertMatrix(p *Picture, from, to media.Matrix, y0, y1 int) {
	if from != to {
		C.fg_matrix_convert(cFrame(p.frame), C.int(from), C.int(to), C.int(y0), C.int(y1))
	}
}

// Close frees the scaler. Closing twice is harmless.
func (s *Scaler) Close() {
	if s.sws != nil {
		C.sws_freeContext(s.sws)
		C.fg_tail_free(&s.tail)
		s.sws = nil
		died(KindScaler)
	}
}

// CopyInput copies a frame of the caller whose planes already have the picture's layout.
func CopyInput(f *media.Frame, dst *Picture) {
	for i := range f.Format.Planes() {
		C.fg_copy_plane((*C.uint8_t)(dst.Pointer(i)), C.int(dst.Stride(i)), (*C.uint8_t)(unsafe.SliceData(f.Planes[i])),
			C.int(f.Stride(i)), C.int(f.Format.RowBytes(i, f.Width)), C.int(f.Format.Rows(i, f.Height)))
	}
	dst.pad(f.Width, f.Height)
}

func fullRange(r media.Range) C.int {
	if r == media.RangeFull {
		return 1
	}
	return 0
}

func swsMatrix(m media.Matrix) C.int {
	switch m {
	case media.MatrixBT709:
		return C.SWS_CS_ITU709
	case media.MatrixBT2020:
		return C.SWS_CS_BT2020
	}
	return C.SWS_CS_ITU601
}

var userFormats = map[media.PixelFormat]astiav.PixelFormat{
	media.FormatGray8: astiav.PixelFormatGray8, media.FormatGray16: astiav.PixelFormatGray16Le, media.FormatYA8: astiav.PixelFormatYa8,
	media.FormatBGR24: astiav.PixelFormatBgr24, media.FormatRGB24: astiav.PixelFormatRgb24,
	// The alpha variants are read as their opaque twins: alpha is dropped, never blended.
	media.FormatBGRA: astiav.PixelFormatBgr0, media.FormatRGBA: astiav.PixelFormatRgb0,
	media.FormatBGR0: astiav.PixelFormatBgr0, media.FormatRGB0: astiav.PixelFormatRgb0, media.FormatBGR48: astiav.PixelFormatBgr48Le,
	media.FormatYA16: astiav.PixelFormatYa16Le, media.FormatBGRA64: astiav.PixelFormatBgra64Le,
	media.FormatI420: astiav.PixelFormatYuv420P, media.FormatNV12: astiav.PixelFormatNv12, media.FormatYUV422P: astiav.PixelFormatYuv422P,
	media.FormatYUV444P: astiav.PixelFormatYuv444P, media.FormatP010: astiav.PixelFormatP010Le, media.FormatI010: astiav.PixelFormatYuv420P10Le,
}

func userFormat(f media.PixelFormat) astiav.PixelFormat { return userFormats[f] }
