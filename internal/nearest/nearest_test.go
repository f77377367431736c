package nearest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/nearest"
)

func TestName(t *testing.T) {
	for _, c := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"mash", []string{"dash", "hls"}, "dash"},
		{"hl", []string{"dash", "hls"}, "hls"},
		{"dahs", []string{"dash", "hls"}, "dash"},
		{"smooth", []string{"dash", "hls"}, ""},
		{"", []string{"dash", "hls"}, ""},
		{"-steams", []string{"-streams", "-sc_threshold"}, "-streams"},
		{"-livestrem", []string{"-streams", "-livestream"}, "-livestream"},
		{"a", []string{"b"}, ""},
		{"same", []string{"same"}, "same"},
	} {
		require.Equal(t, c.want, nearest.Name(c.name, c.candidates), c.name)
	}
}
