package validate

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
)

// dashTrack is what an MPD says of a representation beyond its segments.
type dashTrack struct {
	timescale  int64
	minBuffer  time.Duration
	lowLatency bool
	sampling   string // audioSamplingRate
	period     int
	start      time.Duration // of the period
}

func (d *dashTrack) timebase() media.Timebase { return media.Timebase{Num: 1, Den: d.timescale} }

// mpdState is what must not change from one version of a live MPD to the next.
type mpdState struct {
	start, publish string
	length         time.Duration // of a recording
	periods        int
}

func (c *checker) loadDASH(doc *Object) error {
	c.contentType("manifest", doc, kindMP4)
	c.textHeaders(doc)
	m, err := parseMPD(doc.Bytes)
	if err != nil {
		return fmt.Errorf("%w: the MPD cannot be read: %w", ErrNotManifest, err)
	}
	c.report.Summary.Kind = "dash"
	c.report.Summary.Live = m.GetType() == mpd.DYNAMIC_TYPE
	c.report.Summary.LowLatency = isLowLatency(m)
	c.mpd = &mpdState{start: string(m.AvailabilityStartTime), publish: string(m.PublishTime)}
	c.mpdRules(doc.URL, m)
	base := doc.URL
	if len(m.BaseURL) > 0 {
		if base, err = resolve(base, string(m.BaseURL[0].Value)); err != nil {
			return fmt.Errorf("%w: %w", ErrNotManifest, err)
		}
	}
	periods, err := layPeriods(m)
	if err != nil {
		c.add(ruleMPD, "periods", doc.URL, "%v", err)
		return nil
	}
	c.mpd.length, c.mpd.periods = presentationLength(m, periods), len(periods)
	for i := range periods {
		c.loadPeriod(m, &periods[i], base)
	}
	if c.report.Summary.LowLatency {
		c.lowLatencyRules(doc.URL, m)
	}
	return nil
}

// isLowLatency reports an MPD that offers segments before they are complete.
func isLowLatency(m *mpd.MPD) bool {
	for _, p := range m.Periods {
		for _, as := range p.AdaptationSets {
			for _, rep := range as.Representations {
				if t := template(p, as, rep); t != nil && t.AvailabilityTimeComplete != nil && !*t.AvailabilityTimeComplete {
					return true
				}
			}
		}
	}
	return false
}

// period is a Period with its place on the presentation's timeline. A length of zero is not known.
type period struct {
	*mpd.Period
	index         int
	start, length time.Duration
}

// layPeriods works out where periods start and end (ISO/IEC 23009-1 section 5.3.2.1).
func layPeriods(m *mpd.MPD) ([]period, error) {
	out := make([]period, 0, len(m.Periods))
	at, known := time.Duration(0), true
	for i, p := range m.Periods {
		if p.Start != nil {
			at, known = time.Duration(*p.Start), true
		}
		if !known {
			return nil, fmt.Errorf("period %d has no start, and the one before it no duration", i)
		}
		out = append(out, period{Period: p, index: i, start: at})
		if known = p.Duration != nil; known {
			out[i].length = time.Duration(*p.Duration)
			at += out[i].length
		}
	}
	for i := range out {
		switch {
		case out[i].length > 0:
		case i+1 < len(out):
			out[i].length = out[i+1].start - out[i].start
		case m.MediaPresentationDuration != nil:
			out[i].length = time.Duration(*m.MediaPresentationDuration) - out[i].start
		}
	}
	return out, nil
}

func (c *checker) loadPeriod(m *mpd.MPD, p *period, base string) {
	for s, as := range p.AdaptationSets {
		for _, rep := range as.Representations {
			from := base
			for _, list := range [][]*mpd.BaseURLType{p.BaseURLs, as.BaseURLs, rep.BaseURLs} {
				if len(list) > 0 {
					if joined, err := resolve(from, string(list[0].Value)); err == nil {
						from = joined
					}
				}
			}
			t := c.newTrack(m, p, s, as, rep)
			c.addressing(m, p, as, rep, t, from)
			if c.addTrack(t); c.over != nil {
				return
			}
		}
	}
}

func (c *checker) newTrack(m *mpd.MPD, p *period, s int, as *mpd.AdaptationSetType, rep *mpd.RepresentationType) *track {
	t := &track{
		name: rep.Id, live: c.report.Summary.Live, bandwidth: int64(rep.Bandwidth), language: as.Lang,
		width: int(cmp.Or(rep.Width, as.Width)), height: int(cmp.Or(rep.Height, as.Height)), rate: string(cmp.Or(rep.FrameRate, as.FrameRate)),
		aligned: as.StartWithSAP <= 2 && (as.SegmentAlignment || as.StartWithSAP > 0),
		dash:    &dashTrack{timescale: 1, lowLatency: c.report.Summary.LowLatency, period: p.index, start: p.start},
	}
	if len(m.Periods) > 1 {
		t.name = fmt.Sprintf("%s (period %d)", rep.Id, p.index+1)
	}
	if m.MinBufferTime != nil {
		t.dash.minBuffer = time.Duration(*m.MinBufferTime)
	}
	if rate := cmp.Or(rep.AudioSamplingRate, as.AudioSamplingRate); rate != nil {
		t.dash.sampling = string(*rate)
	}
	if as.Lang != "" && !language.ok(as.Lang) {
		c.add(ruleLanguage, t.name, t.name, "@lang is %q (want %s)", as.Lang, language.want)
	}
	t.channels = channels(rep.AudioChannelConfigurations, as.AudioChannelConfigurations)
	if rep.GetCodecs() != "" {
		t.codecs = strings.Split(rep.GetCodecs(), ",")
	}
	if strings.HasPrefix(rep.GetMimeType(), "video/") || as.ContentType == "video" {
		t.ladder = fmt.Sprintf("%d/%d", p.index, s)
	}
	return t
}

// channels is the number of channels that the first known AudioChannelConfiguration says, zero for none. From 7 on,
// some write the number and some the index of the configuration (ISO/IEC 23001-8 table 8).
func channels(lists ...[]*mpd.DescriptorType) int {
	for _, list := range lists {
		for _, d := range list {
			switch strings.ToLower(string(d.SchemeIdUri)) {
			case "urn:mpeg:dash:23003:3:audio_channel_configuration:2011", "urn:mpeg:mpegb:cicp:channelconfiguration":
				if n, err := strconv.Atoi(d.Value); err == nil && n <= 6 {
					return n
				}
			}
		}
	}
	return 0
}
