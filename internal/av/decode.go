package av

//#include "shim.h"
//#include <libavutil/pixdesc.h>
import "C"

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/media"
)

// Decoder turns packets into raw frames. One goroutine at a time.
type Decoder struct {
	name  string
	cc    *astiav.CodecContext
	frame *astiav.Frame // the newest picture
	spare *astiav.Frame // what the next one goes to
	prior *astiav.Frame // the one before the newest, which is valid still

	// For pictures in a layout that frames do not have.
	sws  *Scaler
	pool *Pool
	out  [2]*Picture // in turn
}

// OpenDecoder opens the decoder for a stream. threads of zero means as many as there are cores. The caller closes it.
func OpenDecoder(s InputStream, threads int, logger *slog.Logger) (*Decoder, error) {
	codec := astiav.FindDecoder(s.Params.cp.CodecID())
	if codec == nil {
		return nil, fmt.Errorf("%w for %s in this build of libav", ErrNoDecoder, s.Params.Codec)
	}
	d := &Decoder{name: codec.Name(), cc: astiav.AllocCodecContext(codec), frame: astiav.AllocFrame(), spare: astiav.AllocFrame(),
		prior: astiav.AllocFrame()}
	if d.cc == nil || d.frame == nil || d.spare == nil || d.prior == nil {
		d.free()
		return nil, &Error{Op: "decoder " + d.name, Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	if err := d.open(codec, s, threads, logger); err != nil {
		d.free()
		return nil, err
	}
	born(KindDecoder)
	return d, nil
}

func (d *Decoder) open(codec *astiav.Codec, s InputStream, threads int, logger *slog.Logger) error {
	if err := s.Params.cp.ToCodecContext(d.cc); err != nil {
		return fmt.Errorf("decoder %s: %w", d.name, err)
	}
	d.cc.SetThreadCount(threads)
	d.cc.SetTimeBase(astiav.NewRational(int(s.Timebase.Num), int(s.Timebase.Den)))
	(*C.AVCodecContext)(d.cc.UnsafePointer()).pkt_timebase = C.AVRational{C.int(s.Timebase.Num), C.int(s.Timebase.Den)}
	book.route(d.cc.UnsafePointer(), logger)
	mark := book.mark()
	if err := d.cc.Open(codec, nil); err != nil {
		return openError("decoder "+d.name, err, d.cc.UnsafePointer(), mark)
	}
	return nil
}

// Send gives the decoder a packet, borrowed for the call. A nil packet starts the drain. ErrAgain asks for Receive first.
func (d *Decoder) Send(p *Packet) error {
	if d.cc == nil {
		return ErrClosed
	}
	var c *C.AVPacket
	if p != nil {
		c = cPacket(p.p)
	}
	mark := book.mark()
	return checkOf("decode", d.name, C.fg_decode_send((*C.AVCodecContext)(d.cc.UnsafePointer()), c), d.cc.UnsafePointer(), mark)
}

// receive takes the next raw frame that is to be shown. It returns ErrAgain when the decoder wants a packet first and io.EOF after the drain.
func (d *Decoder) receive() error {
	if d.cc == nil {
		return ErrClosed
	}
	mark := book.mark()
	for {
		code := C.fg_decode_receive((*C.AVCodecContext)(d.cc.UnsafePointer()), cFrame(d.spare))
		if code < 0 {
			return checkOf("decode", d.name, code, d.cc.UnsafePointer(), mark)
		}
		if cFrame(d.spare).flags&C.AV_FRAME_FLAG_DISCARD == 0 { // an edit list hides pictures that are needed for others
			break
		}
	}
	d.frame, d.prior, d.spare = d.spare, d.frame, d.prior
	return nil
}

// Interlaced reports whether the stream says that its pictures are fields of two instants.
func (d *Decoder) Interlaced() bool {
	order := (*C.AVCodecContext)(d.cc.UnsafePointer()).field_order
	return order != C.AV_FIELD_UNKNOWN && order != C.AV_FIELD_PROGRESSIVE
}

// Picture fills f with the next picture; its planes are C memory, valid until the one after the next. PTS and Duration are in ticks of
// the stream.
func (d *Decoder) Picture(f *media.Frame) error {
	if err := d.receive(); err != nil {
		return err
	}
	src := cFrame(d.frame)
	*f = media.Frame{
		Width: int(src.width), Height: int(src.height), PTS: int64(src.pts), Duration: int64(src.duration),
		Color: media.Color{
			Matrix: media.Matrix(src.colorspace), Range: media.Range(src.color_range),
			Primaries: uint8(src.color_primaries), Transfer: uint8(src.color_trc),
		},
	}
	if f.Color.HDR() {
		f.HDR = hdrOf(src)
	}
	if format, full, ok := decodedFormat(d.frame.PixelFormat()); ok {
		f.Format = format
		if full {
			f.Color.Range = media.RangeFull
		}
		fillPlanes(f, src)
		return nil
	}
	return d.converted(f)
}

func fillPlanes(f *media.Frame, src *C.AVFrame) {
	for i := range f.Format.Planes() {
		stride := int(src.linesize[i])
		rows := f.Format.Rows(i, f.Height)
		f.Strides[i] = stride
		f.Planes[i] = unsafe.Slice((*byte)(unsafe.Pointer(src.data[i])), stride*(rows-1)+f.Format.RowBytes(i, f.Width))
	}
}

// converted turns a layout that frames do not have into 4:2:0 of the nearest depth.
func (d *Decoder) converted(f *media.Frame) error {
	layout, format := LayoutI420, media.FormatI420
	if desc := C.av_pix_fmt_desc_get(C.enum_AVPixelFormat(d.frame.PixelFormat())); desc != nil && desc.comp[0].depth > 8 {
		layout, format = LayoutI42010, media.FormatI010
	}
	from := side{f.Width, f.Height, d.frame.PixelFormat(), f.Color}
	if d.sws == nil || d.sws.from != from {
		d.freeConversion()
		var err error
		to := side{f.Width, f.Height, layout.pixelFormat(), f.Color}
		if d.sws, err = newScaler(from, to, C.SWS_BICUBIC|C.SWS_ACCURATE_RND); err != nil {
			return err
		}
		if d.pool, err = NewPool(f.Width+f.Width&1, f.Height+f.Height&1, layout, f.Color); err != nil {
			return err
		}
		for i := range d.out {
			if d.out[i], err = d.pool.Get(); err != nil {
				return err
			}
		}
	}
	d.out[0], d.out[1] = d.out[1], d.out[0]
	if code := C.fg_scale_frame(d.sws.sws, cFrame(d.out[0].frame), cFrame(d.frame)); code < 0 {
		return check("convert picture", code, nil, book.mark())
	}
	f.Format = format
	fillPlanes(f, cFrame(d.out[0].frame))
	return nil
}

func decodedFormat(f astiav.PixelFormat) (format media.PixelFormat, full, ok bool) {
	switch f {
	case astiav.PixelFormatYuv420P:
		return media.FormatI420, false, true
	case astiav.PixelFormatYuvj420P:
		return media.FormatI420, true, true
	case astiav.PixelFormatYuvj422P:
		return media.FormatYUV422P, true, true
	case astiav.PixelFormatYuvj444P:
		return media.FormatYUV444P, true, true
	}
	for m, a := range userFormats {
		if a == f && m != media.FormatBGRA && m != media.FormatRGBA {
			return m, false, true
		}
	}
	return media.FormatUnset, false, false
}

func (d *Decoder) freeConversion() {
	for i := range d.out {
		d.out[i].Release()
		d.out[i] = nil
	}
	if d.pool != nil {
		d.pool.Close()
		d.pool = nil
	}
	if d.sws != nil {
		d.sws.Close()
		d.sws = nil
	}
}

// Close frees the decoder. Closing twice is harmless.
func (d *Decoder) Close() {
	if d.cc == nil {
		return
	}
	d.free()
	died(KindDecoder)
	trims.codecClosed()
}

func (d *Decoder) free() {
	d.freeConversion()
	if d.cc != nil {
		book.unroute(d.cc.UnsafePointer())
		d.cc.Free()
		d.cc = nil
	}
	for _, f := range []*astiav.Frame{d.frame, d.spare, d.prior} {
		if f != nil {
			f.Free()
		}
	}
	d.frame, d.spare, d.prior = nil, nil, nil
}

// Drain reports whether an error of a decoder is only the end of what it has for now.
func Drain(err error) bool { return errors.Is(err, ErrAgain) || errors.Is(err, io.EOF) }
