package framegear

import (
	"image"
	"image/draw"

	"github.com/framegear/framegear/internal/media"
)

// Frame is one picture in the caller's memory. Its planes are borrowed for the call it is given to, and never changed. [BGR], [Packed],
// [FromImage] and their like make one; with a stride of its own, a region of a larger picture or a time it is filled in by hand:
//
//	Format        PixelFormat // how samples lie in the planes
//	Width, Height int         // visible size in pixels, odd ones too
//	Planes        [4][]byte   // as many as the format has; the last row may end without its padding
//	Strides       [4]int      // distances between rows in bytes; zero means tight
//	PTS           int64       // in ticks of Options.Timebase, for ClockPTS alone
//	Duration      int64       // in the same ticks: how long the last picture of a recording stands, for ClockPTS alone; zero means a frame
//	Captured      time.Time   // instant of capture, for latency figures; zero means when it was given
//	Color                     // a [Color]; zero fields follow the format: full-range sRGB for RGB and gray, limited-range YUV for the rest
//	HDR                       // an [HDR]; the first frame's is written into streams of HDR pictures
type Frame = media.Frame

// Samples is a block of sound in the caller's memory, borrowed for the call it is given to. [Interleaved] and [Planar] make one
// over []int16 and []float32; bytes are filled in by hand:
//
//	Format   SampleFormat // S16, F32, S16P or F32P
//	Rate     int          // samples per second and channel
//	Channels int          // 1 to 8, in libav's order: left, right, centre, low frequency, …
//	Planes   [8][]byte    // one of interleaved samples, or one per channel; whole samples in the machine's byte order
//	PTS      int64        // of the first sample, in ticks of Options.Timebase, for ClockPTS alone
type Samples = media.Samples

// The formats of samples. The planar ones have one plane per channel, the others one plane in which channels take turns.
const (
	S16  = media.SampleS16
	F32  = media.SampleF32
	S16P = media.SampleS16P
	F32P = media.SampleF32P
)

// PixelFormat says how a frame's samples lie in memory. Size gives the bytes of a tightly packed frame, Planes, Rows and RowBytes those
// of its parts.
type PixelFormat = media.PixelFormat

// Rate is a frame rate, the exact fraction Num/Den of frames per second: {30000, 1001}. [FPS] and [ParseRate] make one. The zero value
// means "not known".
type Rate = media.Rate

// Timebase is the length of one tick, the exact fraction Num/Den of seconds: {1, 90000} is MPEG's. Duration and Ticks convert to and from
// time.Duration.
type Timebase = media.Timebase

// Color says how sample values mean light, in code points of ITU-T H.273. Zero fields are "not stated".
//
//	Matrix    // 1 BT.709, 6 BT.601, 9 BT.2020
//	Range     // 1 limited, 2 full (one more than H.273's VideoFullRangeFlag)
//	Primaries // 1 BT.709, 6 SMPTE 170M, 9 BT.2020
//	Transfer  // 1 BT.709, 13 sRGB, 16 PQ, 18 HLG
type Color = media.Color

// HDR describes the display that HDR pictures were made on and how bright they get: the static metadata of HDR10. It goes into
// the coded stream (libx265, libsvtav1, libx264) and the boxes of fMP4 where the pictures' [Color] has PQ or HLG. Zero fields are
// "not stated".
//
//	Red, Green, Blue, White    [2]uint16 // chromaticities x and y, in units of 0.00002
//	MaxLuminance, MinLuminance uint32    // of the display, in units of 0.0001 cd/m²
//	MaxCLL, MaxFALL            uint16    // brightest pixel, and brightest frame on average, in cd/m²
type HDR = media.HDR

// LengthError says that the buffer given to [Packed], [BGR], [RGB] or [Gray] has not the length of the format and size, and which
// formats have it. It wraps ErrFrame:
//
//	Format        PixelFormat // what the buffer was said to be
//	Width, Height int
//	Got, Want     int         // bytes
type LengthError = media.LengthError

// The pixel formats that frames may have. Multi-byte samples are little-endian.
const (
	Gray8   = media.FormatGray8
	Gray16  = media.FormatGray16
	YA8     = media.FormatYA8
	BGR24   = media.FormatBGR24
	RGB24   = media.FormatRGB24
	BGRA    = media.FormatBGRA
	RGBA    = media.FormatRGBA
	BGR0    = media.FormatBGR0
	RGB0    = media.FormatRGB0
	BGR48   = media.FormatBGR48
	YA16    = media.FormatYA16
	BGRA64  = media.FormatBGRA64
	I420    = media.FormatI420
	NV12    = media.FormatNV12
	YUV422P = media.FormatYUV422P
	YUV444P = media.FormatYUV444P
	P010    = media.FormatP010
	I010    = media.FormatI010
)

// BT601 returns limited-range BT.601 (SMPTE 170M), the colour of small pictures, for Options.Color.
func BT601() Color { return media.OutputColor(0) }

