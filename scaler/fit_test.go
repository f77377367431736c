package scaler_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// A frame of another shape is in the middle of a black picture, as it would be alone.
func TestInputContains(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct{ frame, picture, content, at [2]int }{
		{[2]int{36, 64}, [2]int{64, 36}, [2]int{20, 36}, [2]int{22, 0}},
		{[2]int{64, 36}, [2]int{36, 64}, [2]int{36, 20}, [2]int{0, 22}},
		{[2]int{33, 21}, [2]int{64, 64}, [2]int{64, 40}, [2]int{0, 12}},
		{[2]int{1, 50}, [2]int{64, 36}, [2]int{2, 36}, [2]int{30, 0}},
	} {
		for _, format := range formats() {
			for _, layout := range layouts {
				o := scaler.InputOptions{
					Format: format, Width: c.frame[0], Height: c.frame[1], Layout: layout,
					OutWidth: c.picture[0], OutHeight: c.picture[1], Fit: scaler.Contain,
				}
				f := noise(format, c.frame[0], c.frame[1], 6)
				got := convert(t, input(t, o), f)
				o.OutWidth, o.OutHeight, o.Fit = c.content[0], c.content[1], scaler.Stretch
				alone := convert(t, input(t, o), f)
				requirePlaced(t, got, alone, c.at, fmt.Sprintf("%v of %s to %s", c, format, layout))
			}
		}
	}
}

// requirePlaced checks that a picture shows another one at a place, and black around it.
func requirePlaced(t *testing.T, got, content *scaler.Picture, at [2]int, what string) {
	t.Helper()
	black := [3]float64{16, 128, 128}
	if got.Color().Range == media.RangeFull {
		black[0] = 0
	}
	for i := range 3 {
		shift := min(i, 1)
		inside, x0, y0 := codes(content, i), at[0]>>shift, at[1]>>shift
		for y, row := range codes(got, i) {
			for x, v := range row {
				want := black[i]
				if y >= y0 && y < y0+len(inside) && x >= x0 && x < x0+len(inside[0]) {
					want = inside[y-y0][x-x0]
				}
				if v != want {
					require.Failf(t, "wrong sample", "%s: component %d at %d,%d is %g, want %g", what, i, x, y, v, want)
				}
			}
		}
	}
}

// The middle of a frame of another shape fills the picture: the same as that part of the frame alone.
func TestInputCovers(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		frame, picture [2]int
		part           [4]int
	}{
		{[2]int{36, 64}, [2]int{64, 36}, [4]int{0, 22, 36, 20}},
		{[2]int{64, 36}, [2]int{36, 64}, [4]int{22, 0, 20, 36}},
		{[2]int{33, 21}, [2]int{64, 64}, [4]int{6, 0, 21, 21}},
		{[2]int{50, 1}, [2]int{36, 64}, [4]int{24, 0, 1, 1}},
	} {
		for _, format := range formats() {
			for _, layout := range layouts {
				o := scaler.InputOptions{
					Format: format, Width: c.frame[0], Height: c.frame[1], Layout: layout,
					OutWidth: c.picture[0], OutHeight: c.picture[1], Fit: scaler.Cover,
				}
				f := noise(format, c.frame[0], c.frame[1], 6)
				got := convert(t, input(t, o), f)
				part := f.Region(c.part[0], c.part[1], c.part[2], c.part[3])
				o.Width, o.Height, o.Fit = c.part[2], c.part[3], scaler.Stretch
				alone := convert(t, input(t, o), &part)
				for i := range 3 {
					require.Equal(t, codes(alone, i), codes(got, i), "%v of %s to %s", c, format, layout)
				}
			}
		}
	}
}

// Frames of the picture's shape are scaled as ever, whatever the fit, to the even size next to it.
func TestInputFitsShapesThatAreTheSame(t *testing.T) {
	leaktest.Check(t)
	for _, size := range [][4]int{{854, 480, 1280, 720}, {640, 360, 854, 480}, {1366, 768, 1280, 720}, {320, 180, 320, 180}} {
		f := noise(media.FormatBGR24, size[0], size[1], 0)
		var want [][]float64
		for _, fit := range []scaler.Fit{scaler.Stretch, scaler.Contain} {
			got := codes(convert(t, input(t, scaler.InputOptions{
				Format: media.FormatBGR24, Width: size[0], Height: size[1], OutWidth: size[2], OutHeight: size[3], Fit: fit,
			}), f), 0)
			if want == nil {
				want = got
			}
			require.Equal(t, want, got, size)
		}
	}
}
