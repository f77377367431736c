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
	before *Picture // what to compare with, nil for nothing
	direct bool     // dst is there from the beginning and the destination of job
	same   []bool   // says of each strip that nothing differs in it and that it was not written

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

// convertChanges converts a frame and compares it meanwhile, each strip while it is in the core's cache.
func (in *Input) convertChanges(f *media.Frame, before *Picture) (*Picture, error) {
	n := &in.now
	defer in.forget()
	if err := in.prepare(f, before); err != nil {
		return nil, err
	}
	if in.second.idle() {
		in.second.share()
	} else {
		for strip := range in.stripCount() {
			in.strip(strip)
		}
	}
	in.still = n.err == nil && n.changes.Changed() == 0
	if n.err != nil || in.still {
		n.dst.Release()
	}
	switch {
	case n.err != nil:
		return nil, n.err
	case in.still:
		return before.Retain(), nil
	}
	for strip, same := range n.same {
		if same {
			from, to := in.rows(strip)
			n.dst.CopyRows(before, from, to)
		}
	}
	if in.calm = n.changes.Holds(); in.calm {
		n.dst.MarkChanges(before).Add(&n.changes)
	}
	return n.dst, nil
}

// prepare decides how a frame is converted that is compared with the one before. Where the last one was like the one before it, strips are
// made in memory that stays in the cache, and a picture is written from the first change on alone: writing one that nobody needs takes as
// long as reading the frame.
func (in *Input) prepare(f *media.Frame, before *Picture) (err error) {
	n := &in.now
	n.job, n.before, n.direct, n.err = in.job(f), before, !in.still, nil
	n.changes.Reset(in.opt.OutWidth, in.opt.OutHeight)
	n.same = append(n.same[:0], make([]bool, in.stripCount())...)
	if n.direct {
		if n.dst, err = in.pool.Get(); err == nil {
			in.into(&n.job, n.dst)
		}
	}
	return err
}

// strip converts one strip of the frame.
func (in *Input) strip(strip int) {
	n := &in.now
	from, to := in.rows(strip)
	switch {
	case n.before == nil:
		rgb.ConvertRows(&n.job, from, min(to, n.job.Height))
	case n.direct:
		rgb.ConvertRows(&n.job, from, min(to, n.job.Height))
		changed := n.compare(n.dst, from, from, to)
		n.mu.Lock()
		defer n.mu.Unlock()
		n.changes.Count(changed)
	default:
		if err := in.aside(strip, from, to); err != nil {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.err = err
		}
	}
}

// aside converts a strip into memory of its own, and copies it where a picture is written.
func (in *Input) aside(strip, from, to int) error {
	n := &in.now
	made, err := in.strips.Get()
	if err != nil {
		return err
	}
	defer made.Release()
	job := n.job
	job.Src, job.Height = job.Src[from*job.Stride:], min(to, job.Height)-from
	in.into(&job, made)
	rgb.Convert(&job)
	dst, err := in.written(n.compare(made, 0, from, to))
	switch {
	case err != nil:
		return err
	case dst == nil:
		n.same[strip] = true
	default:
		dst.CopyFrom(made, 0, from, to)
	}
	return nil
}

// compare returns how many blocks differ in a strip, which begins at a row of what was made.
func (n *frameJob) compare(made *Picture, at, from, to int) (changed int) {
	for y := from; y < to; y += change.Block {
		now, then := made.Planes(at+y-from), n.before.Planes(y)
		changed += n.changes.CompareRow(y/change.Block, &now, &then)
	}
	return changed
}

// written returns the picture that is written, nil as long as no block differs.
func (in *Input) written(changed int) (dst *Picture, err error) {
	n := &in.now
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changes.Count(changed)
	if changed > 0 && n.dst == nil {
		n.dst, err = in.pool.Get()
	}
	return n.dst, err
}
