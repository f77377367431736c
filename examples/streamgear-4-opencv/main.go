// This example shows how to:
//  1. read a camera or a file with OpenCV and change each picture with it (here: to gray)
//  2. write the Mat as it lies in memory
//
// Usage: go run -tags opencv ./examples/streamgear-4-opencv [-format hls] 0|VIDEO FOLDER|x.mpd|x.m3u8

//go:build opencv

package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/opencv"
	"gocv.io/x/gocv"
)

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
	in, err := opencv.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()

	s, err := framegear.New(output, framegear.Options{Format: format, FrameRate: in.FrameRate()})
	if err != nil {
		return err
	}
	defer s.Close()

	for ctx.Err() == nil {
		m, ok := in.Read()
		if !ok {
			break
		}
		gocv.CvtColor(*m, m, gocv.ColorBGRToGray)
		if err := opencv.WriteMat(s, m); err != nil {
			return err
		}
	}
	return s.Finish(context.WithoutCancel(ctx))
}
