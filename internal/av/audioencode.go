package av

//#include "shim.h"
import "C"

import (
	"fmt"
	"io"
	"log/slog"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// AudioConfig configures a sound encoder. It carries decisions only; what to decide is package audio's business.
type AudioConfig struct {
	Name           string // libav's encoder name
	Rate, Channels int
	Bitrate        int64 // bits per second; zero leaves it to the encoder
	Options        map[string]string
	Logger         *slog.Logger // nil discards libav's lines
}

// AudioEncoder turns frames of interleaved 32 bit floats into packets. One goroutine at a time.
type AudioEncoder struct {
	name     string
	channels int
	cc       *astiav.CodecContext
	frame    *astiav.Frame
}

// OpenAudioEncoder opens an encoder. Unknown option keys give an error wrapping ErrOption. The caller closes it.
func OpenAudioEncoder(cfg AudioConfig) (*AudioEncoder, error) {
	codec := astiav.FindEncoderByName(cfg.Name)
	if codec == nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, ErrNoEncoder)
	}
	e := &AudioEncoder{name: cfg.Name, channels: cfg.Channels, cc: astiav.AllocCodecContext(codec), frame: astiav.AllocFrame()}
	if e.cc == nil || e.frame == nil {
		e.free()
		return nil, &Error{Op: cfg.Name, Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	if err := e.open(codec, cfg); err != nil {
		e.free()
		return nil, err
	}
	born(KindEncoder)
	return e, nil
}

func (e *AudioEncoder) open(codec *astiav.Codec, cfg AudioConfig) error {
	book.route(e.cc.UnsafePointer(), cfg.Logger)
	mark := book.mark()
	code := C.fg_audio_encoder_setup(e.c(), e.c().codec, C.int(cfg.Rate), C.int(cfg.Channels), C.int64_t(cfg.Bitrate))
	if err := check("open "+e.name, code, e.cc.UnsafePointer(), mark); err != nil {
		return err
	}
	d, err := newDictionary(cfg.Options)
	if err != nil {
		return err
	}
	defer d.Free()
	if err := e.cc.Open(codec, d); err != nil {
		return openError(e.name, err, e.cc.UnsafePointer(), mark)
	}
	return leftOver(d, e.name)
}

func (e *AudioEncoder) c() *C.AVCodecContext { return (*C.AVCodecContext)(e.cc.UnsafePointer()) }

// FrameSize returns how many samples per channel every frame has.
func (e *AudioEncoder) FrameSize() int { return int(e.c().frame_size) }

// Priming returns how many samples the encoder puts before the first one it was given.
func (e *AudioEncoder) Priming() int { return int(e.c().initial_padding) }

// Send gives the encoder one frame of FrameSize samples per channel, borrowed for the call, and the time of its first sample,
// counted in samples. Nil starts the drain.
func (e *AudioEncoder) Send(pcm []float32, pts int64) error {
	if e.cc == nil {
		return ErrClosed
	}
	mark := book.mark()
	src := (*C.float)(unsafe.Pointer(unsafe.SliceData(pcm)))
	code := C.fg_audio_encode_send(e.c(), cFrame(e.frame), src, C.int(len(pcm)/e.channels), C.int64_t(pts))
	return check("encode "+e.name, code, e.cc.UnsafePointer(), mark)
}

// Receive fills p with the next packet; times are counted in samples and start at minus Priming. It returns ErrAgain when the
// encoder wants another frame first and io.EOF when the drain is complete.
func (e *AudioEncoder) Receive(p *Packet) error {
	if e.cc == nil {
		return ErrClosed
	}
	mark := book.mark()
	code := C.avcodec_receive_packet(e.c(), cPacket(p.p))
	switch {
	case code >= 0:
		return nil
	case int(code) == codeAgain:
		return ErrAgain
	case int(code) == codeEOF:
		return io.EOF
	}
	return check("encode "+e.name, code, e.cc.UnsafePointer(), mark)
}

// Parameters returns what the stream is, for muxers and manifests. The caller closes it.
func (e *AudioEncoder) Parameters() (*Parameters, error) {
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
	p.read()
	return p, nil
}

// Close frees the encoder. Closing twice is harmless.
func (e *AudioEncoder) Close() {
	if e.cc == nil {
		return
	}
	e.free()
	died(KindEncoder)
}

func (e *AudioEncoder) free() {
	if e.cc != nil {
		book.unroute(e.cc.UnsafePointer())
		e.cc.Free()
		e.cc = nil
	}
	if e.frame != nil {
		e.frame.Free()
		e.frame = nil
	}
}
