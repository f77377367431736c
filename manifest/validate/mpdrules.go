package validate

import (
	"slices"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"
)

// mpdRules checks the MPD element and what every representation needs.
func (c *checker) mpdRules(where string, m *mpd.MPD) {
	if m.Profiles == "" || m.MinBufferTime == nil {
		c.add(ruleMPD, "MPD", where, "MPD lacks @profiles or @minBufferTime")
	}
	if len(m.Periods) == 0 {
		c.add(ruleMPD, "MPD", where, "MPD has no Period")
	}
	if m.GetType() == mpd.DYNAMIC_TYPE {
		if m.AvailabilityStartTime == "" || m.PublishTime == "" {
			c.add(ruleMPD, "MPD", where, "a dynamic MPD lacks @availabilityStartTime or @publishTime")
		}
		if len(m.UTCTimings) == 0 {
			c.add(ruleUTC, "MPD", where, "a dynamic MPD without UTCTiming: players trust their own clocks")
		}
	} else {
		c.staticRules(where, m)
	}
	for _, p := range m.Periods {
		for _, as := range p.AdaptationSets {
			for _, rep := range as.Representations {
				if rep.Id == "" || rep.Bandwidth == 0 || rep.GetMimeType() == "" {
					c.add(ruleMPD, "Representation "+rep.Id, where, "Representation %q lacks @id, @bandwidth or @mimeType", rep.Id)
				}
			}
		}
	}
}

func (c *checker) staticRules(where string, m *mpd.MPD) {
	if m.MinimumUpdatePeriod != nil {
		c.add(ruleUpdate, "MPD", where, "a static MPD has @minimumUpdatePeriod")
	}
	lastHasEnd := m.MediaPresentationDuration != nil
	if n := len(m.Periods); n > 0 {
		lastHasEnd = lastHasEnd || m.Periods[n-1].Duration != nil
	}
	if !lastHasEnd {
		c.add(ruleMPD, "MPD", where, "a static MPD has neither @mediaPresentationDuration nor a last Period with @duration")
	}
}

// representationRules checks a representation whose segments were read.
func (c *checker) representationRules(t *track) {
	if t.listed != len(t.segments) || t.bandwidth == 0 {
		return
	}
	if excess, where := t.bufferExcess(); excess > 0 {
		c.add(ruleMPDBuffer, t.name, where, "@bandwidth is %d: after buffering for @minBufferTime (%v), playback runs dry by %d bits", t.bandwidth, t.dash.minBuffer, excess)
	}
}

// bufferExcess plays the representation over a channel of exactly its bandwidth, from every segment on at once, and
// returns by how many bits the worst stretch is late. A segment is due when it has been played.
func (t *track) bufferExcess() (excess int64, where string) {
	rate := float64(t.bandwidth)
	allowed := rate * t.dash.minBuffer.Seconds()
	run := 0.0
	for i := range t.segments {
		own := float64(8*t.facts[i].bytes) - rate*t.segments[i].duration.Seconds()
		run = max(run, 0) + own
		if over := int64(run - allowed); over > excess && over*1000 > t.bandwidth {
			excess, where = over, t.segments[i].url
		}
	}
	return excess, where
}

// lowLatencyRules checks DASH-IF's low-latency guidelines on an MPD that offers incomplete segments.
func (c *checker) lowLatencyRules(where string, m *mpd.MPD) {
	target := c.latencyTarget(where, m)
	ids := map[uint32]bool{}
	for _, p := range m.Periods {
		for _, as := range p.AdaptationSets {
			c.references(where, m, as.ProducerReferenceTimes, ids)
			for _, rep := range as.Representations {
				c.references(where, m, rep.ProducerReferenceTimes, ids)
				c.availability(where, template(p, as, rep), rep)
				c.resyncRule(where, as, rep, template(p, as, rep), target)
			}
		}
	}
	if len(ids) == 0 {
		c.add(ruleLLReference, "MPD", where, "no ProducerReferenceTime: players cannot tell the latency from capture")
		return
	}
	for _, sd := range m.ServiceDescription {
		for _, l := range sd.Latencies {
			if !ids[l.ReferenceId] {
				c.add(ruleLLReference, "MPD", where, "Latency refers to ProducerReferenceTime %d, which does not exist", l.ReferenceId)
			}
		}
	}
}

func (c *checker) latencyTarget(where string, m *mpd.MPD) time.Duration {
	for _, sd := range m.ServiceDescription {
		for _, l := range sd.Latencies {
			if l.Target != nil && *l.Target > 0 {
				return time.Duration(*l.Target) * time.Millisecond
			}
		}
	}
	c.add(ruleLLLatency, "MPD", where, "no ServiceDescription with Latency@target")
	return 0
}

func (c *checker) availability(where string, t *mpd.SegmentTemplateType, rep *mpd.RepresentationType) {
	if t == nil || t.AvailabilityTimeOffset <= 0 || t.AvailabilityTimeComplete == nil || *t.AvailabilityTimeComplete {
		c.add(ruleLLOffset, rep.Id, where, "representation %s lacks availabilityTimeOffset or availabilityTimeComplete=false: players turn low latency off for all", rep.Id)
		return
	}
	if t.Duration != nil && t.Timescale != nil && float64(t.AvailabilityTimeOffset) >= float64(*t.Duration)/float64(*t.Timescale) {
		c.add(ruleLLOffset, rep.Id, where, "representation %s: availabilityTimeOffset %v is not less than a segment", rep.Id, float64(t.AvailabilityTimeOffset))
	}
}

// references collects ProducerReferenceTime IDs; each is unique and has the clock of the MPD.
func (c *checker) references(where string, m *mpd.MPD, list []*mpd.ProducerReferenceTimeType, ids map[uint32]bool) {
	for _, ref := range list {
		if ids[ref.Id] {
			c.add(ruleLLReference, "MPD", where, "two ProducerReferenceTime elements have the ID %d", ref.Id)
		}
		ids[ref.Id] = true
		if ref.UTCTiming == nil {
			c.add(ruleLLReference, "MPD", where, "ProducerReferenceTime %d has no UTCTiming", ref.Id)
			continue
		}
		same := false
		for _, u := range m.UTCTimings {
			same = same || (u.SchemeIdUri == ref.UTCTiming.SchemeIdUri && u.Value == ref.UTCTiming.Value)
		}
		if !same {
			c.add(ruleLLReference, "MPD", where, "the UTCTiming of ProducerReferenceTime %d is not one of the MPD's", ref.Id)
		}
	}
}

func (c *checker) resyncRule(where string, as *mpd.AdaptationSetType, rep *mpd.RepresentationType, t *mpd.SegmentTemplateType, target time.Duration) {
	list := append(slices.Clip(as.Resyncs), rep.Resyncs...)
	if len(list) == 0 || list[0].DT == nil || t == nil || t.Timescale == nil || target == 0 {
		return
	}
	every := time.Duration(float64(*list[0].DT) / float64(*t.Timescale) * 1e9)
	if 2*every > target {
		c.add(ruleResync, rep.Id, where, "representation %s: chunks of %v (want at most half of the target latency, %v)", rep.Id, every, target)
	}
}
