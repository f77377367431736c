package encoder_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/vatest"
)

func openDevice(t *testing.T) *encoder.Device {
	dev, err := encoder.OpenDevice("vaapi", vatest.Device, 0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dev.Close()) })
	return dev
}

func onDevice(dev *encoder.Device) encoder.Options {
	return encoder.Options{
		Codec: "h264_vaapi", Device: dev, Width: 64, Height: 48, FrameRate: media.FPS(25), Timescale: 25, GOP: 5,
		Color: media.OutputColor(48),
	}
}

// paint makes a picture that is known by formula and returns its samples, NV12 or P010.
func paint(t *testing.T, pool *av.Pool, n int) (*av.Picture, []byte) {
	pic, err := pool.Get()
	require.NoError(t, err)
	bytes := 1
	if pic.Layout() == av.LayoutP010 {
		bytes = 2
	}
	var samples []byte
	for plane, rows := range []int{pic.Height(), pic.Height() / 2} {
		for y := range rows {
			row := pic.Plane(plane)[y*pic.Stride(plane):][:pic.Width()*bytes]
			for x := range pic.Width() {
				v := x*3 + y*5 + n*7 + plane*50
				if bytes == 1 {
					row[x] = byte(v)
				} else {
					binary.LittleEndian.PutUint16(row[2*x:], uint16(v*3%1024)<<6)
				}
			}
			samples = append(samples, row...)
		}
	}
	return pic, samples
}

type result struct {
	stream []byte
	keys   []int64
	pts    []int64
	after  []int // how many packets were out after each picture
	want   [][]byte
}

// run encodes n pictures of a source size, with a key frame at each multiple of seven.
func run(t *testing.T, o encoder.Options, n, sourceWidth, sourceHeight int) result {
	o.SourceWidth, o.SourceHeight = sourceWidth, sourceHeight
	g, err := encoder.NewGuarded(o, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Close()) }()
	params, err := g.Parameters()
	require.NoError(t, err)
	defer params.Close()
	pool, err := av.NewPool(sourceWidth, sourceHeight, cmp.Or(o.Layout, av.LayoutNV12), o.Color)
	require.NoError(t, err)
	defer pool.Close()
	r := result{stream: params.Extradata}
	emit := func(p *encoder.Packet) error {
		r.stream = append(r.stream, p.Data()...)
		r.pts = append(r.pts, p.PTS())
		require.Equal(t, int64(1), p.Duration())
		if p.Key() {
			r.keys = append(r.keys, p.PTS())
		}
		return nil
	}
	for i := range n {
		pic, samples := paint(t, pool, i)
		r.want = append(r.want, samples)
		require.NoError(t, g.Encode(pic, int64(i), 1, i%7 == 0, emit))
		pic.Release()
		r.after = append(r.after, len(r.pts))
	}
	require.NoError(t, g.Flush(emit))
	return r
}

func TestHardwareEncoderKeepsTheGridAndTheSamples(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	leaktest.Check(t)
	dev := openDevice(t)
	require.Equal(t, vatest.Driver, dev.Driver())
	o := onDevice(dev)
	o.GOP = 7
	r := run(t, o, 20, 64, 48)
	require.Equal(t, []int64{0, 7, 14}, r.keys)
	require.Equal(t, 1, bytes.Count(r.stream, []byte{0, 0, 1, 0x67}), "one sequence parameter set, before the first picture")
	require.Equal(t, r.want, vatest.Decode(t, r.stream, 64, 48))

	small := run(t, o, 20, 128, 96)
	for i, got := range vatest.Decode(t, small.stream, 64, 48) {
		require.Equal(t, vatest.Nearest(small.want[i], 128, 96, 64, 48), got)
	}
}

func TestLowLatencyGivesEveryPictureAtOnce(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	leaktest.Check(t)
	o := onDevice(openDevice(t))
	o.LowLatency = true
	require.Equal(t, []int{1, 2, 3, 4}, run(t, o, 4, 64, 48).after)
}

