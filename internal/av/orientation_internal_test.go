package av

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
)

// One as a 16.16 number, and minus one.
const (
	one   = uint32(1 << 16)
	minus = 0xffff0000
)

func TestUpright(t *testing.T) {
	for _, c := range []struct {
		name       string
		a, b, c, d uint32 // of the matrix | a b | c d |
		want       string
	}{
		{"as it is", one, 0, 0, one, ""},
		{"a quarter to the right", 0, one, minus, 0, "transpose=clock"},
		{"a quarter to the left", 0, minus, one, 0, "transpose=cclock"},
		{"half a turn", minus, 0, 0, minus, "hflip,vflip"},
		{"mirrored", minus, 0, 0, one, "hflip"},
		{"upside down in a mirror", one, 0, 0, minus, "vflip"},
		{"mirrored and a quarter to the left", 0, one, one, 0, "transpose=cclock_flip"},
		{"mirrored and a quarter to the right", 0, minus, minus, 0, "transpose=clock_flip"},
		{"nothing at all", 0, 0, 0, 0, ""},
		{"a tenth of a turn, which no camera writes", 53020, 38521, 4294928775, 53020, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := astiav.DisplayMatrix{c.a, c.b, 0, c.c, c.d, 0, 0, 0, 1 << 30}
			require.Equal(t, c.want, upright(&m))
		})
	}
}
