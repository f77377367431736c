package framegear

import (
	"time"

	"github.com/framegear/framegear/scaler"
)

// The burned clock is two rows of 24 square blocks in the top left corner, each a 64th of the picture's width wide. A white and a
// black block come first, then 44 bits of the capture instant in milliseconds since 1970, most significant first, then the
// odd parity of the bits with an even and with an odd exponent.
const (
	burnColumns = 24
	burnBits    = 44
)

// burn draws an instant into a picture that nobody else has seen yet.
func burn(p *scaler.Picture, at time.Time) {
	ms := uint64(at.UnixMilli())
	blocks := [2 * burnColumns]bool{0: true}
	parity := [2]bool{true, true}
	for i := range burnBits {
		exponent := burnBits - 1 - i
		bit := ms>>exponent&1 == 1
		blocks[2+i] = bit
		parity[exponent%2] = parity[exponent%2] != bit
	}
	blocks[2+burnBits], blocks[3+burnBits] = parity[0], parity[1]
	side := max(2, p.Width()/64&^1)
	for i, white := range blocks {
		burnBlock(p, i%burnColumns*side, i/burnColumns*side, side, white)
	}
}

// burnBlock fills a square with limited-range black or white.
func burnBlock(p *scaler.Picture, x, y, side int, white bool) {
	shift := p.Layout().Bits() - 8
	bytes := 1 + min(shift, 1)
	if p.Layout() == scaler.P010 {
		shift = 8 // its samples are the high bits
	}
	luma := 16
	if white {
		luma = 235
	}
	fillRect(p.Plane(0), p.Stride(0), x, y, side, side, bytes, luma<<shift)
	if p.Layout() == scaler.NV12 || p.Layout() == scaler.P010 { // both chroma samples side by side
		fillRect(p.Plane(1), p.Stride(1), x, y/2, side, side/2, bytes, 128<<shift)
		return
	}
	fillRect(p.Plane(1), p.Stride(1), x/2, y/2, side/2, side/2, bytes, 128<<shift)
	fillRect(p.Plane(2), p.Stride(2), x/2, y/2, side/2, side/2, bytes, 128<<shift)
}

// fillRect sets samples of one or two bytes, little-endian.
func fillRect(plane []byte, stride, x, y, width, height, bytes, value int) {
	for r := y; r < y+height && (r+1)*stride <= len(plane); r++ {
		row := plane[r*stride : (r+1)*stride]
		for i := x * bytes; i < min((x+width)*bytes, stride); i += bytes {
			row[i] = byte(value)
			if bytes == 2 {
				row[i+1] = byte(value >> 8)
			}
		}
	}
}
