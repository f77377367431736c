package rgb

import (
	"fmt"
	"math"

	"github.com/framegear/framegear/internal/media"
)

// Excursions of limited-range samples over those of full range: codes 16 to 235 for luma, 16 to 240 for chroma.
const (
	lumaScale   = 219.0 / 255
	chromaScale = 224.0 / 255
)

// weights are a matrix in fixed point, by the place of a channel among the bytes of a pixel; rgb.h says what is done
// with them.
type weights struct {
	y    [3]uint16
	gray uint16
	u, v [2]int16
}

// lumaShares returns the shares of red and blue in luma (ITU-T H.273, table 4).
func lumaShares(m media.Matrix) (red, blue float64) {
	switch m {
	case media.MatrixBT709:
		return 0.2126, 0.0722
	case media.MatrixBT601:
		return 0.299, 0.114
	}
	panic(fmt.Sprintf("rgb: matrix %d (want BT.709 or BT.601)", m))
}

// newWeights returns a matrix for pixels whose first byte is blue, or red.
func newWeights(m media.Matrix, redFirst bool) weights {
	red, blue := lumaShares(m)
	fixed := func(f float64) int { return int(math.Round(f * (1 << 16))) }
	gray, r, b := fixed(lumaScale), fixed(red*lumaScale), fixed(blue*lumaScale)
	w := weights{
		gray: uint16(gray),
		// Green takes what rounding leaves, so that white is 235 exactly.
		y: [3]uint16{uint16(b), uint16(gray - r - b), uint16(r)},
		u: [2]int16{int16(fixed(chromaScale / 2)), int16(fixed(-red / (1 - blue) * chromaScale / 2))},
		v: [2]int16{int16(fixed(-blue / (1 - red) * chromaScale / 2)), int16(fixed(chromaScale / 2))},
	}
	if redFirst {
		w.y[0], w.y[2] = w.y[2], w.y[0]
		w.u[0], w.u[1] = w.u[1], w.u[0]
		w.v[0], w.v[1] = w.v[1], w.v[0]
	}
	return w
}
