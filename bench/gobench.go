package bench

import (
	"fmt"
	"io"
)

// WriteGoBench writes a line per sample in the format of Go's benchmarks, for benchstat. An operation is one frame.
func (r *Report) WriteGoBench(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "goos: %s\npkg: github.com/framegear/framegear/bench\ncpu: %s\n", r.Machine.OS, r.Machine.CPU); err != nil {
		return err
	}
	for _, result := range r.Results {
		for _, e := range result.Contenders {
			for _, s := range e.Samples {
				if err := writeGoBench(w, result.Name, e.Contender, s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func writeGoBench(w io.Writer, name string, c Contender, s Sample) error {
	frames := float64(max(1, s.Frames))
	_, err := fmt.Fprintf(w, "BenchmarkLadder/%s/%s\t%d\t%.0f ns/op\t%.0f cpu-ns/op\t%.2f frames/s", name, c, s.Frames,
		float64(s.Wall)/frames, float64(s.CPU)/frames, frames/s.Wall.Seconds())
	if err != nil {
		return err
	}
	if c != Encoders {
		fmt.Fprintf(w, "\t%d peak-B\t%d first-segment-ns", s.PeakMemory, s.FirstSegment.Nanoseconds())
	}
	if l := s.Latency; l != nil {
		fmt.Fprintf(w, "\t%d latency-p50-ns\t%d latency-p99-ns", l.P50.Nanoseconds(), l.P99.Nanoseconds())
	}
	if c.own() {
		fmt.Fprintf(w, "\t%.0f B/op\t%.2f allocs/op", s.HeapBytes, s.Mallocs)
	}
	_, err = fmt.Fprintln(w)
	return err
}
