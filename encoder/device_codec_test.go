package encoder_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/vatest"
)

// The driver writes HEVC's headers itself, so the parameter sets come from a picture that is encoded first.
func TestHEVCKeepsTheGridAndTheSamples(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	leaktest.Check(t)
	o := onDevice(openDevice(t))
	o.Codec, o.GOP, o.Bitrate = "hevc_vaapi", 7, 1_000_000
	r := run(t, o, 20, 64, 48)
	require.Equal(t, []int64{0, 7, 14}, r.keys)
	require.Equal(t, r.want, vatest.Decode(t, r.stream, 64, 48))

	o.Layout = av.LayoutP010
	for _, source := range [][2]int{{64, 48}, {128, 96}} {
		r = run(t, o, 20, source[0], source[1])
		require.Equal(t, []int64{0, 7, 14}, r.keys)
		for i, got := range vatest.DecodeDeep(t, r.stream, 64, 48) {
			require.Equal(t, vatest.NearestDeep(r.want[i], source[0], source[1], 64, 48), got)
		}
	}
}

func TestDepthThatTheDriverDoesNotEncode(t *testing.T) {
	if !vatest.Child(t, "FGVA_HEVC=8") {
		return
	}
	leaktest.Check(t)
	o := onDevice(openDevice(t))
	o.Codec, o.Bitrate = "hevc_vaapi", 1_000_000
	require.NoError(t, encoder.Try(o, 0))
	o.Layout = av.LayoutP010
	err := encoder.Try(o, 0)
	require.ErrorIs(t, err, encoder.ErrDevice)
	require.ErrorContains(t, err, "10 bit")
	r := encoder.Probe(t.Context(), encoder.ProbeOptions{
		Width: 128, Height: 96, Devices: []string{vatest.Device}, Encoders: []string{"hevc_vaapi"},
	})
	require.True(t, r[0].Works, r[0].Reason)
	require.Equal(t, 8, r[0].Bits)
}

func TestDriverThatWritesItsOwnHeaders(t *testing.T) {
	if !vatest.Child(t, "FGVA_NO_HEADERS=1") {
		return
	}
	leaktest.Check(t)
	o := onDevice(openDevice(t))
	o.GOP = 7
	r := run(t, o, 20, 64, 48)
	require.Equal(t, []int64{0, 7, 14}, r.keys)
	require.Equal(t, 1, strings.Count(string(r.stream), "\x00\x00\x01\x67"), "one sequence parameter set, before the first picture")
	require.Equal(t, r.want, vatest.Decode(t, r.stream, 64, 48))
}

// What the options promise has to arrive in the driver's parameter buffers (va.h: VA_RC_CQP 0x10, CBR 2, VBR 4, ICQ 0x40, QVBR 0x400).
func TestOptionsArriveAtTheDriver(t *testing.T) {
	for _, test := range []struct {
		name  string
		modes string
		set   func(o *encoder.Options)
		want  []string // in the line of the first picture
	}{
		{"cbr", "cqp,cbr,vbr", func(o *encoder.Options) { o.Bitrate = 500_000 }, []string{"rc=0x2", "bits=500000", "buffer=500000"}},
		{"vbr", "cqp,cbr,vbr", func(o *encoder.Options) { o.Bitrate, o.MaxBitrate, o.BufferSize = 400_000, 800_000, 1_200_000 },
			[]string{"rc=0x4", "bits=800000", "percent=50", "buffer=1200000"}},
		{"icq", "icq,cqp", func(o *encoder.Options) { o.CRF = 30 }, []string{"rc=0x40", "icq=30"}},
		{"cqp", "cqp,vbr", func(o *encoder.Options) { o.CRF = 30 }, []string{"rc=0x10", "qp=30"}},
		{"qvbr", "qvbr,vbr", func(o *encoder.Options) { o.Bitrate, o.CRF = 500_000, 23 }, []string{"rc=0x400", "bits=500000", "quality=23"}},
		{"gop", "cbr", func(o *encoder.Options) { o.Bitrate, o.GOP = 500_000, 12 }, []string{"period=12", "distance=1"}},
		{"bframes", "cbr", func(o *encoder.Options) { o.Bitrate, o.GOP, o.BFrames = 500_000, 12, 2 }, []string{"period=12", "distance=3"}},
		{"latency", "cbr", func(o *encoder.Options) { o.Bitrate, o.BFrames, o.LowLatency = 500_000, 2, true }, []string{"distance=1"}},
	} {
		for _, codec := range []string{"h264_vaapi", "hevc_vaapi"} {
			t.Run(test.name+"_"+codec, func(t *testing.T) {
				if codec == "hevc_vaapi" && test.name == "bframes" {
					t.Skip("the test driver writes no B slices of HEVC")
				}
				if !vatest.Child(t, "FGVA_RC="+test.modes, vatest.Traced(t)) {
					return
				}
				leaktest.Check(t)
				o := onDevice(openDevice(t))
				o.Codec = codec
				test.set(&o)
				require.NoError(t, encoder.Try(o, 0))
				for _, want := range test.want {
					require.Contains(t, strings.Fields(vatest.Trace(t)[0]), want)
				}
			})
		}
	}
}

