package av

//#include "shim.h"
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Packet is one encoded access unit in C memory. It is reused: whoever receives one during a call borrows it for the call.
type Packet struct {
	p *astiav.Packet
}

// NewPacket returns an empty packet. The caller closes it.
func NewPacket() (*Packet, error) {
	p := astiav.AllocPacket()
	if p == nil {
		return nil, &Error{Op: "packet", Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	born(KindPacket)
	return &Packet{p}, nil
}

// SetData makes the packet own a copy of b, keeping no reference to it.
func (p *Packet) SetData(b []byte) error {
	p.p.Unref()
	code := C.fg_packet_set(cPacket(p.p), (*C.uint8_t)(unsafe.SliceData(b)), C.int(len(b)))
	return check("packet data", code, nil, book.mark())
}

// Data returns the bytes in C memory, valid until the packet changes.
func (p *Packet) Data() []byte {
	c := cPacket(p.p)
	return unsafe.Slice((*byte)(unsafe.Pointer(c.data)), int(c.size))
}

// Size returns the number of bytes.
func (p *Packet) Size() int { return int(cPacket(p.p).size) }

// PTS returns the presentation time in ticks of its stream.
func (p *Packet) PTS() int64 { return p.p.Pts() }

// DTS returns the decoding time in ticks of its stream.
func (p *Packet) DTS() int64 { return p.p.Dts() }

// Duration returns the duration in ticks of its stream.
func (p *Packet) Duration() int64 { return p.p.Duration() }

// SetTimes sets presentation time, decoding time and duration, in ticks of the stream.
func (p *Packet) SetTimes(pts, dts, duration int64) {
	p.p.SetPts(pts)
	p.p.SetDts(dts)
	p.p.SetDuration(duration)
}

// Stream returns the index of its stream in a demuxer.
func (p *Packet) Stream() int { return p.p.StreamIndex() }

// Key reports whether decoding can start here.
func (p *Packet) Key() bool { return cPacket(p.p).flags&C.AV_PKT_FLAG_KEY != 0 }

// SetKey marks or unmarks the packet as a place where decoding can start.
func (p *Packet) SetKey(key bool) {
	if key {
		cPacket(p.p).flags |= C.AV_PKT_FLAG_KEY
	} else {
		cPacket(p.p).flags &^= C.AV_PKT_FLAG_KEY
	}
}

// Quantizer returns that of the picture on the codec's scale, as the encoder chose it on the whole, and -1 when it did not say.
func (p *Packet) Quantizer() int { return int(C.fg_packet_quantizer(cPacket(p.p))) }

// Unref gives up the bytes; the packet stays usable.
func (p *Packet) Unref() { p.p.Unref() }

// Close frees the packet. Closing twice is harmless.
func (p *Packet) Close() {
	if p.p != nil {
		p.p.Free()
		p.p = nil
		died(KindPacket)
	}
}

// cPacket reads the only field of astiav.Packet; TestAstiavLayout keeps that true.
func cPacket(p *astiav.Packet) *C.AVPacket {
	return *(**C.AVPacket)(unsafe.Pointer(p))
}

// Take moves the bytes and times of another packet here; the other one is empty afterwards.
func (p *Packet) Take(from *Packet) {
	p.p.Unref()
	p.p.MoveRef(from.p)
}

// Ref makes p another owner of the bytes of src, with its times and flags.
func (p *Packet) Ref(src *Packet) error {
	p.p.Unref()
	return check("packet", C.av_packet_ref(cPacket(p.p), cPacket(src.p)), nil, book.mark())
}