// BT709 returns limited-range BT.709, the colour of HD, for Options.Color.
func BT709() Color { return media.OutputColor(media.HDLines) }

// FPS returns the exact rate that a decimal number means: 29.97 is 30000/1001. Zero is "not known"; a number that is no rate (-3, NaN)
// becomes one that [New] refuses.
func FPS(f float64) Rate { return media.FPS(f) }

// ParseRate reads "30", "29.97" or "30000/1001".
func ParseRate(s string) (Rate, error) { return media.ParseRate(s) }

// ParsePixelFormat reads a format's name, ours ("bgr24", "i420") or libav's ("yuv420p").
func ParsePixelFormat(s string) (PixelFormat, error) { return media.ParsePixelFormat(s) }

// Packed returns a frame over one tightly packed buffer: all rows of all planes, one after the other. The buffer is borrowed
// by whatever call the frame is given to; a wrong length, a longer one too, is that call's error, a [LengthError].
func Packed(format PixelFormat, pix []byte, width, height int) *Frame {
	return media.Packed(format, pix, width, height)
}

// BGR returns a frame over width*height*3 bytes in OpenCV's order.
func BGR(pix []byte, width, height int) *Frame {
	return media.Packed(BGR24, pix, width, height)
}

// RGB returns a frame over width*height*3 bytes.
func RGB(pix []byte, width, height int) *Frame {
	return media.Packed(RGB24, pix, width, height)
}

// Gray returns a frame over width*height bytes.
func Gray(pix []byte, width, height int) *Frame {
	return media.Packed(Gray8, pix, width, height)
}

// Interleaved returns a block of sound over samples whose channels take turns: left, right, left, right, … It looks at the caller's
// memory, which is borrowed by whatever call the block is given to, and copies nothing. A length that is no multiple of
// channels is that call's ErrSamples.
func Interleaved[T int16 | float32](pcm []T, rate, channels int) *Samples {
	return media.Interleaved(pcm, rate, channels)
}

// Planar is [Interleaved] for one slice per channel, all of the same length.
func Planar[T int16 | float32](channels [][]T, rate int) *Samples {
	return media.Planar(channels, rate)
}

// FromImage returns a frame of an image. *image.RGBA, *image.NRGBA, *image.Gray and *image.YCbCr (4:2:0, 4:2:2, 4:4:4) are taken without a copy,
// sub-images included; every other type is drawn into a new RGBA buffer. Alpha is dropped, not blended. YCbCr of the image
// package is full-range BT.601 (JFIF). Nil gives nil, which WriteFrame skips.
func FromImage(img image.Image) *Frame {
	if img == nil {
		return nil
	}
	b := img.Bounds()
	f := &Frame{Width: b.Dx(), Height: b.Dy()}
	switch m := img.(type) {
	case *image.RGBA:
		f.Format, f.Planes[0], f.Strides[0] = RGBA, m.Pix, m.Stride
	case *image.NRGBA:
		f.Format, f.Planes[0], f.Strides[0] = RGBA, m.Pix, m.Stride
	case *image.Gray:
		f.Format, f.Planes[0], f.Strides[0] = Gray8, m.Pix, m.Stride
	case *image.YCbCr:
		if fromYCbCr(f, m) {
			return f
		}
		drawn(f, img)
	default:
		drawn(f, img)
	}
	return f
}

func fromYCbCr(f *Frame, m *image.YCbCr) bool {
	formats := map[image.YCbCrSubsampleRatio]PixelFormat{
		image.YCbCrSubsampleRatio420: I420, image.YCbCrSubsampleRatio422: YUV422P, image.YCbCrSubsampleRatio444: YUV444P,
	}
	format, ok := formats[m.SubsampleRatio]
	// A sub-image that begins in the middle of a chroma sample has no planes of its own.
	if !ok || m.Rect.Empty() || format != YUV444P && m.Rect.Min.X%2 != 0 || format == I420 && m.Rect.Min.Y%2 != 0 {
		return false
	}
	f.Format = format
	y, c := m.YOffset(m.Rect.Min.X, m.Rect.Min.Y), m.COffset(m.Rect.Min.X, m.Rect.Min.Y)
	f.Planes = [4][]byte{m.Y[y:], m.Cb[c:], m.Cr[c:]}
	f.Strides = [4]int{m.YStride, m.CStride, m.CStride}
	f.Color = Color{Matrix: media.MatrixBT601, Range: media.RangeFull, Primaries: 1, Transfer: 13}
	return true
}

// drawn copies an image of any type into the frame.
func drawn(f *Frame, img image.Image) {
	rgba := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	draw.Draw(rgba, rgba.Rect, img, img.Bounds().Min, draw.Src)
	f.Format, f.Planes[0], f.Strides[0] = RGBA, rgba.Pix, rgba.Stride
}
