package audio_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/media"
)

// tone writes a block of a tone that never stops, as far as it is written.
func tone(t *testing.T, pcm *audio.PCM, first, count, at int64) {
	t.Helper()
	b := media.Samples{Format: media.SampleF32, Rate: 48000, Channels: 1}
	for i := first; i < first+count; i++ {
		b.Planes[0] = binary.LittleEndian.AppendUint32(b.Planes[0], math.Float32bits(float32(0.5*math.Sin(2*math.Pi*443*float64(i)/48000))))
	}
	require.NoError(t, pcm.Write(&b, at, media.Timebase{Num: 1, Den: 48000}, true))
}

// steepest returns the largest step from one sample to the next, and the longest silence in milliseconds.
func steepest(pcm []float32) (step float64, silence int) {
	quiet := 0
	for i := 1; i < len(pcm); i++ {
		step = max(step, math.Abs(float64(pcm[i]-pcm[i-1])))
		if quiet++; math.Abs(float64(pcm[i])) > 0.01 {
			quiet = 0
		}
		silence = max(silence, quiet)
	}
	return step, silence / 48
}

// A tone of 443 Hz at half the volume goes from one sample to the next by 0.03 at most; a click would do so by 0.5.
func TestNoClicks(t *testing.T) {
	const block = 1920 // 40 ms
	for name, k := range map[string]struct {
		lost   func(n int) bool  // blocks that never come
		at     func(n int) int64 // instants of the others
		live   bool
		silent int // milliseconds of silence that there must be
	}{
		"whole":                  {silent: 0},
		"a gap":                  {lost: func(n int) bool { return n >= 20 && n < 30 }, silent: 370},
		"gaps one after another": {lost: func(n int) bool { return n > 12 && n%3 != 0 }, silent: 50},
		"an overlap":             {at: func(n int) int64 { return int64(n)*block - int64(n/20)*3000 }},
		"late, live":             {lost: func(n int) bool { return n >= 30 && n < 60 }, live: true, silent: 1190},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			pcm := new(audio.PCM)
			tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{PCM: pcm}, Channels: 1, Bitrate: 128000, Live: k.live})
			require.NoError(t, err)
			defer tr.Close()
			heard := record(t, tr, 3, func(n int) {
				at := int64(n) * block
				if k.at != nil {
					at = k.at(n)
				}
				if k.lost == nil || !k.lost(n) {
					tone(t, pcm, int64(n)*block, block, at)
				}
			})
			step, silence := steepest(heard[:int(2.9*48000)])
			require.Less(t, step, 0.06)
			require.InDelta(t, k.silent, silence, 30)
		})
	}
}

// A run that begins in the middle of a tone fades in.
func TestRunsFadeIn(t *testing.T) {
	noLeaks(t)
	pcm := new(audio.PCM)
	tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{PCM: pcm}, Channels: 1, Bitrate: 128000, Priming: audio.PrimingRemove, Live: true})
	require.NoError(t, err)
	defer tr.Close()
	require.NoError(t, tr.Begin(48000))
	tone(t, pcm, 48000+100, 48000, 48000)
	heard := record(t, tr, 2, nil)
	step, _ := steepest(heard[:int(1.9*48000)])
	require.Less(t, step, 0.06)
	require.Less(t, math.Abs(float64(heard[48000+100])), 0.2, "20 ms are not over")
}
