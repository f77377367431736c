package scaler_test

import (
	"fmt"
	"testing"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// BenchmarkInput converts one 1080p frame again and again.
func BenchmarkInput(b *testing.B) {
	for _, format := range []media.PixelFormat{media.FormatBGR24, media.FormatBGRA, media.FormatGray8, media.FormatNV12, media.FormatI420} {
		b.Run(format.String(), func(b *testing.B) {
			in, err := scaler.NewInput(scaler.InputOptions{Format: format, Width: 1920, Height: 1080})
			if err != nil {
				b.Fatal(err)
			}
			defer in.Close()
			frame := media.Packed(format, make([]byte, format.Size(1920, 1080)), 1920, 1080)
			b.SetBytes(int64(format.Size(1920, 1080)))
			b.ReportAllocs()
			for b.Loop() {
				pic, err := in.Convert(frame)
				if err != nil {
					b.Fatal(err)
				}
				pic.Release()
			}
		})
	}
}

// BenchmarkBranch makes the pictures of the usual rungs. The last ones change the matrix too, as SD rungs of HD sources do.
func BenchmarkBranch(b *testing.B) {
	for _, s := range [][4]int{{1920, 1080, 1280, 720}, {1920, 1080, 960, 540}, {1280, 720, 854, 480}, {1280, 720, 640, 360}} {
		b.Run(fmt.Sprintf("%dto%d", s[1], s[3]), func(b *testing.B) {
			in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatBGR24, Width: s[0], Height: s[1]})
			if err != nil {
				b.Fatal(err)
			}
			defer in.Close()
			from := scaler.Spec{Width: s[0], Height: s[1], Layout: scaler.I420, Color: in.Color()}
			branch, err := scaler.NewBranch(from, scaler.Spec{Width: s[2], Height: s[3], Layout: scaler.I420, Color: media.OutputColor(s[3])})
			if err != nil {
				b.Fatal(err)
			}
			defer branch.Close()
			src, err := in.Convert(media.Packed(media.FormatBGR24, make([]byte, s[0]*s[1]*3), s[0], s[1]))
			if err != nil {
				b.Fatal(err)
			}
			defer src.Release()
			b.ReportAllocs()
			for b.Loop() {
				pic, err := branch.Scale(src)
				if err != nil {
					b.Fatal(err)
				}
				pic.Release()
			}
		})
	}
}
