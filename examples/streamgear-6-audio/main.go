// This example shows how to:
//  1. put the sound of a file or a URL beside the pictures of another
//  2. stream both as a ladder with one sound track
//
// Usage: go run ./examples/streamgear-6-audio [-format hls] VIDEO SOUND FOLDER|x.mpd|x.m3u8
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/framegear/framegear"
)

var device = flag.String("device", "", "libav's input device for VIDEO; v4l2 for /dev/videoN when empty")

func main() {
	var format framegear.Format
	flag.TextVar(&format, "format", framegear.DASH, "dash or hls")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // Ctrl-C ends the stream, and what is there stays whole
	defer stop()
	if err := stream(ctx, flag.Arg(0), flag.Arg(1), flag.Arg(2), format); err != nil {
		log.Fatal(err)
	}
}

func stream(ctx context.Context, source, sound, output string, format framegear.Format) error {
	in, err := framegear.OpenInput(ctx, source, framegear.InputOptions{Format: *device})
	if err != nil {
		return err
	}
	defer in.Close()

	s, err := framegear.New(output, framegear.Options{
		Format:    format,
		FrameRate: in.FrameRate(),
		Upscale:   true,
		Ladder: framegear.Ladder{
			{},
			{Width: 1920, Height: 1080, Bitrate: 4_000_000},
			{Width: 1280, Height: 720, FrameRate: framegear.FPS(30)},
			{Width: 640, Height: 360, FrameRate: framegear.FPS(60)},
		},
		Audio: []framegear.AudioTrack{{Source: sound}},
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
