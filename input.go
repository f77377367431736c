package framegear

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/demux"
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
	// CutSound leaves out what there is of sound before the first picture and after the last one. Otherwise these
	// pictures stand while there is sound, in an input that has an end.
	CutSound bool
	// Logger takes libav's warnings. Nil means none.
	Logger *slog.Logger
}

// Input is a video file, URL or device whose pictures can be given to a [Stream], and their sound with them. It is
// read once, and what its timestamps do is mended once for both: where those of a container may jump (MPEG-TS, live),
// pictures and sound go on without the jump, and a warning tells. One goroutine at a time.
type Input struct {
	ctx      context.Context
	url      string
	in       *demux.Input
	pictures *demux.Track // nil when there are none
	stream   av.InputStream
	dec      *av.Decoder
	packet   *av.Packet
	eof      bool
	lastPTS  int64
	started  bool
	damage   error // of a packet that could not be decoded
	cut      bool  // see InputOptions.CutSound
	stand    standing
	sounds   []*demux.Track // that Audio gave away
	shown    atomic.Int64   // the time of the newest picture on the input's timeline, in nanoseconds
	logger   *slog.Logger
}

// OpenInput opens an input with libav; /dev/videoN is a camera. URLs may use file, http, https, tls, tcp, udp, rtp,
// rtsp and srt as far as libav was built with them. When the context ends, reads end with its error. The caller
// closes the input.
func OpenInput(ctx context.Context, url string, o InputOptions) (*Input, error) {
	if o.Format == "" && strings.HasPrefix(url, "/dev/video") {
		o.Format = "v4l2"
	}
	c := av.InputConfig{URL: url, Format: o.Format, Options: o.Options, Logger: o.Logger}
	raw, err := demux.Open(ctx, demux.Config{InputConfig: c})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	in := &Input{ctx: ctx, url: url, in: raw, cut: o.CutSound, logger: o.Logger}
	if err := in.open(o); err != nil {
		in.Close()
		return nil, fmt.Errorf("%w %s: %w", ErrInput, url, err)
	}
	return in, nil
}

func (in *Input) open(o InputOptions) (err error) {
	st, err := in.in.Best(media.KindVideo)
	switch {
	case err != nil && (!o.SoundOnly || errors.Is(err, av.ErrNoDecoder)):
		return err
	case err != nil:
		return in.openSoundOnly()
	case in.in.Tiled():
		st.Params.Close()
		return av.ErrTiles
	}
	in.stream, in.pictures = st, in.in.Take(st)
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

// Upright returns the filter that turns and mirrors the pictures as the container or a photograph's EXIF says that
// they are to be seen, for Options.Filter: a phone held upright writes pictures that lie on their side. It is empty
// when there is nothing to turn.
func (in *Input) Upright() string { return in.stream.Upright }

// Interlaced reports whether the pictures are made of fields of two instants; Options.Filter "yadif" makes whole ones
// of them.
func (in *Input) Interlaced() bool { return in.dec != nil && in.dec.Interlaced() }

// FrameRate returns the rate of the pictures, zero when it is not known. Where the container has only what would hold
// every one of its times (1000 for milliseconds) it is taken from the times of the first pictures.
func (in *Input) FrameRate() Rate { return in.stream.FrameRate }

// Timebase returns the length of the ticks of Frame.PTS.
func (in *Input) Timebase() Timebase { return in.stream.Timebase }

// Duration returns the length, zero when it is not known or endless.
func (in *Input) Duration() time.Duration { return in.in.Duration() }

// Close frees the input. A stream that has its sound reads that to its end all the same. Closing twice is harmless.
func (in *Input) Close() error {
	if in.in == nil {
		return nil
	}
	if in.dec != nil {
		in.dec.Close()
	}
	if in.packet != nil {
		in.packet.Close()
	}
	if in.pictures != nil {
		in.pictures.Close()
	}
	for _, t := range in.sounds {
		if t.Claim() { // nobody has read it
			t.Close()
		}
	}
	in.in.Close()
	in.in = nil
	return nil
}
