// This example shows how to:
//  1. add renditions of other sizes, rates and bit rates to the one at the source's own size
//  2. get one set of key frames for all of them, so that players can switch
//
// Usage: go run ./examples/streamgear-5-streams [-format hls] /dev/video0 FOLDER|x.mpd|x.m3u8
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/framegear/framegear"
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
		Upscale:   true, // for a camera that is smaller than the first rung
		Ladder: framegear.Ladder{
			{}, // the source's own size
			{Width: 1280, Height: 720, FrameRate: framegear.FPS(30)}, // bit rates by StreamGear's formula
			{Width: 640, Height: 360, FrameRate: framegear.FPS(60)},
			{Width: 320, Height: 240, Bitrate: 500_000},
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
