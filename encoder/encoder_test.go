package encoder_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/encoder/encodertest"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

func TestX264(t *testing.T) {
	encodertest.Run(t, encodertest.Spec{Codec: "libx264", Preset: "ultrafast", CRF: 20})
}

func TestX264WithBFrames(t *testing.T) {
	encodertest.Run(t, encodertest.Spec{Codec: "libx264", Preset: "veryfast", CRF: 20})
}

func TestX265(t *testing.T) {
	encodertest.Run(t, encodertest.Spec{Codec: "libx265", Preset: "ultrafast", CRF: 20})
}

func TestSVTAV1(t *testing.T) {
	encodertest.Run(t, encodertest.Spec{Codec: "libsvtav1", Preset: "12", CRF: 20, Asynchronous: true})
}

func good() encoder.Options {
	return encoder.Options{Width: 64, Height: 64, FrameRate: media.FPS(25), Timescale: 90_000, Preset: "ultrafast"}
}

// Every fault is named at once, and nothing is opened.
func TestOptionsFaults(t *testing.T) {
	leaktest.Check(t)
	bad := encoder.Options{
		Codec: "libnothing", Width: 15, Height: 100_001, FrameRate: media.Rate{Num: 5000, Den: 1}, Timescale: -1, Bitrate: 10, MaxBitrate: 5, BufferSize: 1 << 40,
		CRF: 99, GOP: -1, BFrames: 17, Threads: 1000,
	}
	err := bad.Validate()
	require.ErrorIs(t, err, encoder.ErrOptions)
	for _, part := range []string{
		"size 15x100001", "5000", "timescale -1", "bitrate 10", "buffer of 1099511627776", "maximum bitrate 5", "CRF 99", "17 B-frames",
		"GOP -1, threads 1000", `codec "libnothing" (want one of [`,
	} {
		require.ErrorContains(t, err, part)
	}
	require.Equal(t, 10, strings.Count(err.Error(), encoder.ErrOptions.Error()))
	_, opened := encoder.New(bad)
	require.EqualError(t, opened, err.Error())
}

// Pictures are reordered where a GOP has enough of them: the delay of it would be as long as a GOP of two.
func TestShortGOPsKeepTheOrder(t *testing.T) {
	leaktest.Check(t)
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatGray8, Width: 64, Height: 64})
	require.NoError(t, err)
	defer in.Close()
	for _, codec := range []string{"libx264", "libx265"} {
		for _, c := range []struct {
			gop, bframes int
			reorders     bool
		}{{1, 0, false}, {2, 0, false}, {3, 0, false}, {4, 0, true}, {50, 0, true}, {2, 3, false}, {3, 1, true}, {50, encoder.NoBFrames, false}} {
			o := good()
			o.Codec, o.Preset, o.GOP, o.BFrames = codec, "veryfast", c.gop, c.bframes
			e, err := encoder.New(o)
			require.NoError(t, err)
			delayed := false
			emit := func(p *encoder.Packet) error {
				delayed = delayed || p.DTS() < 0
				return nil
			}
			for n := range 8 {
				pix := make([]byte, 64*64)
				for i := range pix {
					pix[i] = byte(i + 5*n)
				}
				pic, err := in.Convert(media.Packed(media.FormatGray8, pix, 64, 64))
				require.NoError(t, err)
				require.NoError(t, e.Encode(pic, int64(n)*3600, 3600, n%c.gop == 0, emit))
				pic.Release()
			}
			require.NoError(t, e.Flush(emit))
			e.Close()
			require.Equal(t, c.reorders, delayed, "%s, GOP %d, %d B-frames", codec, c.gop, c.bframes)
		}
	}
}

func TestOptionsAreNotChanged(t *testing.T) {
	leaktest.Check(t)
	o := good()
	o.Extra = map[string]string{"aq-mode": "0"}
	e, err := encoder.New(o)
	require.NoError(t, err)
	defer e.Close()
	require.Equal(t, map[string]string{"aq-mode": "0"}, o.Extra)
	o.Extra = nil
	require.Equal(t, good(), o)
}

func TestLibavRefusesPreset(t *testing.T) {
	leaktest.Check(t)
	for _, name := range encoder.Names() {
		if !encoder.Available(name) {
			continue
		}
		o := good()
		o.Codec, o.Preset = name, "warp"
		_, err := encoder.New(o)
		require.Error(t, err, name)
		require.ErrorContains(t, err, "warp", name)
	}
}

func TestLossless(t *testing.T) {
	leaktest.Check(t)
	for _, name := range []string{"libx264", "libx265"} {
		o := good()
		o.Codec, o.CRF, o.Profile = name, encoder.Lossless, ""
		if name == "libx264" {
			o.Profile = "high444"
		}
		e, err := encoder.New(o)
		require.NoError(t, err, name)
		e.Close()
	}
}