// A way of rate control that the driver does not offer is no news while the next one works.
func TestRefusedWaysOfRateControlAreNotLogged(t *testing.T) {
	for _, test := range []struct {
		name, modes string
		refused     int // lines about modes that are not there
	}{{"next", "vbr", 0}, {"none", "cqp", 3}} {
		t.Run(test.name, func(t *testing.T) {
			if !vatest.Child(t, "FGVA_RC="+test.modes) {
				return
			}
			leaktest.Check(t)
			var text bytes.Buffer
			o := onDevice(openDevice(t))
			o.Bitrate, o.CRF, o.Logger = 500_000, 23, slog.New(slog.NewTextHandler(&text, nil))
			e, err := encoder.New(o)
			require.Equal(t, test.refused == 0, err == nil, err)
			require.Equal(t, test.refused, strings.Count(text.String(), "RC mode"), text.String())
			if err == nil {
				require.NotContains(t, text.String(), "level=ERROR")
				e.Close()
			}
		})
	}
}

// What a kind of device is asked for has to be something that its encoders know, in whatever build has them.
func TestEveryOptionIsOneOfTheEncoder(t *testing.T) {
	for _, name := range encoder.Names() {
		if !encoder.Hardware(name) || !encoder.Available(name) {
			continue
		}
		known := av.EncoderOptions(name)
		for _, o := range []encoder.Options{
			{Bitrate: 1_000_000}, {Bitrate: 1_000_000, MaxBitrate: 2_000_000}, {CRF: 25}, {CRF: 25, Bitrate: 1_000_000}, {MaxBitrate: 1_000_000},
			{Bitrate: 1_000_000, LowLatency: true, Profile: "main"},
		} {
			o.Codec = name
			for _, key := range encoder.LibavOptions(o) {
				require.Contains(t, known, key, name)
			}
		}
	}
}

func TestKindsAreFoundByTheirNames(t *testing.T) {
	require.Contains(t, encoder.Kinds(), "vaapi")
	require.True(t, encoder.IsDevice("vaapi", "/dev/dri/renderD128"))
	require.True(t, encoder.IsDevice("cuda", "cuda:0"))
	require.False(t, encoder.IsDevice("cuda", "/dev/dri/renderD128"))
	require.False(t, encoder.IsDevice("vaapi", "/dev/video11"))
	require.False(t, encoder.IsDevice("nonsense", "/dev/video11"))
	require.Nil(t, encoder.Devices("nonsense"))
	for _, kind := range encoder.Kinds() {
		if len(encoder.Devices(kind)) == 0 {
			_, err := encoder.OpenDevice(kind, "", 0)
			require.ErrorIs(t, err, encoder.ErrDevice)
			var said *encoder.DeviceError
			require.ErrorAs(t, err, &said)
			require.Contains(t, said.Reason, "the container", "what to do in a container is said too")
		}
	}
	_, err := encoder.OpenDevice("nonsense", "", 0)
	require.ErrorContains(t, err, "want one of [vaapi cuda")
	if encoder.Available("h264_nvenc") {
		o := onDevice(nil)
		o.Codec = "h264_nvenc"
		require.NoError(t, o.Validate())
		require.True(t, encoder.TakesPreset("h264_nvenc", "p5"))
		require.False(t, encoder.TakesPreset("h264_nvenc", "veryfast"))
		require.False(t, encoder.TakesTune("h264_vaapi", "film"))
		require.True(t, encoder.TakesPreset("h264_vaapi", "7"))
	}
}
