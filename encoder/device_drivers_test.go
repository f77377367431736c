package encoder_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/nal"
	"github.com/framegear/framegear/internal/vatest"
)

// Drivers differ; what comes out must not.
func TestDriversThatDiffer(t *testing.T) {
	for _, test := range []struct{ name, switches, traced string }{
		{"the low power entry point alone", "FGVA_LOW_POWER=1", "entry=8"},
		{"no packed headers", "FGVA_NO_HEADERS=1", ""},
		{"other parameter sets than it was given", "FGVA_OWN_HEADERS=1", ""},
		{"filler data", "FGVA_FILLER=100", ""},
		{"no references to later pictures", "FGVA_NO_B=1", "distance=1"},
		{"no views of surfaces", "FGVA_NO_DERIVE=1", ""},
		{"no waiting for one picture", "FGVA_NO_SYNC_BUFFER=1", ""},
		{"padded surfaces", "FGVA_ALIGN=96", ""},
	} {
		for _, codec := range []string{"h264_vaapi", "hevc_vaapi"} {
			t.Run(strings.ReplaceAll(test.name, " ", "_")+"_"+codec, func(t *testing.T) {
				if !vatest.Child(t, test.switches, vatest.Traced(t)) {
					return
				}
				leaktest.Check(t)
				var said bytes.Buffer
				o := onDevice(openDevice(t))
				o.Codec, o.GOP, o.Bitrate = codec, 7, 1_000_000
				o.Logger = slog.New(slog.NewTextHandler(&said, nil))
				if codec == "h264_vaapi" {
					o.BFrames = 2
				}
				if test.switches == "FGVA_NO_HEADERS=1" || test.switches == "FGVA_OWN_HEADERS=1" {
					o.BFrames = 0 // the driver's own headers know none
				}
				r := run(t, o, 20, 64, 48)
				require.Subset(t, r.keys, []int64{0, 7, 14})
				require.Equal(t, r.want, vatest.Decode(t, r.stream, 64, 48))
				for unit := range nal.Units(r.stream) {
					require.False(t, codec == "h264_vaapi" && unit[0]&0x1f == 12 || codec == "hevc_vaapi" && unit[0]>>1 == 38, "filler data")
				}
				require.Contains(t, vatest.Trace(t)[0], test.traced)
				require.Empty(t, said.String(), "nothing that a person could or should do anything about")

				small := run(t, o, 3, 128, 96)
				for i, got := range vatest.Decode(t, small.stream, 64, 48) {
					require.Equal(t, vatest.Nearest(small.want[i], 128, 96, 64, 48), got)
				}
			})
		}
	}
}
