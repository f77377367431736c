package validate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

func TestCodecStrings(t *testing.T) {
	for _, c := range []struct {
		declared, actual string
		same             bool
	}{
		{"avc1.64001f", "avc1.64001F", true}, {"avc1.64001f", "avc1.640020", false}, {"avc1.64001f", "avc3.64001f", false},
		{"ac-4.02.01.01", "ac-4", true}, {"mhm1.0x10", "mhm1", true}, {"ac-4.02.01.01", "ac-3", false}, {" Opus ", "opus", true}, {"fLaC", "flac", true},
		{"mp4a.40.2", "mp4a.40.5", false}, {"mp4a.40.5", "mp4a", true}, {"mp4a.6B", "mp4a.40.34", true}, {"mp4a.69", "mp4a.6b", true},
		{"av01.0.04M.08", "av01.0.04M.08.0.110.01.01.01.0", true}, {"av01.0.05M.08", "av01.0.04M.08", false},
		{"vp09.00.10.08", "vp09.00.10.08.01", true},
		{"hvc1.1.6.L93.90", "hvc1.1.6.L93.90.0.0", true}, {"hvc1.1.6.L93.90.00", "hvc1.1.6.L93.90", true}, {"hvc1.2.4.L93.90", "hvc1.1.6.L93.90", false},
		{"hvc1.1.6.L93.B0", "hev1.1.6.L93.B0", false}, {"dvh1.05.06", "dvh1.2.4.L153.B0", true}, {"", "avc1.64001f", false},
	} {
		require.Equal(t, c.same, validate.SameCodec(c.declared, c.actual), "%s for %s", c.declared, c.actual)
	}
}
