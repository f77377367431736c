// This example shows how to:
//  1. make a live stream: a window of the last segments, older ones deleted
//  2. keep going when the machine is too slow for a frame
//
// Usage: go run ./examples/streamgear-3-live [-format hls] /dev/video0 FOLDER|x.mpd|x.m3u8
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"time"

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
		Format:          format,
		FrameRate:       in.FrameRate(),
		Live:            true,
		SegmentDuration: time.Second,
		Window:          5 * time.Second, // what players see
		ExtraWindow:     5 * time.Second, // what stays for players that are behind
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
