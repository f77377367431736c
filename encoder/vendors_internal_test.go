package encoder

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// No build here has these encoders; what they would be told follows from the figures that there are.
func TestVendorsRates(t *testing.T) {
	quality := Options{CRF: 23}
	capped := Options{CRF: 23, MaxBitrate: 1_000_000, BufferSize: 2_000_000}
	average := Options{Bitrate: 800_000, MaxBitrate: 1_000_000, BufferSize: 1_000_000}
	constant := Options{Bitrate: 1_000_000, MaxBitrate: 1_000_000, BufferSize: 1_000_000}
	for _, c := range []struct {
		name, codec string
		rates       func(*Options) []rateControl
		o           Options
		want        rateControl
	}{
		{"ICQ", "h264_qsv", ratesQSV, quality, rateControl{"global_quality": "23"}},
		{"QVBR", "h264_qsv", ratesQSV, capped,
			rateControl{"global_quality": "23", "b": "900000", "maxrate": "1000000", "bufsize": "2000000"}},
		{"VBR", "h264_qsv", ratesQSV, average, rateControl{"b": "800000", "maxrate": "1000000", "bufsize": "1000000"}},
		{"CBR", "h264_qsv", ratesQSV, constant, rateControl{"b": "1000000", "maxrate": "1000000", "bufsize": "1000000"}},
		{"CQP", "h264_amf", ratesAMF, quality, rateControl{"rc": "cqp", "qp_i": "23", "qp_p": "23"}},
		{"VBR", "h264_amf", ratesAMF, average,
			rateControl{"rc": "vbr_peak", "b": "800000", "maxrate": "1000000", "bufsize": "1000000"}},
		{"CBR", "h264_amf", ratesAMF, constant, rateControl{"rc": "cbr", "b": "1000000", "maxrate": "1000000", "bufsize": "1000000"}},
		{"VBR", "h264_videotoolbox", ratesVideoToolbox, average,
			rateControl{"b": "800000", "maxrate": "1000000", "bufsize": "1000000"}},
	} {
		t.Run(c.codec+" "+c.name, func(t *testing.T) {
			c.o.Codec = c.codec
			require.Equal(t, []rateControl{c.want}, c.rates(&c.o))
		})
	}
	require.Nil(t, ratesVideoToolbox(&quality), "its scale of quality is another one on every chip")
}

// A key frame that is asked for begins a segment, so it is an IDR picture; low latency takes every queue out.
func TestVendorsOptions(t *testing.T) {
	for _, c := range []struct {
		name    string
		options func(*Options) map[string]string
		o       Options
		want    map[string]string
	}{
		{"qsv", optionsQSV, Options{Codec: "h264_qsv", Profile: "main"},
			map[string]string{"preset": "veryfast", "forced_idr": "1", "async_depth": "4", "profile": "main"}},
		{"qsv, low latency", optionsQSV, Options{Codec: "h264_qsv", Preset: "fast", LowLatency: true},
			map[string]string{"preset": "fast", "forced_idr": "1", "async_depth": "1"}},
		{"amf", optionsAMF, Options{Codec: "hevc_amf"},
			map[string]string{"usage": "transcoding", "quality": "balanced", "forced_idr": "1"}},
		{"amf, AV1", optionsAMF, Options{Codec: "av1_amf"}, map[string]string{"usage": "transcoding", "quality": "balanced"}},
		{"amf, low latency", optionsAMF, Options{Codec: "h264_amf", LowLatency: true}, map[string]string{"usage": "ultralowlatency",
			"quality": "balanced", "forced_idr": "1", "latency": "1", "async_depth": "1"}},
		{"videotoolbox", optionsVideoToolbox, Options{Codec: "h264_videotoolbox"}, map[string]string{"allow_sw": "0"}},
		{"videotoolbox, low latency", optionsVideoToolbox, Options{Codec: "h264_videotoolbox", LowLatency: true},
			map[string]string{"allow_sw": "0", "realtime": "1", "prio_speed": "1"}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, c.options(&c.o)) })
	}
}
