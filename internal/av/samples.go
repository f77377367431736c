package av

//#include "shim.h"
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/media"
)

// Samples is one block of PCM in C memory, in whatever format it came. It is used again and again.
type Samples struct {
	frame *astiav.Frame
}

// NewSamples returns an empty block. The caller closes it.
func NewSamples() (*Samples, error) {
	f := astiav.AllocFrame()
	if f == nil {
		return nil, &Error{Op: "samples", Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	born(KindSamples)
	return &Samples{f}, nil
}

var sampleFormats = [...]C.enum_AVSampleFormat{
	media.SampleUnset: C.AV_SAMPLE_FMT_NONE, media.SampleS16: C.AV_SAMPLE_FMT_S16, media.SampleF32: C.AV_SAMPLE_FMT_FLT,
	media.SampleS16P: C.AV_SAMPLE_FMT_S16P, media.SampleF32P: C.AV_SAMPLE_FMT_FLTP,
}

// Fill makes the block a copy of src, which is valid and not empty.
func (s *Samples) Fill(src *media.Samples) error {
	at := func(i int) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(src.Planes[i])) }
	code := C.fg_samples_fill(cFrame(s.frame), C.int(sampleFormats[src.Format]), C.int(src.Rate), C.int(src.Channels),
		C.int(src.Count()), at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7))
	s.frame.SetPts(src.PTS)
	return check("samples", code, nil, book.mark())
}

// Count returns the samples per channel.
func (s *Samples) Count() int { return s.frame.NbSamples() }

// Rate returns samples per second.
func (s *Samples) Rate() int { return s.frame.SampleRate() }

// Channels returns the number of channels.
func (s *Samples) Channels() int { return int(cFrame(s.frame).ch_layout.nb_channels) }

// PTS returns the time of the first sample in ticks of its stream; known is false when the stream does not say.
func (s *Samples) PTS() (pts int64, known bool) {
	pts = s.frame.Pts()
	return pts, pts != noPTS
}

// Close frees the block. Closing twice is harmless.
func (s *Samples) Close() {
	if s != nil && s.frame != nil {
		s.frame.Free()
		s.frame = nil
		died(KindSamples)
	}
}

// Samples fills s with the next block of sound. It returns ErrAgain when the decoder wants a packet first and io.EOF after the
// drain. What the container marks as not to be heard (an encoder's priming) is gone already.
func (d *Decoder) Samples(s *Samples) error {
	if d.cc == nil {
		return ErrClosed
	}
	mark := book.mark()
	code := C.fg_decode_receive((*C.AVCodecContext)(d.cc.UnsafePointer()), cFrame(s.frame))
	return check("decode "+d.name, code, d.cc.UnsafePointer(), mark)
}
