package muxer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/scaler"
)

func TestSmoke(t *testing.T) {
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatBGR24, Width: 641, Height: 361})
	require.NoError(t, err)
	defer in.Close()
	br, err := scaler.NewBranch(scaler.Spec{in.Width(), in.Height(), in.Layout(), in.Color()}, scaler.Spec{320, 180, scaler.I420, media.OutputColor(720)})
	require.NoError(t, err)
	defer br.Close()
	for _, c := range []struct {
		name string
		cont muxer.Container
		part time.Duration
	}{{"dash", muxer.FMP4, 0}, {"ts", muxer.TS, 0}, {"ll", muxer.FMP4, 200 * time.Millisecond}} {
		for _, codec := range []string{"libx264"} {
			if codec == "libsvtav1" && c.cont == muxer.TS {
				continue
			}
			enc, err := encoder.New(encoder.Options{Codec: codec, Width: 320, Height: 180, FrameRate: media.FPS(29.97), Timescale: 90000, GOP: 30, Color: media.OutputColor(720), LowLatency: c.part > 0})
			require.NoError(t, err)
			par, err := enc.Parameters()
			require.NoError(t, err)
			fmt.Printf("%s %s %+v\n", c.name, codec, par.CodecParameters)
			d, err := sink.NewDir("/var/tmp/setup/smoke/" + c.name + codec)
			require.NoError(t, err)
			m, err := muxer.New(context.Background(), muxer.Options{Track: "v0", Container: c.cont, Part: c.part, Streams: []*muxer.Parameters{par}, Timescales: []int64{90000},
				Segment: 2002 * time.Millisecond, Sink: d, OnSegment: func(s muxer.Segment) { s.Parts = nil; fmt.Printf("  %+v\n", s) }, OnInit: func(s string) { fmt.Println("  init", s) }})
			require.NoError(t, err)
			emit := func(p *encoder.Packet) error { return m.Write(p, 0) }
			for i := 0; i < 150; i++ {
				pix := make([]byte, 641*361*3)
				for j := range pix {
					pix[j] = byte(j*7 + i*3)
				}
				pic, err := in.Convert(media.Packed(media.FormatBGR24, pix, 641, 361))
				require.NoError(t, err)
				small, err := br.Scale(pic)
				require.NoError(t, err)
				require.NoError(t, enc.Encode(small, int64(i)*3003, 3003, i%60 == 0, emit))
				small.Release()
				pic.Release()
			}
			require.NoError(t, enc.Flush(emit))
			require.NoError(t, m.Finish())
			m.Close()
			par.Close()
			enc.Close()
		}
	}
	in.Close()
	br.Close()
	fmt.Println(av.Live())
}
