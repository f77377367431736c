package framegear

import (
	"math"
	"sync/atomic"
	"time"
)

// Stage is a step on the way of a picture whose time is measured.
type Stage string

// The stages, in their order.
const (
	// StageConvert is the conversion inside WriteFrame.
	StageConvert Stage = "convert"
	// StageScale is scaling for one rendition.
	StageScale Stage = "scale"
	// StageEncode is the encoder's own time for one picture.
	StageEncode Stage = "encode"
	// StageMux is packing one picture and handing the bytes to the sink, until they can be read.
	StageMux Stage = "mux"
	// StageTotal is from WriteFrame to bytes that can be read, of the picture that completes a part (low latency) or segment.
	StageTotal Stage = "total"
)

var renditionStages = [...]Stage{StageScale, StageEncode, StageMux, StageTotal}

// StageStats are the times of one stage since the start.
type StageStats struct {
	Stage Stage
	// Rendition is the track's name ("v0"), empty when the stage serves all.
	Rendition string
	// Count is the number of measurements and Sum their total.
	Count int64
	Sum   time.Duration
	// P50, P95 and P99 are right within a fortieth.
	P50, P95, P99 time.Duration
}

// A histogram counts durations in buckets that grow by a sixteenth root of two; the first one takes what is shorter than a hundredth of a
// millisecond, the last one what is longer than all. It is for any number of goroutines.
type histogram struct {
	buckets [octaves * perOctave]atomic.Int64
	sum     atomic.Int64
}

const (
	perOctave = 16
	octaves   = 20 // 8 us to 8 s

	// Operators see whole octaves, from an eighth of a millisecond to two seconds.
	shortest  = 125 * time.Microsecond
	firstSeen = 4 * perOctave
	lastSeen  = 18 * perOctave
)

// bound is the upper end of a bucket.
func bound(i int) time.Duration {
	return time.Duration(float64(shortest) * math.Exp2(float64(i-firstSeen)/perOctave))
}

func (h *histogram) add(d time.Duration) {
	i := 0
	if d > bound(0) {
		i = firstSeen + int(math.Ceil(perOctave*math.Log2(float64(d)/float64(shortest))))
	}
	h.buckets[min(i, len(h.buckets)-1)].Add(1)
	h.sum.Add(int64(max(d, 0)))
}

// stats reads a histogram. What is added meanwhile may be in it or not.
func (h *histogram) stats(s Stage, rendition string) StageStats {
	var counts [len(h.buckets)]int64
	st := StageStats{Stage: s, Rendition: rendition, Sum: time.Duration(h.sum.Load())}
	for i := range counts {
		counts[i] = h.buckets[i].Load()
		st.Count += counts[i]
	}
	quantile := func(q float64) time.Duration {
		rank, seen := int64(math.Ceil(q*float64(st.Count))), int64(0)
		for i, n := range counts {
			if seen += n; n > 0 && seen >= rank {
				return (bound(i) + bound(max(i-1, 0))) / 2
			}
		}
		return 0
	}
	st.P50, st.P95, st.P99 = quantile(0.50), quantile(0.95), quantile(0.99)
	return st
}

// cumulative returns the buckets as Prometheus wants them, in seconds.
func (h *histogram) cumulative() (count uint64, sum float64, buckets map[float64]uint64) {
	buckets = map[float64]uint64{}
	for i := range h.buckets {
		count += uint64(h.buckets[i].Load())
		if i%perOctave == 0 && i >= firstSeen && i <= lastSeen {
			buckets[bound(i).Seconds()] = count
		}
	}
	return count, time.Duration(h.sum.Load()).Seconds(), buckets
}

// timings are the histograms of one rendition.
type timings [len(renditionStages)]histogram

func (t *timings) of(s Stage) *histogram {
	for i, stage := range renditionStages {
		if s == stage {
			return &t[i]
		}
	}
	panic("framegear: no such stage: " + string(s))
}

// stages returns the times of all stages.
func (p *pipeline) stages() []StageStats {
	all := []StageStats{p.converted.stats(StageConvert, "")}
	for _, r := range p.renditions {
		for i, s := range renditionStages {
			all = append(all, r.took[i].stats(s, r.id))
		}
	}
	return all
}
