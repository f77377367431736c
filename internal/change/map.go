package change

// Block is the side in luma samples of the squares that pictures are compared in: the macroblocks of H.264.
const Block = 16

// Map says which blocks of a picture differ from those of an earlier one. The zero value is a map of no blocks.
type Map struct {
	width, height int // of the picture in luma samples
	cols, rows    int
	blocks        []uint8 // 1 for each block that differs, row by row
	changed       int
}

// Reset makes the map one of a picture of width by height luma samples in which nothing differs. Memory is used again.
func (m *Map) Reset(width, height int) {
	m.width, m.height = width, height
	m.cols, m.rows = (width+Block-1)/Block, (height+Block-1)/Block
	if n := m.cols * m.rows; cap(m.blocks) < n {
		m.blocks = make([]uint8, n)
	} else {
		m.blocks = m.blocks[:n]
		clear(m.blocks)
	}
	m.changed = 0
}

// Changed returns how many blocks differ.
func (m *Map) Changed() int { return m.changed }

// AtMost reports whether no more than one block of so many differs.
func (m *Map) AtMost(oneOf int) bool { return m.changed*oneOf <= len(m.blocks) }

// Blocks returns the map itself, a byte for each block (1 where it differs), row by row, and the length of a row. It is borrowed until
// the map changes.
func (m *Map) Blocks() (blocks []uint8, cols int) { return m.blocks, m.cols }

// Add marks what differs in another map of the same size too.
func (m *Map) Add(o *Map) {
	if o.changed == 0 {
		return
	}
	m.changed = 0
	for i, b := range o.blocks {
		m.blocks[i] |= b
		m.changed += int(m.blocks[i])
	}
}

// Bands calls f for each run of rows of blocks with changes, with its first row of luma samples and the one after its last.
func (m *Map) Bands(f func(from, to int)) {
	first := -1
	for y := range m.rows + 1 {
		switch changed := y < m.rows && m.row(y); {
		case changed && first < 0:
			first = y
		case !changed && first >= 0:
			f(first*Block, min(y*Block, m.height))
			first = -1
		}
	}
}

func (m *Map) row(y int) bool {
	for _, b := range m.blocks[y*m.cols:][:m.cols] {
		if b != 0 {
			return true
		}
	}
	return false
}

// reach is how far in samples of the scaled picture a sample of the source has an influence: two with a cubic filter, which for chroma
// are four of luma, and the rounding of positions.
const reach = 6

// Project marks in another map, of the picture scaled to its size, everything that what differs here has an influence on.
func (m *Map) Project(to *Map) {
	if m.changed == 0 || len(to.blocks) == 0 {
		return
	}
	marginX, marginY := reach*max(1, (to.width+m.width-1)/m.width), reach*max(1, (to.height+m.height-1)/m.height)
	for y := range m.rows {
		row := m.blocks[y*m.cols:][:m.cols]
		for x := 0; x < m.cols; x++ {
			if row[x] == 0 {
				continue
			}
			first := x
			for x+1 < m.cols && row[x+1] != 0 {
				x++
			}
			x0, x1 := project(first*Block, min((x+1)*Block, m.width), m.width, to.width, marginX)
			y0, y1 := project(y*Block, min((y+1)*Block, m.height), m.height, to.height, marginY)
			to.mark(x0, x1, y0, y1)
		}
	}
}

// project returns the first and last block of a range of samples in a dimension scaled from n to m samples.
func project(from, to, n, m, margin int) (first, last int) {
	a, b := max(0, from*m/n-margin), min(m, (to*m+n-1)/n+margin)
	return a / Block, (b - 1) / Block
}

func (m *Map) mark(x0, x1, y0, y1 int) {
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			b := &m.blocks[y*m.cols+x]
			m.changed += int(1 - *b)
			*b = 1
		}
	}
}
