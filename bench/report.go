package bench

import (
	"encoding/json"
	"io"
	"slices"
	"time"
)

// Report is everything that one call of [Run] measured.
type Report struct {
	Machine Machine
	Results []Result
}

// Machine is where.
type Machine struct {
	CPU   string
	Cores int
	OS    string
	// Go, Libav and FFmpeg are versions: of the compiler, of the libraries in this binary, of the command beside it.
	Go, Libav, FFmpeg string
}

// Result is one workload.
type Result struct {
	Name     string
	Workload Workload
	// Threads of each encoder, zero when each contender chose.
	Threads int
	Started time.Time
	// LoadBefore and LoadAfter are the machine's load averages: what else was running.
	LoadBefore, LoadAfter float64
	Contenders            []Entry
}

// Entry is one contender with one sample per round.
type Entry struct {
	Contender Contender
	Samples   []Sample
	Quality   []Quality `json:",omitempty"`
}

// Median returns the median of what f reads from the samples.
func (e *Entry) Median(f func(Sample) float64) float64 {
	var all []float64
	for _, s := range e.Samples {
		all = append(all, f(s))
	}
	return median(all)
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// Ratio returns the median of a contender's figure divided by another one's of the same round, and whether both have it. Comparing
// within rounds takes out what the machine did meanwhile.
func (r *Result) Ratio(a, b Contender, f func(Sample) float64) (float64, bool) {
	x, y := r.entry(a), r.entry(b)
	if x == nil || y == nil {
		return 0, false
	}
	var all []float64
	for i := range min(len(x.Samples), len(y.Samples)) {
		if over, under := f(x.Samples[i]), f(y.Samples[i]); over > 0 && under > 0 {
			all = append(all, over/under)
		}
	}
	return median(all), len(all) > 0
}

func (r *Result) entry(c Contender) *Entry {
	for i := range r.Contenders {
		if r.Contenders[i].Contender == c {
			return &r.Contenders[i]
		}
	}
	return nil
}

// The figures that tables show.
func cpuOf(s Sample) float64    { return s.CPU.Seconds() }
func wallOf(s Sample) float64   { return s.Wall.Seconds() }
func memoryOf(s Sample) float64 { return float64(s.PeakMemory) }
func firstOf(s Sample) float64  { return s.FirstSegment.Seconds() }
func lateOf(s Sample) float64   { return float64(s.Late) }
func heapOf(s Sample) float64   { return s.HeapBytes }

// WriteJSON writes the report with every sample. Durations are nanoseconds.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
