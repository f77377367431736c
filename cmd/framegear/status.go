package main

import (
	"fmt"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/framegear/framegear"
)

// status tells a person how far the work is: on a terminal a bar for work of known length and a line for the rest, elsewhere a log
// line now and then. At the end it says what came out.
type status struct {
	e       *env
	quiet   bool
	memory  bool // nothing is written
	started time.Time
	told    time.Time // when the last log line was written
	bars    *mpb.Progress
	bar     *mpb.Bar
	total   int64
	line    string
}

// logPeriod is the time between two log lines: often enough to see that it lives, seldom enough to run for weeks.
const logPeriod = 10 * time.Second

func newStatus(c *streamCmd, e *env, src source) *status {
	now := time.Now()
	st := &status{e: e, quiet: c.NoStatus, memory: c.Output == "", started: now, told: now}
	if st.quiet || !e.stderr.terminal {
		return st
	}
	total := src.Duration()
	if c.Duration > 0 && (total == 0 || c.Duration < total) {
		total = c.Duration
	}
	st.total = total.Milliseconds()
	st.bars = mpb.New(mpb.WithOutput(e.stderr.out), mpb.WithWidth(48), mpb.WithRefreshRate(100*time.Millisecond))
	text := decor.Any(func(decor.Statistics) string { return st.line })
	if st.total > 0 {
		st.bar = st.bars.AddBar(st.total, mpb.PrependDecorators(decor.Percentage(decor.WC{W: 5})), mpb.AppendDecorators(text), mpb.BarRemoveOnComplete())
	} else {
		st.bar = st.bars.New(0, mpb.NopStyle(), mpb.PrependDecorators(text), mpb.BarRemoveOnComplete())
	}
	e.stderr.under(st.bars)
	return st
}

// update is called after each frame.
func (st *status) update(at time.Duration, s *framegear.Stream) {
	switch {
	case st.bar != nil:
		st.draw(at, s)
	case !st.quiet && time.Since(st.told) >= logPeriod:
		st.told = time.Now()
		v := s.Stats()
		st.e.log.Info("progress", "at", at.Round(100*time.Millisecond), "frames", v.FramesOut, "speed", fmt.Sprintf("%.2fx", at.Seconds()/time.Since(st.started).Seconds()),
			"repeated", v.Repeated, "dropped", v.Dropped, "segments", v.Segments, "bytes", v.Bytes)
	}
}

// follow updates from beside, where no frame passes by, until the function that it returns is called.
func (st *status) follow(s *framegear.Stream) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				st.update(s.Stats().Duration, s)
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

func (st *status) draw(at time.Duration, s *framegear.Stream) {
	v := s.Stats()
	elapsed := time.Since(st.started).Seconds()
	st.line = fmt.Sprintf(" %s", at.Round(100*time.Millisecond))
	if v.FramesOut > 0 {
		st.line += fmt.Sprintf("  %s  %.1f fps", count(v.FramesOut, "frame"), float64(v.FramesOut)/elapsed)
	}
	st.line += fmt.Sprintf("  %.1fx  %s  %s", at.Seconds()/elapsed, count(v.Segments, "segment"), size(v.Bytes))
	if v.Dropped > 0 {
		st.line += fmt.Sprintf("  %d dropped", v.Dropped)
	}
	if st.total > 0 {
		st.bar.SetCurrent(min(at.Milliseconds(), st.total-1))
	}
}

// note says what happened in between.
func (st *status) note(text string) {
	if !st.quiet {
		st.e.say(text)
	}
}

// close takes the bar away.
func (st *status) close() {
	if st.bar == nil {
		return
	}
	st.bar.Abort(true)
	st.bars.Wait() // the line is gone
	st.e.stderr.under(nil)
	st.bar = nil
}

// summary says what came out.
func (st *status) summary(s *framegear.Stream) {
	st.close()
	if st.quiet {
		return
	}
	v, elapsed := s.Stats(), time.Since(st.started)
	if st.e.jsonLog {
		st.e.log.Info("done", "duration", v.Duration.String(), "frames", v.FramesOut, "took", elapsed.String(), "segments", v.Segments, "bytes", v.Bytes,
			"repeated", v.Repeated, "dropped", v.Dropped, "gaps", v.Jumps, "manifests", s.Manifests())
		return
	}
	w := st.e.stderr
	what := fmt.Sprintf("video (%s)", count(v.FramesOut, "frame"))
	if v.FramesOut == 0 {
		what = "sound"
	}
	fmt.Fprintf(w, "%s of %s in %s: %.1fx, %s, %s\n", v.Duration.Round(10*time.Millisecond), what,
		elapsed.Round(time.Millisecond), v.Duration.Seconds()/elapsed.Seconds(), count(v.Segments, "segment"), size(v.Bytes))
	if v.Repeated+v.Dropped+v.Jumps > 0 {
		fmt.Fprintf(w, "to keep the rate constant: %s repeated, %d dropped, %s closed\n", count(v.Repeated, "frame"), v.Dropped, count(v.Jumps, "gap"))
	}
	if st.memory {
		fmt.Fprintln(w, "served from memory, nothing was written (-o keeps it)")
		return
	}
	for _, m := range s.Manifests() {
		fmt.Fprintln(w, m)
	}
}

// count is a number of things, one or more.
func count[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func size(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
