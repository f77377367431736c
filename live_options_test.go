package framegear_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// Every part has at least 85 % of the target that the playlist tells, whatever the frame rate: only whole frames fit.
func TestPartTargetIsWholeFrames(t *testing.T) {
	tests := []struct {
		rate   framegear.Rate
		part   time.Duration
		target string
	}{
		{framegear.FPS(30), 200 * time.Millisecond, "0.200"},
		{framegear.FPS(30), time.Millisecond, "0.033334"},
		{framegear.FPS(29.97), 200 * time.Millisecond, "0.166834"},
		{framegear.FPS(25), 100 * time.Millisecond, "0.080"},
		{framegear.FPS(23.976), 200 * time.Millisecond, "0.166834"},
		{framegear.FPS(60), 100 * time.Millisecond, "0.100"},
		{framegear.FPS(10), 150 * time.Millisecond, "0.100"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s at %s", tt.part, tt.rate), func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				o := tiny()
				o.FrameRate, o.PartDuration = tt.rate, tt.part
				s := newStream(t, "", o)
				play(t, s, steady(tt.rate.Float(), 3*time.Second))
				text := playlist(t, s, "v0")
				require.Contains(t, text, "#EXT-X-PART-INF:PART-TARGET="+tt.target+"\n")
				checkParts(t, text)
				checkParts(t, playlist(t, s, "v1"))
			})
		})
	}
}

// A rendition at another rate has parts of its own length under one hold-back (RFC 8216bis section 4.4.3.8).
func TestPartTargetsOfMixedRates(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := tiny()
		o.PartDuration = 100 * time.Millisecond
		o.Ladder[1].FrameRate = framegear.FPS(15)
		s := newStream(t, "", o)
		play(t, s, steady(30, 3*time.Second))
		fast, slow := playlist(t, s, "v0"), playlist(t, s, "v1")
		require.Contains(t, fast, "PART-TARGET=0.100\n")
		require.Contains(t, slow, "PART-TARGET=0.066667\n")
		for _, text := range []string{fast, slow} {
			require.Contains(t, text, "PART-HOLD-BACK=0.300")
			checkParts(t, text)
		}
		mpd := body(t, s.Handler(), "/live.mpd")
		require.Contains(t, mpd, `availabilityTimeOffset="0.9"`)
		require.Contains(t, mpd, `availabilityTimeOffset="0.933333"`)
	})
}

func TestPartDurationIsChecked(t *testing.T) {
	for name, o := range map[string]framegear.Options{
		"longer than half a segment": {LowLatency: true, SegmentDuration: time.Second, PartDuration: 600 * time.Millisecond},
		"negative":                   {LowLatency: true, PartDuration: -1},
		"without low latency":        {Live: true, PartDuration: 100 * time.Millisecond},
		"a frame is the segment":     {LowLatency: true, FrameRate: framegear.FPS(1), SegmentDuration: time.Second},
	} {
		_, err := framegear.New("", o)
		require.ErrorIs(t, err, framegear.ErrOptions, name)
		require.Contains(t, strings.ToLower(err.Error()), "partduration", name)
	}
}
