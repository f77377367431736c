package main

import (
	"encoding"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
)

func TestFlagValues(t *testing.T) {
	for _, c := range []struct {
		text string
		into encoding.TextUnmarshaler
		want any
	}{
		{"30", new(rateFlag), rateFlag(framegear.FPS(30))},
		{"30000/1001", new(rateFlag), rateFlag{Num: 30000, Den: 1001}},
		{"29.97", new(rateFlag), rateFlag{Num: 30000, Den: 1001}},
		{"16:9", new(aspectFlag), aspectFlag{Num: 16, Den: 9}},
		{"16/9", new(aspectFlag), aspectFlag{Num: 16, Den: 9}},
		{"23", new(crfFlag), crfFlag(23)},
		{"0", new(crfFlag), crfFlag(encoder.Lossless)},
		{"1280x720@2500k", new(rungFlag), rungFlag{Width: 1280, Height: 720, Bitrate: 2_500_000}},
		{"720P@1.5M@30fps", new(rungFlag), rungFlag{Height: 720, Bitrate: 1_500_000, FrameRate: framegear.FPS(30)}},
		{"source@crf0@libx265", new(rungFlag), rungFlag{CRF: encoder.Lossless, Codec: "libx265"}},
		{"64x48@800000", new(rungFlag), rungFlag{Width: 64, Height: 48, Bitrate: 800_000}},
	} {
		t.Run(c.text, func(t *testing.T) {
			require.NoError(t, c.into.UnmarshalText([]byte(c.text)))
			switch got := c.into.(type) {
			case *rateFlag:
				require.Equal(t, c.want, *got)
			case *aspectFlag:
				require.Equal(t, c.want, *got)
			case *crfFlag:
				require.Equal(t, c.want, *got)
			case *rungFlag:
				require.Equal(t, c.want, *got)
			}
		})
	}
}

func TestFlagValuesRefused(t *testing.T) {
	for _, c := range []struct {
		text string
		into encoding.TextUnmarshaler
		says string
	}{
		{"", new(rateFlag), "not a number"}, {"0/1", new(rateFlag), "not a fraction"}, {"-5", new(rateFlag), "want more than 0"},
		{"wide", new(aspectFlag), "no aspect ratio (want for example 16/9)"},
		{"-1", new(crfFlag), "want 0 to 63"}, {"NaN", new(crfFlag), "want 0 to 63"}, {"64", new(crfFlag), "want 0 to 63"},
		{"0p", new(rungFlag), `rung size "0p" (want 1280x720, 720p or source)`},
		{"64x", new(rungFlag), `rung size "64x"`},
		{"64x48@0k", new(rungFlag), "want a bit rate such as 2500k"},
		{"64x48@20G", new(rungFlag), "want a bit rate such as 2500k"},
		{"64x48@crf99", new(rungFlag), `"crf99" (want for example crf23)`},
		{"64x48@0fps", new(rungFlag), `rung "64x48@0fps"`},
	} {
		t.Run(c.text, func(t *testing.T) { require.ErrorContains(t, c.into.UnmarshalText([]byte(c.text)), c.says) })
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"10": 10 * time.Second, "0.5": time.Second / 2, "200ms": time.Second / 5, "1m": time.Minute} {
		got, err := readDuration(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "s", "10 s", "1e400", "99999999999"} {
		_, err := readDuration(text)
		require.Error(t, err, text)
	}
}
