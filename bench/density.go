package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/framegear/framegear"
)

// Density is how many live ladders at once one contender keeps up with.
type Density struct {
	Contender Contender
	// Streams is the most without late frames, in one process for ours and one process each for the others.
	Streams int
	// Steps are all numbers that were tried, in order.
	Steps []DensityStep
}

// DensityStep is one number of ladders.
type DensityStep struct {
	Streams int
	// Late is the share of frames that could not be handed over before the next one was due.
	Late   float64
	Sample Sample
}

// lateLimit is the share of late frames from which on a number of ladders is too many.
const lateLimit = 0.001

// DensityWorkload is 720p at 30 frames per second to two renditions for ten seconds.
func DensityWorkload() Workload {
	return Workload{
		Content: Camera, Width: 1280, Height: 720, Format: framegear.BGR24, Frames: 300, FrameRate: framegear.FPS(30), Renditions: 2,
		Preset: "ultrafast", Paced: true,
	}
}

// RunDensity looks for the most ladders that each contender (ours, cli and cli-best unless others are given) keeps up with: it doubles until
// frames come late and then halves the interval.
func RunDensity(ctx context.Context, c Config, w Workload) ([]Density, error) {
	c.Workloads = []Workload{w}
	if len(c.Contenders) == 0 {
		c.Contenders = []Contender{Ours, CLI, CLIBest}
	}
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	file, err := prepare(ctx, filepath.Join(c.CacheDir, "frames"), w, c.FFmpeg)
	if err != nil {
		return nil, err
	}
	var all []Density
	for _, k := range c.Contenders {
		d := Density{Contender: k}
		err := d.search(c.FirstStreams, c.MaxStreams, func(streams int) (bool, error) { return d.try(ctx, &c, w, file, streams) })
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// search finds the largest number that is good, when all below it are; at most limit unless that is zero. It begins with first, or 1.
func (d *Density) search(first, limit int, good func(int) (bool, error)) error {
	low, high := 0, max(1, first)
	for {
		ok, err := good(high)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if low = high; low == limit {
			d.Streams = low
			return nil
		}
		high = 2 * high
		if limit > 0 {
			high = min(high, limit)
		}
	}
	for high-low > 1 {
		mid := (low + high) / 2
		ok, err := good(mid)
		if err != nil {
			return err
		}
		if ok {
			low = mid
		} else {
			high = mid
		}
	}
	d.Streams = low
	return nil
}

func (d *Density) try(ctx context.Context, c *Config, w Workload, file string, streams int) (bool, error) {
	out, err := os.MkdirTemp(c.CacheDir, "out-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(out)
	j := &job{Contender: d.Contender, Workload: w, Clip: file, Out: out, FFmpeg: c.FFmpeg, Threads: max(1, c.Threads), Streams: streams}
	s, err := c.run(ctx, j, 0)
	if err != nil {
		return false, err
	}
	late := float64(s.Late) / float64(max(1, s.Frames))
	d.Steps = append(d.Steps, DensityStep{streams, late, s})
	c.Progress(fmt.Sprintf("%-5s %3d ladders: %5.2f %% late, cpu %.2f s", d.Contender, streams, 100*late, s.CPU.Seconds()))
	return late <= lateLimit, nil
}

// WriteDensity writes the result for people.
func WriteDensity(out io.Writer, w Workload, all []Density) error {
	fmt.Fprintf(out, "%s, %d frames: the most ladders at once without late frames\n", w, w.Frames)
	t := tabwriter.NewWriter(out, 2, 0, 2, ' ', tabwriter.AlignRight)
	for _, d := range all {
		fmt.Fprintf(t, "%s\t%d\t\n", d.Contender, d.Streams)
	}
	return t.Flush()
}
