package encoder

import "math/bits"

// bitReader reads a raw byte sequence from bit at on. Beyond the end it reads zeros.
type bitReader struct {
	b  []byte
	at int
}

// peek returns the next n bits without moving on.
func (r *bitReader) peek(n int) (v int) {
	for i := r.at; i < r.at+n; i++ {
		v <<= 1
		if i/8 < len(r.b) {
			v |= int(r.b[i/8] >> (7 - i%8) & 1)
		}
	}
	return v
}

// golomb reads ue(v) of ISO/IEC 14496-10 section 9.1.
func (r *bitReader) golomb() int {
	zeros := 0
	for r.peek(1) == 0 && zeros < 32 {
		r.at++
		zeros++
	}
	v := r.peek(zeros+1) - 1
	r.at += zeros + 1
	return v
}

// putBits overwrites n bits from bit at on.
func putBits(b []byte, at, n, v int) {
	for i := range n {
		mask := byte(1) << (7 - (at+i)%8)
		if (at+i)/8 >= len(b) {
			return
		}
		b[(at+i)/8] &^= mask
		if v>>(n-1-i)&1 != 0 {
			b[(at+i)/8] |= mask
		}
	}
}

// bitWriter appends bits to a raw byte sequence.
type bitWriter struct {
	b    []byte
	free int // bits of the last byte
}

func (w *bitWriter) bits(v, n int) {
	for i := n - 1; i >= 0; i-- {
		if w.free == 0 {
			w.b, w.free = append(w.b, 0), 8
		}
		w.free--
		w.b[len(w.b)-1] |= byte(v>>i&1) << w.free
	}
}

// golomb writes ue(v), signed se(v).
func (w *bitWriter) golomb(v int) {
	n := bits.Len(uint(v + 1))
	w.bits(0, n-1)
	w.bits(v+1, n)
}

func (w *bitWriter) signed(v int) {
	if v > 0 {
		w.golomb(2*v - 1)
	} else {
		w.golomb(-2 * v)
	}
}

// align fills the last byte with a bit.
func (w *bitWriter) align(bit int) {
	for w.free > 0 {
		w.bits(bit, 1)
	}
}
