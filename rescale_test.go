package framegear_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// A telephone is turned: what it then shows keeps its shape, or fills the picture, as it is asked for.
func TestRescaleModes(t *testing.T) {
	referee.Need(t)
	black, red, green, blue := [3]float64{}, [3]float64{255, 0, 0}, [3]float64{0, 255, 0}, [3]float64{0, 0, 255}
	for _, c := range []struct {
		name string
		opt  framegear.Options
		// what is at the left, and above, in the middle and below in the middle column
		left, above, middle, below [3]float64
	}{
		{"fit", framegear.Options{}, black, red, green, blue},
		{"crop", framegear.Options{RescaleMode: framegear.RescaleCrop}, green, green, green, green},
		{"stretch", framegear.Options{RescaleMode: framegear.RescaleStretch}, green, red, green, blue},
		{"a shape of the caller's", framegear.Options{Aspect: framegear.Rate{Num: 4, Den: 3}}, green, red, green, blue},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			c.opt.Rescale, c.opt.CRF = true, 4
			out := recorded(t, c.opt, 3, func(n int) *framegear.Frame {
				if n == 0 {
					return framegear.RGB(make([]byte, 192*108*3), 192, 108)
				}
				return bands(108, 192)
			})
			pix := referee.RGB(t, out.playable(t, out.segments["v0"][0]), 2)
			requireColour(t, c.left, mean(pix, 192, 4, 46, 40, 16), 4, "left")
			requireColour(t, c.above, mean(pix, 192, 80, 4, 32, 16), 4, "above")
			requireColour(t, c.middle, mean(pix, 192, 80, 46, 32, 16), 4, "middle")
			requireColour(t, c.below, mean(pix, 192, 80, 88, 32, 16), 4, "below")
		})
	}
}

func TestRescaleModeAsText(t *testing.T) {
	enumAsText[framegear.RescaleMode, *framegear.RescaleMode]("fit", "crop", "stretch")(t)
}

// bands is red above, green in the middle third and blue below.
func bands(width, height int) *framegear.Frame {
	pix := make([]byte, width*height*3)
	for y := range height {
		for x := range width {
			pix[3*(y*width+x)+y*3/height] = 255
		}
	}
	return framegear.RGB(pix, width, height)
}

// Buffers of another format do not become pictures.
func TestPackedOfAnotherLength(t *testing.T) {
	leaktest.Check(t)
	s, _ := open(t, framegear.Options{})
	err := s.WriteFrame(framegear.BGR(make([]byte, 96*64*4), 96, 64))
	require.ErrorIs(t, err, framegear.ErrFrame)
	require.ErrorAs(t, err, new(*framegear.LengthError))
	require.ErrorContains(t, err, "BGRA")
	require.NoError(t, s.WriteFrame(framegear.Packed(framegear.BGRA, make([]byte, 96*64*4), 96, 64)))
}
