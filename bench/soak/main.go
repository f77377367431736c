package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
)

// options are the command line.
type options struct {
	length, every         time.Duration
	window, part, segment time.Duration
	settle                time.Duration // from then on nothing may grow
	width, height, fps    int
	bitrate               int64
	preset                string
	folder                string
	silent                bool
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = run(ctx, o)
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := &options{segment: time.Second}
	f := flag.NewFlagSet("soak", flag.ExitOnError)
	size := f.String("size", "640x360", "size of the pattern and of the first rendition; the second one has half its sides")
	f.DurationVar(&o.length, "length", time.Hour, "how long to run")
	f.DurationVar(&o.every, "every", time.Minute, "how often to report")
	f.DurationVar(&o.window, "window", 30*time.Second, "live window; as much again is kept")
	f.DurationVar(&o.part, "part", 200*time.Millisecond, "length of parts")
	f.IntVar(&o.fps, "fps", 30, "frame rate")
	f.Int64Var(&o.bitrate, "bitrate", 800_000, "bit rate of the first rendition")
	f.StringVar(&o.preset, "preset", "ultrafast", "x264 preset")
	f.StringVar(&o.folder, "o", "", "folder of the output (default: a temporary one)")
	f.BoolVar(&o.silent, "no-sound", false, "leave the sound out")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if _, err := fmt.Sscanf(*size, "%dx%d", &o.width, &o.height); err != nil || o.every <= 0 || o.fps < 1 {
		return nil, fmt.Errorf("-size %s -every %s -fps %d (want for example 640x360, 1m, 30)", *size, o.every, o.fps)
	}
	// Window and extra window are full, and encoders have seen everything, after this long.
	o.settle = 2*o.window + o.every
	if o.length < 2*o.settle {
		return nil, fmt.Errorf("-length %s (want at least %s with a window of %s)", o.length, 2*o.settle, o.window)
	}
	return o, nil
}

func (o *options) stream() framegear.Options {
	so := framegear.Options{
		FrameRate: framegear.FPS(float64(o.fps)), LowLatency: true, PartDuration: o.part, SegmentDuration: o.segment, Preset: o.preset, Window: o.window,
		Ladder: framegear.Ladder{{Bitrate: o.bitrate}, {Width: o.width / 2, Height: o.height / 2, Bitrate: o.bitrate / 3}},
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if !o.silent {
		so.Audio = []framegear.AudioTrack{{PCM: true, Channels: 1}}
	}
	return so
}

func run(ctx context.Context, o *options) error {
	folder := o.folder
	if folder == "" {
		var err error
		if folder, err = os.MkdirTemp("", "soak"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	s, err := framegear.New(folder, o.stream())
	if err != nil {
		return err
	}
	defer s.Close()
	server, err := framegear.Listen("127.0.0.1:0", framegear.ServerOptions{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, s.Handler()) }()
	v := &viewer{base: server.URL(), track: "v0"}
	var watching sync.WaitGroup
	watching.Go(func() { v.watch(ctx) })
	m := &monitor{o: o, s: s, v: v, folder: folder}
	err = feed(ctx, o, s, m)
	cancel()
	watching.Wait()
	err = errors.Join(err, <-served)
	finishing, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	return errors.Join(err, m.verdict(), s.Finish(finishing))
}

// feed writes the pattern and its sound in real time until the context ends.
func feed(ctx context.Context, o *options, s *framegear.Stream, m *monitor) error {
	pattern := synth.NewPattern(o.width, o.height)
	sound := synth.Sync{Frames: framegear.FPS(float64(o.fps)), Rate: 48000}
	samples := sound.Rate / o.fps
	begin := time.Now()
	m.begin(begin)
	for n := 0; ; n++ {
		select {
		case <-time.After(time.Until(begin.Add(time.Duration(n) * time.Second / time.Duration(o.fps)))):
		case <-ctx.Done():
			return nil
		}
		if !o.silent {
			b := framegear.Samples{Format: framegear.S16, Rate: sound.Rate, Channels: 1}
			b.Planes[0] = sound.PCM(framegear.S16, 1, int64(n*samples), samples)
			if err := s.WriteAudio(&b); err != nil {
				return err
			}
		}
		err := s.WriteFrame(framegear.BGR(pattern.Frame(int64(n)), o.width, o.height))
		if err != nil && !errors.Is(err, framegear.ErrDropped) {
			return err
		}
		if err := m.look(time.Now()); err != nil {
			return err
		}
	}
}
