package framegear

import "cmp"

// PresetStreamGear as Preset encodes as StreamGear does, for comparisons and for people who want the same bytes: with libx264 and
// libx265 CRF 20 without any bound (bit rates are labels there, so they are ignored here), key frames every 2*int(fps) frames, and
// with libx264 veryfast, zerolatency, high profile, one B-frame. Other encoders are given the bit rate alone, which is real. What is
// given beside it wins.
const PresetStreamGear = "streamgear"

// streamGearCRF is what StreamGear gives every encoder that knows a CRF.
const streamGearCRF = 20

// streamGear sets what the preset means for one rendition whose bit rate by the formula is known.
func (r *Rendition) streamGear(formula int64) {
	switch r.Codec {
	case "libx264", "libx264rgb":
		r.Preset, r.Tune, r.Profile = "veryfast", cmp.Or(r.Tune, "zerolatency"), cmp.Or(r.Profile, "high")
		r.BFrames = cmp.Or(r.BFrames, 1)
	case "libx265":
		r.Preset = "medium" // x265's own: StreamGear does not set it
	default:
		r.Preset, r.Bitrate = "", cmp.Or(r.Bitrate, formula)
		return
	}
	r.Bitrate, r.MaxBitrate, r.BufferSize = 0, 0, 0
	r.CRF = cmp.Or(r.CRF, streamGearCRF)
}

// fillStreamGear sets the distance of key frames that goes with the preset.
func (o *Options) fillStreamGear() {
	if o.Preset == PresetStreamGear && o.KeyInterval == 0 && o.FrameRate.Known() {
		o.KeyInterval = min(o.SegmentDuration, o.FrameRate.Frame().Duration(streamGearGOP(o.FrameRate)))
	}
}

// streamGearGOP is 2*int(fps): 58 frames at 29.97, not two seconds.
func streamGearGOP(rate Rate) int64 { return max(1, 2*int64(rate.Float())) }
