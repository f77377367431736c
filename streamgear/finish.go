package streamgear

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
)

// StreamGear's documented defaults, in seconds and segments.
const (
	gearDashTime, gearDashLiveTime = 5, 20
	gearHLSTime, gearHLSLiveTime   = 2, 4
	gearWindow                     = 5
	gearListSize                   = 6
	gearKeyInterval                = 2 * time.Second
	gearCRF                        = 20
)

// finish makes the options once every attribute is known.
func (c *converter) finish() {
	o := &c.out.Options
	c.addStreams()
	for _, s := range c.settings {
		for i := range c.rungs {
			if s.rung == i || s.rung < 0 {
				s.apply(&c.rungs[i])
			}
		}
		if s.rung >= len(c.rungs) {
			c.fail("stream specifier v:%d (want v:0 to v:%d)", s.rung, len(c.rungs)-1)
		}
	}
	c.aspects()
	c.mode()
	c.quality()
	o.Ladder, o.Upscale = c.rungs, true
	o.Format = c.format
	if c.hlsPlaylists {
		o.Format = framegear.Both
	}
	o.Name = framegear.AutoName(o.Format, time.Now())
	o.Live = c.live || o.LowLatency
	if o.ClearPrevious && strings.Contains(c.out.Output, "://") {
		c.warn("-clear_prev_assets: what is behind a URL cannot be listed, so nothing is deleted there")
		o.ClearPrevious = false
	}
	c.segments()
	c.times()
	c.finishSound()
}

// mode settles what Single-Source Mode changes.
func (c *converter) mode() {
	o := &c.out.Options
	single := c.out.Source != ""
	if single && c.live {
		c.warn("-livestream is for Real-time Frames Mode; with -video_source a recording is made")
		c.live = false
	}
	if single && c.rate.Known() {
		c.warn("-input_framerate is for Real-time Frames Mode; the source's own rate is taken")
		c.rate = framegear.Rate{}
	}
	if c.out.Copy && (!single || c.streams != nil) {
		c.warn("-vcodec copy is for Single-Source Mode without -streams: there is nothing encoded to copy otherwise; %s is used", c.codec)
		c.out.Copy = false
	}
	if c.out.Copy && (o.Filter != "" || o.Aspect.Known()) {
		c.warn("-vf and -aspect are left out: -vcodec copy does not decode")
		o.Filter, o.Aspect = "", framegear.Rate{}
	}
	if !c.rate.Known() {
		c.rate = c.source
	}
	o.FrameRate = c.rate
	if !c.rate.Known() && !single {
		o.FrameRate = framegear.Rate{Num: 25, Den: 1}
	}
	if c.rate = o.FrameRate; !c.rate.Known() {
		c.rate = framegear.Rate{Num: 25, Den: 1}
	}
}

// quality gives the renditions without a bit rate StreamGear's quality. A bit rate that was given is real here, and what the
// formula says is the bound of the quality.
func (c *converter) quality() {
	for i := range c.rungs {
		r := &c.rungs[i]
		codec := r.Codec
		if codec == "" {
			codec = c.codec
		}
		if r.CRF == 0 && r.Bitrate == 0 && !r.FrameRate.Known() && (codec == "libx264" || codec == "libx265") {
			r.CRF = gearCRF
		}
	}
}

// segments settles what the segments are.
func (c *converter) segments() {
	o := &c.out.Options
	o.Container = framegear.FMP4
	if c.container != nil {
		o.Container = *c.container
	} else if o.Format == framegear.HLS {
		o.Container = framegear.TS
	}
	if o.Container == framegear.TS && (o.Format != framegear.HLS || o.LowLatency) {
		if c.container != nil {
			c.warn("-hls_segment_type mpegts is for HLS alone, without low latency; fmp4 is used")
		}
		o.Container = framegear.FMP4
	}
	name := map[framegear.Container]string{framegear.FMP4: "mp4", framegear.TS: "mpegts"}[o.Container]
	for _, key := range slices.Sorted(maps.Keys(c.inside)) {
		if !knows(name, key) {
			c.warn("-%s: segments are %s here, which has no such option", key, name)
			continue
		}
		o.ContainerExtra = with(o.ContainerExtra, key, c.inside[key])
	}
}

// times settles segments, key frames and windows.
func (c *converter) times() {
	o := &c.out.Options
	wanted := seconds(c.segmentTime())
	o.SegmentDuration, o.KeyInterval = wanted, gearKeyInterval
	switch {
	case c.gop != nil:
		o.KeyInterval = c.rate.Frame().Duration(max(1, int64(*c.gop)))
	case wanted > 0:
		o.KeyInterval = min(o.KeyInterval, wanted)
	}
	if o.SegmentDuration < o.KeyInterval { // as with ffmpeg, a segment has at least one GOP
		if wanted > 0 {
			c.warn("segments of %s would begin without a key frame: with -gop %g they are %s long", wanted, *c.gop, o.KeyInterval)
		}
		o.SegmentDuration = o.KeyInterval
	}
	if grid, err := encoder.NewGrid(c.rate, o.SegmentDuration, o.KeyInterval, 90_000); err == nil {
		o.SegmentDuration = grid.Duration()
	}
	if !o.Live {
		if c.window != nil || c.listSize != nil && *c.listSize > 0 {
			c.warn("-window_size and -hls_list_size are for -livestream; a recording lists everything")
		}
		return
	}
	o.Window = c.windowOf(o)
	if c.extraWindow != nil {
		o.ExtraWindow = time.Duration(*c.extraWindow * float64(o.SegmentDuration))
	}
	if o.LowLatency && c.partDuration != nil {
		o.PartDuration = seconds(*c.partDuration)
	}
}

func (c *converter) segmentTime() float64 {
	o := &c.out.Options
	dash, hls := float64(gearDashTime), float64(gearHLSTime)
	switch {
	case o.LowLatency: // segments of 20 s would make players wait for the first one
		dash, hls = 2, 2
	case o.Live:
		dash, hls = gearDashLiveTime, gearHLSLiveTime
	}
	if c.format == framegear.HLS {
		if c.dashTime != nil && c.hlsTime == nil {
			return *c.dashTime
		}
		return orElse(c.hlsTime, hls)
	}
	if c.hlsTime != nil && c.dashTime == nil {
		return *c.hlsTime
	}
	return orElse(c.dashTime, dash)
}

// windowOf returns how much a live output lists. Players need three segments to begin with.
func (c *converter) windowOf(o *framegear.Options) time.Duration {
	n := orElse(c.window, gearWindow)
	if c.format == framegear.HLS || c.window == nil && c.listSize != nil {
		n = orElse(c.listSize, orElse(c.window, gearListSize))
	}
	switch {
	case n == 0:
		return framegear.WindowAll
	case n < 3:
		c.warn("a window of %g segments is too short for players; 3 are listed", n)
		n = 3
	}
	return time.Duration(n * float64(o.SegmentDuration))
}

func orElse(p *float64, def float64) float64 {
	if p == nil {
		return def
	}
	return *p
}
