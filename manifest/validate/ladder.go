package validate

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// ladderRules checks tracks against each other, when all are read.
func (c *checker) ladderRules() {
	for i := range c.variants {
		c.variantRules(&c.variants[i])
	}
	ladders := map[string][]*track{}
	var order []string
	for _, t := range c.tracks {
		c.ratioRule(t)
		key := t.ladder
		if key == "" {
			continue
		}
		if ladders[key] == nil {
			order = append(order, key)
		}
		ladders[key] = append(ladders[key], t)
	}
	for _, key := range order {
		c.ladder(ladders[key])
	}
	c.audioRules()
	c.playlistsAgree()
}

func (c *checker) ratioRule(t *track) {
	if !t.live && t.init != nil && t.init.hasVideo() && t.rates.Peak > 2*t.rates.Average {
		c.add(ruleRatio, t.name, t.name, "the peak of %d bit/s is more than twice the average of %d", t.rates.Peak, t.rates.Average)
	}
}

// ladder compares renditions of the same pictures with the first one.
func (c *checker) ladder(list []*track) {
	first := list[0]
	for _, t := range list[1:] {
		if !t.live && t.listed != first.listed {
			c.add(ruleCount, t.name, t.name, "has %d segments, %s has %d", t.listed, first.name, first.listed)
		}
		if t.init != nil && first.init != nil {
			c.compareInit(first, t)
			c.compareSegments(first, t)
		}
	}
	byHeight := slices.Clone(list)
	slices.SortStableFunc(byHeight, func(a, b *track) int { return cmp.Compare(a.width*a.height, b.width*b.height) })
	for i, t := range byHeight[1:] {
		small := byHeight[i]
		if t.width*t.height > small.width*small.height && t.bandwidth > 0 && t.bandwidth < small.bandwidth && sameFamily(t, small) {
			c.add(ruleMonotone, t.name, t.name, "is larger than %s and declares less bandwidth", small.name)
		}
	}
}

// displayAspect is the shape that a viewer sees.
func (t *track) displayAspect() float64 {
	if t.init.width == 0 || t.init.height == 0 {
		return float64(t.width) / float64(t.height)
	}
	aspect := float64(t.init.width) / float64(t.init.height)
	if t.init.aspect > 0 {
		aspect *= t.init.aspect
	}
	return aspect
}

func sameFamily(a, b *track) bool {
	return a.init != nil && b.init != nil && a.init.entry == b.init.entry
}

func (c *checker) compareInit(first, t *track) {
	if t.init.timescale != first.init.timescale && t.init.kind == first.init.kind {
		c.add(ruleTimescale, t.name, t.name, "counts in 1/%d s, %s in 1/%d s", t.init.timescale, first.name, first.init.timescale)
	}
	if t.height > 0 && first.height > 0 {
		a, b := t.displayAspect(), first.displayAspect()
		if math.Abs(a/b-1) > 0.02 { // sizes are rounded
			c.add(ruleAspect, t.name, t.name, "is %dx%d, %s is %dx%d: another aspect ratio", t.width, t.height, first.name, first.width, first.height)
		}
	}
}

// compareSegments checks that segments of the same number are the same instant, exactly.
func (c *checker) compareSegments(first, t *track) {
	at := map[int64]int{}
	for i := range first.segments {
		at[first.segments[i].number] = i
	}
	r := ruleAlignHLS
	if t.dash != nil && t.aligned {
		r = ruleAlign
	}
	for i := range t.segments {
		k, ok := at[t.segments[i].number]
		if !ok || !t.facts[i].ok || !first.facts[k].ok {
			continue
		}
		a, b := &first.facts[k], &t.facts[i]
		if a.start*b.tb.Den != b.start*a.tb.Den && !(first.isTransport() && t.isTransport() && sameTick(a, b)) {
			c.add(r, t.name, t.segments[i].url, "starts at %v of media time, the same segment of %s at %v", b.tb.Duration(b.start), first.name, a.tb.Duration(a.start))
		} else if a.frames != b.frames && t.rate == first.rate && t.init.entry == first.init.entry {
			c.add(ruleFrames, t.name, t.segments[i].url, "has %d frames, the same segment of %s has %d", b.frames, first.name, a.frames)
		}
		if d, e := first.segments[k].date, t.segments[i].date; !d.IsZero() && !e.IsZero() && !within(d.Sub(e), 0, a.frameTime()+rounding) {
			c.add(rulePDTEqual, t.name, t.segments[i].url, "is dated %v after the same segment of %s", e.Sub(d), first.name)
		}
	}
}

