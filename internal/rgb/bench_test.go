//go:build unix

package rgb_test

import (
	"fmt"
	"testing"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

// BenchmarkConvert is one thread over one picture again and again, so it comes from the last cache where that is large
// enough. Bytes are those of the source.
func BenchmarkConvert(b *testing.B) {
	sizes := [][2]int{{640, 360}, {1280, 720}, {1920, 1080}}
	benched := []media.PixelFormat{
		media.FormatBGR24, media.FormatRGB24, media.FormatBGRA, media.FormatRGBA, media.FormatGray8, media.FormatYA8,
	}
	for _, format := range benched {
		for _, nv12 := range []bool{false, true} {
			for _, v := range rgb.Variants() {
				for _, size := range sizes {
					layout := map[bool]string{false: "i420", true: "nv12"}[nv12]
					b.Run(fmt.Sprintf("%s-%s/%s/%dp", format, layout, v, size[1]), func(b *testing.B) {
						benchmarkConvert(b, v, format, nv12, size)
					})
				}
			}
		}
	}
}

func benchmarkConvert(b *testing.B, v string, format media.PixelFormat, nv12 bool, size [2]int) {
	s := shape{width: size[0], height: size[1]}
	src := make([]byte, s.srcSize(format))
	patterns["random"](src, 1)
	j := s.job(format, src)
	j.NV12 = nv12
	newOutput(b, s.width, s.height, 0, nv12, true).into(j)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		rgb.ConvertWith(v, j, 0, j.Height)
	}
}
