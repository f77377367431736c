package audio_test

import (
	"testing"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
)

// BenchmarkSound is the cost of one second of stereo sound, from pushed PCM to packets: the whole cost for a ladder of any length, since it is
// encoded once.
func BenchmarkSound(b *testing.B) {
	for name, o := range map[string]audio.Options{"AAC": {}, "Opus": {Codec: audio.Opus}} {
		b.Run(name, func(b *testing.B) {
			pcm := new(audio.PCM)
			o.Source.PCM = pcm
			tr, err := audio.Open(b.Context(), o)
			if err != nil {
				b.Fatal(err)
			}
			defer tr.Close()
			block := media.Samples{Format: media.SampleS16, Rate: 48000, Channels: 2}
			block.Planes[0] = (synth.Sync{Frames: media.FPS(25), Rate: 48000}).PCM(media.SampleS16, 2, 0, 48000)
			b.ReportAllocs()
			n := int64(0)
			for b.Loop() {
				if err := pcm.Write(&block, n, media.Timebase{Num: 1, Den: 1}, true); err != nil {
					b.Fatal(err)
				}
				n++
				if err := tr.Advance(b.Context(), n*48000, func(*audio.Packet) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(100*b.Elapsed().Seconds()/float64(n), "%core/track")
		})
	}
}
