package scaler

import (
	"fmt"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/resize"
)

// Spec describes pictures.
type Spec struct {
	Width, Height int // even
	Layout        Layout
	Color         media.Color
}

// Branch makes the pictures of one rendition out of larger ones. One goroutine at a time.
type Branch struct {
	from, to Spec
	pool     *av.Pool
	sws      *av.Scaler
	planes   []*resize.Plane // instead of sws, for the luma and the chroma planes
	matrix   bool
}

// NewBranch returns a branch. When both sides are the same, [Branch.Scale] only adds a reference. The caller closes it.
func NewBranch(from, to Spec) (*Branch, error) {
	b := &Branch{from: from, to: to}
	if from == to {
		return b, nil
	}
	b.matrix = from.Color.Matrix != to.Color.Matrix && from.Color.Range == media.RangeLimited &&
		to.Color.Range == media.RangeLimited && planes(to.Layout) == 3
	inner := to.Color
	if b.matrix { // swscale keeps the matrix; converting it afterwards, at the small size, is the cheap order
		inner = from.Color
	}
	var err error
	if b.pool, err = av.NewPool(to.Width, to.Height, to.Layout, to.Color); err != nil {
		return nil, fmt.Errorf("scaler: %w", err)
	}
	if b.usePlanes() {
		return b, nil
	}
	b.sws, err = av.NewPictureScaler(from.Width, from.Height, from.Layout, from.Color, to.Width, to.Height, to.Layout, inner,
		filterFor(from.Width, to.Width))
	if err != nil {
		b.pool.Close()
		return nil, fmt.Errorf("scaler: %w", err)
	}
	return b, nil
}

// usePlanes prepares the scaler of our own where it is faster than swscale and has nothing to do but scale.
func (b *Branch) usePlanes() bool {
	from, to := b.from, b.to
	if !resize.Fast() || from.Layout != I420 || to.Layout != I420 || from.Color.Range != to.Color.Range {
		return false
	}
	filter := resize.Bicubic
	if filterFor(from.Width, to.Width) == av.FilterArea {
		filter = resize.Area
	}
	luma := resize.New(from.Width, from.Height, to.Width, to.Height, filter)
	chroma := resize.New(from.Width/2, from.Height/2, to.Width/2, to.Height/2, filter)
	if luma == nil || chroma == nil {
		return false
	}
	b.planes = []*resize.Plane{luma, chroma, chroma}
	return true
}

// filterFor chooses by ratio: averaging areas is as good as bicubic from half size down, at a third of the time.
func filterFor(from, to int) av.Filter {
	if from >= 2*to {
		return av.FilterArea
	}
	return av.FilterBicubic
}

// Scale returns the rendition's picture, which the caller releases; src is borrowed for the call.
func (b *Branch) Scale(src *Picture) (*Picture, error) { return b.ScaleNext(src, nil, nil) }

// ScaleNext is Scale for a picture that follows another one, of which made is what Scale returned: where the changes between both are
// known (see [Compare]) only those are scaled, and what is returned knows its own changes since made. Both may be nil. All are borrowed for the call.
func (b *Branch) ScaleNext(src, before, made *Picture) (*Picture, error) {
	if src.Width() != b.from.Width || src.Height() != b.from.Height || src.Layout() != b.from.Layout {
		return nil, fmt.Errorf("%w: got %s %dx%d, want %s %dx%d", ErrMismatch, src.Layout(), src.Width(), src.Height(),
			b.from.Layout, b.from.Width, b.from.Height)
	}
	if b.pool == nil {
		return src.Retain(), nil
	}
	dst, err := b.pool.Get()
	if err != nil {
		return nil, fmt.Errorf("scaler: %w", err)
	}
	if err := b.fill(dst, src, before, made); err != nil {
		dst.Release()
		return nil, fmt.Errorf("scaler: %w", err)
	}
	return dst, nil
}

// fill makes all of a picture, or takes over what has not changed.
func (b *Branch) fill(dst, src, before, made *Picture) error {
	whole := true
	if changes := src.Changes(before); changes != nil && made != nil {
		m := dst.MarkChanges(made)
		changes.Project(m)
		whole = b.planes == nil || !m.AtMost(2)
	}
	if whole {
		if b.sws != nil {
			if err := b.sws.Picture(src, dst); err != nil {
				return err
			}
		}
		b.rows(dst, src, 0, b.to.Height)
		return nil
	}
	next := 0
	dst.Changes(made).Bands(func(from, to int) {
		dst.CopyRows(made, next, from)
		b.rows(dst, src, from, to)
		next = to
	})
	dst.CopyRows(made, next, b.to.Height)
	return nil
}

// rows makes rows of luma from y0 up to y1, both even, and their chroma, as far as that is not swscale's work.
func (b *Branch) rows(dst, src *Picture, y0, y1 int) {
	for i, p := range b.planes {
		first, last := y0, y1
		if i > 0 {
			first, last = y0/2, y1/2
		}
		p.ScaleRows(src.Pointer(i), src.Stride(i), dst.Pointer(i), dst.Stride(i), first, last)
	}
	if b.matrix {
		av.ConvertMatrix(dst, b.from.Color.Matrix, b.to.Color.Matrix, y0, y1)
	}
}

// Close frees the branch. Pictures that are still held stay valid. Closing twice is harmless.
func (b *Branch) Close() {
	if b.pool != nil {
		b.pool.Close()
	}
	if b.sws != nil {
		b.sws.Close()
	}
}
