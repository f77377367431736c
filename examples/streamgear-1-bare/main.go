// This example shows how to:
//  1. record a video file frame by frame, as one rendition at its own size
//  2. choose DASH or HLS
//
// Usage: go run ./examples/streamgear-1-bare [-format hls] VIDEO FOLDER|x.mpd|x.m3u8
package main

import (
	"context"
	"flag"
	"log"

	"github.com/framegear/framegear"
)

func main() {
	var format framegear.Format
	flag.TextVar(&format, "format", framegear.DASH, "dash or hls")
	flag.Parse()
	if err := stream(context.Background(), flag.Arg(0), flag.Arg(1), format); err != nil {
		log.Fatal(err)
	}
}

func stream(ctx context.Context, source, output string, format framegear.Format) error {
	in, err := framegear.OpenInput(ctx, source, framegear.InputOptions{})
	if err != nil {
		return err
	}
	defer in.Close()

	s, err := framegear.New(output, framegear.Options{Format: format}) // 25 frames per second, as StreamGear has it
	if err != nil {
		return err
	}
	defer s.Close()

	for f, err := range in.Frames() {
		if err != nil {
			return err
		}
		// Look at f or draw into it here.
		if err := s.WriteFrame(f); err != nil {
			return err
		}
	}
	return s.Finish(ctx)
}
