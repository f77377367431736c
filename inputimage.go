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
	var f Frame
	switch err := in.Read(&f); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	in.looked = &f
	if in.stream.Upright == "" {
		in.stream.Upright = in.dec.Upright()
	}
	return nil
}
