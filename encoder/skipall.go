package encoder

// skipQP is the quantizer of slices in which everything is skipped. It decides only how likely a skipped macroblock is held to be at the
// first one: the highest needs the fewest bits.
const skipQP = 51

// lpsRange is rangeTabLPS of ISO/IEC 14496-10 table 9-44 from the state on that the slice begins with.
var lpsRange = [...][4]uint32{
	{16, 20, 23, 27}, {15, 19, 22, 25}, {14, 18, 21, 24}, {14, 17, 20, 23}, {13, 16, 19, 22}, {12, 15, 18, 21}, {12, 14, 17, 20},
	{11, 14, 16, 19}, {11, 13, 15, 18}, {10, 12, 15, 17}, {10, 12, 14, 16}, {9, 11, 13, 15}, {9, 11, 12, 14}, {8, 10, 12, 14},
	{8, 9, 11, 13}, {7, 9, 11, 12}, {7, 9, 10, 12}, {7, 8, 10, 11}, {6, 8, 9, 11}, {6, 7, 9, 10}, {6, 7, 8, 9},
}

// skipAll returns the CABAC slice data of so many skipped macroblocks. Neighbours are skipped too or missing, so mb_skip_flag has the
// same context everywhere (section 9.3.3.1.1.1), and at skipQP it begins in a state whose more probable symbol is the one that always comes (section
// 9.3.1.1: 23*51>>4 + 33 is 106, state 42).
func skipAll(macroblocks int) []byte {
	c := cabac{low: 0, width: 510, first: true}
	state := 0
	for n := range macroblocks {
		c.probable(lpsRange[state][c.width>>6&3])
		state = min(state+1, len(lpsRange)-1)
		c.terminate(n == macroblocks-1)
	}
	c.out.align(0)
	return c.out.b
}

// cabac is the arithmetic encoder of section 9.3.4, as far as slices of skipped macroblocks need it.
type cabac struct {
	low, width  uint32
	outstanding int
	first       bool
	out         bitWriter
}

// probable encodes the more probable symbol.
func (c *cabac) probable(lps uint32) {
	c.width -= lps
	c.renormalize()
}

// terminate encodes end_of_slice_flag. The last bit of the flush is the rbsp_stop_one_bit.
func (c *cabac) terminate(end bool) {
	c.width -= 2
	if !end {
		c.renormalize()
		return
	}
	c.low += c.width
	c.width = 2
	c.renormalize()
	c.put(int(c.low >> 9 & 1))
	c.out.bits(int(c.low>>7&3|1), 2)
}

func (c *cabac) renormalize() {
	for ; c.width < 256; c.width, c.low = c.width<<1, c.low<<1 {
		switch {
		case c.low < 256:
			c.put(0)
		case c.low >= 512:
			c.low -= 512
			c.put(1)
		default:
			c.low -= 256
			c.outstanding++
		}
	}
}

func (c *cabac) put(bit int) {
	if c.first {
		c.first = false
	} else {
		c.out.bits(bit, 1)
	}
	for ; c.outstanding > 0; c.outstanding-- {
		c.out.bits(1-bit, 1)
	}
}
