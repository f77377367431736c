package framegear

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/framegear/framegear/internal/av"
)

// maxDamaged is how often a decoder may fail without taking another packet.
const maxDamaged = 1000

// Read fills f with the next picture, whose planes are valid until the next Read or Close. PTS is in ticks of
// Timebase and increases; pictures without a time follow the one before by one frame. A picture that stands for long
// is given again every five seconds, and so are the first and the last one while there is sound before and after them
// ([InputOptions].CutSound), if Audio was asked for it; not in a live input. At the end it returns io.EOF. A damaged
// packet is skipped; when not one picture can be decoded, that is the error at the end.
func (in *Input) Read(f *Frame) error {
	if in.dec == nil {
		return io.EOF
	}
	err := in.next(f)
	if err == nil {
		in.shown.Store(int64(in.stream.Timebase.Duration(f.PTS)))
	}
	return err
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

// decode fills f with the next picture that there is.
func (in *Input) decode(f *Frame) error {
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
	switch err := in.pictures.Read(in.ctx, in.packet); {
	case in.ctx.Err() != nil:
		in.pictures.Close() // the sound goes on to where they are, and does not wait for them
		return in.ctx.Err()
	case err != nil && !errors.Is(err, io.EOF):
		return fmt.Errorf("%w %s: %w", ErrInput, in.url, err)
	default:
		return err
	}
}

// stamp makes sure that PTS increase.
func (in *Input) stamp(f *Frame) {
	const unknown = -1 << 63
	if in.started && (f.PTS == unknown || f.PTS <= in.lastPTS) {
		f.PTS = in.lastPTS + in.frame()
	} else if f.PTS == unknown {
		f.PTS = 0
	}
	in.started, in.lastPTS = true, f.PTS
}

// frame returns the length of a picture in ticks, 1 when that is not known.
func (in *Input) frame() int64 {
	if !in.stream.FrameRate.Known() {
		return 1
	}
	return max(1, in.stream.FrameRate.Frame().Rescale(1, in.stream.Timebase))
}
