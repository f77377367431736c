// This example shows how to:
//  1. try which hardware encoders really work here, and say why others do not
//  2. use the first one that does for the whole ladder, and x264 where there is none
//
// Usage: go run ./examples/streamgear-8-hardware [-format hls] /dev/video0 FOLDER|x.mpd|x.m3u8
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
)

var device = flag.String("device", "", "libav's input device for SOURCE; v4l2 for /dev/videoN when empty")

func main() {
	var format framegear.Format
	flag.TextVar(&format, "format", framegear.DASH, "dash or hls")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // Ctrl-C ends the stream, and what is there stays whole
	defer stop()
	if err := stream(ctx, flag.Arg(0), flag.Arg(1), format); err != nil {
		log.Fatal(err)
	}
}

func stream(ctx context.Context, source, output string, format framegear.Format) error {
	in, err := framegear.OpenInput(ctx, source, framegear.InputOptions{Format: *device})
	if err != nil {
		return err
	}
	defer in.Close()

	s, err := framegear.New(output, framegear.Options{
		Format:    format,
		FrameRate: in.FrameRate(),
		Codec:     hardware(ctx),
		Upscale:   true,
		Ladder: framegear.Ladder{
			{},
			{Width: 1920, Height: 1080, Bitrate: 4_000_000},
			{Width: 1280, Height: 720, FrameRate: framegear.FPS(30)},
			{Width: 640, Height: 360, FrameRate: framegear.FPS(60)},
		},
	})
	if err != nil {
		return err
	}
	defer s.Close()

	if err := s.WriteFrames(ctx, in.Frames()); err != nil {
		return err
	}
	return s.Finish(context.WithoutCancel(ctx))
}

// hardware returns the first H.264 encoder in hardware that works, else x264.
func hardware(ctx context.Context) string {
	for _, e := range encoder.Probe(ctx, encoder.ProbeOptions{}) {
		switch {
		case !encoder.Hardware(e.Encoder) || !encoder.Available(e.Encoder) || e.Codec != "h264":
		case e.Works:
			return e.Encoder
		default:
			log.Printf("%s does not work: %s", e.Encoder, e.Reason)
		}
	}
	log.Print("no hardware encoder: using libx264")
	return "libx264"
}
