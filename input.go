package framegear

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// InputOptions say how to open a video input. The zero value finds everything out.
type InputOptions struct {
	// Format is libav's demuxer or input device ("v4l2"). Zero: found out from the content.
	Format string
	// Options are raw options of libav's demuxer and protocol. Unknown keys are errors.
	Options map[string]string
	// SoundOnly takes an input without pictures too: Read is at its end at once, and Audio has its sound.
	SoundOnly bool
	// Logger takes libav's warnings. Nil means none.
	Logger *slog.Logger
}

// Input is a video file, URL or device whose pictures can be given to a [Stream]. One goroutine at a time.
type Input struct {
	ctx     context.Context
	url     string
	in      *av.Input
	stream  av.InputStream
	dec     *av.Decoder
	packet  *av.Packet
	eof     bool
	lastPTS int64
	started bool
	damage  error       // of a packet that could not be decoded
	sound   *inputSound // read beside the pictures, nil unless Audio was asked of an input without an end
	logger  *slog.Logger
	looked  *Frame // the first picture, decoded already
}

// maxDamaged is how often a decoder may fail without taking another packet.
const maxDamaged = 1000

// OpenInput opens an input with libav; /dev/videoN is a camera. URLs may use file, http, https, tls, tcp, udp, rtp, rtsp and srt as far as libav was
// built with them. When the context ends, reads end with its error. The caller closes the input.
func OpenInput(ctx context.Context, url string, o InputOptions) (*Input, error) {
	if o.Format == "" && strings.HasPrefix(url, "/dev/video") {
		o.Format = "v4l2"
	}
	raw, err := av.OpenInput(ctx, av.InputConfig{URL: url, Format: o.Format, Options: o.Options, Logger: o.Logger})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	in := &Input{ctx: ctx, url: url, in: raw, logger: o.Logger}
	if err := in.open(o); err != nil {
		in.Close()
		return nil, fmt.Errorf("%w %s: %w", ErrInput, url, err)
	}
	return in, nil
}

func (in *Input) open(o InputOptions) (err error) {
	switch in.stream, err = in.in.Best(media.KindVideo); {
	case err != nil && (!o.SoundOnly || errors.Is(err, av.ErrNoDecoder)):
		return err
	case err != nil:
		return in.openSoundOnly()
	case in.in.Tiled():
		return av.ErrTiles
	}
	if in.dec, err = av.OpenDecoder(in.stream, 0, o.Logger); err != nil {
		return err
	}
	if in.packet, err = av.NewPacket(); err != nil {
		return err
	}
	in.findRate()
	return in.look()
}

// openSoundOnly stands for the error of an input without pictures where there is sound.
func (in *Input) openSoundOnly() error {
	st, err := in.in.Best(media.KindAudio)
	if err != nil {
		return fmt.Errorf("%w: neither pictures nor sound", av.ErrNoStream)
	}
	st.Params.Close()
	in.eof, in.stream.Params = true, new(av.Parameters)
	return nil
}

// HasPictures reports whether there are pictures; see [InputOptions].
func (in *Input) HasPictures() bool { return in.dec != nil }

// Width returns the width of the pictures in pixels, as the container states it.
func (in *Input) Width() int { return in.stream.Params.Width }

// Height returns the height of the pictures in pixels, as the container states it.
func (in *Input) Height() int { return in.stream.Params.Height }

// Aspect returns the display aspect ratio of the upright pictures, for Options.Aspect; zero when pixels are square.
func (in *Input) Aspect() Rate {
	p := in.stream.Params
	if !p.SAR.Known() || p.SAR.Num == p.SAR.Den || p.Width < 1 || p.Height < 1 {
		return Rate{}
	}
	r := Rate{Num: p.SAR.Num * int64(p.Width), Den: p.SAR.Den * int64(p.Height)}.Reduced()
	if in.stream.Turned() {
		r.Num, r.Den = r.Den, r.Num
	}
	return r
}

// Upright returns the filter that turns and mirrors the pictures as the container or a photograph's EXIF says that they
// are to be seen, for Options.Filter: a phone held upright writes pictures that lie on their side. It is empty when there
// is nothing to turn.
func (in *Input) Upright() string { return in.stream.Upright }

// Interlaced reports whether the pictures are made of fields of two instants; Options.Filter "yadif" makes whole ones of them.
func (in *Input) Interlaced() bool { return in.dec != nil && in.dec.Interlaced() }

