package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/framegear/framegear"
)

// Config says what to run. The zero value of most fields is filled in by [Run]; Worker is needed.
type Config struct {
	// Workloads are done one after the other. Zero means DefaultWorkload.
	Workloads []Workload
	// Contenders of each. Zero means all that this machine has.
	Contenders []Contender
	// Rounds is how often. Zero means 5.
	Rounds int
	// Threads of each encoder, the same for all contenders. Zero leaves it to each of them.
	Threads int
	// Worker is the command of a process that calls [Work]: the program itself with a hidden sub-command.
	Worker []string
	// CacheDir keeps raw frames, and segments while they are measured. Zero means the user's cache folder.
	CacheDir string
	// FFmpeg and Python are commands. Zero means those found in PATH.
	FFmpeg, Python string
	// StreamGear is the folder that Python imports vidgear from. Zero means that contender is left out.
	StreamGear string
	// FirstStreams is the number that the search of [RunDensity] begins with. Zero means 1.
	FirstStreams int
	// MaxStreams ends the search of [RunDensity]. Zero means that only late frames do.
	MaxStreams int
	// SkipQuality leaves out the comparison with the source.
	SkipQuality bool
	// Progress is called with a line about what happens. It may be nil.
	Progress func(string)
}

func (c Config) withDefaults() (Config, error) {
	if len(c.Workloads) == 0 {
		c.Workloads = []Workload{DefaultWorkload()}
	}
	if c.Rounds == 0 {
		c.Rounds = 5
	}
	if c.CacheDir == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return c, fmt.Errorf("%w: no cache folder: %w", ErrConfig, err)
		}
		c.CacheDir = filepath.Join(dir, "framegear", "bench")
	}
	if c.FFmpeg == "" {
		c.FFmpeg, _ = exec.LookPath("ffmpeg")
	}
	if c.Python == "" {
		c.Python = "/usr/bin/python3" // the one that sees the system's packages
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	return c, c.check()
}

func (c *Config) check() error {
	var errs []error
	for _, w := range c.Workloads {
		errs = append(errs, w.Validate())
	}
	if len(c.Worker) == 0 {
		errs = append(errs, fmt.Errorf("%w: no worker command", ErrConfig))
	}
	if c.Rounds < 1 || c.Threads < 0 {
		errs = append(errs, fmt.Errorf("%w: %d rounds, %d threads", ErrConfig, c.Rounds, c.Threads))
	}
	for _, k := range c.Contenders {
		if why := c.missing(k); why != "" {
			errs = append(errs, fmt.Errorf("%w: contender %s: %s", ErrConfig, k, why))
		}
	}
	return errors.Join(errs...)
}

// missing says why a contender cannot run, or nothing.
func (c *Config) missing(k Contender) string {
	switch {
	case !slices.Contains(allContenders, k):
		return fmt.Sprintf("unknown (want one of %v)", allContenders)
	case !k.own() && k != Encoders && c.FFmpeg == "":
		return "ffmpeg is not in PATH"
	case k == StreamGear && c.StreamGear == "":
		return "where vidgear is was not said"
	}
	return ""
}

var allContenders = []Contender{Ours, Plain, Encoders, CLI, CLIBest, StreamGear}

// own reports whether a contender is this library.
func (k Contender) own() bool { return k == Ours || k == Plain }

// contenders of a workload, in the order of a round.
func (c *Config) contenders(w Workload) []Contender {
	var list []Contender
	for _, k := range allContenders {
		wanted := len(c.Contenders) == 0 && k != Plain || slices.Contains(c.Contenders, k)
		pointless := w.Paced && k == Encoders || k == StreamGear && w.Format == framegear.NV12
		if wanted && !pointless && c.missing(k) == "" {
			list = append(list, k)
		}
	}
	return list
}

// Run does everything and returns what was measured. An error of one contender ends the run: figures of the others alone would mislead.
func Run(ctx context.Context, c Config) (*Report, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Report{Machine: machine(&c)}
	for _, w := range c.Workloads {
		result, err := c.workload(ctx, w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w, err)
		}
		r.Results = append(r.Results, *result)
	}
	return r, nil
}

func (c *Config) workload(ctx context.Context, w Workload) (*Result, error) {
	c.Progress("preparing " + w.String())
	file, err := prepare(ctx, filepath.Join(c.CacheDir, "frames"), w, c.FFmpeg)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	list := c.contenders(w)
	r := &Result{Workload: w, Name: w.String(), Threads: c.Threads, Started: time.Now(), LoadBefore: loadAverage()}
	for _, k := range list {
		r.Contenders = append(r.Contenders, Entry{Contender: k})
	}
	for round := range c.Rounds {
		for at := range list {
			e := &r.Contenders[(at+round)%len(list)] // nobody is always the first after the others
			if err := c.round(ctx, e, w, file, info.Size(), round == 0); err != nil {
				return nil, err
			}
			last := e.Samples[len(e.Samples)-1]
			c.Progress(fmt.Sprintf("round %d of %d: %-10s cpu %6.2f s, wall %6.2f s", round+1, c.Rounds, e.Contender, last.CPU.Seconds(), last.Wall.Seconds()))
		}
	}
	r.LoadAfter = loadAverage()
	return r, nil
}

// round lets one contender do the work once, in a fresh folder.
func (c *Config) round(ctx context.Context, e *Entry, w Workload, file string, size int64, judge bool) error {
	out, err := os.MkdirTemp(c.CacheDir, "out-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	j := &job{Contender: e.Contender, Workload: w, Clip: file, Out: out, FFmpeg: c.FFmpeg, StreamGear: c.StreamGear, Threads: c.Threads}
	s, err := c.run(ctx, j, size)
	if err != nil {
		return err
	}
	e.Samples = append(e.Samples, s)
	if !judge || c.SkipQuality || c.FFmpeg == "" || e.Contender == Encoders || w.Paced {
		return nil
	}
	e.Quality, err = j.quality(ctx)
	return err
}

// machine describes where the figures are from.
func machine(c *Config) Machine {
	m := Machine{
		CPU: processor(), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Libav: framegear.Version().Libav,
	}
	if c.FFmpeg != "" {
		if b, err := exec.Command(c.FFmpeg, "-version").Output(); err == nil {
			line, _, _ := strings.Cut(string(b), "\n")
			m.FFmpeg, _, _ = strings.Cut(strings.TrimPrefix(line, "ffmpeg version "), " ")
		}
	}
	return m
}
