package encoder

import (
	"context"
	"fmt"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// ProbeOptions say what encoders are tried with.
type ProbeOptions struct {
	// Width and Height of the frames in pixels, even. Zero means 1280x720.
	Width, Height int
	// Frames is how many frames are encoded. Zero means 12.
	Frames int
}

// ProbeResult is what became of trying one encoder.
type ProbeResult struct {
	Encoder string      `json:"encoder"`
	Codec   media.Codec `json:"codec"`
	Bits    int         `json:"bits"`
	Works   bool        `json:"works"`
	// Reason is why it does not work, in words to act on.
	Reason string `json:"reason,omitempty"`
	// FramesPerSecond is the speed on the tried frames with one thread: an order of magnitude.
	FramesPerSecond float64 `json:"framesPerSecond,omitempty"`
}

// Probe tries every encoder of [Names] with real frames.
func Probe(ctx context.Context, o ProbeOptions) []ProbeResult {
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 1280, 720
	}
	if o.Frames == 0 {
		o.Frames = 12
	}
	var results []ProbeResult
	for _, name := range Names() {
		if ctx.Err() != nil {
			break
		}
		r := ProbeResult{Encoder: name, Codec: Format(name), Bits: MaxBits(name)}
		if !Available(name) {
			r.Reason = "this build of libav does not have it"
		} else if fps, err := try(name, o); err != nil {
			r.Reason = err.Error()
		} else {
			r.Works, r.FramesPerSecond = true, fps
		}
		results = append(results, r)
	}
	return results
}

// try encodes a few frames and returns the speed.
func try(name string, o ProbeOptions) (float64, error) {
	pool, err := av.NewPool(o.Width, o.Height, av.LayoutI420, media.OutputColor(o.Height))
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	e, err := New(Options{
		Codec: name, Width: o.Width, Height: o.Height, FrameRate: media.FPS(30), Timescale: 90_000, Threads: 1, LowLatency: true,
		Color: media.OutputColor(o.Height),
	})
	if err != nil {
		return 0, err
	}
	defer e.Close()
	packets := 0
	emit := func(*Packet) error { packets++; return nil }
	started := time.Now()
	for i := range int64(o.Frames) {
		if err := tryFrame(e, pool, i, emit); err != nil {
			return 0, err
		}
	}
	if err := e.Flush(emit); err != nil {
		return 0, err
	}
	if packets != o.Frames {
		return 0, fmt.Errorf("%d of %d frames came out", packets, o.Frames)
	}
	return float64(o.Frames) / time.Since(started).Seconds(), nil
}

func tryFrame(e *Encoder, pool *av.Pool, n int64, emit func(*Packet) error) error {
	pic, err := pool.Get()
	if err != nil {
		return err
	}
	defer pic.Release()
	for plane := range 3 {
		p := pic.Plane(plane)
		for i := range p {
			p[i] = byte(i) + byte(n)*3
		}
	}
	return e.Encode(pic, n*3000, 3000, n == 0, emit)
}
