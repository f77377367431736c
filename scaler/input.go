package scaler

import (
	"errors"
	"fmt"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

// Picture is a reference-counted picture in C memory.
type Picture = av.Picture

// Layout is the layout of a picture's samples.
type Layout = av.Layout

// The layouts that pictures have.
const (
	I420   = av.LayoutI420   // 8 bit 4:2:0
	NV12   = av.LayoutNV12   // 8 bit 4:2:0, interleaved chroma
	I42010 = av.LayoutI42010 // 10 bit 4:2:0
	P010   = av.LayoutP010   // 10 bit 4:2:0, interleaved chroma
)

// ErrMismatch is wrapped when a frame or picture is not of the size and format that the scaler was made for.
var ErrMismatch = errors.New("scaler: frame does not match")

// Even returns the smallest even size that holds width by height pixels.
func Even(width, height int) (int, int) { return width + width&1, height + height&1 }

// InputOptions say what comes in and what goes out.
type InputOptions struct {
	// Format, Width, Height and Color describe the frames.
	Format        media.PixelFormat
	Width, Height int
	Color         media.Color
	// Layout of the pictures. Zero means I420.
	Layout Layout
	// OutWidth and OutHeight are the size of the pictures, even. Zero means Even(Width, Height); another size scales.
	OutWidth, OutHeight int
	// OutColor is the colour of the pictures. The zero value means media.OutputColor of the height for RGB and gray frames, and
	// Color for YUV.
	OutColor media.Color
	// Fit says what becomes of the shape of frames where the pictures have another one.
	Fit Fit
	// Quick converts large pictures on two cores while one of them is idle: the same work, done earlier.
	Quick bool
}

// Input converts frames of one format and size. One goroutine at a time.
type Input struct {
	opt     InputOptions
	pool    *av.Pool
	convert func(f *media.Frame, dst *Picture) error
	sws     *av.Scaler
	second  *helper
	kernel  bool        // convert is that of package rgb
	calm    bool        // the last frame differed in few places from the one before it
	still   bool        // in none
	strips  *av.Pool    // of parts of pictures, with kernel
	now     frameJob    // the frame that is being converted, with kernel
	inner   *Input      // makes three planes of even size for sws, which makes two of them, or what fits into the pictures
	region  media.Frame // the part of a frame that inner takes, with Cover
}

// NewInput returns a converter. The caller closes it.
func NewInput(o InputOptions) (*Input, error) {
	o = o.withDefaults()
	pool, err := av.NewPool(o.OutWidth, o.OutHeight, o.Layout, o.OutColor)
	if err != nil {
		return nil, fmt.Errorf("scaler: %w", err)
	}
	in := &Input{opt: o, pool: pool}
	switch {
	case o.Fit == Contain && o.contained() != [2]int{o.OutWidth, o.OutHeight}:
		if err := in.openContained(); err != nil {
			pool.Close()
			return nil, err
		}
	case o.Fit == Cover && o.covering() != [4]int{0, 0, o.Width, o.Height}:
		if err := in.openCovering(); err != nil {
			pool.Close()
			return nil, err
		}
	case o.copies():
		in.convert = func(f *media.Frame, dst *Picture) error { av.CopyInput(f, dst); return nil }
	case o.kernel():
		in.convert, in.kernel = in.runKernel, true
		if in.strips, err = av.NewPool(o.OutWidth, stripRows, o.Layout, o.OutColor); err != nil {
			pool.Close()
			return nil, fmt.Errorf("scaler: %w", err)
		}
		if o.Quick && o.Width*o.Height >= worthSplitting {
			in.second = newHelper(in.stripCount(), in.strip)
		}
	case o.oddIntoTwoPlanes():
		if err := in.openTwoSteps(); err != nil {
			pool.Close()
			return nil, err
		}
	default:
		if err := in.openSwscale(); err != nil {
			pool.Close()
			return nil, err
		}
	}
	return in, nil
}

func (o InputOptions) withDefaults() InputOptions {
	if o.Layout == av.LayoutUnset {
		o.Layout = I420
	}
	if o.OutWidth == 0 || o.OutHeight == 0 {
		o.OutWidth, o.OutHeight = Even(o.Width, o.Height)
	}
	if o.Format.RGBLike() {
		o.Color.Range = media.RangeFull
		if o.OutColor == (media.Color{}) {
			o.OutColor = media.OutputColor(o.OutHeight)
		}
		// Gray has no matrix of its own; giving it the output's keeps swscale from converting one.
		o.Color.Matrix = o.OutColor.Matrix
		return o
	}
	o.Color = yuvColor(o.Color, o.Height)
	if o.OutColor == (media.Color{}) {
		o.OutColor = o.Color
	}
	return o
}

// yuvColor fills what a YUV frame does not state with what its height implies.
func yuvColor(c media.Color, height int) media.Color {
	d := media.OutputColor(height)
	if c.Matrix == media.MatrixUnset || c.Matrix == media.MatrixUnknown {
		c.Matrix = d.Matrix
		if c.Primaries == 0 || c.Primaries == 2 {
			c.Primaries = d.Primaries
		}
		if c.Transfer == 0 || c.Transfer == 2 {
			c.Transfer = d.Transfer
		}
	}
	if c.Range == media.RangeUnset {
		c.Range = media.RangeLimited
	}
	return c
}

func (o InputOptions) sameSize() bool {
	w, h := Even(o.Width, o.Height)
	return w == o.OutWidth && h == o.OutHeight
}

var nativeLayout = map[media.PixelFormat]Layout{
	media.FormatI420: I420, media.FormatNV12: NV12, media.FormatP010: P010, media.FormatI010: I42010,
}

func (o InputOptions) copies() bool {
	return o.sameSize() && nativeLayout[o.Format] == o.Layout && sameCodes(o.Color, o.OutColor)
}

// sameCodes reports whether the same sample values mean the same colour, whatever primaries and transfer are written beside them.
func sameCodes(a, b media.Color) bool { return a.Matrix == b.Matrix && a.Range == b.Range }

func (o InputOptions) kernel() bool {
	return o.sameSize() && rgb.Supported(o.Format) && (o.Layout == I420 || o.Layout == NV12) &&
		o.OutColor.Range == media.RangeLimited && (o.OutColor.Matrix == media.MatrixBT709 || o.OutColor.Matrix == media.MatrixBT601)
}

// oddIntoTwoPlanes reports a case that swscale gets wrong: its fast converters to interleaved chroma leave out an odd last column.
func (o InputOptions) oddIntoTwoPlanes() bool {
	return o.sameSize() && planes(o.Layout) == 2 && o.Width%2+o.Height%2 != 0
}

// openTwoSteps converts to three planes of even size first.
func (in *Input) openTwoSteps() error {
	o := in.opt
	o.Layout = I420
	if in.opt.Layout == P010 {
		o.Layout = I42010
	}
	var err error
	if in.inner, err = NewInput(o); err != nil {
		return err
	}
	in.sws, err = av.NewPictureScaler(o.OutWidth, o.OutHeight, o.Layout, o.OutColor, o.OutWidth, o.OutHeight, in.opt.Layout, o.OutColor, av.FilterPoint)
	if err != nil {
		in.inner.Close()
		return fmt.Errorf("scaler: %w", err)
	}
	in.convert = func(f *media.Frame, dst *Picture) error {
		p, err := in.inner.Convert(f)
		if err != nil {
			return err
		}
		defer p.Release()
		return in.sws.Picture(p, dst)
	}
	return nil
}

func (in *Input) openSwscale() error {
	o := in.opt
	w, h := o.OutWidth, o.OutHeight
	if o.sameSize() { // the padding of odd sides is not scaling
		w, h = o.Width, o.Height
	}
	s, err := av.NewInputScaler(o.Format, o.Width, o.Height, o.Color, w, h, o.Layout, o.OutColor, filterFor(o.Width, w))
	if err != nil {
		return fmt.Errorf("scaler: %w", err)
	}
	in.sws, in.convert = s, s.Input
	return nil
}

func planes(l Layout) int {
	if l == NV12 || l == P010 {
		return 2
	}
	return 3
}

// Convert returns the picture of a frame. The frame is borrowed for the call and not changed; the caller releases the
// picture. A frame of another format or size gives an error wrapping ErrMismatch, one that does not hold together an error
// wrapping media.ErrFrame.
func (in *Input) Convert(f *media.Frame) (*Picture, error) {
	if err := in.fits(f); err != nil {
		return nil, err
	}
	dst, err := in.pool.Get()
	if err != nil {
		return nil, fmt.Errorf("scaler: %w", err)
	}
	if err := in.convert(f, dst); err != nil {
		dst.Release()
		return nil, fmt.Errorf("scaler: %w", err)
	}
	return dst, nil
}

func (in *Input) fits(f *media.Frame) error {
	if f.Format != in.opt.Format || f.Width != in.opt.Width || f.Height != in.opt.Height {
		return fmt.Errorf("%w: got %s %dx%d, want %s %dx%d", ErrMismatch, f.Format, f.Width, f.Height,
			in.opt.Format, in.opt.Width, in.opt.Height)
	}
	return f.Validate()
}

// Width returns the width of the pictures in pixels.
func (in *Input) Width() int { return in.opt.OutWidth }

// Height returns the height of the pictures in pixels.
func (in *Input) Height() int { return in.opt.OutHeight }

// Layout returns the layout of the pictures.
func (in *Input) Layout() Layout { return in.opt.Layout }

// Color returns the colour that the pictures carry.
func (in *Input) Color() media.Color { return in.opt.OutColor }

// FromRGB reports whether the frames are RGB or gray, so that the pictures' matrix is ours to choose.
func (in *Input) FromRGB() bool { return in.opt.Format.RGBLike() }

// Close frees the converter. Pictures that are still held stay valid. Closing twice is harmless.
func (in *Input) Close() {
	in.second.close()
	in.second = nil
	in.pool.Close()
	if in.strips != nil {
		in.strips.Close()
	}
	if in.inner != nil {
		in.inner.Close()
	}
	if in.sws != nil {
		in.sws.Close()
	}
}
