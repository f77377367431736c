package framegear

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// inputs converts frames to the pictures of the pipeline. With Options.Rescale there may be one converter more, for frames
// that differ from the first one.
type inputs struct {
	main   *scaler.Input
	other  *scaler.Input
	opt    scaler.InputOptions // of other
	fit    scaler.Fit          // of other
	filter *av.Chain           // Options.Filter, nil without
}

// open makes the converter for the first frame, and the filter, and tells what comes out. shallow is ladderDevice's.
func (in *inputs) open(f *Frame, o *Options, shallow bool) (sourceSpec, error) {
	io := scaler.InputOptions{Format: f.Format, Width: f.Width, Height: f.Height, Color: f.Color, Quick: o.LowLatency}
	if f.Format.RGBLike() && o.Color != (Color{}) {
		io.OutColor = o.Color
		io.OutColor.Range = cmp.Or(o.Color.Range, media.RangeLimited)
	}
	io.Layout = o.inputLayout(f.Format.Bits(), shallow)
	m, err := scaler.NewInput(io)
	if err != nil {
		return sourceSpec{}, &StageError{Stage: "scaler", Err: err}
	}
	in.main, in.opt = m, io
	in.fit = o.fit()
	src := sourceSpec{width: m.Width(), height: m.Height(), color: m.Color(), hdr: f.HDR, layout: m.Layout(), rgb: m.FromRGB()}
	if o.Filter == "" {
		return src, nil
	}
	if in.filter, err = openFilter(o.Filter, src, o); err != nil {
		in.close()
		return src, fmt.Errorf("%w: Filter: %w", ErrOptions, err)
	}
	src.width, src.height = in.filter.Width(), in.filter.Height()
	return src, nil
}

func openFilter(filters string, src sourceSpec, o *Options) (*av.Chain, error) {
	return av.NewChain(av.ChainConfig{
		Filters: filters, Width: src.width, Height: src.height, Layout: src.layout, Color: src.color, FrameRate: o.FrameRate,
		Writable: o.BurnClock, Logger: o.Logger,
	})
}

// picture converts and filters a frame. Unless it is to be drawn into, it is compared with the picture before, which may be nil, and is
// that picture where nothing differs.
func (in *inputs) picture(f *Frame, before *scaler.Picture, draw bool) (*scaler.Picture, error) {
	if in.filter != nil || draw {
		before = nil
	}
	pic, err := in.convert(f, before)
	if err != nil {
		return nil, &StageError{Stage: "scaler", Err: err}
	}
	if in.filter == nil {
		return pic, nil
	}
	defer pic.Release()
	filtered, err := in.filter.Run(pic)
	if err != nil {
		return nil, &StageError{Stage: "filter", Err: err}
	}
	return filtered, nil
}

func (in *inputs) convert(f *Frame, before *scaler.Picture) (*scaler.Picture, error) {
	pic, err := in.main.ConvertNext(f, before)
	if err == nil || !errors.Is(err, scaler.ErrMismatch) {
		return pic, err
	}
	want := scaler.InputOptions{
		Format: f.Format, Width: f.Width, Height: f.Height, Color: f.Color, Layout: in.main.Layout(),
		OutWidth: in.main.Width(), OutHeight: in.main.Height(), OutColor: in.main.Color(), Fit: in.fit,
	}
	if in.other == nil || in.opt != want {
		if in.other != nil {
			in.other.Close()
			in.other = nil
		}
		if in.other, err = scaler.NewInput(want); err != nil {
			return nil, err
		}
		in.opt = want
	}
	return in.other.Convert(f)
}

func (in *inputs) close() {
	for _, c := range []*scaler.Input{in.main, in.other} {
		if c != nil {
			c.Close()
		}
	}
	if in.filter != nil {
		in.filter.Close()
	}
	*in = inputs{}
}
