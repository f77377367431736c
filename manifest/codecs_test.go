package manifest_test

import (
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

func bin(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// Extradata of x264, x265, SVT-AV1 and libaom, as libav hands it on.
const (
	avcC     = "0164000c ffe1001a 6764000cacd941419f9f011000000300100000030320f142996001000668ebe3cb22c0fdf8f800"
	avcAnnex = "00000001 6764000cacd941419f9f011000000300100000030320f1429960 00000001 68ebe3cb22c0"
	hvcC     = "0102200000009000000000003cf000fcfdfafa00000f03a0"
	// VPS and SPS; the emulation prevention bytes stand inside profile_tier_level.
	hevcAnnex = "00000001 40010c01ffff02200000030090000003000003003c959809 00000001 42010102200000030090000003000003003ca00a080b9f6d96566924caf0168080000003008000000c84"
	av1HDR    = "81004c00 0a0e000000043cfecc02f85091009040"
	av1SDR    = "81000c00 0a0b000000043cfeccdaf90040"
)

func TestCodecString(t *testing.T) {
	for name, c := range map[string]struct {
		params media.CodecParameters
		extra  string
		want   string
	}{
		"avcC":               {media.CodecParameters{Codec: media.CodecH264}, avcC, "avc1.64000c"},
		"H.264 Annex B":      {media.CodecParameters{Codec: media.CodecH264}, avcAnnex, "avc1.64000c"},
		"short start code":   {media.CodecParameters{Codec: media.CodecH264}, "000001 0910 000001 6742c01eda", "avc1.42c01e"},
		"hvcC":               {media.CodecParameters{Codec: media.CodecHEVC}, hvcC, "hvc1.2.4.L60.90"},
		"HEVC Annex B":       {media.CodecParameters{Codec: media.CodecHEVC}, hevcAnnex, "hvc1.2.4.L60.90"},
		"HEVC main":          {media.CodecParameters{Codec: media.CodecHEVC}, "0101600000009000000000005df000fcfdf8f800000f03a0", "hvc1.1.6.L93.90"},
		"HEVC high tier":     {media.CodecParameters{Codec: media.CodecHEVC}, "0161600000009b00000000ff5df000fcfdf8f800000f03a0", "hvc1.A1.6.H93.9B.0.0.0.0.FF"},
		"av1C HDR":           {media.CodecParameters{Codec: media.CodecAV1}, av1HDR, "av01.0.00M.10.0.110.09.16.09.0"},
		"av1C SDR":           {media.CodecParameters{Codec: media.CodecAV1}, av1SDR, "av01.0.00M.08"},
		"AV1 OBU":            {media.CodecParameters{Codec: media.CodecAV1}, av1HDR[9:], "av01.0.00M.10.0.110.09.16.09.0"},
		"av1C without OBU":   {media.CodecParameters{Codec: media.CodecAV1, Color: media.Color{Primaries: 9, Transfer: 18, Matrix: 9}}, "8108cc00", "av01.0.08H.10.0.110.09.18.09.0"},
		"VP9":                {media.CodecParameters{Codec: media.CodecVP9, Profile: -1, Level: -99, Width: 1280, Height: 720, FrameRate: media.Rate{Num: 30, Den: 1}}, "", "vp09.00.31.08"},
		"VP9 HDR":            {media.CodecParameters{Codec: media.CodecVP9, Profile: 2, Level: 41, BitDepth: 10, Color: media.Color{Primaries: 9, Transfer: 16, Matrix: 9}}, "", "vp09.02.41.10.01.09.16.09.00"},
		"VP9 CodecPrivate":   {media.CodecParameters{Codec: media.CodecVP9}, "010100 02011f 030108", "vp09.00.31.08"},
		"AAC-LC":             {media.CodecParameters{Codec: media.CodecAAC}, "1190", "mp4a.40.2"},
		"HE-AAC":             {media.CodecParameters{Codec: media.CodecAAC}, "2b11880000", "mp4a.40.5"},
		"HE-AAC v2":          {media.CodecParameters{Codec: media.CodecAAC}, "eb098800", "mp4a.40.29"},
		"HE-AAC behind LC":   {media.CodecParameters{Codec: media.CodecAAC}, "131056e598", "mp4a.40.5"},
		"LC says no SBR":     {media.CodecParameters{Codec: media.CodecAAC}, "119056e500", "mp4a.40.2"},
		"xHE-AAC":            {media.CodecParameters{Codec: media.CodecAAC}, "f9464040", "mp4a.40.42"},
		"AAC without config": {media.CodecParameters{Codec: media.CodecAAC, Profile: 1}, "", "mp4a.40.2"},
		"Opus":               {media.CodecParameters{Codec: media.CodecOpus}, "", "Opus"},
		"MP3":                {media.CodecParameters{Codec: media.CodecMP3}, "", "mp4a.40.34"},
		"AC-3":               {media.CodecParameters{Codec: media.CodecAC3}, "", "ac-3"},
		"E-AC-3":             {media.CodecParameters{Codec: media.CodecEAC3}, "", "ec-3"},
	} {
		t.Run(name, func(t *testing.T) {
			c.params.Extradata = bin(t, c.extra)
			got, err := manifest.CodecString(c.params)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestCodecStringErrors(t *testing.T) {
	for name, c := range map[string]media.CodecParameters{
		"unknown":      {Codec: "theora"},
		"H.264 none":   {Codec: media.CodecH264},
		"H.264 short":  {Codec: media.CodecH264, Extradata: []byte{1, 100}},
		"H.264 no SPS": {Codec: media.CodecH264, Extradata: []byte{0, 0, 1, 0x68, 1, 2, 3, 4}},
		"HEVC short":   {Codec: media.CodecHEVC, Extradata: []byte{0, 0, 1, 0x42, 1, 1, 2}},
		"AV1 none":     {Codec: media.CodecAV1},
		"AV1 cut":      {Codec: media.CodecAV1, Extradata: []byte{0x0a, 0x02, 0, 0}},
		"VP9 profile":  {Codec: media.CodecVP9, Extradata: []byte{1, 1, 9}},
		"AAC none":     {Codec: media.CodecAAC, Profile: -99},
		"AAC cut":      {Codec: media.CodecAAC, Extradata: []byte{0x11}},
		"AAC zero":     {Codec: media.CodecAAC, Extradata: []byte{0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := manifest.CodecString(c)
			require.ErrorIs(t, err, manifest.ErrCodec)
		})
	}
}

// Whatever the bytes are, the string is one that fits into an attribute, or there is an error.
func FuzzCodecString(f *testing.F) {
	codecs := []media.Codec{media.CodecH264, media.CodecHEVC, media.CodecAV1, media.CodecVP9, media.CodecAAC}
	for i, s := range []string{avcC, avcAnnex, hvcC, hevcAnnex, av1HDR, av1SDR, av1HDR[9:], "010100 02011f 030108", "131056e598", "f9464040"} {
		f.Add(uint8(i/2), bin(f, s))
	}
	valid := regexp.MustCompile(`^[A-Za-z0-9.]+$`)
	f.Fuzz(func(t *testing.T, codec uint8, extra []byte) {
		s, err := manifest.CodecString(media.CodecParameters{Codec: codecs[int(codec)%len(codecs)], Extradata: extra, Profile: -1})
		if err != nil {
			require.ErrorIs(t, err, manifest.ErrCodec)
			return
		}
		require.Regexp(t, valid, s)
		require.Less(t, len(s), 64)
	})
}
