package av

//#include <stdlib.h>
//#include "shim.h"
//#cgo noescape fg_encode_send
import "C"

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/change"
	"github.com/framegear/framegear/internal/media"
)

// ErrNoEncoder is wrapped when the build of libav has no encoder of that name.
var ErrNoEncoder = errors.New("encoder is not in this build of libav")

// VideoConfig configures a video encoder. It carries decisions only; what to decide is package encoder's business.
type VideoConfig struct {
	Name          string // libav's encoder name
	Width, Height int    // even
	Layout        Layout
	Color         media.Color
	FrameRate     media.Rate
	Timescale     int64      // ticks per second of every time given and received
	SAR           media.Rate // zero means square
	HDR           media.HDR  // zero is not stated
	Bitrate       int64      // bits per second; zero leaves it to Options
	MaxRate       int64      // bits per second; zero means no VBV
	BufferSize    int64      // bits
	GOP           int        // frames; zero leaves it to the encoder
	BFrames       int        // negative leaves it to the encoder
	Threads       int        // zero leaves it to the encoder
	Options       map[string]string
	Frames        *Pool        // pictures on a device, for encoders that take those
	Bitstream     string       // libav's bitstream filters for the packets, one in and one out; empty for none
	Logger        *slog.Logger // nil discards libav's lines
}

// VideoEncoder turns pictures into packets. One goroutine at a time.
type VideoEncoder struct {
	name    string
	layout  Layout
	cc      *astiav.CodecContext
	filter  *C.AVBSFContext // nil without
	scratch *astiav.Frame
	drain   drainState
}

// drainState is how far an encoder is from its end.
type drainState uint8

const (
	unfed drainState = iota // no picture went in
	fed
	draining
	drained
)

// HasEncoder reports whether the build has an encoder of that name.
func HasEncoder(name string) bool { return astiav.FindEncoderByName(name) != nil }