func TestDriverWithoutScalingGetsPicturesScaledInMemory(t *testing.T) {
	for _, failure := range []string{"FGVA_NO_VPP=1", "FGVA_FAIL_VPP=1"} {
		t.Run(failure, func(t *testing.T) {
			if !vatest.Child(t, failure) {
				return
			}
			leaktest.Check(t)
			r := run(t, onDevice(openDevice(t)), 5, 128, 96)
			got := vatest.Decode(t, r.stream, 64, 48)
			require.Len(t, got, 5)
			// The picture is a gradient that wraps: compare the middle of the first quarter, where it does not.
			sum := 0
			for i, v := range got[0][:64] {
				d := int(v) - int(r.want[0][2*i])
				sum += max(d, -d)
			}
			require.Less(t, sum, 64*32)
		})
	}
}

func TestEveryWayOfRateControlOpens(t *testing.T) {
	for _, test := range []struct {
		name, modes string
		set         func(o *encoder.Options)
		works       bool
	}{
		{"bitrate as VBR", "vbr", func(o *encoder.Options) { o.Bitrate = 500_000 }, true},
		{"bitrate as CBR", "cbr", func(o *encoder.Options) { o.Bitrate = 500_000 }, true},
		{"low latency", "cbr,vbr", func(o *encoder.Options) { o.Bitrate, o.LowLatency = 500_000, true }, true},
		{"capped quality as QVBR", "qvbr", func(o *encoder.Options) { o.Bitrate, o.CRF = 500_000, 23 }, true},
		{"capped quality as VBR", "cqp,vbr", func(o *encoder.Options) { o.Bitrate, o.CRF = 500_000, 23 }, true},
		{"quality as ICQ", "icq", func(o *encoder.Options) { o.CRF = 30 }, true},
		{"quality as CQP", "cqp,vbr", func(o *encoder.Options) { o.CRF = 30 }, true},
		{"a quality under a bare maximum", "qvbr", func(o *encoder.Options) { o.MaxBitrate = 500_000 }, true},
		{"a bitrate is never a constant quantizer", "cqp", func(o *encoder.Options) { o.Bitrate = 500_000 }, false},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			if !vatest.Child(t, "FGVA_RC="+test.modes) {
				return
			}
			leaktest.Check(t)
			o := onDevice(openDevice(t))
			test.set(&o)
			err := encoder.Try(o, 0)
			if test.works {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, encoder.ErrDevice)
			require.ErrorContains(t, err, "it has constant quantizers alone")
			o.Extra = map[string]string{"rc_mode": "CQP", "qp": "24"}
			require.NoError(t, encoder.Try(o, 0), "who wants one can have it")
		})
	}
}

