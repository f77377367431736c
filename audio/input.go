package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/demux"
	"github.com/framegear/framegear/internal/media"
)

// maxOpening is how much of an input's pictures is read ahead for its first sound. Of a live one that takes as long.
const maxOpening, maxLiveOpening = 10 * time.Second, 2 * time.Second

// input is the sound of a file, URL or device with its decoder.
type input struct {
	track   *demux.Track
	stream  av.InputStream
	dec     *av.Decoder
	packet  *av.Packet
	within  time.Duration // see demux.Track.ReadWithin
	packets int           // that were given to the decoder
	eof     bool
}

// openInput opens the source, or takes what is open already. A server that accepts and then says nothing is given up
// after Options.OpenTimeout.
func openInput(parent context.Context, o *Options) (*input, error) {
	if t := o.Source.Demuxed; t != nil && t.Claim() {
		i := &input{track: t}
		if i.within = maxOpening; t.Live() {
			i.within = maxLiveOpening
		}
		if o.Alone {
			t.Solo()
		}
		return opened(parent, o, i, i.open(o))
	}
	ctx, cancel := context.WithTimeoutCause(parent, o.OpenTimeout,
		fmt.Errorf("nothing came for %s: %w", o.OpenTimeout, context.DeadlineExceeded))
	defer cancel()
	i := new(input)
	err := i.openURL(ctx, o)
	if cause := context.Cause(ctx); cause != nil && (err != nil || parent.Err() == nil) {
		err = cause
	}
	return opened(parent, o, i, err)
}

// opened returns the input, or closes it and says why it is none.
func opened(parent context.Context, o *Options, i *input, err error) (*input, error) {
	if err != nil {
		i.close()
		return nil, sourceError(parent, o, err)
	}
	return i, nil
}

func (i *input) openURL(ctx context.Context, o *Options) error {
	c := av.InputConfig{URL: o.Source.URL, Format: o.Source.Format, Options: o.Source.Options, Logger: o.Logger}
	in, err := demux.Open(ctx, demux.Config{InputConfig: c})
	if err != nil {
		return err
	}
	defer in.Close() // the track keeps it open
	st, err := in.Best(media.KindAudio)
	if errors.Is(err, av.ErrNoStream) {
		return fmt.Errorf("%w (%w)", ErrNoSound, err)
	}
	if err != nil {
		return err
	}
	i.track = in.Take(st)
	return i.open(o)
}

// sourceError names the source, unless the caller gave up.
func sourceError(ctx context.Context, o *Options, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &SourceError{Source: o.Source.String(), Err: err}
}

// open opens the decoder of the track.
func (i *input) open(o *Options) (err error) {
	i.stream = i.track.Stream()
	if n := i.stream.Params.Channels; n > media.MaxChannels {
		return fmt.Errorf("%w: %d channels (want 1 to %d)", ErrLayout, n, media.MaxChannels)
	}
	if i.packet, err = av.NewPacket(); err != nil {
		return err
	}
	i.dec, err = av.OpenDecoder(i.stream, 1, o.Logger)
	return err
}

// read fills s with the next decoded block. A packet that cannot be decoded costs its samples, not the stream.
func (i *input) read(ctx context.Context, s *av.Samples) error {
	for {
		err := i.dec.Samples(s)
		if err == nil || !errors.Is(err, av.ErrAgain) {
			return err
		}
		switch err := i.readPacket(ctx, i.packet); {
		case errors.Is(err, io.EOF):
			if i.eof {
				return io.EOF
			}
			i.eof = true
			_ = i.dec.Send(nil)
		case err != nil:
			return err
		default:
			i.packets++
			_ = i.dec.Send(i.packet)
		}
	}
}

// readPacket fills p with the next packet of the stream.
func (i *input) readPacket(ctx context.Context, p *av.Packet) error {
	return i.track.ReadWithin(ctx, p, i.within)
}

func (i *input) close() {
	if i.dec != nil {
		i.dec.Close()
	}
	if i.packet != nil {
		i.packet.Close()
	}
	if i.track != nil {
		i.track.Close()
	}
}
