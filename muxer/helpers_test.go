package muxer_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/encoder/encodertest"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
)

// way is one way of writing segments.
type way struct {
	name      string
	container muxer.Container
	part      time.Duration
}

var ways = []way{{"dash", muxer.FMP4, 0}, {"ts", muxer.TS, 0}, {"cmaf", muxer.FMP4, 200 * time.Millisecond}}

var rates = []media.Rate{
	{Num: 24, Den: 1}, {Num: 24000, Den: 1001}, {Num: 25, Den: 1}, {Num: 30000, Den: 1001}, {Num: 30, Den: 1}, {Num: 60000, Den: 1001}, {Num: 60, Den: 1},
}

// recording is a short encode that can be written again and again.
type recording struct {
	params  *muxer.Parameters
	packets []*av.Packet
	grid    encoder.Grid
}

// record encodes a clip with a key frame every key and segments of a length.
func record(t testing.TB, rate media.Rate, codec string, frames int64, segment, key time.Duration, lowLatency bool) recording {
	t.Helper()
	const w, h = 96, 64
	grid, err := encoder.NewGrid(rate, segment, key, media.Timescale(rate))
	require.NoError(t, err)
	preset := map[string]string{"libx264": "veryfast", "libx265": "ultrafast", "libsvtav1": "12"}[codec]
	e, err := encoder.New(encoder.Options{
		Codec: codec, Preset: preset, Width: w, Height: h, Color: media.OutputColor(h), FrameRate: rate, Timescale: grid.Timescale,
		GOP: int(grid.KeyFrames), Threads: 1, LowLatency: lowLatency,
	})
	require.NoError(t, err)
	defer e.Close()
	r := recording{grid: grid}
	r.params, err = e.Parameters()
	require.NoError(t, err)
	t.Cleanup(r.params.Close)
	pool, err := av.NewPool(w, h, av.LayoutI420, media.OutputColor(h))
	require.NoError(t, err)
	defer pool.Close()
	emit := func(p *encoder.Packet) error { r.packets = append(r.packets, copied(t, p)); return nil }
	for n := range frames {
		pic, err := pool.Get()
		require.NoError(t, err)
		encodertest.Gradient(pic, n)
		require.NoError(t, e.Encode(pic, grid.Tick(n), grid.Tick(n+1)-grid.Tick(n), grid.Key(n), emit))
		pic.Release()
	}
	require.NoError(t, e.Flush(emit))
	require.Len(t, r.packets, int(frames))
	return r
}

func copied(t testing.TB, p *encoder.Packet) *av.Packet {
	t.Helper()
	c, err := av.NewPacket()
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.NoError(t, c.SetData(p.Data()))
	c.SetTimes(p.PTS(), p.DTS(), p.Duration())
	c.SetKey(p.Key())
	return c
}

// written is what came out of one muxer.
type written struct {
	sink     *sink.Memory
	init     string
	segments []muxer.Segment
	parts    []muxer.Part
}

func (w *written) bytes(t testing.TB, name string) []byte {
	t.Helper()
	b, err := sink.ReadObject(t.Context(), w.sink, name)
	require.NoError(t, err)
	return b
}

// playable returns the bytes of one segment behind those of the initialization segment, if there is one.
func (w *written) playable(t testing.TB, s muxer.Segment) []byte {
	t.Helper()
	if w.init == "" {
		return w.bytes(t, s.Name)
	}
	return append(w.bytes(t, w.init), w.bytes(t, s.Name)...)
}

func (y way) options(r recording, to sink.Sink, w *written) muxer.Options {
	o := muxer.Options{
		Track: "v0", Container: y.container, Part: y.part, Streams: []*muxer.Parameters{r.params}, Timescales: []int64{r.grid.Timescale},
		Segment: r.grid.Duration(), Sink: to,
		OnInit:    func(name string) { w.init = name },
		OnSegment: func(s muxer.Segment) { w.segments = append(w.segments, s) },
		OnPart:    func(p muxer.Part) { w.parts = append(w.parts, p) },
	}
	if y.part > 0 {
		o.Parts = to
	}
	return o
}

// write sends a recording through a muxer into memory.
func (y way) write(t testing.TB, r recording) *written {
	t.Helper()
	w := &written{sink: sink.NewMemory()}
	m, err := muxer.New(t.Context(), y.options(r, w.sink, w))
	require.NoError(t, err)
	defer m.Close()
	for _, p := range r.packets {
		require.NoError(t, m.Write(p, 0))
	}
	require.NoError(t, m.Finish())
	return w
}

// fragment is what one moof says.
type fragment struct {
	tfdt, duration uint64
	samples        int
}

// fragments reads the fragments of a segment with mp4ff.
func fragments(t testing.TB, init, segment []byte) (all []fragment) {
	t.Helper()
	f, err := mp4.DecodeFile(bytes.NewReader(append(append([]byte(nil), init...), segment...)))
	require.NoError(t, err)
	for _, s := range f.Segments {
		for _, fr := range s.Fragments {
			samples, err := fr.GetFullSamples(f.Init.Moov.Mvex.Trex)
			require.NoError(t, err)
			one := fragment{tfdt: fr.Moof.Traf.Tfdt.BaseMediaDecodeTime(), samples: len(samples)}
			for _, s := range samples {
				one.duration += uint64(s.Dur)
			}
			all = append(all, one)
		}
	}
	return all
}

func title(y way, rate media.Rate) string { return fmt.Sprintf("%s at %.3f", y.name, rate.Float()) }
