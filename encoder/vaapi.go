package encoder

import (
	"cmp"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// optionsVAAPI maps options for the encoders of VA-API. Forced key frames are always IDR there, and GOPs are closed.
func optionsVAAPI(o *Options) map[string]string {
	m := map[string]string{"async_depth": "2"}
	if o.LowLatency {
		m["async_depth"] = "1" // each picture comes out before the next one goes in
	}
	set(m, "compression_level", o.Preset)
	profile := o.Profile
	if profile == "baseline" { // what libx264 calls it; devices make the constrained one alone
		profile = "constrained_baseline"
	}
	set(m, "profile", profile)
	return m
}

// ratesVAAPI returns several ways, because drivers offer different ones. Only a quality without a bitrate may become a constant quantizer:
// everything else is bounded.
func ratesVAAPI(o *Options) []rateControl {
	quality := strconv.Itoa(quality(o))
	bits := rateControl{
		"b": fmt.Sprint(cmp.Or(o.Bitrate, o.MaxBitrate)), "maxrate": fmt.Sprint(o.MaxBitrate), "bufsize": fmt.Sprint(o.BufferSize),
	}
	with := func(base rateControl, more rateControl) rateControl {
		m := rateControl{}
		maps.Copy(m, base)
		maps.Copy(m, more)
		return m
	}
	vbr, cbr := with(bits, rateControl{"rc_mode": "VBR"}), with(bits, rateControl{"rc_mode": "CBR"})
	switch {
	case o.CRF != 0 && o.Bitrate == 0 && o.MaxBitrate == 0:
		return []rateControl{{"rc_mode": "ICQ", "global_quality": quality}, {"rc_mode": "CQP", "global_quality": quality}}
	case o.CRF != 0:
		return []rateControl{with(bits, rateControl{"rc_mode": "QVBR", "global_quality": quality}), vbr, cbr}
	case o.MaxBitrate == o.Bitrate:
		return []rateControl{cbr, vbr}
	}
	return []rateControl{vbr, cbr}
}

// quality turns the CRF into the device's scale: 1 to 51 for H.264 and HEVC, 1 to 255 for the quantizer index of AV1 and VP9.
func quality(o *Options) int {
	switch Format(o.Codec) {
	case media.CodecAV1, media.CodecVP9:
		return min(255, max(1, int(o.CRF*4+0.5)))
	}
	return min(51, max(1, int(o.CRF+0.5)))
}

// onDevice is what libav opens a hardware encoder with.
func (o Options) onDevice(rate rateControl, frames *av.Pool) av.VideoConfig {
	cfg := o.libav()
	cfg.Frames = frames
	if !o.inBand {
		cfg.Bitstream = withoutSets[Format(o.Codec)]
	}
	cfg.Bitrate, cfg.MaxRate, cfg.BufferSize = 0, 0, 0 // all in rate
	cfg.BFrames, cfg.Threads = max(0, o.BFrames), 0
	if o.LowLatency {
		cfg.BFrames = 0
	}
	options := map[string]string(rate)
	maps.Copy(options, cfg.Options) // Options.Extra wins
	cfg.Options = options
	return cfg
}

// validateHardware returns faults of options that only hardware encoders have.
func (o Options) validateHardware() []error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	if o.Layout != av.LayoutNV12 && o.Layout != av.LayoutP010 {
		bad("%s takes nv12 or p010le pictures, not %s", o.Codec, o.Layout)
	}
	if o.SourceWidth%2+o.SourceHeight%2 != 0 || o.SourceWidth < 16 || o.SourceHeight < 16 {
		bad("source size %dx%d (want even sides from 16)", o.SourceWidth, o.SourceHeight)
	}
	k := kinds[DeviceKind(o.Codec)]
	if !k.takes(k.presets, o.Preset) {
		bad("preset %q of %s (want %s)", o.Preset, o.Codec, oneOf(k.presets))
	}
	if !k.takes(k.tunes, o.Tune) {
		bad("tune %q of %s (want %s)", o.Tune, o.Codec, oneOf(k.tunes))
	}
	if len(k.rates(&o)) == 0 {
		bad("%s keeps bit rates only (want a Bitrate)", o.Codec)
	}
	if o.CRF == Lossless {
		bad("%s is never lossless", o.Codec)
	}
	return errs
}

func oneOf(names []string) string {
	if len(names) == 0 {
		return "none: it has none"
	}
	return strings.Join(names, ", ")
}
