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
	// configure maps options to libav's names. Options that libav has as fields of its context are set by [New].
	configure func(o *Options) map[string]string
}

var codecs = map[string]codec{
	"libx264":    {media.CodecH264, 8, 21, "", configureX264},
	"libx265":    {media.CodecHEVC, 10, 24, "", configureX265},
	"libsvtav1":  {media.CodecAV1, 10, 32, "", configureSVTAV1},
	"h264_vaapi": {media.CodecH264, 8, 23, "vaapi", configureVAAPI},
	"hevc_vaapi": {media.CodecHEVC, 10, 25, "vaapi", configureVAAPI},
	"av1_vaapi":  {media.CodecAV1, 10, 32, "vaapi", configureVAAPI},
	"vp9_vaapi":  {media.CodecVP9, 10, 32, "vaapi", configureVAAPI},
}

// Names returns the names of all encoders that the package can configure, sorted, whether this build has them or not.
func Names() []string { return slices.Sorted(maps.Keys(codecs)) }

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
	set(m, "profile", orDefault(o.Profile, "high"))
	tune := o.Tune
	if o.LowLatency {
		tune = orDefault(tune, "zerolatency")
		m["bf"] = "0"
	}
	set(m, "tune", tune)
	if o.CRF != 0 {
		m["crf"] = crf(o.CRF)
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
	}
	m["svtav1-params"] = strings.Join(params, ":")
	return m
}

func set(m map[string]string, key, value string) {
	if value != "" {
		m[key] = value
	}
}
