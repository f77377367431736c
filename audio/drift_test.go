package audio_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
)

// A card whose samples come 0.05 % too fast, with true capture times, through the resampler and the encoder: three minutes of beeps stay at their
// places. TestDriftOverAnHour follows the arithmetic for longer.
func TestDriftIsResampled(t *testing.T) {
	noLeaks(t)
	const rate, seconds, block = 8000, 180, 320
	s := synth.Sync{Frames: media.FPS(25), Rate: rate}
	pcm := new(audio.PCM)
	tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{PCM: pcm}, Rate: rate, Channels: 1, Bitrate: 24000})
	require.NoError(t, err)
	defer tr.Close()
	given := int64(0)
	heard := record(t, tr, seconds, func(n int) {
		for given*2000/2001 < int64(n+1)*block {
			b := media.Samples{Format: media.SampleS16, Rate: rate, Channels: 1}
			for i := given; i < given+block; i++ {
				b.Planes[0] = binary.LittleEndian.AppendUint16(b.Planes[0], uint16(int16(s.Value(i*2000/2001)*32767)))
			}
			at := media.MulDiv(given, 2_000_000_000, 2001*rate, 1, 1)
			require.NoError(t, pcm.Write(&b, at, media.Timebase{Num: 1, Den: 1_000_000}, true))
			given += block
		}
	})
	got := onsets(heard, rate)
	require.InDelta(t, seconds, len(got), 1)
	worst := 0.0
	for k, at := range got {
		off := at - float64(k)*1000
		worst = max(worst, off, -off)
	}
	t.Logf("worst of %d beeps: %.1f ms", len(got), worst)
	require.Less(t, worst, 20.0)
	st := tr.Stats()
	require.InDelta(t, -500, st.Stretch, 150, "the correction is the drift")
	require.Zero(t, st.Silent, "no gaps were made")
	require.Zero(t, st.Trimmed, "nothing was cut")
}
