package framegear

import (
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/framegear/framegear/internal/av"
)

// MetricsHandler returns a handler that answers with the stream's figures in Prometheus' text format. Counters are read when they are
// asked for; nothing is registered globally.
func (s *Stream) MetricsHandler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(s.Collector(""), ProcessCollector())
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// Collector returns the stream's figures for a registry of the program's own. With a name each of them has it as its label "stream", so that
// one registry takes many streams; without one they have no such label. What is the process's is [ProcessCollector]'s.
func (s *Stream) Collector(name string) prometheus.Collector {
	labels := prometheus.Labels{}
	if name != "" {
		labels["stream"] = name
	}
	return &collector{s: s, labels: labels, descs: map[string]*prometheus.Desc{}}
}

// ProcessCollector returns the figures that all streams of the process share: libav's objects.
func ProcessCollector() prometheus.Collector { return process{} }

type process struct{}

var liveObjects = prometheus.NewDesc("framegear_libav_objects", "C objects alive in the process.", []string{"kind"}, nil)

// Describe implements prometheus.Collector.
func (process) Describe(ch chan<- *prometheus.Desc) { ch <- liveObjects }

// Collect implements prometheus.Collector.
func (process) Collect(ch chan<- prometheus.Metric) {
	for kind, n := range av.Live() {
		ch <- prometheus.MustNewConstMetric(liveObjects, prometheus.GaugeValue, float64(n), kind)
	}
}

// collector reads a stream's figures.
type collector struct {
	s      *Stream
	labels prometheus.Labels
	mu     sync.Mutex
	descs  map[string]*prometheus.Desc // by name
}

// figure is a name, what it is, and the labels that its values differ in.
type figure struct {
	name, help string
	by         []string
}

// desc returns the description of a figure of this stream.
func (c *collector) desc(f *figure) *prometheus.Desc {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.descs[f.name]
	if d == nil {
		d = prometheus.NewDesc("framegear_"+f.name, f.help, f.by, c.labels)
		c.descs[f.name] = d
	}
	return d
}

// send passes a value on.
func (c *collector) send(ch chan<- prometheus.Metric, f *figure, kind prometheus.ValueType, value float64, by ...string) {
	ch <- prometheus.MustNewConstMetric(c.desc(f), kind, value, by...)
}

// metric is one figure and where it comes from.
type metric struct {
	figure
	kind  prometheus.ValueType
	value func(*Stats) float64
}

func counter(name, help string, value func(*Stats) float64) metric {
	return metric{figure{name: name, help: help}, prometheus.CounterValue, value}
}

