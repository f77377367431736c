package encoder

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// codec is what the package knows of one libav encoder.
type codec struct {
	format media.Codec
	bits   int     // the most per sample
	crf    float64 // default quality
	device string  // libav's kind of device that it runs on, empty for software
	least  int     // the smallest side in pixels
	// presets are the names that there are, nil where libav itself says what is wrong without writing to standard error.
	presets []string
	// tunes and profiles are the names that there are, nil where libav says what is wrong.
	tunes, profiles []string
	// headroom says that the maximum bit rate has to be above the average.
	headroom bool
	// configure maps options to libav's names, nil where the kind of device does. Options that libav has as fields of its context are set by [New].
	configure func(o *Options) map[string]string
}

var codecs = map[string]codec{
	"libx264":   {format: media.CodecH264, bits: 8, crf: 21, least: 16, presets: x26xPresets, tunes: x264Tunes, profiles: x264Profiles, configure: configureX264},
	"libx265":   {format: media.CodecHEVC, bits: 10, crf: 24, least: 16, presets: x26xPresets, tunes: x265Tunes, profiles: x265Profiles, configure: configureX265},
	"libsvtav1": {format: media.CodecAV1, bits: 10, crf: 32, least: 64, headroom: true, tunes: []string{}, profiles: []string{"main"}, configure: configureSVTAV1},

	"h264_vaapi": {format: media.CodecH264, bits: 8, crf: 23, least: 16, device: "vaapi"},
	"hevc_vaapi": {format: media.CodecHEVC, bits: 10, crf: 25, least: 16, device: "vaapi"},
	"av1_vaapi":  {format: media.CodecAV1, bits: 10, crf: 32, least: 16, device: "vaapi"},
	"vp9_vaapi":  {format: media.CodecVP9, bits: 10, crf: 32, least: 16, device: "vaapi"},

	"h264_nvenc": {format: media.CodecH264, bits: 8, crf: 23, least: 16, device: "cuda"},
	"hevc_nvenc": {format: media.CodecHEVC, bits: 10, crf: 25, least: 16, device: "cuda"},
	"av1_nvenc":  {format: media.CodecAV1, bits: 10, crf: 32, least: 16, device: "cuda"},

	"h264_qsv": {format: media.CodecH264, bits: 8, crf: 23, least: 16, device: "qsv"},
	"hevc_qsv": {format: media.CodecHEVC, bits: 10, crf: 25, least: 16, device: "qsv"},
	"av1_qsv":  {format: media.CodecAV1, bits: 10, crf: 32, least: 16, device: "qsv"},
	"vp9_qsv":  {format: media.CodecVP9, bits: 10, crf: 32, least: 16, device: "qsv"},

	"h264_amf": {format: media.CodecH264, bits: 8, crf: 23, least: 16, device: "amf"},
	"hevc_amf": {format: media.CodecHEVC, bits: 10, crf: 25, least: 16, device: "amf"},
	"av1_amf":  {format: media.CodecAV1, bits: 10, crf: 32, least: 16, device: "amf"},

	"h264_videotoolbox": {format: media.CodecH264, bits: 8, crf: 23, least: 16, device: "videotoolbox"},
	"hevc_videotoolbox": {format: media.CodecHEVC, bits: 10, crf: 25, least: 16, device: "videotoolbox"},

	"h264_v4l2m2m": {format: media.CodecH264, bits: 8, crf: 23, least: 16, device: "v4l2m2m"},
	"hevc_v4l2m2m": {format: media.CodecHEVC, bits: 8, crf: 25, least: 16, device: "v4l2m2m"},
}

