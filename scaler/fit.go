package scaler

import (
	"fmt"

	"github.com/framegear/framegear/internal/media"
)

// Fit says what becomes of the shape of frames whose pictures have another one.
type Fit uint8

// The ways. Pixels are square.
const (
	Stretch Fit = iota // the frame becomes as wide and high as the picture
	Contain            // all of the frame is in the picture, with black bars at two sides
	Cover              // the frame's middle fills the picture
)

// contained returns the even size of a frame that fits into the picture.
func (o *InputOptions) contained() [2]int {
	w, h := o.OutWidth, o.OutHeight
	if o.Width*h > w*o.Height {
		h = evenWithin(w*o.Height, o.Width, h)
	} else {
		w = evenWithin(h*o.Width, o.Height, w)
	}
	return [2]int{w, h}
}

// evenWithin returns num/den, rounded to an even number of 2 to most.
func evenWithin(num, den, most int) int { return min(max(2, 2*((num+den)/(2*den))), most) }

// covering returns the rectangle of the frame that has the picture's shape: x, y, width and height. It begins at even samples.
func (o *InputOptions) covering() [4]int {
	w, h := o.Width, o.Height
	if w*o.OutHeight > o.OutWidth*h {
		w = max(1, (h*o.OutWidth+o.OutHeight/2)/o.OutHeight)
	} else {
		h = max(1, (w*o.OutHeight+o.OutWidth/2)/o.OutWidth)
	}
	w, h = min(w, o.Width), min(h, o.Height)
	return [4]int{(o.Width - w) / 2 &^ 1, (o.Height - h) / 2 &^ 1, w, h}
}

func (in *Input) openContained() error {
	o := in.opt
	size := o.contained()
	o.OutWidth, o.OutHeight, o.Fit = size[0], size[1], Stretch
	x, y := (in.opt.OutWidth-size[0])/2&^1, (in.opt.OutHeight-size[1])/2&^1
	var err error
	if in.inner, err = NewInput(o); err != nil {
		return err
	}
	in.convert = func(f *media.Frame, dst *Picture) error {
		p, err := in.inner.Convert(f)
		if err != nil {
			return err
		}
		defer p.Release()
		if err := dst.Black(); err != nil {
			return fmt.Errorf("scaler: %w", err)
		}
		dst.Paste(p, x, y)
		return nil
	}
	return nil
}

func (in *Input) openCovering() error {
	o := in.opt
	part := o.covering()
	o.Width, o.Height, o.Fit = part[2], part[3], Stretch
	var err error
	if in.inner, err = NewInput(o); err != nil {
		return err
	}
	in.convert = func(f *media.Frame, dst *Picture) error {
		in.region = f.Region(part[0], part[1], part[2], part[3])
		defer func() { in.region = media.Frame{} }()
		return in.inner.convert(&in.region, dst)
	}
	return nil
}
