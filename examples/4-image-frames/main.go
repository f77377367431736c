// This example shows how to:
//  1. stream pictures that are drawn with Go's image packages
//  2. stream a region of a larger image, without copying it out
//
// Usage: go run ./examples/4-image-frames FOLDER
package main

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"log"
	"os"

	"github.com/framegear/framegear"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 4-image-frames FOLDER")
	}
	if err := stream(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func stream(ctx context.Context, folder string) error {
	s, err := framegear.New(folder, framegear.Options{FrameRate: framegear.FPS(25)})
	if err != nil {
		return err
	}
	defer s.Close()

	canvas := image.NewRGBA(image.Rect(0, 0, 800, 600))
	view := canvas.SubImage(image.Rect(80, 120, 720, 480)) // 640x360 of it; its rows stay where they are
	for n := range 100 {
		draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.RGBA{16, 32, 64, 255}), image.Point{}, draw.Src)
		ball := image.Rect(0, 0, 60, 60).Add(image.Pt(80+5*n, 250))
		draw.Draw(canvas, ball, image.NewUniform(color.RGBA{250, 180, 40, 255}), image.Point{}, draw.Src)
		if err := s.WriteFrame(framegear.FromImage(view)); err != nil {
			return err
		}
	}
	return s.Finish(ctx)
}
