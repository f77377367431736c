package framegear_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// chart is 4 by 3 flat patches in sRGB.
var chart = [12][3]byte{
	{0, 0, 0}, {255, 255, 255}, {255, 0, 0}, {0, 255, 0},
	{0, 0, 255}, {255, 255, 0}, {0, 255, 255}, {255, 0, 255},
	{128, 128, 128}, {200, 120, 90}, {30, 90, 180}, {100, 160, 60},
}

func chartFrame(width, height int) *framegear.Frame {
	pix := make([]byte, width*height*3)
	for y := range height {
		for x := range width {
			copy(pix[3*(y*width+x):], chart[y*3/height*4+x*4/width][:])
		}
	}
	return framegear.RGB(pix, width, height)
}

// Known colours go in, and come out of an independent decoder that goes by the stream's own tags: mean error per channel of a flat patch at most 2
// of 255 levels. HD is BT.709 and SD is BT.601, also in one ladder.
func TestColours(t *testing.T) {
	referee.Need(t)
	for _, c := range []struct {
		name          string
		width, height int
		opt           framegear.Options
		tags          []string // of each rendition
	}{
		{"SD", 640, 360, framegear.Options{}, []string{"smpte170m"}},
		{"HD", 1280, 720, framegear.Options{}, []string{"bt709"}},
		{"HD and SD", 1280, 720, framegear.Options{Ladder: framegear.Ladder{{}, {Width: 640, Height: 360}}}, []string{"bt709", "smpte170m"}},
		{"SD and HD", 640, 360, framegear.Options{Upscale: true, Ladder: framegear.Ladder{{}, {Width: 1280, Height: 720}}}, []string{"smpte170m", "bt709"}},
		{"HD in HEVC", 1280, 720, framegear.Options{Codec: "libx265"}, []string{"bt709"}},
		{"SD in AV1", 640, 360, framegear.Options{Codec: "libsvtav1", Preset: "12"}, []string{"smpte170m"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			c.opt.CRF = 4
			out := recorded(t, c.opt, 2, func(int) *framegear.Frame { return chartFrame(c.width, c.height) })
			require.Len(t, out.tracks(), len(c.tags))
			for i, id := range out.tracks() {
				requireChart(t, out.playable(t, out.segments[id][0]), c.tags[i], c.name+" "+id)
			}
		})
	}
}

func requireChart(t *testing.T, segment []byte, tag, what string) {
	t.Helper()
	f := referee.Frames(t, segment)[0]
	require.Equal(t, [4]string{tag, tag, tag, "tv"}, [4]string{f.Matrix, f.Primaries, f.Transfer, f.Range}, what)
	pix := referee.RGB(t, segment, 0)
	w, h := f.Width/4, f.Height/3
	for i, patch := range chart {
		got := mean(pix, f.Width, i%4*w+w/4, i/4*h+h/4, w/2, h/2)
		want := [3]float64{float64(patch[0]), float64(patch[1]), float64(patch[2])}
		requireColour(t, want, got, 2, fmt.Sprintf("%s patch %d %v", what, i, patch))
	}
}

// YUV keeps its own codes and tags at any height: nothing is converted that need not be.
func TestYUVKeepsItsColour(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	pix := make([]byte, framegear.I420.Size(96, 64))
	fill(pix[:96*64], 120)
	fill(pix[96*64:], 100)
	frame := framegear.Packed(framegear.I420, pix, 96, 64)
	frame.Color = framegear.Color{Matrix: 9, Range: 1, Primaries: 9, Transfer: 16}
	out := recorded(t, framegear.Options{CRF: 2, Ladder: framegear.Ladder{{}, {Width: 48, Height: 32}}}, 2, func(int) *framegear.Frame { return frame })
	for _, id := range out.tracks() {
		segment := out.playable(t, out.segments[id][0])
		f := referee.Frames(t, segment)[0]
		require.Equal(t, [4]string{"bt2020nc", "bt2020", "smpte2084", "tv"}, [4]string{f.Matrix, f.Primaries, f.Transfer, f.Range}, id)
		for _, y := range referee.Luma(t, segment, 0) {
			require.InDelta(t, 120, float64(y), 1)
		}
	}
}
