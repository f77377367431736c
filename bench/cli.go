package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/framegear/framegear"
)

// runCLI feeds ffmpeg through a pipe, as programs without libav do.
func runCLI(ctx context.Context, j *job, c *clip, m *meter) error {
	var g errgroup.Group
	streams := max(1, j.Streams)
	late := make([]int, streams)
	var watch *watched
	if c.w.Paced && j.Streams == 0 {
		watch = &watched{given: make([]time.Time, c.w.Frames), renditions: c.w.Renditions}
		following, stop := context.WithCancel(ctx)
		var followers sync.WaitGroup
		for i := range c.w.Renditions {
			followers.Go(func() { j.follow(following, watch, i) })
		}
		defer func() {
			stop()
			followers.Wait()
			m.sample.Latency = distribution(watch.delays())
		}()
	}
	for i := range streams {
		out := filepath.Join(j.Out, fmt.Sprint(i))
		if j.Streams == 0 {
			out = j.Out
		}
		g.Go(func() (err error) {
			late[i], err = onePipe(ctx, j, c, m, watch, out, i, streams)
			return err
		})
	}
	err := g.Wait()
	for _, n := range late {
		m.sample.Late += n
		m.sample.Frames += c.w.Frames
	}
	return err
}

func onePipe(ctx context.Context, j *job, c *clip, m *meter, watch *watched, out string, index, streams int) (late int, err error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer w.Close()
	if j.Contender == CLIBest {
		setPipeSize(w, 1<<20)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, j.FFmpeg, j.arguments(out)...)
	cmd.Stdin, cmd.Stderr = r, &said
	err = cmd.Start()
	r.Close()
	if err != nil {
		return 0, err
	}
	offset := c.w.FrameRate.Frame().Duration(1) * time.Duration(index) / time.Duration(streams)
	late, err = feed(ctx, j, c, m, offset, func(n int) error {
		if watch != nil {
			watch.gives(n)
		}
		_, err := w.Write(c.bytes(n))
		return err
	})
	w.Close()
	if werr := cmd.Wait(); werr != nil {
		return late, fmt.Errorf("ffmpeg: %w: %s", werr, strings.TrimSpace(said.String()))
	}
	return late, err
}

// arguments of ffmpeg: StreamGear's, in its order, or those of the best graph.
func (j *job) arguments(out string) []string {
	w := j.Workload
	a := []string{
		"-y", "-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-vcodec", "rawvideo", "-framerate", w.FrameRate.String(),
		"-video_size", Size{w.Width, w.Height}.String(), "-pix_fmt", rawNames[w.Format], "-i", "-",
	}
	x264 := []string{"-vcodec", "libx264", "-crf", fmt.Sprint(quality), "-profile:v", "high", "-tune", "zerolatency", "-preset", w.Preset}
	if j.Contender == CLIBest {
		a = append(a, "-filter_complex", bestGraph(w.Ladder()))
		a = append(a, x264...)
		for i := range w.Ladder() {
			a = append(a, "-map", fmt.Sprintf("[v%d]", i))
		}
	} else {
		a = append(a, x264...)
		a = append(a, "-vf", "format=yuv420p")
		for i, s := range w.Ladder() {
			bitrate := framegear.FormulaBitrate(s.Width, s.Height, w.FrameRate, framegear.DefaultBitsPerPixel)
			a = append(a, "-map", "0", fmt.Sprintf("-s:v:%d", i), s.String(), fmt.Sprintf("-b:v:%d", i), fmt.Sprintf("%dk", bitrate/1000))
		}
	}
	gop := fmt.Sprint(w.gop())
	a = append(a, "-bf", "1", "-sc_threshold", "0", "-keyint_min", gop, "-g", gop)
	if j.Threads > 0 {
		a = append(a, "-threads", fmt.Sprint(j.Threads))
	}
	return append(append(a, j.segmenting()...), "-f", "dash", filepath.Join(out, "stream.mpd"))
}

// segmenting are the options of the dash muxer: StreamGear's, or for the best command segments as long as ours.
func (j *job) segmenting() []string {
	switch {
	case j.Streams > 0:
		return []string{
			"-window_size", "5", "-extra_window_size", "5", "-remove_at_exit", "0", "-seg_duration", "2", "-use_timeline", "0",
			"-use_template", "1", "-adaptation_sets", "id=0,streams=v ",
		}
	case j.Workload.Paced:
		return []string{
			"-bf", "0", "-seg_duration", "2", "-use_timeline", "0", "-use_template", "1", "-window_size", "5", "-ldash", "1", "-streaming", "1",
			"-frag_type", "every_frame", "-adaptation_sets", "id=0,streams=v ",
		}
	case j.Contender == CLIBest:
		return []string{"-seg_duration", "2", "-use_timeline", "1", "-use_template", "1", "-adaptation_sets", "id=0,streams=v "}
	}
	return []string{"-seg_duration", "5", "-use_timeline", "1", "-use_template", "1", "-adaptation_sets", "id=0,streams=v "}
}

// bestGraph converts once and scales each rendition from the one above, with the filters that we choose.
func bestGraph(ladder []Size) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[0:v]format=yuv420p")
	for i := range ladder {
		if i > 0 {
			filter := "bicubic"
			if ladder[i-1].Width >= 2*ladder[i].Width {
				filter = "area"
			}
			fmt.Fprintf(&b, ";[s%d]scale=%d:%d:flags=%s", i, ladder[i].Width, ladder[i].Height, filter)
		}
		if i+1 < len(ladder) {
			fmt.Fprintf(&b, ",split[v%d][s%d]", i, i+1)
		} else {
			fmt.Fprintf(&b, "[v%d]", i)
		}
	}
	return b.String()
}