// OpenVideoEncoder opens an encoder. Unknown option keys give an error wrapping ErrOption.
func OpenVideoEncoder(cfg VideoConfig) (*VideoEncoder, error) {
	codec := astiav.FindEncoderByName(cfg.Name)
	if codec == nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, ErrNoEncoder)
	}
	cc := astiav.AllocCodecContext(codec)
	scratch := astiav.AllocFrame()
	e := &VideoEncoder{name: cfg.Name, layout: cfg.Layout, cc: cc, scratch: scratch}
	if cc == nil || scratch == nil {
		e.free()
		return nil, &Error{Op: cfg.Name, Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	cfg.apply(cc)
	if err := setHDR((*C.AVCodecContext)(cc.UnsafePointer()), cfg.HDR); err != nil {
		e.free()
		return nil, err
	}
	if cfg.Frames != nil {
		if code := C.fg_encode_frames((*C.AVCodecContext)(cc.UnsafePointer()), cfg.Frames.frames); code < 0 {
			e.free()
			return nil, check("open "+cfg.Name, code, nil, book.mark())
		}
	}
	book.route(cc.UnsafePointer(), cfg.Logger)
	if err := e.open(codec, cfg.Options); err != nil {
		e.free()
		return nil, err
	}
	if err := e.openFilter(cfg.Bitstream); err != nil {
		e.free()
		return nil, err
	}
	born(KindEncoder)
	return e, nil
}

func (cfg *VideoConfig) apply(cc *astiav.CodecContext) {
	cc.SetWidth(cfg.Width)
	cc.SetHeight(cfg.Height)
	cc.SetPixelFormat(cfg.Layout.pixelFormat())
	cc.SetFramerate(rational(cfg.FrameRate))
	cc.SetTimeBase(astiav.NewRational(1, int(cfg.Timescale)))
	cc.SetSampleAspectRatio(rational(cfg.SAR))
	if !cfg.SAR.Known() {
		cc.SetSampleAspectRatio(astiav.NewRational(1, 1))
	}
	cc.SetColorSpace(astiav.ColorSpace(colorSpace(cfg.Color.Matrix)))
	cc.SetColorRange(astiav.ColorRange(cfg.Color.Range))
	cc.SetColorPrimaries(astiav.ColorPrimaries(unspecified(cfg.Color.Primaries)))
	cc.SetColorTransferCharacteristic(astiav.ColorTransferCharacteristic(unspecified(cfg.Color.Transfer)))
	cc.SetBitRate(cfg.Bitrate)
	cc.SetRateControlMaxRate(cfg.MaxRate)
	cc.SetRateControlBufferSize(int(cfg.BufferSize))
	if cfg.GOP > 0 {
		cc.SetGopSize(cfg.GOP)
	}
	if cfg.BFrames >= 0 {
		cc.SetMaxBFrames(cfg.BFrames)
	}
	if cfg.Threads > 0 {
		cc.SetThreadCount(cfg.Threads)
	}
	// Parameter sets go into the init segment; the MPEG-TS muxer repeats them by itself.
	cc.SetFlags(cc.Flags().Add(astiav.CodecContextFlagGlobalHeader))
}

func (e *VideoEncoder) open(codec *astiav.Codec, options map[string]string) error {
	d, err := newDictionary(options)
	if err != nil {
		return err
	}
	defer d.Free()
	mark := book.mark()
	defer alone(e.name)()
	if err := keepPriority(func() error { return e.cc.Open(codec, d) }); err != nil {
		return openError(e.name, err, e.cc.UnsafePointer(), mark)
	}
	return leftOver(d, e.name)
}

func (e *VideoEncoder) openFilter(spec string) error {
	if spec == "" {
		return nil
	}
	s := C.CString(spec)
	defer C.free(unsafe.Pointer(s))
	mark := book.mark()
	return check("bitstream filter "+spec, C.fg_bitstream_new(s, (*C.AVCodecContext)(e.cc.UnsafePointer()), &e.filter), nil, mark)
}

func openError(name string, err error, ctx unsafe.Pointer, mark uint64) error {
	if ae, ok := errors.AsType[astiav.Error](err); ok {
		return check("open "+name, C.int(ae), ctx, mark)
	}
	return fmt.Errorf("open %s: %w", name, err)
}

// Send gives the encoder a picture, borrowed for the call (the encoder keeps its own reference), with its time and duration
// in ticks. key forces an IDR. A nil picture starts the drain.
func (e *VideoEncoder) Send(pic *Picture, pts, duration int64, key bool) error {
	return e.SendChanged(pic, pts, duration, key, nil)
}

// SendChanged is Send with what differs from the picture sent before, nil when that is not known. Only libx264 with its option mb_info
// makes use of it.
func (e *VideoEncoder) SendChanged(pic *Picture, pts, duration int64, key bool, changed *change.Map) error {
	if e.cc == nil {
		return ErrClosed
	}
	var src *C.AVFrame
	if pic != nil {
		src = cFrame(pic.frame)
	}
	k := C.int(0)
	if key {
		k = 1
	}
	mark := book.mark()
	if pic == nil {
		e.drain = draining
	} else if e.drain == unfed {
		e.drain = fed
	}
	var blocks []uint8
	cols, rows := 0, 0
	if changed != nil && !key {
		blocks, cols = changed.Blocks()
		rows = len(blocks) / cols
	}
	code := C.fg_encode_send((*C.AVCodecContext)(e.cc.UnsafePointer()), cFrame(e.scratch), src, C.int64_t(pts), C.int64_t(duration), k,
		(*C.uint8_t)(unsafe.SliceData(blocks)), C.int(cols), C.int(rows))
	return checkOf("encode", e.name, code, e.cc.UnsafePointer(), mark)
}

// Receive fills p with the next packet, whose times are in ticks. It returns ErrAgain when the encoder wants another picture
// first and io.EOF when the drain is complete.
func (e *VideoEncoder) Receive(p *Packet) error {
	if e.cc == nil {
		return ErrClosed
	}
	mark := book.mark()
	code := C.avcodec_receive_packet((*C.AVCodecContext)(e.cc.UnsafePointer()), cPacket(p.p))
	if int(code) == codeEOF {
		e.drain = drained
	}
	if code >= 0 && e.filter != nil {
		code = C.fg_bitstream_run(e.filter, cPacket(p.p))
	}
	return checkOf("encode", e.name, code, e.cc.UnsafePointer(), mark)
}

// Reorder returns by how many pictures the order of packets may differ from that of pictures.
func (e *VideoEncoder) Reorder() int {
	return int((*C.AVCodecContext)(e.cc.UnsafePointer()).has_b_frames)
}

// Parameters returns what the stream is, for muxers and manifests. The caller closes it.
func (e *VideoEncoder) Parameters() (*Parameters, error) {
	if e.cc == nil {
		return nil, ErrClosed
	}
	p, err := newParameters()
	if err != nil {
		return nil, err
	}
	if err := p.cp.FromCodecContext(e.cc); err != nil {
		p.Close()
		return nil, fmt.Errorf("%s parameters: %w", e.name, err)
	}
	if cp := *(**C.AVCodecParameters)(unsafe.Pointer(p.cp)); cp.bit_rate == 0 {
		// Muxers want a figure. What manifests say is measured.
		cp.bit_rate = C.int64_t(e.cc.RateControlMaxRate())
	}
	// On a device the context's own format says nothing about the samples.
	p.cp.SetPixelFormat(e.layout.pixelFormat())
	p.read()
	p.FrameRate = rate(e.cc.Framerate())
	return p, nil
}

// mustEnd are the encoders whose end has to be reached before they can be freed: SVT-AV1 hangs when it never saw a picture, and
// complains on standard error when pictures are left inside.
var mustEnd = map[string]bool{"libsvtav1": true}

// Close frees the encoder; what is still inside is lost. Closing twice is harmless.
func (e *VideoEncoder) Close() {
	if e.cc == nil {
		return
	}
	e.free()
	died(KindEncoder)
	trims.codecClosed()
}

func (e *VideoEncoder) free() {
	C.av_bsf_free(&e.filter)
	if e.cc != nil {
		if C.avcodec_is_open((*C.AVCodecContext)(e.cc.UnsafePointer())) != 0 && mustEnd[e.name] && e.drain != drained {
			C.fg_encode_end((*C.AVCodecContext)(e.cc.UnsafePointer()), cFrame(e.scratch), C.int(e.drain))
		}
		book.unroute(e.cc.UnsafePointer())
		e.freeContext()
	}
	if e.scratch != nil {
		e.scratch.Free()
		e.scratch = nil
	}
}

func (e *VideoEncoder) freeContext() {
	defer alone(e.name)()
	e.cc.Free()
	e.cc = nil
}

// keepPriority leaves threads the scheduling that they have, whatever a codec's library makes of them while it opens.
func keepPriority(open func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var p C.fg_priority
	C.fg_priority_save(&p)
	defer C.fg_priority_restore(&p)
	return open()
}
