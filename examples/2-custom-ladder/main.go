// This example shows how to:
//  1. give each rendition its own size, bit rate, frame rate, encoder and preset
//  2. hear of rungs that are left out, and of segments as they come
//  3. push frames that a program makes itself, as bytes
//
// Usage: go run ./examples/2-custom-ladder FOLDER
package main

import (
	"context"
	"log"
	"os"
	"time"

	"github.com/framegear/framegear"
)

const (
	width, height = 640, 360
	seconds       = 4
	fps           = 30
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 2-custom-ladder FOLDER")
	}
	if err := stream(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func stream(ctx context.Context, folder string) error {
	s, err := framegear.New(folder, framegear.Options{
		FrameRate:       framegear.FPS(fps),
		SegmentDuration: time.Second,
		Preset:          "veryfast", // for the rungs that do not say otherwise
		Ladder: framegear.Ladder{
			{CRF: 23, Bitrate: 800_000},                                                                    // constant quality, capped
			{Height: 240, FrameRate: framegear.FPS(15)},                                                    // bit rate from size and frame rate
			{Width: 256, Height: 144, Bitrate: 80_000, Codec: "libx265"},                                   // another codec
			{Width: 1280, Height: 720, Bitrate: 2_000_000, Extra: map[string]string{"rc-lookahead": "10"}}, // larger than the source
		},
		Events: framegear.Events{
			Warning: func(w framegear.WarningInfo) { log.Print(w.Text) },
			SegmentReady: func(i framegear.SegmentInfo) {
				log.Printf("%s: %d frames, %d bytes", i.Name, i.Frames, i.Bytes)
			},
		},
	})
	if err != nil {
		return err
	}
	defer s.Close()

	pix := make([]byte, width*height*3)
	for n := range seconds * fps {
		draw(pix, n)
		if err := s.WriteFrame(framegear.RGB(pix, width, height)); err != nil {
			return err
		}
	}
	return s.Finish(ctx)
}

// draw fills the picture with a gradient that moves by two pixels a frame.
func draw(pix []byte, n int) {
	for i := range width * height {
		x, y := i%width+2*n, i/width
		pix[3*i], pix[3*i+1], pix[3*i+2] = byte(x), byte(y), byte(x+y)
	}
}
