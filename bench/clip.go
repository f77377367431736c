package bench

import (
	"bufio"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
	"github.com/framegear/framegear/scaler"
)

// generation is raised when generated content changes.
const generation = 2

// prepare makes the raw frames of a workload in dir unless they are there, and returns the file. A marker that is written last says
// that the file is whole.
func prepare(ctx context.Context, dir string, w Workload, ffmpeg string) (string, error) {
	h := fnv.New64a()
	fmt.Fprint(h, generation, w.Content, w.Width, w.Height, w.Format, w.Frames)
	if info, err := os.Stat(w.Content); err == nil {
		fmt.Fprint(h, info.Size(), info.ModTime().UnixNano())
	}
	name := filepath.Join(dir, fmt.Sprintf("%dx%d-%s-%016x.raw", w.Width, w.Height, w.Format, h.Sum64()))
	if _, err := os.Stat(name + ".ready"); err == nil {
		return name, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	f, err := os.Create(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	if err := writeContent(ctx, out, w, ffmpeg); err != nil {
		return "", err
	}
	if err := out.Flush(); err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	return name, os.WriteFile(name+".ready", nil, 0o644)
}

func writeContent(ctx context.Context, out io.Writer, w Workload, ffmpeg string) error {
	switch w.Content {
	case Camera:
		return writeGenerated(ctx, out, w, synth.NewCamera(w.Width, w.Height).Frame)
	case Screen:
		return writeGenerated(ctx, out, w, synth.NewScreen(w.Width, w.Height).Frame)
	}
	return writeFile(ctx, out, w, ffmpeg)
}

func writeGenerated(ctx context.Context, out io.Writer, w Workload, frame func(int64) []byte) error {
	convert, closer, err := converter(w)
	if err != nil {
		return err
	}
	defer closer()
	for n := range int64(w.Frames) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := convert(out, frame(n)); err != nil {
			return err
		}
	}
	return nil
}

// converter writes BGR24 as the workload's format.
func converter(w Workload) (write func(io.Writer, []byte) error, closer func(), err error) {
	plain := func(out io.Writer, bgr []byte) error { _, err := out.Write(bgr); return err }
	if w.Format == framegear.BGR24 {
		return plain, func() {}, nil
	}
	layout, planes := scaler.NV12, 2
	if w.Format == framegear.Gray8 {
		layout, planes = scaler.I420, 1
	}
	in, err := scaler.NewInput(scaler.InputOptions{Format: framegear.BGR24, Width: w.Width, Height: w.Height, Layout: layout})
	if err != nil {
		return nil, nil, err
	}
	return func(out io.Writer, bgr []byte) error {
		pic, err := in.Convert(framegear.BGR(bgr, w.Width, w.Height))
		if err != nil {
			return err
		}
		defer pic.Release()
		for p := range planes {
			if err := writeRows(out, pic, p, w.Format.RowBytes(p, w.Width)); err != nil {
				return err
			}
		}
		return nil
	}, in.Close, nil
}

func writeRows(out io.Writer, pic *scaler.Picture, plane, bytes int) error {
	samples, stride := pic.Plane(plane), pic.Stride(plane)
	for at := 0; at+stride <= len(samples); at += stride {
		if _, err := out.Write(samples[at : at+bytes]); err != nil {
			return err
		}
	}
	return nil
}

// writeFile decodes and scales a video file, from the beginning again when it is too short.
func writeFile(ctx context.Context, out io.Writer, w Workload, ffmpeg string) error {
	if ffmpeg == "" {
		return fmt.Errorf("%w: content %q needs ffmpeg to be prepared", ErrConfig, w.Content)
	}
	cmd := exec.CommandContext(ctx, ffmpeg, "-nostdin", "-v", "error", "-stream_loop", "-1", "-i", w.Content, "-an", "-vf",
		fmt.Sprintf("scale=%d:%d:flags=lanczos+accurate_rnd", w.Width, w.Height), "-fps_mode", "passthrough",
		"-frames:v", fmt.Sprint(w.Frames), "-pix_fmt", rawNames[w.Format], "-f", "rawvideo", "-")
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("bench: preparing %s: %w", w.Content, err)
	}
	return nil
}

// clip is the frames of a workload in memory.
type clip struct {
	w   Workload
	pix []byte
}

// frame returns frame n over mapped memory; after the last one comes the first one.
func (c *clip) frame(n int) *framegear.Frame {
	return framegear.Packed(c.w.Format, c.bytes(n), c.w.Width, c.w.Height)
}

func (c *clip) bytes(n int) []byte {
	size := c.w.frameBytes()
	n %= c.w.Frames
	return c.pix[n*size : (n+1)*size : (n+1)*size]
}
