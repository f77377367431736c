// Package synth generates pictures and sound for demonstrations, tests and benchmarks: media whose content is known by formula.
package synth

import "math"

// Pattern draws a moving test picture in BGR24: colour bars that scroll, a ramp, a bouncing disc and the frame's number.
type Pattern struct {
	width, height int
	pix           []byte
	bars, ramp    []byte // one row each, twice as wide as the picture, so that scrolling is one copy
}

// NewPattern returns a pattern of a size in pixels.
func NewPattern(width, height int) *Pattern {
	p := &Pattern{width: width, height: height, pix: make([]byte, width*height*3)}
	p.bars, p.ramp = make([]byte, 2*width*3), make([]byte, 2*width*3)
	// The bars of SMPTE RP 219 at 75 %, in B, G, R.
	colors := [7][3]byte{{191, 191, 191}, {0, 191, 191}, {191, 191, 0}, {0, 191, 0}, {191, 0, 191}, {0, 0, 191}, {191, 0, 0}}
	for x := range 2 * width {
		copy(p.bars[3*x:], colors[x%width*7/width][:])
		v := byte(x % width * 255 / max(1, width-1))
		copy(p.ramp[3*x:], []byte{v, v, v})
	}
	return p
}

// Frame draws frame n and returns its width*height*3 bytes, which the next call overwrites.
func (p *Pattern) Frame(n int64) []byte {
	row := 3 * p.width
	scroll := int(n*2) % p.width * 3
	split := p.height * 3 / 4
	for y := range p.height {
		src := p.bars[scroll : scroll+row]
		if y >= split {
			src = p.ramp[row-scroll : 2*row-scroll]
		}
		copy(p.pix[y*row:], src)
	}
	p.disc(n)
	p.number(n)
	return p.pix
}

// disc draws a white disc that swings through the picture.
func (p *Pattern) disc(n int64) {
	radius := float64(min(p.width, p.height)) / 8
	t := float64(n) / 50
	cx := float64(p.width)/2 + (float64(p.width)/2-radius)*math.Sin(t*1.3)
	cy := float64(p.height)/2 + (float64(p.height)/2-radius)*math.Sin(t*1.7)
	for y := max(0, int(cy-radius)); y < min(p.height, int(cy+radius)); y++ {
		dy := float64(y) - cy
		half := math.Sqrt(max(0, radius*radius-dy*dy))
		for x := max(0, int(cx-half)); x < min(p.width, int(cx+half)); x++ {
			copy(p.pix[3*(y*p.width+x):], []byte{255, 255, 255})
		}
	}
}

// digits are 3 by 5 dots each, row by row from the top.
var digits = [10]uint16{0x7b6f, 0x2492, 0x73e7, 0x73cf, 0x5bc9, 0x79cf, 0x79ef, 0x7249, 0x7bef, 0x7bcf}

// number writes n into the top left corner, white on black.
func (p *Pattern) number(n int64) {
	dot := max(1, p.height/90)
	for place := range 7 {
		digit := digits[n%10]
		n /= 10
		left := (6-place)*4*dot + dot
		for i := range 20 {
			v := byte(0)
			if col, row := i%4, i/4; col < 3 && digit>>(14-row*3-col)&1 == 1 {
				v = 255
			}
			p.block(left+i%4*dot, dot+i/4*dot, dot, v)
		}
	}
}

func (p *Pattern) block(x0, y0, size int, v byte) {
	for y := y0; y < min(y0+size, p.height); y++ {
		for x := x0; x < min(x0+size, p.width); x++ {
			i := 3 * (y*p.width + x)
			p.pix[i], p.pix[i+1], p.pix[i+2] = v, v, v
		}
	}
}
