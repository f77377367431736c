package bench

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

//go:embed streamgear.py
var streamgearScript string

// run does a job in a process of its own and measures from outside what only the outside can see.
func (c *Config) run(ctx context.Context, j *job, clipBytes int64) (Sample, error) {
	command, input := c.Worker, any(j)
	if j.Contender == StreamGear {
		// -W ignore: vidgear has strings that newer Pythons warn about.
		command = []string{c.Python, "-W", "ignore", "-c", streamgearScript}
		input = struct {
			*job
			Rate   float64
			Bytes  int
			Ladder []Size
		}{j, j.Workload.FrameRate.Float(), j.Workload.frameBytes(), j.Workload.Ladder()}
	}
	text, err := json.Marshal(input)
	if err != nil {
		return Sample{}, err
	}
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &out, &said
	cmd.WaitDelay = 5 * time.Second
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return Sample{}, fmt.Errorf("bench: %w", err)
	}
	w := watcher{pid: cmd.Process.Pid, began: began, want: j.firstSegments(), stop: make(chan struct{}), done: make(chan struct{})}
	go w.watch()
	err = cmd.Wait()
	close(w.stop)
	<-w.done
	if err != nil {
		return Sample{}, fmt.Errorf("bench: %s: %w: %s", j.Contender, err, strings.TrimSpace(said.String()))
	}
	var s Sample
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	if err := json.Unmarshal(lines[len(lines)-1], &s); err != nil {
		return Sample{}, fmt.Errorf("bench: %s: result %q: %w", j.Contender, lines[len(lines)-1], err)
	}
	if w.memory > clipBytes {
		s.PeakMemory = w.memory - clipBytes
	}
	if w.first > 0 {
		s.FirstSegment = max(0, w.first-s.Prepare)
	}
	return s, nil
}

// firstSegments are the files of the first segment of every rendition.
func (j *job) firstSegments() []string {
	if j.Contender == Encoders || j.Streams > 0 {
		return nil
	}
	var files []string
	for i := range j.Workload.Ladder() {
		files = append(files, filepath.Join(j.Out, j.segment(i, 1)))
	}
	return files
}

// segment is the name of a rendition's n-th segment, from 1; 0 is the initialization segment.
func (j *job) segment(rendition, n int) string {
	switch {
	case j.Contender.own() && n == 0:
		return fmt.Sprintf("v%d/init.mp4", rendition)
	case j.Contender.own():
		return fmt.Sprintf("v%d/%d.m4s", rendition, n)
	case n == 0:
		return fmt.Sprintf("init-stream%d.m4s", rendition)
	}
	return fmt.Sprintf("chunk-stream%d-%05d.m4s", rendition, n)
}

// watcher looks at a running process tree and its folder.
type watcher struct {
	pid        int
	began      time.Time
	want       []string
	stop, done chan struct{}

	memory int64
	first  time.Duration
}

// watch looks for the first segments every few milliseconds. Once they are there it looks at the memory alone, less often: each look
// interrupts what is measured, and reading the memory costs the kernel more.
func (w *watcher) watch() {
	defer close(w.done)
	const often, rarely = 5 * time.Millisecond, 50 * time.Millisecond
	tick := time.NewTicker(often)
	defer tick.Stop()
	var looked time.Time
	for {
		if now := time.Now(); now.Sub(looked) >= rarely {
			looked, w.memory = now, max(w.memory, treeMemory(w.pid))
		}
		if w.found() {
			tick.Reset(rarely)
		}
		select {
		case <-tick.C:
		case <-w.stop:
			return
		}
	}
}

// found reports whether all first segments are there.
func (w *watcher) found() bool {
	for len(w.want) > 0 {
		if _, err := os.Stat(w.want[0]); err != nil {
			return false
		}
		if w.want = w.want[1:]; len(w.want) == 0 {
			w.first = time.Since(w.began)
		}
	}
	return true
}
