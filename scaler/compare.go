package scaler

import "github.com/framegear/framegear/internal/media"

// Compare finds out which parts of a picture differ from the one before it, which may be nil, and notes that in the picture, which must
// not have been handed on yet. It reports whether nothing differs at all. Pictures that differ in most places are left as they are, and
// told so by a look at some blocks only.
func Compare(pic, before *Picture) (same bool) {
	pic.CompareWith(before)
	changes := pic.Changes(before)
	return changes != nil && changes.Changed() == 0
}

// ConvertNext is Convert and Compare with the picture of an earlier frame, nil for none. Where nothing differs it returns that picture
// again, with one more reference.
func (in *Input) ConvertNext(f *media.Frame, before *Picture) (*Picture, error) {
	if before != nil && in.calm && in.fits(f) == nil {
		return in.convertChanges(f, before)
	}
	pic, err := in.Convert(f)
	if err != nil {
		return nil, err
	}
	same := Compare(pic, before)
	in.calm, in.still = in.kernel && pic.Changes(before) != nil && in.opt.Layout == I420, same
	if same {
		pic.Release()
		return before.Retain(), nil
	}
	return pic, nil
}
