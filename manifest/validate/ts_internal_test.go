package validate

import (
	"testing"

	"github.com/asticode/go-astits"
	"github.com/stretchr/testify/require"
)

// A segment of an open GOP begins where its earliest picture is shown, also where the clock turns over between the two.
func TestShownOfLeadingPictures(t *testing.T) {
	const frame = 3600
	for name, start := range map[string]int64{"plain": 90_000, "over the turn": 1<<33 - 2*frame} {
		t.Run(name, func(t *testing.T) {
			var s stream
			for decoded, shown := range []int64{4, 2, 0, 1, 3, 5} { // in frames
				s.add(&astits.DemuxerData{
					FirstPacket: &astits.Packet{},
					PES: &astits.PESData{Header: &astits.PESHeader{OptionalHeader: &astits.PESOptionalHeader{
						PTS: &astits.ClockReference{Base: (start + shown*frame) % (1 << 33)},
						DTS: &astits.ClockReference{Base: (start + int64(decoded-2)*frame) % (1 << 33)},
					}}},
				})
			}
			require.Zero(t, unwrap(s.shown, start)-start)
		})
	}
}
