package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// WriteTable writes the medians for people.
func (r *Report) WriteTable(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "%s, %d cores, %s, %s, libav %s, ffmpeg %s\n", m.CPU, m.Cores, m.OS, m.Go, m.Libav, m.FFmpeg)
	for i := range r.Results {
		if err := r.Results[i].writeTable(w); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) writeTable(w io.Writer) error {
	threads := "threads as each contender chooses"
	if r.Threads > 0 {
		threads = fmt.Sprintf("%d threads per encoder", r.Threads)
	}
	fmt.Fprintf(w, "\n%s: %d frames at %s/s, %s, medians of %d rounds, load %.1f to %.1f\n", r.Name, r.Workload.Frames,
		r.Workload.FrameRate, threads, r.rounds(), r.LoadBefore, r.LoadAfter)
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "contender\tcpu ms/frame\tcpu/encoders\twall s\tframes/s\twall/ours\tpeak MB\t1st segment s\theap B/frame\tlate\t")
	for i := range r.Contenders {
		r.writeRow(t, &r.Contenders[i])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	r.writeLatency(w)
	return r.writeQuality(w)
}

func (r *Result) rounds() int {
	if len(r.Contenders) == 0 {
		return 0
	}
	return len(r.Contenders[0].Samples)
}

func (r *Result) writeRow(w io.Writer, e *Entry) {
	frames := float64(r.Workload.Frames)
	ratio := func(to Contender, f func(Sample) float64) string {
		if v, ok := r.Ratio(e.Contender, to, f); ok {
			return fmt.Sprintf("%.3f", v)
		}
		return "-"
	}
	memory, first, heap, late := "-", "-", "-", "-"
	if e.Contender != Encoders { // which holds all pictures and writes none
		memory = fmt.Sprintf("%.0f", e.Median(memoryOf)/1e6)
		first = fmt.Sprintf("%.2f", e.Median(firstOf))
	}
	if e.Contender.own() {
		heap = fmt.Sprintf("%.0f", e.Median(heapOf))
	}
	if r.Workload.Paced {
		late = fmt.Sprintf("%.0f", e.Median(lateOf))
	}
	fmt.Fprintf(w, "%s\t%.2f\t%s\t%.2f\t%.1f\t%s\t%s\t%s\t%s\t%s\t\n", e.Contender, 1000*e.Median(cpuOf)/frames, ratio(Encoders, cpuOf),
		e.Median(wallOf), frames/e.Median(wallOf), ratio(Ours, wallOf), memory, first, heap, late)
}

func (r *Result) writeLatency(w io.Writer) {
	for i := range r.Contenders {
		e := &r.Contenders[i]
		if len(e.Samples) == 0 || e.Samples[0].Latency == nil {
			continue
		}
		at := func(f func(*Latency) time.Duration) float64 {
			return e.Median(func(s Sample) float64 { return float64(f(s.Latency)) / 1e6 })
		}
		fmt.Fprintf(w, "%s: frame given to bytes readable in every rendition: p50 %.1f ms, p95 %.1f, p99 %.1f, largest %.1f\n", e.Contender,
			at(func(l *Latency) time.Duration { return l.P50 }), at(func(l *Latency) time.Duration { return l.P95 }),
			at(func(l *Latency) time.Duration { return l.P99 }), at(func(l *Latency) time.Duration { return l.Max }))
	}
}

func (r *Result) writeQuality(w io.Writer) error {
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', tabwriter.AlignRight)
	head := false
	for i := range r.Contenders {
		for _, q := range r.Contenders[i].Quality {
			if !head {
				fmt.Fprintln(t, "contender\trendition\tkbit/s\tPSNR Y dB\tSSIM Y\tframes\t")
				head = true
			}
			fmt.Fprintf(t, "%s\t%s\t%d\t%.2f\t%.4f\t%d\t\n", r.Contenders[i].Contender, q.Size, q.Bitrate/1000, q.PSNR, q.SSIM, q.Frames)
		}
	}
	return t.Flush()
}