func TestNames(t *testing.T) {
	require.IsIncreasing(t, encoder.Names())
	require.Subset(t, encoder.Names(), []string{"av1_nvenc", "h264_qsv", "h264_v4l2m2m", "hevc_vaapi", "libsvtav1", "libx264", "libx265"})
	require.Equal(t, media.CodecH264, encoder.Format("libx264"))
	require.Equal(t, media.CodecHEVC, encoder.Format("libx265"))
	require.Equal(t, media.CodecAV1, encoder.Format("libsvtav1"))
	require.Empty(t, encoder.Format("nothing"))
	require.False(t, encoder.Available("nothing"))
	require.Equal(t, 8, encoder.MaxBits("libx264"))
	require.Equal(t, 10, encoder.MaxBits("libx265"))
	require.Zero(t, encoder.MaxBits("nothing"))
}

func TestProbe(t *testing.T) {
	leaktest.Check(t)
	results := encoder.Probe(t.Context(), encoder.ProbeOptions{Width: 64, Height: 64, Frames: 3, Devices: []string{}})
	require.Len(t, results, len(encoder.Names()))
	for _, r := range results {
		require.Equal(t, encoder.Available(r.Encoder) && !encoder.Hardware(r.Encoder), r.Works, "%s: %s", r.Encoder, r.Reason)
		require.Equal(t, r.Works, r.Reason == "")
		require.Equal(t, r.Works, r.FramesPerSecond > 0)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Empty(t, encoder.Probe(ctx, encoder.ProbeOptions{}))
}

func TestGrid(t *testing.T) {
	for _, c := range []struct {
		name               string
		rate               media.Rate
		segment, key       time.Duration
		segmentFrames, gop int64
	}{
		{"25", media.Rate{Num: 25, Den: 1}, 2 * time.Second, 0, 50, 50},
		{"23.976", media.FPS(23.976), 2 * time.Second, 0, 48, 48},
		{"29.97", media.FPS(29.97), 2 * time.Second, time.Second, 60, 30},
		{"59.94", media.FPS(59.94), 2 * time.Second, time.Second, 120, 60},
		{"keys that do not divide the segment", media.Rate{Num: 30, Den: 1}, 2 * time.Second, 700 * time.Millisecond, 63, 21},
		{"a segment shorter than a frame", media.Rate{Num: 1, Den: 1}, 100 * time.Millisecond, 0, 1, 1},
		{"a segment of one and a half frames", media.Rate{Num: 1, Den: 1}, 1500 * time.Millisecond, 0, 2, 2},
		{"a key interval shorter than a frame", media.Rate{Num: 10, Den: 1}, time.Second, time.Millisecond, 10, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := encoder.NewGrid(c.rate, c.segment, c.key, media.Timescale(c.rate))
			require.NoError(t, err)
			require.Equal(t, c.segmentFrames, g.SegmentFrames)
			require.Equal(t, c.gop, g.KeyFrames)
			require.Zero(t, g.SegmentFrames%g.KeyFrames)
			require.True(t, g.Key(0) && g.Segment(0) && g.Key(7*g.KeyFrames) && g.Segment(7*g.SegmentFrames))
			require.Equal(t, g.KeyFrames == 1, g.Key(1))
			for n := range int64(1000) {
				require.Equal(t, g.SegmentTicks(0), g.SegmentTicks(n), "no drift")
			}
			require.InDelta(t, float64(g.SegmentTicks(0))/float64(g.Timescale), g.Duration().Seconds(), 1e-9)
		})
	}
	for _, c := range []struct {
		rate         media.Rate
		segment, key time.Duration
		is           error
	}{
		{media.Rate{}, time.Second, 0, media.ErrRate}, {media.Rate{Num: 25, Den: 1}, 0, 0, encoder.ErrOptions},
		{media.Rate{Num: 25, Den: 1}, 2 * time.Hour, 0, encoder.ErrOptions}, {media.Rate{Num: 25, Den: 1}, time.Second, 2 * time.Second, encoder.ErrOptions},
		{media.Rate{Num: 25, Den: 1}, time.Second, -1, encoder.ErrOptions},
	} {
		_, err := encoder.NewGrid(c.rate, c.segment, c.key, 90_000)
		require.ErrorIs(t, err, c.is)
	}
}

// Colours and depth that go in are what the parameters say.
func TestParametersColour(t *testing.T) {
	leaktest.Check(t)
	for _, name := range encoder.Names() {
		if !encoder.Available(name) || encoder.Hardware(name) {
			continue
		}
		for _, color := range []media.Color{
			media.OutputColor(480), media.OutputColor(720), {Matrix: media.MatrixBT2020, Range: media.RangeLimited, Primaries: 9, Transfer: media.TransferPQ},
		} {
			o := good()
			o.Codec, o.Color, o.Preset = name, color, ""
			o.Layout = scaler.I420
			e, err := encoder.New(o)
			require.NoError(t, err)
			p, err := e.Parameters()
			require.NoError(t, err)
			require.Equal(t, color, p.Color, name)
			p.Close()
			e.Close()
		}
	}
}
