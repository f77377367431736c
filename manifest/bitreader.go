package manifest

// bitReader reads big-endian bit fields. Behind the end it gives zeros and sets short.
type bitReader struct {
	data  []byte
	pos   int // in bits
	short bool
}

// bits returns the next n bits, at most 32.
func (r *bitReader) bits(n int) uint32 {
	if r.short || r.pos+n > 8*len(r.data) {
		r.short = true
		return 0
	}
	var v uint32
	for range n {
		v = v<<1 | uint32(r.data[r.pos/8]>>(7-r.pos%8)&1)
		r.pos++
	}
	return v
}

func (r *bitReader) flag() bool { return r.bits(1) == 1 }
