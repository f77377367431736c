package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// Packet is one encoded frame of sound.
type Packet = av.Packet

// Parameters describe an encoded track.
type Parameters = av.Parameters

// frames encodes whole frames of interleaved samples, one after the other.
type frames struct {
	enc     *av.AudioEncoder
	packet  *av.Packet
	params  *av.Parameters
	size    int   // samples per frame
	lead    int64 // the first frame's time, so that a frame's packet begins where the sound begins
	remove  bool  // packets before that are dropped
	from    int64 // where the sound begins
	drained bool
}

var encoderNames = map[Codec]string{AAC: "aac", Opus: "libopus"}

func newFrames(o *Options, rate, channels int, bitrate int64) (*frames, error) {
	f := new(frames)
	var err error
	f.enc, err = av.OpenAudioEncoder(av.AudioConfig{Name: encoderNames[o.Codec], Rate: rate, Channels: channels, Bitrate: bitrate, Logger: o.Logger})
	if err == nil {
		f.packet, err = av.NewPacket()
	}
	if err == nil {
		f.params, err = f.enc.Parameters()
	}
	if err != nil {
		f.close()
		return nil, fmt.Errorf("audio: %w", err)
	}
	f.size = f.enc.FrameSize()
	f.params.Priming = f.enc.Priming()
	if o.Priming == PrimingRemove {
		f.dropPriming()
		f.params.Priming = 0
	}
	if err := withoutPreSkip(f.params); err != nil {
		f.close()
		return nil, fmt.Errorf("audio: %w", err)
	}
	return f, nil
}

// dropPriming lets the first packet begin where the sound begins. Where the priming is not a whole number of frames, silence fills it up.
func (f *frames) dropPriming() {
	size := int64(f.size)
	f.remove, f.lead = true, -((size - int64(f.params.Priming)%size) % size)
}

// withoutPreSkip sets the pre-skip in Opus' header (RFC 7845 section 5.1) to zero. In MP4 the edit list says what is not to be heard, and
// the field only informs ("Encapsulation of Opus in ISO Base Media File Format", 4.3.2); Chromium takes both off, and is early by 6.5 ms.
func withoutPreSkip(p *av.Parameters) error {
	if p.Codec != media.CodecOpus || len(p.Extradata) < 12 {
		return nil
	}
	header := slices.Clone(p.Extradata)
	binary.LittleEndian.PutUint16(header[10:], 0)
	return p.SetExtradata(header)
}

// encode takes one frame that begins at pts.
func (f *frames) encode(pcm []float32, pts int64, emit func(*Packet) error) error {
	if err := f.enc.Send(pcm, pts); err != nil {
		return fmt.Errorf("audio: %w", err)
	}
	return f.receive(emit)
}

func (f *frames) flush(emit func(*Packet) error) error {
	if f.drained {
		return nil
	}
	f.drained = true
	if err := f.enc.Send(nil, 0); err != nil {
		return fmt.Errorf("audio: %w", err)
	}
	return f.receive(emit)
}

func (f *frames) receive(emit func(*Packet) error) error {
	for {
		switch err := f.enc.Receive(f.packet); {
		case errors.Is(err, av.ErrAgain), errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("audio: %w", err)
		}
		var err error
		if pts := f.packet.PTS(); pts >= f.from || !f.remove {
			// The last packet covers less of what was given; it is as long as the others.
			f.packet.SetTimes(pts, pts, int64(f.size))
			f.packet.SetKey(true)
			err = emit(f.packet)
		}
		f.packet.Unref()
		if err != nil {
			return err
		}
	}
}

func (f *frames) close() {
	if f.enc != nil {
		f.enc.Close()
	}
	if f.packet != nil {
		f.packet.Close()
	}
	f.params.Close()
}

// fits reports whether packets of a stream can be passed on as they are: MP4 needs AAC's configuration outside the packets.
func fits(p media.CodecParameters, allowed []media.Codec) bool {
	for _, c := range allowed {
		if c == p.Codec {
			return c != media.CodecAAC && c != media.CodecOpus || len(p.Extradata) > 0
		}
	}
	return false
}
