package validate

import (
	"maps"
	"slices"
	"strings"

	"github.com/Eyevinn/hls-m3u8/m3u8"

	"github.com/framegear/framegear/manifest"
)

// multivariantRules checks what a multivariant playlist says, before the media is known.
func (c *checker) multivariantRules(base string, m *m3u8.MasterPlaylist, groups map[string][]member) {
	hdr := slices.ContainsFunc(m.Variants, func(v *m3u8.Variant) bool { return v.VideoRange != "" && v.VideoRange != "SDR" })
	for _, v := range m.Variants {
		if v.Iframe {
			continue
		}
		c.streamInf(base, v, hdr)
		for _, use := range [][2]string{{"AUDIO", v.Audio}, {"VIDEO", v.Video}, {"SUBTITLES", v.Subtitles}} {
			if kind, id := use[0], use[1]; id != "" && len(groups[kind+"/"+id]) == 0 {
				c.add(ruleMediaGroup, id, base, "variant %s refers to the %s group %q, which does not exist", v.URI, kind, id)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		c.groupRules(base, id, groups[id])
	}
	c.sameMembers(base, groups)
}

func (c *checker) streamInf(base string, v *m3u8.Variant, hdr bool) {
	if v.Bandwidth == 0 {
		c.add(ruleBandwidth, v.URI, base, "variant %s has no BANDWIDTH", v.URI)
	}
	if v.Codecs == "" {
		c.add(ruleNoCodecs, v.URI, base, "variant %s has no CODECS", v.URI)
	}
	var missing []string
	need := func(name string, present bool) {
		if !present {
			missing = append(missing, name)
		}
	}
	need("AVERAGE-BANDWIDTH", v.AverageBandwidth > 0)
	if v.Codecs == "" || hasVideoCodec(v.Codecs) {
		need("RESOLUTION", v.Resolution != "")
		need("FRAME-RATE", v.FrameRate > 0)
		need("VIDEO-RANGE", v.VideoRange != "" || !hdr)
		need("CLOSED-CAPTIONS", v.Captions != "")
	}
	if len(missing) > 0 {
		c.add(ruleAttributes, v.URI, base, "variant %s lacks %s", v.URI, strings.Join(missing, ", "))
	}
}

func hasVideoCodec(codecs string) bool {
	return slices.ContainsFunc(strings.Split(codecs, ","), func(s string) bool {
		s = plainCodec(s)
		return slices.ContainsFunc([]string{"avc", "hvc", "hev", "av01", "vp0", "dv", "vvc"}, func(p string) bool { return strings.HasPrefix(s, p) })
	})
}

func (c *checker) groupRules(base, id string, g []member) {
	names := map[string]bool{}
	defaults := 0
	for _, m := range g {
		if m.Name == "" || names[m.Name] {
			c.add(ruleMediaGroup, id, base, "group %s: the NAME %q is empty or there twice", id, m.Name)
		}
		names[m.Name] = true
		if m.Default {
			defaults++
		}
		if m.Type == "AUDIO" && (m.Channels == nil || m.Language == "") {
			c.add(ruleMediaAdvice, id, base, "group %s: %q lacks LANGUAGE or CHANNELS", id, m.Name)
		}
	}
	if defaults > 1 {
		c.add(ruleMediaGroup, id, base, "group %s: %d members are DEFAULT=YES (want one at most)", id, defaults)
	}
}

// autoselectRule looks at the tags themselves, because "NO" is against the standard where nothing at all is not.
func (c *checker) autoselectRule(base string, text []byte) {
	for line := range strings.Lines(string(text)) {
		list, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "#EXT-X-MEDIA:")
		a := parseAttributes(list)
		if !ok || a["DEFAULT"] != "YES" || a["AUTOSELECT"] == "YES" {
			continue
		}
		r := ruleMediaAdvice
		if a["AUTOSELECT"] != "" {
			r = ruleMediaGroup
		}
		c.add(r, a["GROUP-ID"], base, "group %s: %q is DEFAULT=YES without AUTOSELECT=YES", a["GROUP-ID"], a["NAME"])
	}
}

// sameMembers checks that groups of a type offer the same, by name (RFC 8216 section 4.3.4.1.1).
func (c *checker) sameMembers(base string, groups map[string][]member) {
	names := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		kind, _, _ := strings.Cut(id, "/")
		list := make([]string, 0, len(groups[id]))
		for _, m := range groups[id] {
			list = append(list, m.Name)
		}
		slices.Sort(list)
		joined := strings.Join(list, "\n")
		if other, seen := names[kind]; seen && other != joined {
			c.add(ruleMediaGroup, kind, base, "%s groups have different members", kind)
		}
		names[kind] = joined
	}
}

