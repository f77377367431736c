package nal_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/nal"
)

func TestUnits(t *testing.T) {
	stream := []byte{0, 0, 0, 1, 0x40, 1, 0, 0, 1, 0x42, 2, 0, 0, 0, 1, 0x44}
	units := slices.Collect(nal.Units(stream))
	require.Equal(t, [][]byte{{0x40, 1}, {0x42, 2}, {0x44}}, units)
	require.Equal(t, []byte{9, 0, 0, 0, 1, 0x40, 1, 0, 0, 0, 1, 0x42, 2}, nal.Stream([]byte{9}, units[:2]...))
	for range nal.Units(stream) {
		break
	}
}

func TestEscape(t *testing.T) {
	for _, c := range []struct{ plain, escaped []byte }{
		{[]byte{1, 0, 0, 4}, []byte{1, 0, 0, 4}},
		{[]byte{1, 0, 0, 3}, []byte{1, 0, 0, 3, 3}},
		{[]byte{0, 0, 0, 0, 0, 1}, []byte{0, 0, 3, 0, 0, 3, 0, 1}},
		{[]byte{1, 0, 0}, []byte{1, 0, 0, 3}},
		{[]byte{1, 0}, []byte{1, 0, 3}},
	} {
		require.Equal(t, c.escaped, nal.Escape(nil, c.plain))
	}
}

func FuzzEscape(f *testing.F) {
	f.Add([]byte{0, 0, 0, 3, 0, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, plain []byte) {
		escaped := nal.Escape(nil, plain)
		for _, code := range [][]byte{{0, 0, 0}, {0, 0, 1}, {0, 0, 2}} {
			require.False(t, bytes.Contains(escaped, code), "%x", escaped)
		}
		if n := len(plain); n > 0 && plain[n-1] != 0 { // what ends in zero is not what a NAL unit ends in
			require.Equal(t, plain, nal.Unescape(nil, escaped))
		}
	})
}
