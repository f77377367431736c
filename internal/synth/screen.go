package synth

import "math/rand/v2"

// Screen draws a desktop that hardly changes, in BGR24: windows full of lines of text, to which somebody adds a letter every fourth frame (at 30
// frames per second nearly eight a second, a fast typist), a blinking cursor and a clock that moves once a second.
type Screen struct {
	width, height int
	pix           []byte
	letter        int // width of a letter in pixels
	typed         int64
}

// NewScreen returns a screen of a size in pixels.
func NewScreen(width, height int) *Screen {
	s := &Screen{width: width, height: height, pix: make([]byte, width*height*3), letter: max(3, height/135)}
	s.fill(0, 0, width, height, [3]byte{120, 80, 40})
	r := rand.New(rand.NewPCG(5, 6))
	s.window(width/32, height/18, width/2, height*3/4, r)
	s.window(width*9/16, height/9, width*3/8, height/2, r)
	s.fill(0, height-height/24, width, height/24, [3]byte{48, 48, 48})
	return s
}

// Frame draws frame n, which must be the next one, and returns its width*height*3 bytes, which the next call changes.
func (s *Screen) Frame(n int64) []byte {
	line := 2 * s.letter
	x0, y0 := s.width*9/16, s.height*2/3
	columns := int64(s.width * 3 / 8 / s.letter)
	if n%4 == 0 {
		s.glyph(x0+int(s.typed%columns)*s.letter, y0+int(s.typed/columns)%8*line, uint32(s.typed*2654435761))
		s.typed++
	}
	cursor := [3]byte{255, 255, 255}
	if n/15%2 == 0 {
		cursor = [3]byte{120, 80, 40}
	}
	s.fill(x0-2*s.letter, y0, s.letter, line, cursor)
	for i := range 8 {
		s.glyph(s.width-(10-i)*s.letter, s.height-s.height/32, uint32((n/30+1)*int64(i+1)*40503))
	}
	return s.pix
}

func (s *Screen) window(x, y, w, h int, r *rand.Rand) {
	s.fill(x, y, w, h, [3]byte{250, 250, 250})
	s.fill(x, y, w, 3*s.letter, [3]byte{160, 140, 120})
	for row := y + 4*s.letter; row+2*s.letter < y+h; row += 2 * s.letter {
		for col := x + s.letter; col+s.letter < x+s.letter+r.IntN(w); col += s.letter {
			if col+s.letter < x+w && r.IntN(6) > 0 {
				s.glyph(col, row, r.Uint32())
			}
		}
	}
}

// glyph draws a letter-like pattern of 3 by 5 dots on a light ground.
func (s *Screen) glyph(x, y int, bits uint32) {
	dot := max(1, s.letter/4)
	for i := range 15 {
		c := [3]byte{250, 250, 250}
		if bits>>i&1 == 1 {
			c = [3]byte{30, 20, 20}
		}
		s.fill(x+i%3*dot, y+i/3*dot, dot, dot, c)
	}
}

func (s *Screen) fill(x0, y0, w, h int, c [3]byte) {
	for y := max(0, y0); y < min(y0+h, s.height); y++ {
		for x := max(0, x0); x < min(x0+w, s.width); x++ {
			copy(s.pix[3*(y*s.width+x):], c[:])
		}
	}
}
