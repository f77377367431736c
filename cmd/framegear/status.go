package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/framegear/framegear"
)

// status tells a person how far the work is: a bar for work of known length and a line for the rest on a terminal, nothing on
// anything else until the summary.
type status struct {
	w       io.Writer
	quiet   bool
	started time.Time
	bars    *mpb.Progress
	bar     *mpb.Bar
	total   int64
	line    string
}

func newStatus(c *streamCmd, e *env, src source) *status {
	st := &status{w: e.stderr, quiet: c.NoStatus, started: time.Now()}
	if st.quiet || !isTerminal(e.stderr) {
		return st
	}
	total := src.Duration()
	if c.Duration > 0 && (total == 0 || c.Duration < total) {
		total = c.Duration
	}
	st.total = total.Milliseconds()
	st.bars = mpb.New(mpb.WithOutput(e.stderr), mpb.WithWidth(48), mpb.WithRefreshRate(100*time.Millisecond))
	text := decor.Any(func(decor.Statistics) string { return st.line })
	if st.total > 0 {
		st.bar = st.bars.AddBar(st.total, mpb.PrependDecorators(decor.Percentage(decor.WC{W: 5})), mpb.AppendDecorators(text), mpb.BarRemoveOnComplete())
	} else {
		st.bar = st.bars.New(0, mpb.SpinnerStyle(), mpb.AppendDecorators(text), mpb.BarRemoveOnComplete())
	}
	return st
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// update is called after each frame.
func (st *status) update(at time.Duration, s *framegear.Stream) {
	if st.bar == nil {
		return
	}
	v := s.Stats()
	elapsed := time.Since(st.started).Seconds()
	st.line = fmt.Sprintf(" %s  %d frames  %.1f fps  %.1fx  %d segments  %s", at.Round(100*time.Millisecond), v.FramesOut,
		float64(v.FramesOut)/elapsed, at.Seconds()/elapsed, v.Segments, size(v.Bytes))
	if st.total > 0 {
		st.bar.SetCurrent(min(at.Milliseconds(), st.total-1))
	}
}

// note prints a line above the bar.
func (st *status) note(text string) {
	if st.quiet {
		return
	}
	if st.bars != nil {
		_, _ = st.bars.Write([]byte(text + "\n"))
		return
	}
	fmt.Fprintln(st.w, text)
}

// close takes the bar away.
func (st *status) close() {
	if st.bar != nil {
		st.bar.Abort(true)
		st.bars.Wait()
		st.bar = nil
	}
}

// summary says what came out.
func (st *status) summary(s *framegear.Stream) {
	st.close()
	if st.quiet {
		return
	}
	v, elapsed := s.Stats(), time.Since(st.started)
	fmt.Fprintf(st.w, "%s of video (%d frames) in %s: %.1fx, %d segments, %s\n", v.Duration.Round(10*time.Millisecond), v.FramesOut,
		elapsed.Round(10*time.Millisecond), v.Duration.Seconds()/elapsed.Seconds(), v.Segments, size(v.Bytes))
	if v.Repeated+v.Dropped+v.Jumps > 0 {
		fmt.Fprintf(st.w, "to keep the rate constant: %d frames repeated, %d dropped, %d gaps closed\n", v.Repeated, v.Dropped, v.Jumps)
	}
	for _, m := range s.Manifests() {
		fmt.Fprintln(st.w, m)
	}
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
