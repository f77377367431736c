// This example shows how to:
//  1. take sound from a microphone, live, in step with the camera
//  2. give a device as ffmpeg's input arguments: alsa, dshow or avfoundation (framegear devices lists them)
//
// Usage: go run ./examples/streamgear-7-device-audio [-format hls] [-sound "-f alsa -i hw:1"] /dev/video0 FOLDER|x.mpd|x.m3u8
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/framegear/framegear"
)

var device = flag.String("device", "", "libav's input device for SOURCE; v4l2 for /dev/videoN when empty")

var sound = flag.String("sound", "-f alsa -i default", "sound device: -f dshow -i audio=NAME on Windows, -f avfoundation -i :0 on macOS")

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
		Ladder: framegear.Ladder{
			{},
			{Width: 640, Height: 360, Bitrate: 4_000_000},
			{Width: 320, Height: 240, FrameRate: framegear.FPS(30)},
		},
		Audio: []framegear.AudioTrack{{Input: strings.Fields(*sound)}},
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
