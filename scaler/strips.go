package scaler

import (
	"sync"

	"github.com/framegear/framegear/internal/change"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

// stripRows is how much is converted at a time: enough for long reads, and little enough for the cache of one core.
const stripRows = 4 * change.Block

// frameJob is the conversion of one frame by the kernels of package rgb, strip by strip, by one goroutine or two.
type frameJob struct {
	job    rgb.Job
	before *Picture // what to compare with; nil: nothing, and dst is there from the beginning
	// same says of each strip that nothing differs in it and that it was not written.
	same []bool

	mu      sync.Mutex // guards what follows
	dst     *Picture
	changes change.Map
	err     error
}

func (in *Input) stripCount() int { return (in.opt.OutHeight + stripRows - 1) / stripRows }

// rows returns the rows of a strip.
func (in *Input) rows(strip int) (from, to int) {
	return strip * stripRows, min((strip+1)*stripRows, in.opt.OutHeight)
}

// runKernel converts a whole frame.
func (in *Input) runKernel(f *media.Frame, dst *Picture) error {
	n := &in.now
	n.job, n.dst = in.job(f), dst
	in.into(&n.job, dst)
	if in.second.idle() {
		in.second.share()
	} else {
		rgb.Convert(&n.job)
	}
	in.forget()
	return nil
}

// forget lets go of what is the caller's.
func (in *Input) forget() { in.now.job, in.now.before, in.now.dst = rgb.Job{}, nil, nil }

func (in *Input) job(f *media.Frame) rgb.Job {
	return rgb.Job{
		Src: f.Planes[0], Stride: f.Stride(0), Format: f.Format, Width: f.Width, Height: f.Height,
		Matrix: in.opt.OutColor.Matrix, NV12: in.opt.Layout == NV12,
	}
}

// into makes a picture the destination.
func (in *Input) into(job *rgb.Job, dst *Picture) {
	for i := range job.Dst[:planes(in.opt.Layout)] {
		job.Dst[i], job.DstStride[i] = dst.Pointer(i), dst.Stride(i)
	}
}

// convertChanges converts a strip at a time into memory that stays in the cache, and writes a picture from the first change on alone.
// Writing one that nobody needs takes as long as reading the frame.
func (in *Input) convertChanges(f *media.Frame, before *Picture) (*Picture, error) {
	n := &in.now
	n.job, n.before, n.err = in.job(f), before, nil
	n.changes.Reset(in.opt.OutWidth, in.opt.OutHeight)
	n.same = append(n.same[:0], make([]bool, in.stripCount())...)
	if in.second.idle() {
		in.second.share()
	} else {
		for strip := range in.stripCount() {
			in.strip(strip)
		}
	}
	dst := n.dst
	defer in.forget()
	switch {
	case n.err != nil:
		dst.Release()
		return nil, n.err
	case dst == nil:
		return before.Retain(), nil
	}
	for strip, same := range n.same {
		if same {
			from, to := in.rows(strip)
			dst.CopyRows(before, from, to)
		}
	}
	if in.calm = n.changes.Holds(); in.calm {
		dst.MarkChanges(before).Add(&n.changes)
	}
	return dst, nil
}

// strip converts one strip of the frame.
func (in *Input) strip(strip int) {
	n := &in.now
	from, to := in.rows(strip)
	if n.before == nil {
		rgb.ConvertRows(&n.job, from, min(to, n.job.Height))
		return
	}
	if err := in.stripOf(n, strip, from, to); err != nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.err = err
	}
}

// stripOf converts one strip of a frame that is compared with the one before.
func (in *Input) stripOf(n *frameJob, strip, from, to int) error {
	made, err := in.strips.Get()
	if err != nil {
		return err
	}
	defer made.Release()
	job := n.job
	job.Src, job.Height = job.Src[from*job.Stride:], min(to, job.Height)-from
	in.into(&job, made)
	rgb.Convert(&job)
	dst, changed, err := in.compareStrip(n, made, from, to)
	switch {
	case err != nil:
		return err
	case changed == 0 && dst == nil:
		n.same[strip] = true
	default:
		dst.CopyFrom(made, 0, from, to)
	}
	return nil
}

// compareStrip notes what differs in a strip, and returns the picture that is written, nil as long as nothing differs.
func (in *Input) compareStrip(n *frameJob, made *Picture, from, to int) (dst *Picture, changed int, err error) {
	for at := from; at < to; at += change.Block {
		now, then := made.Planes(at-from), n.before.Planes(at)
		changed += n.changes.CompareRow(at/change.Block, &now, &then)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changes.Count(changed)
	if changed > 0 && n.dst == nil {
		n.dst, err = in.pool.Get()
	}
	return n.dst, changed, err
}