var x26xPresets = []string{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"}

// What x264 and x265 take; of x264's tunes several, with commas between them.
var (
	x264Tunes    = []string{"film", "animation", "grain", "stillimage", "psnr", "ssim", "fastdecode", "zerolatency"}
	x264Profiles = []string{"baseline", "main", "high", "high10", "high422", "high444"}
	x265Tunes    = []string{"psnr", "ssim", "grain", "fastdecode", "zerolatency", "animation"}
	x265Profiles = []string{"main", "main10", "main-intra", "main10-intra"}
)

// Names returns the names of all encoders that the package can configure, sorted, whether this build has them or not.
func Names() []string { return slices.Sorted(maps.Keys(codecs)) }

// Built returns those of Names that this build of libav has.
func Built() []string {
	return slices.DeleteFunc(Names(), func(n string) bool { return !Available(n) })
}

// Available reports whether the package can configure the encoder and this build of libav has it.
func Available(name string) bool {
	_, ok := codecs[name]
	return ok && av.HasEncoder(name)
}

// Format returns the coding format that an encoder makes, empty for an unknown name.
func Format(name string) media.Codec { return codecs[name].format }

// Makes reports whether some encoder makes the coding format.
func Makes(f media.Codec) bool {
	for _, c := range codecs {
		if c.format == f {
			return true
		}
	}
	return false
}

// MaxBits returns the most bits per sample that an encoder takes, 0 for an unknown name.
func MaxBits(name string) int { return codecs[name].bits }

// DeviceKind returns libav's name of the kind of device that an encoder runs on ("vaapi"), empty for software.
func DeviceKind(name string) string { return codecs[name].device }

// Hardware reports whether an encoder runs on a device.
func Hardware(name string) bool { return DeviceKind(name) != "" }

// options maps options to libav's names.
func (c codec) options(o *Options) map[string]string {
	if k := kinds[c.device]; k != nil {
		return k.options(o)
	}
	return c.configure(o)
}

// Software returns the software encoder of a coding format that this build has, empty when there is none.
func Software(format media.Codec) string {
	for _, name := range Names() {
		if c := codecs[name]; c.format == format && c.device == "" && Available(name) {
			return name
		}
	}
	return ""
}

// DefaultCRF returns the quality that an encoder runs at when neither CRF nor bitrate is given.
func DefaultCRF(name string) float64 { return codecs[name].crf }

func crf(v float64) string {
	if v == Lossless {
		v = 0
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func orDefault(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// configureX264 maps options for libx264. Key frames come from outside only: no scene cuts, forced ones are IDR, GOPs are closed.
func configureX264(o *Options) map[string]string {
	m := map[string]string{
		"preset": orDefault(o.Preset, "veryfast"), "forced-idr": "1", "sc_threshold": "0",
		"keyint_min": strconv.Itoa(max(1, o.GOP)),
	}
	profile := "high"
	if o.CRF == Lossless {
		profile = "high444" // no lower one has lossless coding, whatever the format of the chroma
	}
	set(m, "profile", orDefault(o.Profile, profile))
	tune := o.Tune
	if o.LowLatency {
		tune = orDefault(tune, "zerolatency")
		m["bf"] = "0"
	}
	set(m, "tune", tune)
	if o.Threads > 1 && !o.LowLatency {
		// Threads that take a frame each cost no quality and, unlike the slices of the zerolatency tune, no CPU; only a frame of
		// delay.
		m["thread_type"] = "frame"
	}
	if o.CRF != 0 {
		m["crf"] = crf(o.CRF)
	}
	if o.Hinted {
		m["mb_info"] = "1"
	}
	return m
}

// configureX265 maps options for libx265.
func configureX265(o *Options) map[string]string {
	m := map[string]string{"preset": orDefault(o.Preset, "veryfast"), "forced-idr": "1"}
	params := []string{
		"scenecut=0", "open-gop=0", "keyint=" + strconv.Itoa(o.GOP), "min-keyint=" + strconv.Itoa(max(1, o.GOP)),
		"pools=" + strconv.Itoa(o.Threads), "frame-threads=1", "log-level=error", "repeat-headers=0",
	}
	tune := o.Tune
	if o.LowLatency {
		tune = orDefault(tune, "zerolatency")
		m["bf"] = "0"
	}
	set(m, "tune", tune)
	set(m, "profile", o.Profile)
	switch {
	case o.CRF == Lossless:
		params = append(params, "lossless=1")
	case o.CRF != 0:
		m["crf"] = crf(o.CRF)
	}
	m["x265-params"] = strings.Join(params, ":")
	return m
}

// configureSVTAV1 maps options for libsvtav1.
func configureSVTAV1(o *Options) map[string]string {
	m := map[string]string{"preset": orDefault(o.Preset, "10")}
	params := []string{"scd=0", "lp=" + strconv.Itoa(o.Threads)}
	if o.LowLatency {
		params = append(params, "pred-struct=1")
	}
	if o.CRF != 0 {
		m["crf"] = crf(o.CRF)
		if !o.LowLatency { // in its other modes SVT-AV1 makes key frames every GOP pictures and nowhere else
			params = append(params, "enable-force-key-frames=1")
		}
	}
	m["svtav1-params"] = strings.Join(params, ":")
	return m
}

func set(m map[string]string, key, value string) {
	if value != "" {
		m[key] = value
	}
}