func gauge(name, help string, value func(*Stats) float64) metric {
	return metric{figure{name: name, help: help}, prometheus.GaugeValue, value}
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
	viewers         = figure{name: "viewers", help: "Clients that asked for something in the last seconds."}
	requests        = figure{name: "http_requests_total", help: "Requests answered by the origin."}
	failed          = figure{name: "http_failed_total", help: "Requests answered with an error."}
	refused         = figure{name: "http_refused_total", help: "Requests refused because too many were waiting or being answered."}
	served          = figure{name: "http_bytes_total", help: "Bytes sent by the origin."}
	waiting         = figure{name: "http_waiting", help: "Requests held for bytes that do not exist yet."}
	answering       = figure{name: "http_answering", help: "Requests being answered, those that are held among them."}
	stages          = figure{"stage_seconds", "Time of each stage: convert, scale, encode, mux; total is from WriteFrame to bytes that can be read.", []string{"stage", "rendition"}}
	inQueue         = figure{"rendition_queue", "Pictures that wait for a rendition.", []string{"rendition"}}
	soundReconnects = figure{"sound_reconnects_total", "Attempts to open a source of sound again.", []string{"track"}}
	soundSilent     = figure{"sound_silent_seconds_total", "Silence in the place of sound that did not come.", []string{"track"}}
	soundTrimmed    = figure{"sound_trimmed_seconds_total", "Sound that was cut away because its place was taken.", []string{"track"}}
	soundLateness   = figure{"sound_late_seconds", "How far the source of sound is behind its place (negative: ahead).", []string{"track"}}
	soundStretch    = figure{"sound_stretch_ratio", "Present correction of drift; positive plays slower.", []string{"track"}}
	behind          = figure{name: "behind_seconds", help: "How far the newest picture of a live output is behind the wall clock (negative: ahead)."}
	queued          = figure{name: "queue_frames", help: "Frame sets inside the pipeline."}
	streamFailed    = figure{name: "stream_failed", help: "1 when an error has ended the stream."}
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for i := range metrics {
		ch <- c.desc(&metrics[i].figure)
	}
	for _, f := range []*figure{&viewers, &requests, &failed, &refused, &served, &waiting, &answering, &queued, &behind, &stages, &inQueue,
		&soundReconnects, &soundSilent, &soundTrimmed, &soundLateness, &soundStretch, &streamFailed} {
		ch <- c.desc(f)
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	st := c.s.Stats()
	for i := range metrics {
		c.send(ch, &metrics[i].figure, metrics[i].kind, metrics[i].value(&st))
	}
	h := c.s.origin.stats()
	c.send(ch, &requests, prometheus.CounterValue, float64(h.Requests))
	c.send(ch, &failed, prometheus.CounterValue, float64(h.Failed))
	c.send(ch, &refused, prometheus.CounterValue, float64(h.Refused))
	c.send(ch, &served, prometheus.CounterValue, float64(h.Bytes))
	for _, g := range []struct {
		of    *figure
		value float64
	}{
		{&viewers, float64(h.Viewers)}, {&waiting, float64(h.Waiting)}, {&answering, float64(h.Answering)}, {&queued, float64(st.Queued)},
		{&behind, st.Behind.Seconds()}, {&streamFailed, oneIf(c.s.failed())},
	} {
		c.send(ch, g.of, prometheus.GaugeValue, g.value)
	}
	if p := c.s.origin.pipeline(); p != nil {
		p.collect(c, ch)
		for i := range st.Audio {
			c.soundFigures(ch, &st.Audio[i], p.sound[i].id)
		}
	}
}

func oneIf(err error) float64 {
	if err != nil {
		return 1
	}
	return 0
}

// soundFigures are those of one track of sound.
func (c *collector) soundFigures(ch chan<- prometheus.Metric, a *AudioStats, track string) {
	seconds := func(samples int64) float64 { return float64(samples) / float64(max(1, a.Rate)) }
	for _, f := range []struct {
		of    *figure
		kind  prometheus.ValueType
		value float64
	}{
		{&soundReconnects, prometheus.CounterValue, float64(a.Reconnects)},
		{&soundSilent, prometheus.CounterValue, seconds(a.Silent)},
		{&soundTrimmed, prometheus.CounterValue, seconds(a.Trimmed)},
		{&soundLateness, prometheus.GaugeValue, seconds(a.Late)},
		{&soundStretch, prometheus.GaugeValue, float64(a.Stretch) / 1e6},
	} {
		c.send(ch, f.of, f.kind, f.value, track)
	}
}

// collect reads the histograms and queues of the renditions.
func (p *pipeline) collect(c *collector, ch chan<- prometheus.Metric) {
	count, sum, buckets := p.converted.cumulative()
	ch <- prometheus.MustNewConstHistogram(c.desc(&stages), count, sum, buckets, string(StageConvert), "")
	for _, r := range p.renditions {
		for i, s := range renditionStages {
			count, sum, buckets := r.took[i].cumulative()
			ch <- prometheus.MustNewConstHistogram(c.desc(&stages), count, sum, buckets, string(s), r.id)
		}
		c.send(ch, &inQueue, prometheus.GaugeValue, float64(len(r.in)), r.id)
	}
}
