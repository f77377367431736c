package av

//#include "shim.h"
//#include <libavutil/pixdesc.h>
import "C"

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/media"
)

// Parameters describe an encoded stream, as values and as libav's own object for muxers.
type Parameters struct {
	media.CodecParameters
	cp *astiav.CodecParameters
}

func newParameters() (*Parameters, error) {
	cp := astiav.AllocCodecParameters()
	if cp == nil {
		return nil, &Error{Op: "codec parameters", Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	born(KindParameters)
	return &Parameters{cp: cp}, nil
}

// Clone returns a copy that the caller closes.
func (p *Parameters) Clone() (*Parameters, error) {
	c, err := newParameters()
	if err != nil {
		return nil, err
	}
	if err := p.cp.Copy(c.cp); err != nil {
		c.Close()
		return nil, err
	}
	c.CodecParameters = p.CodecParameters
	return c, nil
}

// Close frees libav's object; the values stay. Closing twice is harmless.
func (p *Parameters) Close() {
	if p != nil && p.cp != nil {
		p.cp.Free()
		p.cp = nil
		died(KindParameters)
	}
}

// read fills the values from libav's object.
func (p *Parameters) read() {
	cp := p.cp
	p.Codec = media.Codec(cp.CodecID().Name())
	p.Extradata = append([]byte(nil), cp.ExtraData()...)
	p.Bitrate = cp.BitRate()
	p.Profile, p.Level = int(cp.Profile()), int(cp.Level())
	if cp.MediaType() == astiav.MediaTypeAudio {
		p.Kind = media.KindAudio
		p.SampleRate = cp.SampleRate()
		p.Channels = cp.ChannelLayout().Channels()
		return
	}
	p.Width, p.Height = cp.Width(), cp.Height()
	p.SAR = rate(cp.SampleAspectRatio())
	p.Color = media.Color{
		Matrix: media.Matrix(cp.ColorSpace()), Range: media.Range(cp.ColorRange()),
		Primaries: uint8(cp.ColorPrimaries()), Transfer: uint8(cp.ColorTransferCharacteristic()),
	}
	if d := C.av_pix_fmt_desc_get(C.enum_AVPixelFormat(cp.PixelFormat())); d != nil {
		p.BitDepth = int(d.comp[0].depth)
	}
}

func rate(r astiav.Rational) media.Rate {
	if r.Num() <= 0 || r.Den() <= 0 {
		return media.Rate{}
	}
	return media.Rate{Num: int64(r.Num()), Den: int64(r.Den())}
}

func rational(r media.Rate) astiav.Rational {
	if !r.Known() {
		return astiav.NewRational(0, 1)
	}
	return astiav.NewRational(int(r.Num), int(r.Den))
}

// SetExtradata replaces the decoder configuration with a copy of b.
func (p *Parameters) SetExtradata(b []byte) error {
	if err := p.cp.SetExtraData(b); err != nil {
		return fmt.Errorf("extradata: %w", err)
	}
	p.Extradata = append([]byte(nil), b...)
	return nil
}
