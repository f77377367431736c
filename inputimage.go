package framegear

import (
	"errors"
	"io"
)

// look decodes the first picture of an input that is one: how a photograph is to be seen stands in its EXIF, which the decoder reads. What
// cannot be decoded is for Read to say.
func (in *Input) look() error {
	if !in.in.Image() {
		return nil
	}
	switch err := in.decode(&in.stand.next); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	in.stand.pending = true
	if in.stream.Upright == "" {
		in.stream.Upright = in.dec.Upright()
	}
	return nil
}
