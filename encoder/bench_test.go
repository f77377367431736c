package encoder_test

import (
	"testing"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
	"github.com/framegear/framegear/scaler"
)

// BenchmarkEncode is libx264 at ultrafast on 360p camera pictures: what the codec takes, and that we allocate nothing beside it.
func BenchmarkEncode(b *testing.B) {
	const w, h, distinct = 640, 360, 32
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatBGR24, Width: w, Height: h})
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	camera, pictures := synth.NewCamera(w, h), make([]*encoder.Picture, distinct)
	for i := range pictures {
		if pictures[i], err = in.Convert(media.Packed(media.FormatBGR24, camera.Frame(int64(i)), w, h)); err != nil {
			b.Fatal(err)
		}
		defer pictures[i].Release()
	}
	e, err := encoder.New(encoder.Options{
		Width: w, Height: h, FrameRate: media.FPS(30), Timescale: 30, GOP: 60, Preset: "ultrafast", Tune: "zerolatency", CRF: 20,
		Threads: 1, Color: in.Color(),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	bytes := 0
	count := func(p *encoder.Packet) error { bytes += p.Size(); return nil }
	b.ReportAllocs()
	n := int64(0)
	for b.Loop() {
		if err := e.Encode(pictures[n%distinct], n, 1, n%60 == 0, count); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(bytes)/float64(n), "packet-B/op")
}
