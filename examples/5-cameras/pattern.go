package main

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"iter"
	"time"

	"github.com/framegear/framegear"
)

// pattern is a camera that every machine has: a square that moves, 25 times a second until the context ends.
func pattern(ctx context.Context) iter.Seq2[*framegear.Frame, error] {
	return func(yield func(*framegear.Frame, error) bool) {
		canvas := image.NewRGBA(image.Rect(0, 0, 640, 360))
		ticker := time.NewTicker(time.Second / 25)
		defer ticker.Stop()
		for n := 0; ; n++ {
			draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.RGBA{16, 32, 64, 255}), image.Point{}, draw.Src)
			square := image.Rect(0, 0, 80, 80).Add(image.Pt(8*n%560, 140))
			draw.Draw(canvas, square, image.NewUniform(color.RGBA{250, 180, 40, 255}), image.Point{}, draw.Src)
			if !yield(framegear.FromImage(canvas), nil) {
				return
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}
}
