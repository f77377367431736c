package scaler

import (
	"github.com/framegear/framegear/internal/change"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

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
	in.calm = in.kernel && pic.Changes(before) != nil && in.opt.Layout == I420
	if same {
		pic.Release()
		return before.Retain(), nil
	}
	return pic, nil
}

// stripRows is how much is converted at a time: enough for long reads, and little enough for the cache of one core.
const stripRows = 4 * change.Block

// convertChanges converts a strip at a time into memory that stays in the cache, and writes a picture from the first change on alone.
// Writing one that nobody needs takes as long as reading the frame.
func (in *Input) convertChanges(f *media.Frame, before *Picture) (*Picture, error) {
	strip, err := in.strips.Get()
	if err != nil {
		return nil, err
	}
	defer strip.Release()
	changes := &in.changes
	changes.Reset(in.opt.OutWidth, in.opt.OutHeight)
	var dst *Picture
	for y := 0; y < in.opt.OutHeight; y += stripRows {
		end := min(y+stripRows, in.opt.OutHeight)
		job := in.job(f, strip)
		job.Src, job.Height = job.Src[y*job.Stride:], min(end, f.Height)-y
		rgb.Convert(&job)
		changed := 0
		for at := y; at < end; at += change.Block {
			now, then := strip.Planes(at-y), before.Planes(at)
			changed += changes.CompareRow(at/change.Block, &now, &then)
		}
		if changed > 0 && dst == nil {
			if dst, err = in.pool.Get(); err != nil {
				return nil, err
			}
			dst.CopyRows(before, 0, y)
		}
		if dst != nil {
			dst.CopyFrom(strip, 0, y, end)
		}
		if !changes.Holds() {
			in.calm = false
			if job := in.job(f, dst); end < f.Height {
				rgb.ConvertRows(&job, end, f.Height)
			}
			return dst, nil
		}
	}
	if dst == nil {
		return before.Retain(), nil
	}
	dst.MarkChanges(before).Add(changes)
	return dst, nil
}
