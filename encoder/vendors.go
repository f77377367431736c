package encoder

import (
	"cmp"
	"fmt"
	"strconv"
)

// Kinds of device that need an SDK or a system that the default build does not have: Quick Sync, AMF and VideoToolbox. A build of libav
// that has their encoders goes the same way as all others; what is here follows libavcodec's own documentation of them.

func optionsQSV(o *Options) map[string]string {
	m := map[string]string{"preset": orDefault(o.Preset, "veryfast"), "forced_idr": "1", "async_depth": "4"}
	if o.LowLatency {
		m["async_depth"] = "1"
	}
	set(m, "profile", o.Profile)
	return m
}

// ratesQSV says by which figures are there what is meant: equal ones are CBR, a quality besides is QVBR, a quality alone is ICQ.
func ratesQSV(o *Options) []rateControl {
	quality := strconv.Itoa(quality(o))
	m := rateControl{
		"b": fmt.Sprint(cmp.Or(o.Bitrate, o.MaxBitrate)), "maxrate": fmt.Sprint(o.MaxBitrate), "bufsize": fmt.Sprint(o.BufferSize),
	}
	switch {
	case o.CRF != 0 && o.Bitrate == 0 && o.MaxBitrate == 0:
		return []rateControl{{"global_quality": quality}}
	case o.CRF != 0:
		m["b"] = fmt.Sprint(o.MaxBitrate * 9 / 10)
		m["global_quality"] = quality
	}
	return []rateControl{m}
}

func optionsAMF(o *Options) map[string]string {
	m := map[string]string{"usage": "transcoding", "quality": orDefault(o.Preset, "balanced"), "forced_idr": "1"}
	if o.LowLatency {
		m["usage"], m["latency"], m["async_depth"] = "ultralowlatency", "1", "1"
	}
	if Format(o.Codec) == "av1" {
		delete(m, "forced_idr")
	}
	set(m, "profile", o.Profile)
	return m
}

func ratesAMF(o *Options) []rateControl {
	quality := strconv.Itoa(quality(o))
	m := rateControl{
		"rc": "vbr_peak", "b": fmt.Sprint(cmp.Or(o.Bitrate, o.MaxBitrate)), "maxrate": fmt.Sprint(o.MaxBitrate),
		"bufsize": fmt.Sprint(o.BufferSize),
	}
	switch {
	case o.CRF != 0 && o.Bitrate == 0 && o.MaxBitrate == 0:
		return []rateControl{{"rc": "cqp", "qp_i": quality, "qp_p": quality}}
	case o.CRF == 0 && o.MaxBitrate == o.Bitrate:
		m["rc"] = "cbr"
	}
	return []rateControl{m}
}

func optionsVideoToolbox(o *Options) map[string]string {
	m := map[string]string{"allow_sw": "0"}
	if o.LowLatency {
		m["realtime"], m["prio_speed"] = "1", "1"
	}
	set(m, "profile", o.Profile)
	return m
}

// ratesVideoToolbox promises bit rates only: its scale of quality is another one on every chip.
func ratesVideoToolbox(o *Options) []rateControl {
	if o.MaxBitrate == 0 {
		return nil
	}
	return []rateControl{{
		"b": fmt.Sprint(cmp.Or(o.Bitrate, o.MaxBitrate)), "maxrate": fmt.Sprint(o.MaxBitrate), "bufsize": fmt.Sprint(o.BufferSize),
	}}
}