func TestFailuresOfTheDriverAreNamed(t *testing.T) {
	for _, test := range []struct{ name, failure, want string }{
		{"profile", "FGVA_NO_ENCODE=1", "does not offer this codec or profile"},
		{"size", "FGVA_MAX_SIZE=32", "beyond the device's limits"},
		{"small", "FGVA_MIN_SIZE=100", "beyond the device's limits"},
		{"lost", "FGVA_LOST=3", "failed to"},
		{"encode", "FGVA_FAIL_ENCODE=2", "failed to encode a picture"},
		{"surfaces", "FGVA_MAX_SURFACES=1", "no memory left for pictures"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !vatest.Child(t, test.failure) {
				return
			}
			leaktest.Check(t)
			err := encoder.Try(onDevice(openDevice(t)), 0)
			require.ErrorIs(t, err, encoder.ErrDevice)
			require.ErrorContains(t, err, vatest.Device)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestDriverThatHangsIsGivenUp(t *testing.T) {
	if !vatest.Child(t, "FGVA_HANG_SYNC=2", "FGVA_HANG_MS=1500") {
		return
	}
	leaktest.Check(t)
	dev, err := encoder.OpenDevice("vaapi", vatest.Device, 0)
	require.NoError(t, err)
	err = encoder.Try(onDevice(dev), 100*time.Millisecond)
	require.ErrorIs(t, err, encoder.ErrStuck)
	require.ErrorContains(t, err, "did not answer within 100ms")
	require.Equal(t, int64(1), av.Live()["stuck call"])
	require.NoError(t, dev.Close())
	leaktest.Settled(t, "the call comes back and frees what it worked on", func() bool { return len(av.Live()) == 0 })
}

func TestDeviceThatHangsWhileOpening(t *testing.T) {
	if !vatest.Child(t, "FGVA_HANG_INIT=1", "FGVA_HANG_MS=1500") {
		return
	}
	leaktest.Check(t)
	_, err := encoder.OpenDevice("vaapi", vatest.Device, 100*time.Millisecond)
	require.ErrorIs(t, err, encoder.ErrStuck)
	require.ErrorContains(t, err, vatest.Device+": its driver did not answer within 100ms")
	leaktest.Settled(t, "the call comes back and frees the device", func() bool { return len(av.Live()) == 0 })
}

func TestProbeOnTheTestDriver(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	leaktest.Check(t)
	byName := map[string]encoder.ProbeResult{}
	for _, r := range encoder.Probe(t.Context(), encoder.ProbeOptions{Width: 128, Height: 96, Devices: []string{vatest.Device}}) {
		byName[r.Encoder] = r
	}
	h264 := byName["h264_vaapi"]
	require.True(t, h264.Works, h264.Reason)
	require.Equal(t, vatest.Driver, h264.Driver)
	require.Equal(t, vatest.Device, h264.Device)
	require.Positive(t, h264.FramesPerSecond)
	require.Positive(t, h264.OpenMilliseconds)
	require.Equal(t, 8, h264.Bits)
	require.True(t, byName["hevc_vaapi"].Works, byName["hevc_vaapi"].Reason)
	require.Equal(t, 10, byName["hevc_vaapi"].Bits)
	for _, name := range []string{"av1_vaapi", "vp9_vaapi"} {
		require.False(t, byName[name].Works)
		require.Contains(t, byName[name].Reason, "does not offer this codec or profile", name)
	}
}

func TestProbeWithoutADeviceSaysSo(t *testing.T) {
	leaktest.Check(t)
	o := encoder.ProbeOptions{Width: 128, Height: 96, Devices: []string{}, Encoders: []string{"h264_vaapi", "nonsense"}}
	results := encoder.Probe(t.Context(), o)
	require.Len(t, results, 2)
	require.Equal(t, "h264_vaapi", results[0].Encoder)
	require.Contains(t, results[0].Reason, "there is no render node under /dev/dri")
	require.Equal(t, "nonsense", results[1].Encoder)
	require.Contains(t, results[1].Reason, "no such encoder")
	o.Devices, o.Encoders = []string{"/dev/dri/renderD7777"}, []string{"av1_vaapi"}
	results = encoder.Probe(t.Context(), o)
	require.Len(t, results, 1)
	require.Contains(t, results[0].Reason, "/dev/dri/renderD7777: no such device")
}

func TestHardwareOptionsAreChecked(t *testing.T) {
	for name, change := range map[string]func(o *encoder.Options){
		"preset":   func(o *encoder.Options) { o.Preset = "veryfast" },
		"p1":       func(o *encoder.Options) { o.Codec, o.Preset = "h264_nvenc", "veryfast" },
		"ull":      func(o *encoder.Options) { o.Codec, o.Tune = "h264_nvenc", "zerolatency" },
		"Bitrate":  func(o *encoder.Options) { o.Codec, o.CRF = "h264_v4l2m2m", 20 },
		"tune":     func(o *encoder.Options) { o.Tune = "zerolatency" },
		"lossless": func(o *encoder.Options) { o.CRF = encoder.Lossless },
		"takes":    func(o *encoder.Options) { o.Layout = av.LayoutI420 },
		"source":   func(o *encoder.Options) { o.SourceWidth, o.SourceHeight = 65, 48 },
	} {
		o := onDevice(nil)
		require.NoError(t, o.Validate())
		change(&o)
		err := o.Validate()
		require.ErrorIs(t, err, encoder.ErrOptions)
		require.ErrorContains(t, err, name)
	}
	_, err := encoder.New(onDevice(nil))
	require.ErrorContains(t, err, "needs Options.Device")
}
