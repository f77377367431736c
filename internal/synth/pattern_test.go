package synth_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/synth"
)

// Each frame has the size that was asked for, is another than the one before, and comes out the same every time.
func TestPattern(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 2}, {7, 5}, {97, 63}, {320, 180}} {
		w, h := size[0], size[1]
		p, q := synth.NewPattern(w, h), synth.NewPattern(w, h)
		var before []byte
		for n := range int64(300) {
			got := p.Frame(n)
			require.Len(t, got, w*h*3)
			if h >= 60 {
				require.False(t, bytes.Equal(before, got), "%v: frame %d is the one before", size, n)
			}
			before = append(before[:0], got...)
		}
		require.True(t, bytes.Equal(before, q.Frame(299)), "%v: it depends on the number alone", size)
	}
}
