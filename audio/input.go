package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// input is an opened file, URL or device with the decoder of its sound.
type input struct {
	in     *av.Input
	stream av.InputStream
	dec    *av.Decoder // nil when packets are copied
	packet *av.Packet
	eof    bool
	cancel context.CancelCauseFunc
}

// openInput opens the source. A server that accepts and then says nothing is given up after Options.OpenTimeout.
func openInput(parent context.Context, o *Options) (*input, error) {
	ctx, cancel := context.WithCancelCause(parent)
	timer := time.AfterFunc(o.OpenTimeout, func() {
		cancel(fmt.Errorf("nothing came for %s: %w", o.OpenTimeout, context.DeadlineExceeded))
	})
	i, err := openWithin(ctx, o)
	if !timer.Stop() && err == nil && ctx.Err() != nil {
		i.close()
		err = context.Cause(ctx)
	}
	if err != nil {
		defer cancel(nil)
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, sourceError(parent, o, err)
	}
	i.cancel = cancel
	return i, nil
}

func openWithin(ctx context.Context, o *Options) (*input, error) {
	raw, err := av.OpenInput(ctx, av.InputConfig{URL: o.Source.URL, Format: o.Source.Format, Options: o.Source.Options, Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	i := &input{in: raw}
	if err := i.open(o); err != nil {
		i.close()
		return nil, err
	}
	return i, nil
}

// sourceError names the source, unless the caller gave up.
func sourceError(ctx context.Context, o *Options, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &SourceError{Source: o.Source.String(), Err: err}
}

func (i *input) open(o *Options) (err error) {
	if i.stream, err = i.in.Best(media.KindAudio); err != nil {
		if errors.Is(err, av.ErrNoStream) {
			return fmt.Errorf("%w (%w)", ErrNoSound, err)
		}
		return err
	}
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
func (i *input) read(s *av.Samples) error {
	for {
		err := i.dec.Samples(s)
		if err == nil || !errors.Is(err, av.ErrAgain) {
			return err
		}
		switch err := i.readPacket(i.packet); {
		case errors.Is(err, io.EOF):
			if i.eof {
				return io.EOF
			}
			i.eof = true
			_ = i.dec.Send(nil)
		case err != nil:
			return err
		default:
			_ = i.dec.Send(i.packet)
		}
	}
}

// readPacket fills p with the next packet of the stream.
func (i *input) readPacket(p *av.Packet) error {
	for {
		switch err := i.in.Read(p); {
		case errors.Is(err, av.ErrAgain):
		case err != nil:
			return err
		case p.Stream() == i.stream.Index:
			return nil
		}
	}
}

func (i *input) close() {
	if i.dec != nil {
		i.dec.Close()
	}
	if i.packet != nil {
		i.packet.Close()
	}
	if i.stream.Params != nil {
		i.stream.Params.Close()
	}
	i.in.Close()
	if i.cancel != nil {
		i.cancel(nil)
	}
}