// sameTick allows MPEG-TS a tick of its clock, which most frame rates do not meet exactly.
func sameTick(a, b *facts) bool {
	tick := transportTimebase.Duration(1) + time.Nanosecond
	return within(a.tb.Duration(a.start), b.tb.Duration(b.start), tick)
}

// audioRules checks that sound is cut where the pictures are, as near as its frames allow.
func (c *checker) audioRules() {
	var video *track
	for _, t := range c.tracks {
		if t.init != nil && t.init.kind == "video" && video == nil {
			video = t
		}
	}
	if video == nil {
		return
	}
	starts := map[int64]time.Duration{}
	for i := range video.segments {
		if f := &video.facts[i]; f.ok {
			starts[video.segments[i].number] = f.tb.Duration(f.start)
		}
	}
	for _, t := range c.tracks {
		if t.init == nil || t.init.kind != "audio" {
			continue
		}
		for i := range t.segments {
			f := &t.facts[i]
			want, ok := starts[t.segments[i].number]
			if ok && f.ok && !within(f.tb.Duration(f.start), want, f.frameTime()+rounding) {
				c.add(ruleAudioAlign, t.name, t.segments[i].url, "starts at %v, the pictures' segment at %v (want within one audio frame)", f.tb.Duration(f.start), want)
			}
		}
	}
}

// playlistsAgree checks what has to be equal in all media playlists.
func (c *checker) playlistsAgree() {
	var first *track
	for _, t := range c.tracks {
		if t.playlist == nil || t.playlist.iframes || t.isPlain() && t.playlist.kind == "VOD" { // RFC 8216 section 6.2.4
			continue
		}
		if first == nil {
			first = t
			continue
		}
		if t.playlist.target != first.playlist.target {
			c.add(ruleTargetEqual, "playlists", t.name, "the target duration is %d s, in %s it is %d s", t.playlist.target, first.name, first.playlist.target)
		}
		for _, name := range []string{"CAN-SKIP-UNTIL", "HOLD-BACK", "PART-HOLD-BACK", "CAN-BLOCK-RELOAD"} {
			if a, b := first.playlist.control[name], t.playlist.control[name]; a != b {
				c.add(ruleControlEqual, "playlists", t.name, "%s is %q, in %s it is %q", name, b, first.name, a)
			}
		}
	}
}

// summarize fills the summary from the tracks.
func (c *checker) summarize() {
	for _, t := range c.tracks {
		out := Track{
			Name: printable(t.name), Kind: "other", Width: t.width, Height: t.height,
			FrameRate: printable(t.rate), Language: printable(t.language),
			Listed: t.listed, Bandwidth: t.bandwidth, Peak: t.rates.Peak, Average: t.rates.Average, Codecs: joinCodecs(t.codecs),
		}
		if t.init != nil {
			out.Kind = t.init.kind
			if len(t.init.codecs) > 0 {
				out.Codecs = joinCodecs(t.init.codecs)
			}
		}
		out.Codecs = printable(out.Codecs)
		var total time.Duration
		for i := range t.facts {
			if t.facts[i].ok || t.facts[i].seen {
				out.Checked++
			}
			out.Bytes += t.facts[i].bytes
			total += t.segments[i].duration
		}
		c.report.Summary.Seconds = max(c.report.Summary.Seconds, total.Seconds())
		c.report.Summary.Tracks = append(c.report.Summary.Tracks, out)
	}
}
