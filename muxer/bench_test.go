package muxer_test

import (
	"context"
	"testing"
	"time"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
)

// nowhere takes objects and forgets them.
type nowhere struct{}

func (nowhere) Create(context.Context, string) (sink.Object, error) { return nowhereObject{}, nil }
func (nowhere) Remove(context.Context, string) error                { return nil }

type nowhereObject struct{}

func (nowhereObject) Write(p []byte) (int, error) { return len(p), nil }
func (nowhereObject) Commit() error               { return nil }
func (nowhereObject) Abort()                      {}

// BenchmarkWrite is one packet of 20 kB (5 Mbit/s at 30 frames per second) through libavformat into nowhere.
func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name      string
		container muxer.Container
		part      time.Duration
	}{{"fmp4", muxer.FMP4, 0}, {"ts", muxer.TS, 0}, {"parts", muxer.FMP4, 33 * time.Millisecond}} {
		b.Run(c.name, func(b *testing.B) {
			e, err := encoder.New(encoder.Options{Width: 640, Height: 360, FrameRate: media.FPS(30), Timescale: 90_000, GOP: 60})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			params, err := e.Parameters()
			if err != nil {
				b.Fatal(err)
			}
			defer params.Close()
			m, err := muxer.New(b.Context(), muxer.Options{
				Track: "v0", Container: c.container, Part: c.part, Streams: []*muxer.Parameters{params}, Timescales: []int64{90_000},
				Segment: 2 * time.Second, Sink: nowhere{},
			})
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			p, err := av.NewPacket()
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			writeAll(b, m, p)
		})
	}
}

func writeAll(b *testing.B, m *muxer.Muxer, p *av.Packet) {
	data := make([]byte, 20_000)
	data[3], data[4] = 1, 0x65 // one slice of an IDR picture, after a start code
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	n := int64(0)
	for b.Loop() {
		if err := p.SetData(data); err != nil {
			b.Fatal(err)
		}
		p.SetTimes(3000*n, 3000*n, 3000)
		p.SetKey(n%60 == 0)
		if err := m.Write(p, 0); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
