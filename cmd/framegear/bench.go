package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/bench"
)

type benchCmd struct {
	Run     benchRunCmd     `cmd:"" name:"run" default:"withargs" help:"Run workloads (the default)."`
	Density benchDensityCmd `cmd:"" help:"Add live ladders until frames come late."`
	Worker  benchWorkerCmd  `cmd:"" hidden:""`
}

// benchRunCmd makes every combination of its lists a workload.
type benchRunCmd struct {
	Content    []string `help:"What is encoded: camera, screen or a video file." default:"camera"`
	Size       []string `help:"Sizes of the frames." default:"1920x1080"`
	PixFmt     []string `help:"Formats of the frames: bgr24, gray8, nv12." default:"bgr24"`
	Renditions []int    `help:"Lengths of the ladder, 1 to 5." default:"3"`
	Preset     []string `help:"Presets of libx264." default:"veryfast"`
	Paced      bool     `help:"Give frames at their rate, live and with low latency."`
	Frames     int      `help:"How many frames." default:"240"`
	FPS        string   `name:"fps" help:"Their rate." default:"30"`

	Contender   []string `help:"Only these: ours, plain, encoders, cli, cli-best, streamgear."`
	Rounds      int      `help:"How often." default:"5"`
	Threads     int      `help:"Threads of each encoder, the same for all (default: each contender's own choice)."`
	StreamGear  string   `name:"streamgear" help:"Folder to import vidgear from: its StreamGear takes part." type:"existingdir"`
	Python      string   `help:"Python for it." default:"/usr/bin/python3"`
	FFmpeg      string   `name:"ffmpeg" help:"The ffmpeg command (default: from PATH)."`
	Cache       string   `help:"Folder for frames and segments (default: the user's cache)."`
	SkipQuality bool     `help:"Do not measure bit rates, PSNR and SSIM."`

	JSON    string `name:"json" help:"Write everything to this file." type:"path"`
	GoBench string `name:"gobench" help:"Write lines for benchstat to this file." type:"path"`
	SVG     string `name:"svg" help:"Draw the CPU times into this file." type:"path"`
}

// Run measures and prints the medians.
func (c *benchRunCmd) Run(e *env) error {
	workloads, err := c.workloads()
	if err != nil {
		return err
	}
	worker, err := benchWorker()
	if err != nil {
		return err
	}
	cfg := bench.Config{
		Workloads: workloads, Rounds: c.Rounds, Threads: c.Threads, Worker: worker, CacheDir: c.Cache, FFmpeg: c.FFmpeg,
		Python: c.Python, StreamGear: c.StreamGear, SkipQuality: c.SkipQuality,
		Progress: func(line string) { fmt.Fprintln(e.stderr, line) },
	}
	for _, k := range c.Contender {
		cfg.Contenders = append(cfg.Contenders, bench.Contender(k))
	}
	report, err := bench.Run(e.ctx, cfg)
	if err != nil {
		return benchError(err)
	}
	for file, write := range map[string]func(io.Writer) error{
		c.JSON: report.WriteJSON, c.GoBench: report.WriteGoBench, c.SVG: report.WriteSVG,
	} {
		if err := writeReport(file, write); err != nil {
			return err
		}
	}
	return report.WriteTable(e.stdout)
}

func (c *benchRunCmd) workloads() ([]bench.Workload, error) {
	rate, err := framegear.ParseRate(c.FPS)
	if err != nil {
		return nil, usageError{err}
	}
	var all []bench.Workload
	for _, content := range c.Content {
		if content != bench.Camera && content != bench.Screen {
			content, err = filepath.Abs(content)
			if err != nil {
				return nil, err
			}
		}
		for _, size := range c.Size {
			w, h, err := (&streamCmd{Size: size}).size("")
			if err != nil {
				return nil, err
			}
			for _, format := range c.PixFmt {
				f, err := framegear.ParsePixelFormat(format)
				if err != nil {
					return nil, usageError{err}
				}
				for _, renditions := range c.Renditions {
					for _, preset := range c.Preset {
						all = append(all, bench.Workload{
							Content: content, Width: w, Height: h, Format: f, Frames: c.Frames, FrameRate: rate,
							Renditions: renditions, Preset: preset, Paced: c.Paced,
						})
					}
				}
			}
		}
	}
	return all, nil
}

func writeReport(file string, write func(io.Writer) error) error {
	if file == "" {
		return nil
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := write(f); err != nil {
		return err
	}
	return f.Close()
}

type benchDensityCmd struct {
	Contender []string `help:"Who: ours, plain, cli, cli-best." default:"ours,cli,cli-best"`
	Preset    string   `help:"Preset of libx264." default:"ultrafast"`
	From      int      `help:"How many ladders to try first." default:"1"`
	Frames    int      `help:"How many frames each ladder gets, at 30 per second." default:"300"`
	FFmpeg    string   `name:"ffmpeg" help:"The ffmpeg command (default: from PATH)."`
	Cache     string   `help:"Folder for frames and segments (default: the user's cache)."`
}

// Run looks for the most ladders.
func (c *benchDensityCmd) Run(e *env) error {
	worker, err := benchWorker()
	if err != nil {
		return err
	}
	cfg := bench.Config{
		Worker: worker, CacheDir: c.Cache, FFmpeg: c.FFmpeg, FirstStreams: c.From, Progress: func(line string) { fmt.Fprintln(e.stderr, line) },
	}
	for _, k := range c.Contender {
		cfg.Contenders = append(cfg.Contenders, bench.Contender(k))
	}
	w := bench.DensityWorkload()
	w.Preset, w.Frames = c.Preset, c.Frames
	all, err := bench.RunDensity(e.ctx, cfg, w)
	if err != nil {
		return benchError(err)
	}
	return bench.WriteDensity(e.stdout, w, all)
}

// benchError says which errors are about the words of the command line.
func benchError(err error) error {
	if errors.Is(err, bench.ErrConfig) {
		return usageError{err}
	}
	return err
}

// benchWorkerCmd is the process that one contender runs in.
type benchWorkerCmd struct{}

// Run does one job.
func (benchWorkerCmd) Run(e *env) error { return bench.Work(e.ctx, e.stdin, e.stdout) }

// benchWorker is the command that ends up in benchWorkerCmd.
func benchWorker() ([]string, error) {
	self, err := os.Executable()
	return []string{self, "bench", "worker"}, err
}