// variantRules checks what a variant promises against what was measured.
func (c *checker) variantRules(v *variant) {
	t := v.track
	if t == nil || len(t.facts) == 0 {
		return
	}
	sum := t.rates
	complete := t.listed == len(t.segments)
	actual := append([]string(nil), t.actualCodecs()...)
	known := true
	var peak, average int64
	alone := slices.ContainsFunc(v.sound, func(m member) bool { return m.track == t })
	for _, m := range v.sound {
		if m.track == nil || m.track == t {
			continue
		}
		peak, average = max(peak, m.track.rates.Peak), max(average, m.track.rates.Average)
		complete = complete && m.track.listed == len(m.track.segments)
		actual = append(actual, m.track.actualCodecs()...)
		known = known && len(m.track.actualCodecs()) > 0
	}
	if alone { // sound without pictures: one of the group is played, which the variant names itself
		sum.Peak, sum.Average = max(sum.Peak, peak), max(sum.Average, average)
	} else {
		sum.Peak, sum.Average = sum.Peak+peak, sum.Average+average
	}
	c.variantCodecs(v, actual, known)
	if sum.Average > 0 && complete {
		c.rateRules(v, sum)
	}
}

func (t *track) actualCodecs() []string {
	if t.init == nil {
		return nil
	}
	return t.init.codecs
}

// variantCodecs checks that CODECS names everything there is and, when all of it is known, nothing else.
func (c *checker) variantCodecs(v *variant, actual []string, known bool) {
	if v.Codecs == "" || len(actual) == 0 || len(v.track.actualCodecs()) == 0 {
		return // not known: MPEG-TS, or formats that are not looked into
	}
	declared := strings.Split(v.Codecs, ",")
	for _, a := range actual {
		if !slices.ContainsFunc(declared, func(d string) bool { return sameCodec(d, a) }) {
			c.add(ruleCodecs, v.track.name, v.URI, "variant needs %s, its CODECS are %s", a, v.Codecs)
		}
	}
	for _, d := range declared {
		if !slices.ContainsFunc(actual, func(a string) bool { return sameCodec(d, a) }) && known && v.Subtitles == "" {
			c.add(ruleCodecs, v.track.name, v.URI, "CODECS name %s, the media are %s", d, joinCodecs(actual))
		}
	}
}

// rateRules compares bit rates with their measure. Recordings have to be exact, live outputs only not too high.
func (c *checker) rateRules(v *variant, sum manifest.BitRate) {
	declared, average := int64(v.Bandwidth), int64(v.AverageBandwidth)
	limit := int64(110)
	if v.track.live {
		limit = 125
	}
	switch {
	case sum.Peak*100 > declared*limit && !v.track.live:
		c.add(ruleBandwidth, v.URI, v.URI, "BANDWIDTH is %d, the peak is %d bit/s", declared, sum.Peak)
	case sum.Peak*100 > declared*limit, sum.Peak*100 < declared*90 && !v.track.live:
		c.add(ruleBandwidthHigh, v.URI, v.URI, "BANDWIDTH is %d, the peak is %d bit/s (want within 10 %%, live at most 25 %% more)", declared, sum.Peak)
	}
	tooHigh, tooLow := sum.Average*100 > average*110, sum.Average*100 < average*90
	if average > 0 && !v.track.live && (tooHigh || tooLow) {
		c.add(ruleAverage, v.URI, v.URI, "AVERAGE-BANDWIDTH is %d, the average is %d bit/s (want within 10 %%)", average, sum.Average)
	}
}
