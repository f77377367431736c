package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// field is a value of a number of bits.
type field struct {
	bits  int
	value uint32
}

// pack writes fields one behind the other, with zeros to the end of the last byte and a few more.
func pack(fields ...field) []byte {
	var out []byte
	at := 0
	for _, f := range fields {
		for k := f.bits - 1; k >= 0; k-- {
			if at%8 == 0 {
				out = append(out, 0)
			}
			out[at/8] |= byte(f.value>>k&1) << (7 - at%8)
			at++
		}
	}
	return append(out, 0, 0)
}

// obu is a sequence header OBU with its size (AV1 specification section 5.3.2).
func obu(fields ...[]field) []byte {
	var all []field
	for _, list := range fields {
		all = append(all, list...)
	}
	body := pack(all...)
	return append([]byte{0x0a, byte(len(body))}, body...)
}

// The parts of a sequence header (section 5.5.1) that the tests put together.
var (
	main8        = []field{{3, 0}, {1, 0}, {1, 0}}                                                              // profile, still picture, reduced
	high8        = []field{{3, 1}, {1, 0}, {1, 0}}                                                              // 4:4:4
	professional = []field{{3, 2}, {1, 0}, {1, 0}}                                                              // 4:2:2 and 12 bits
	noTiming     = []field{{1, 0}, {1, 0}, {5, 0}, {12, 0}, {5, 8}, {1, 0}}                                     // one point of level 4.0
	allTiming    = []field{{1, 1}, {32, 1}, {32, 60}, {1, 1}, {3, 1}, {2, 0}, {1, 1}, {5, 9}, {32, 1}, {10, 0}, // equal intervals, a decoder model
		{1, 1}, {5, 1}, {12, 1}, {5, 9}, {1, 1}, {1, 1}, {10, 3}, {10, 3}, {1, 0}, {1, 1}, {4, 2}, // delays of the first of two points
		{12, 0}, {5, 5}, {1, 0}, {1, 0}}
	frames    = []field{{4, 7}, {4, 7}, {8, 99}, {8, 99}, {1, 1}, {7, 0}} // size, frame IDs
	tools     = []field{{3, 0}, {4, 0}, {1, 1}, {2, 0}, {1, 0}, {1, 1}, {1, 0}, {1, 1}, {3, 6}, {3, 0}}
	eight     = []field{{1, 0}, {1, 0}, {1, 0}, {1, 0}, {2, 1}} // depth, mono, colours, range, position
	eightGray = []field{{1, 0}, {1, 1}, {1, 0}, {1, 1}}
	srgb      = []field{{1, 0}, {1, 1}, {8, 1}, {8, 13}, {8, 0}} // profile 1: no mono
	ten422    = []field{{1, 1}, {1, 0}, {1, 0}, {1, 0}, {1, 1}}  // profile 2: not twelve
	twelve420 = []field{{1, 1}, {1, 1}, {1, 0}, {1, 0}, {1, 0}, {1, 1}, {1, 1}, {2, 2}}
	twelve444 = []field{{1, 1}, {1, 1}, {1, 0}, {1, 0}, {1, 0}, {1, 0}}
)

func TestAV1SequenceHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		extra []byte
		want  string
	}{
		"8 bit":                 {obu(main8, noTiming, frames, tools, eight), "av01.0.08M.08"},
		"times and two points":  {obu(main8, allTiming, frames, tools, eight), "av01.0.09H.08"},
		"gray":                  {obu(main8, noTiming, frames, tools, eightGray), "av01.0.08M.08.1.110.02.02.02.1"},
		"RGB":                   {obu(high8, noTiming, frames, tools, srgb), "av01.1.08M.08.0.000.01.13.00.1"},
		"10 bit 4:2:2":          {obu(professional, noTiming, frames, tools, ten422), "av01.2.08M.10.0.100.02.02.02.1"},
		"12 bit 4:2:0":          {obu(professional, noTiming, frames, tools, twelve420), "av01.2.08M.12.0.112.02.02.02.0"},
		"12 bit 4:4:4":          {obu(professional, noTiming, frames, tools, twelve444), "av01.2.08M.12.0.000.02.02.02.0"},
		"behind another OBU":    {append([]byte{0x12, 0}, obu(main8, noTiming, frames, tools, eight)...), "av01.0.08M.08"},
		"record without header": {[]byte{0x81, 0x08, 0x4c, 0x00}, "av01.0.08M.10.0.110.02.02.02.0"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := manifest.CodecString(media.CodecParameters{Codec: media.CodecAV1, Extradata: c.extra})
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	for name, extra := range map[string][]byte{
		"nothing": nil, "an extension alone": {0x0e}, "longer than it is": {0x0a, 0x7f, 0}, "a size without end": {0x0a, 0xff, 0xff, 0xff},
		"forbidden bit": {0x8a, 1, 0}, "cut": {0x0a, 1, 0}, "reserved profile": obu([]field{{3, 5}}, noTiming, frames, tools, eight),
		"an interval without end": {0x0a, 11, 0x04, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0},
	} {
		_, err := manifest.CodecString(media.CodecParameters{Codec: media.CodecAV1, Extradata: extra})
		require.ErrorIs(t, err, manifest.ErrCodec, name)
	}
}