// FrameRate returns the rate of the pictures, zero when it is not known. Where the container has only what would hold every one of its
// times (1000 for milliseconds) it is taken from the times of the first pictures.
func (in *Input) FrameRate() Rate { return in.stream.FrameRate }

// Timebase returns the length of the ticks of Frame.PTS.
func (in *Input) Timebase() Timebase { return in.stream.Timebase }

// Duration returns the length, zero when it is not known or endless.
func (in *Input) Duration() time.Duration { return in.in.Duration() }

// Read fills f with the next picture, whose planes are valid until the next Read or Close. PTS is in ticks of Timebase and
// increases; pictures without a time follow the one before by one frame. At the end it returns io.EOF. A damaged packet is
// skipped; when not one picture can be decoded, that is the error at the end.
func (in *Input) Read(f *Frame) error {
	if in.looked != nil {
		*f, in.looked = *in.looked, nil
		return nil
	}
	if in.dec == nil {
		return io.EOF
	}
	for damaged := 0; ; {
		err := in.dec.Picture(f)
		switch {
		case err == nil:
			in.stamp(f)
			return nil
		case errors.Is(err, io.EOF) && !in.started && in.damage != nil:
			return fmt.Errorf("%w %s: no picture of it can be decoded: %w", ErrInput, in.url, in.damage)
		case errors.Is(err, io.EOF):
			return io.EOF
		case av.Damaged(err) && damaged < maxDamaged:
			// Decoders with threads tell of a packet when its picture is due, not when they are given it.
			in.damage = err
			damaged++
			continue
		case !errors.Is(err, av.ErrAgain):
			return fmt.Errorf("%w: %w", ErrInput, err)
		}
		if err := in.feed(); err != nil {
			return err
		}
	}
}

// Frames ranges over all pictures to the end. Each is valid until the next one. An error ends the loop.
func (in *Input) Frames() iter.Seq2[*Frame, error] {
	return func(yield func(*Frame, error) bool) {
		var f Frame
		for {
			err := in.Read(&f)
			if errors.Is(err, io.EOF) || !yield(&f, err) || err != nil {
				return
			}
		}
	}
}

// feed gives the decoder the next packet of the stream, or the end.
func (in *Input) feed() error {
	if in.eof {
		return io.EOF
	}
	switch err := in.packetOf(); {
	case errors.Is(err, io.EOF):
		in.eof = true
		if err := in.dec.Send(nil); err != nil && !av.Drain(err) {
			return fmt.Errorf("%w: %w", ErrInput, err)
		}
		return nil
	case err != nil:
		return err
	}
	// A packet that cannot be decoded costs its pictures, not the stream.
	if err := in.dec.Send(in.packet); av.Damaged(err) {
		in.damage = err
	}
	return nil
}

// packetOf reads the next packet of the pictures.
func (in *Input) packetOf() error {
	if in.sound != nil {
		return in.nextPacket()
	}
	for {
		if err := in.readPacket(); err != nil || in.packet.Stream() == in.stream.Index {
			return err
		}
	}
}

// readPacket reads the next packet of any stream.
func (in *Input) readPacket() error {
	for {
		err := in.in.Read(in.packet)
		switch {
		case in.ctx.Err() != nil:
			return in.ctx.Err()
		case errors.Is(err, io.EOF):
			return io.EOF
		case errors.Is(err, av.ErrAgain):
			continue
		case err != nil:
			return fmt.Errorf("%w %s: %w", ErrInput, in.url, err)
		}
		return nil
	}
}

// stamp makes sure that PTS increase.
func (in *Input) stamp(f *Frame) {
	const unknown = -1 << 63
	if in.started && (f.PTS == unknown || f.PTS <= in.lastPTS) {
		step := int64(1)
		if in.stream.FrameRate.Known() {
			step = max(1, in.stream.FrameRate.Frame().Rescale(1, in.stream.Timebase))
		}
		f.PTS = in.lastPTS + step
	} else if f.PTS == unknown {
		f.PTS = 0
	}
	in.started, in.lastPTS = true, f.PTS
}

// Close frees the input. Closing twice is harmless.
func (in *Input) Close() error {
	if in.dec != nil {
		in.dec.Close()
	}
	if in.packet != nil {
		in.packet.Close()
	}
	in.stream.Params.Close()
	if in.sound != nil {
		in.sound.close()
		in.sound = nil
	}
	in.in.Close()
	return nil
}
