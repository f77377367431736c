package framegear

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// MetricsHandler returns a handler that answers with the stream's figures in Prometheus' text format. Counters are read when they are
// asked for; nothing is registered globally.
func (s *Stream) MetricsHandler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{s})
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// collector reads a stream's figures.
type collector struct{ s *Stream }

// metric is one figure and where it comes from.
type metric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*Stats) float64
}

func counter(name, help string, value func(*Stats) float64) metric {
	return metric{prometheus.NewDesc("framegear_"+name, help, nil, nil), prometheus.CounterValue, value}
}

func gauge(name, help string, value func(*Stats) float64) metric {
	return metric{prometheus.NewDesc("framegear_"+name, help, nil, nil), prometheus.GaugeValue, value}
}

var metrics = []metric{
	counter("frames_in_total", "Frames accepted by WriteFrame.", func(s *Stats) float64 { return float64(s.FramesIn) }),
	counter("frames_out_total", "Instants of the output's grid that were encoded.", func(s *Stats) float64 { return float64(s.FramesOut) }),
	counter("frames_same_total", "Frames exactly like the one before.", func(s *Stats) float64 { return float64(s.Same) }),
	counter("frames_repeated_total", "Instants filled with the picture before.", func(s *Stats) float64 { return float64(s.Repeated) }),
	counter("frames_dropped_total", "Frames dropped from all renditions.", func(s *Stats) float64 { return float64(s.Dropped) }),
	counter("clock_jumps_total", "Gaps longer than the longest that is filled.", func(s *Stats) float64 { return float64(s.Jumps) }),
	counter("clock_caught_up_total", "Times that a source had fallen behind the wall clock and was put right.",
		func(s *Stats) float64 { return float64(s.CaughtUp) }),
	counter("renditions_given_up_total", "Renditions given up because the machine was too slow.", func(s *Stats) float64 { return float64(s.GivenUp) }),
	counter("segments_total", "Segments published, all tracks.", func(s *Stats) float64 { return float64(s.Segments) }),
	counter("output_gaps_total", "Segments that the output never got.", func(s *Stats) float64 { return float64(s.Gaps) }),
	gauge("output_waiting_bytes", "Bytes that wait for the output.", func(s *Stats) float64 { return float64(s.WaitingBytes) }),
	gauge("output_down", "1 while the output cannot be written to.", func(s *Stats) float64 {
		if s.Outage != nil {
			return 1
		}
		return 0
	}),
	counter("segment_bytes_total", "Bytes of published segments.", func(s *Stats) float64 { return float64(s.Bytes) }),
}

var (
	liveObjects     = prometheus.NewDesc("framegear_libav_objects", "C objects alive in the process.", []string{"kind"}, nil)
	viewers         = prometheus.NewDesc("framegear_viewers", "Clients that asked for something in the last seconds.", nil, nil)
	requests        = prometheus.NewDesc("framegear_http_requests_total", "Requests answered by the origin.", nil, nil)
	served          = prometheus.NewDesc("framegear_http_bytes_total", "Bytes sent by the origin.", nil, nil)
	waiting         = prometheus.NewDesc("framegear_http_waiting", "Requests held for bytes that do not exist yet.", nil, nil)
	stages          = prometheus.NewDesc("framegear_stage_seconds", "Time of each stage: convert, scale, encode, mux; total is from WriteFrame to bytes that can be read.", []string{"stage", "rendition"}, nil)
	inQueue         = prometheus.NewDesc("framegear_rendition_queue", "Pictures that wait for a rendition.", []string{"rendition"}, nil)
	soundReconnects = prometheus.NewDesc("framegear_sound_reconnects_total", "Attempts to open a source of sound again.", []string{"track"}, nil)
	soundSilent     = prometheus.NewDesc("framegear_sound_silent_seconds_total", "Silence in the place of sound that did not come.", []string{"track"}, nil)
	soundTrimmed    = prometheus.NewDesc("framegear_sound_trimmed_seconds_total", "Sound that was cut away because its place was taken.", []string{"track"}, nil)
	soundLateness   = prometheus.NewDesc("framegear_sound_late_seconds", "How far the source of sound is behind its place (negative: ahead).", []string{"track"}, nil)
	soundStretch    = prometheus.NewDesc("framegear_sound_stretch_ratio", "Present correction of drift; positive plays slower.", []string{"track"}, nil)
	behind          = prometheus.NewDesc("framegear_behind_seconds", "How far the newest picture of a live output is behind the wall clock (negative: ahead).", nil, nil)
	queued          = prometheus.NewDesc("framegear_queue_frames", "Frame sets inside the pipeline.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range metrics {
		ch <- m.desc
	}
	for _, d := range []*prometheus.Desc{liveObjects, viewers, requests, served, waiting, queued, behind, stages, inQueue,
		soundReconnects, soundSilent, soundTrimmed, soundLateness, soundStretch} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	st := c.s.Stats()
	for _, m := range metrics {
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(&st))
	}
	for kind, n := range st.Live {
		ch <- prometheus.MustNewConstMetric(liveObjects, prometheus.GaugeValue, float64(n), kind)
	}
	h := c.s.origin.stats()
	ch <- prometheus.MustNewConstMetric(viewers, prometheus.GaugeValue, float64(h.Viewers))
	ch <- prometheus.MustNewConstMetric(requests, prometheus.CounterValue, float64(h.Requests))
	ch <- prometheus.MustNewConstMetric(served, prometheus.CounterValue, float64(h.Bytes))
	ch <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(h.Waiting))
	ch <- prometheus.MustNewConstMetric(behind, prometheus.GaugeValue, st.Behind.Seconds())
	ch <- prometheus.MustNewConstMetric(queued, prometheus.GaugeValue, float64(st.Queued))
	if p := c.s.origin.pipeline(); p != nil {
		p.collect(ch)
		for i := range st.Audio {
			soundFigures(ch, &st.Audio[i], p.sound[i].id)
		}
	}
}

// soundFigures are those of one track of sound.
func soundFigures(ch chan<- prometheus.Metric, a *AudioStats, track string) {
	seconds := func(samples int64) float64 { return float64(samples) / float64(max(1, a.Rate)) }
	for _, f := range []struct {
		desc  *prometheus.Desc
		kind  prometheus.ValueType
		value float64
	}{
		{soundReconnects, prometheus.CounterValue, float64(a.Reconnects)},
		{soundSilent, prometheus.CounterValue, seconds(a.Silent)},
		{soundTrimmed, prometheus.CounterValue, seconds(a.Trimmed)},
		{soundLateness, prometheus.GaugeValue, seconds(a.Late)},
		{soundStretch, prometheus.GaugeValue, float64(a.Stretch) / 1e6},
	} {
		ch <- prometheus.MustNewConstMetric(f.desc, f.kind, f.value, track)
	}
}

// collect reads the histograms and queues of the renditions.
func (p *pipeline) collect(ch chan<- prometheus.Metric) {
	count, sum, buckets := p.converted.cumulative()
	ch <- prometheus.MustNewConstHistogram(stages, count, sum, buckets, string(StageConvert), "")
	for _, r := range p.renditions {
		for i, s := range renditionStages {
			count, sum, buckets := r.took[i].cumulative()
			ch <- prometheus.MustNewConstHistogram(stages, count, sum, buckets, string(s), r.id)
		}
		ch <- prometheus.MustNewConstMetric(inQueue, prometheus.GaugeValue, float64(len(r.in)), r.id)
	}
}
