package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What people type becomes a value or an error that says what would be right.
func FuzzFlags(f *testing.F) {
	for _, s := range []string{
		"1280x720@2500k", "720p@1.5M@30fps", "640x360@crf23", "source@2500k", "0x0", "x@", "64x48@1e9k", "p@fps", "640x360@30000/1001fps@libx265",
		"15", "30s", "all", "-1", "1h1ns", `["-f","alsa","-i","hw:1"]`, "-f alsa -i hw:1", "alsa:hw:1", "[",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var r rungFlag
		if r.UnmarshalText([]byte(s)) == nil {
			require.GreaterOrEqual(t, r.Bitrate, int64(0))
			require.GreaterOrEqual(t, min(r.Width, r.Height), 0)
		}
		if d, err := parseCount("--window", s, 1); err == nil && d >= 0 && s != "" {
			require.Positive(t, d)
		}
		if b, err := parseBitrate(s); err == nil {
			require.Positive(t, b)
		}
		_, _ = parseAudio(s)
	})
}
