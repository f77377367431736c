package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Contender names a way of doing a workload.
type Contender string

// The contenders.
const (
	Ours       Contender = "ours"
	Plain      Contender = "plain" // ours with Options.EveryPixel
	Encoders   Contender = "encoders"
	CLI        Contender = "cli"
	CLIBest    Contender = "cli-best"
	StreamGear Contender = "streamgear"
)

// job is what a worker process is told.
type job struct {
	Contender Contender
	Workload  Workload
	// Clip is the file of raw frames and Out the folder for segments.
	Clip, Out string
	FFmpeg    string
	// StreamGear is the folder that Python imports vidgear from.
	StreamGear string
	// Threads of each encoder; zero leaves it to the contender.
	Threads int
	// Streams is how many plain live ladders run at once; zero means one of what the workload says.
	Streams int
}

// Sample is what one contender needed once.
type Sample struct {
	// CPU is user and system time, children included; Wall the time from the first frame to the last manifest.
	CPU, Wall time.Duration
	// Prepare is how long a worker took to have its frames in memory; it is in none of the other figures.
	Prepare time.Duration
	// FirstSegment is the time from the process's start until the first segment of every rendition can be read.
	FirstSegment time.Duration
	// PeakMemory is the most that the process tree held, in bytes, without the frames.
	PeakMemory int64
	// Frames is how many were encoded.
	Frames int
	// Late is how many frames could not be handed over before the next one was due (paced workloads).
	Late int
	// Latency from giving a frame until it can be read in every rendition, where it is measured.
	Latency *Latency `json:",omitempty"`
	// HeapBytes and Mallocs are Go's allocations per frame in the second half, ours only.
	HeapBytes, Mallocs float64
}

// Latency is a distribution.
type Latency struct{ P50, P95, P99, Max time.Duration }

// Work is the main function of a worker process: it reads a job, does it, and writes what it took. See [Config].Worker.
func Work(ctx context.Context, in io.Reader, out io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return fmt.Errorf("bench: job: %w", err)
	}
	started := time.Now()
	pix, err := mapFile(j.Clip)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	c := &clip{w: j.Workload, pix: pix}
	work, ok := map[Contender]func(context.Context, *job, *clip, *meter) error{
		Ours: runOurs, Plain: runOurs, Encoders: runEncoders, CLI: runCLI, CLIBest: runCLI,
	}[j.Contender]
	if !ok {
		return fmt.Errorf("%w: contender %q", ErrConfig, j.Contender)
	}
	m := &meter{sample: Sample{Prepare: time.Since(started)}}
	m.start()
	if err := work(ctx, &j, c, m); err != nil {
		return fmt.Errorf("bench: %s: %w", j.Contender, err)
	}
	m.stop()
	return json.NewEncoder(out).Encode(m.sample)
}

// meter takes the time and CPU of what happens between start and stop.
type meter struct {
	sample Sample
	cpu    time.Duration
	began  time.Time
	done   bool
}

// start begins, or begins anew: a contender whose preparation goes on calls it again.
func (m *meter) start() { m.began, m.cpu = time.Now(), cpuTime() }

// stop ends; only the first call counts.
func (m *meter) stop() {
	if !m.done {
		m.done = true
		m.sample.Wall, m.sample.CPU = time.Since(m.began), cpuTime()-m.cpu
	}
}
