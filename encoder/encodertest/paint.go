package encodertest

import (
	"encoding/binary"

	"github.com/framegear/framegear/encoder"
)

// Gradient paints a slope that moves, which costs few bits.
func Gradient(p *encoder.Picture, n int64) {
	each(p, func(plane, x, y int) int {
		if plane > 0 {
			return 128
		}
		return 32 + (x+y+int(n)*2)%192
	})
}

// Noise paints what cannot be predicted from anything, which costs as many bits as there are.
func Noise(p *encoder.Picture, n int64) {
	state := uint32(n)*2654435761 + 1
	each(p, func(plane, _, _ int) int {
		state = state*1664525 + 1013904223
		if plane > 0 {
			return 128 + int(state>>28) - 8
		}
		return 64 + int(state>>25)
	})
}

// each sets every sample to an 8-bit code, in the picture's own depth.
func each(p *encoder.Picture, code func(plane, x, y int) int) {
	deep := p.Layout().Bits() > 8
	for plane := range 3 {
		w, h := p.Width(), p.Height()
		if plane > 0 {
			w, h = w/2, h/2
		}
		pix, stride := p.Plane(plane), p.Stride(plane)
		for y := range h {
			for x := range w {
				if v := code(plane, x, y); deep {
					binary.LittleEndian.PutUint16(pix[y*stride+2*x:], uint16(4*v))
				} else {
					pix[y*stride+x] = byte(v)
				}
			}
		}
	}
}
