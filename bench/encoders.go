package bench

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// runEncoders is the limit: the same encoders on pictures that are there already, one goroutine each.
func runEncoders(_ context.Context, j *job, c *clip, m *meter) error {
	pictures, err := scaleAll(c)
	if err != nil {
		return err
	}
	defer func() {
		for _, rung := range pictures {
			for _, p := range rung {
				p.Release()
			}
		}
	}()
	m.start()
	var g errgroup.Group
	for _, rung := range pictures {
		g.Go(func() error { return encodeAll(j, rung) })
	}
	err = g.Wait()
	m.stop()
	m.sample.Frames = c.w.Frames
	return err
}

func encodeAll(j *job, pictures []*scaler.Picture) error {
	w, first := j.Workload, pictures[0]
	o := encoder.Options{
		Width: first.Width(), Height: first.Height(), Layout: first.Layout(), Color: first.Color(), FrameRate: w.FrameRate,
		Timescale: media.Timescale(w.FrameRate), CRF: quality, GOP: w.gop(), BFrames: 1, Preset: w.Preset, Tune: "zerolatency",
		Profile: "high", Threads: j.Threads, Extra: unlimited(),
	}
	if o.Threads == 0 {
		o.Threads = 1 // the least CPU that it can be
	}
	e, err := encoder.New(o)
	if err != nil {
		return err
	}
	defer e.Close()
	drop := func(*encoder.Packet) error { return nil }
	frame, ticks := w.FrameRate.Frame(), media.Timebase{Num: 1, Den: o.Timescale}
	for n, p := range pictures {
		at, next := frame.Rescale(int64(n), ticks), frame.Rescale(int64(n+1), ticks)
		if err := e.Encode(p, at, next-at, n%o.GOP == 0, drop); err != nil {
			return err
		}
	}
	return e.Flush(drop)
}

// scaleAll makes the pictures of all renditions, exactly as a stream does.
func scaleAll(c *clip) ([][]*scaler.Picture, error) {
	in, err := scaler.NewInput(scaler.InputOptions{Format: c.w.Format, Width: c.w.Width, Height: c.w.Height})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	from := scaler.Spec{Width: in.Width(), Height: in.Height(), Layout: in.Layout(), Color: in.Color()}
	var branches []*scaler.Branch
	for _, s := range c.w.Ladder() {
		to := scaler.Spec{Width: s.Width, Height: s.Height, Layout: scaler.I420, Color: in.Color()}
		if in.FromRGB() {
			to.Color = media.OutputColor(s.Height)
		}
		b, err := scaler.NewBranch(from, to)
		if err != nil {
			return nil, err
		}
		defer b.Close()
		branches, from = append(branches, b), to
	}
	pictures := make([][]*scaler.Picture, len(branches))
	for n := range c.w.Frames {
		pic, err := in.Convert(c.frame(n))
		if err != nil {
			return nil, err
		}
		above := pic
		for i, b := range branches {
			scaled, err := b.Scale(above)
			if err != nil {
				return nil, err
			}
			pictures[i] = append(pictures[i], scaled)
			above = scaled
		}
		pic.Release()
	}
	return pictures, nil
}
