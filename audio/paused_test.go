package audio

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

// A live source that pauses for three seconds and goes on without having noticed is heard again, later than before.
func TestPausedSourceIsHeardAgain(t *testing.T) {
	pcm := new(PCM)
	tr, err := Open(t.Context(), Options{Source: Source{PCM: pcm}, Live: true, Channels: 1})
	require.NoError(t, err)
	defer tr.Close()
	tr.floats = true // as a URL
	emit := func(*Packet) error { return nil }
	const block = 1920
	at := int64(0)
	for n := range int64(20 * 25) {
		if n < 50 || n >= 125 {
			b := media.Samples{Format: media.SampleS16, Rate: 48000, Channels: 1, Planes: [8][]byte{make([]byte, 2*block)}}
			require.NoError(t, pcm.Write(&b, at, media.Timebase{Num: 1, Den: 48000}, true))
			at += block
		}
		require.NoError(t, tr.Advance(t.Context(), (n+1)*block, emit))
	}
	require.NoError(t, tr.Finish(t.Context(), 20*25*block, emit))
	require.InDelta(t, 3+1, float64(tr.Stats().Silent)/48000, 0.6, "the pause, and what it takes to see that it is over")
	require.InDelta(t, 1, float64(tr.Stats().Trimmed)/48000, 0.6)
}
