package validate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Eyevinn/dash-mpd/mpd"
)

// template merges a representation's SegmentTemplate with those it inherits from (section 5.3.9.1). Nil when there is
// none.
func template(p *mpd.Period, as *mpd.AdaptationSetType, rep *mpd.RepresentationType) *mpd.SegmentTemplateType {
	var out *mpd.SegmentTemplateType
	for _, t := range []*mpd.SegmentTemplateType{p.SegmentTemplate, as.SegmentTemplate, rep.SegmentTemplate} {
		switch {
		case t == nil:
		case out == nil:
			merged := *t
			out = &merged
		default:
			overlay(out, t)
		}
	}
	return out
}

func overlay(out, t *mpd.SegmentTemplateType) {
	if t.Media != "" {
		out.Media = t.Media
	}
	if t.Initialization != "" {
		out.Initialization = t.Initialization
	}
	inherit(&out.Duration, t.Duration)
	inherit(&out.StartNumber, t.StartNumber)
	inherit(&out.EndNumber, t.EndNumber)
	inherit(&out.SegmentTimeline, t.SegmentTimeline)
	inherit(&out.Timescale, t.Timescale)
	inherit(&out.PresentationTimeOffset, t.PresentationTimeOffset)
	inherit(&out.AvailabilityTimeComplete, t.AvailabilityTimeComplete)
	if t.AvailabilityTimeOffset != 0 {
		out.AvailabilityTimeOffset = t.AvailabilityTimeOffset
	}
}

func (c *checker) addressing(m *mpd.MPD, p *period, as *mpd.AdaptationSetType, rep *mpd.RepresentationType, t *track, base string) {
	tmpl := template(p.Period, as, rep)
	switch {
	case tmpl != nil:
		c.templated(m, p, rep, tmpl, t, base)
	case rep.SegmentList != nil || as.SegmentList != nil:
		list := rep.SegmentList
		if list == nil {
			list = as.SegmentList
		}
		c.listed(list, t, base)
	default:
		c.note("%s: one indexed file (SegmentBase) was not looked into", t.name)
	}
}

// templated makes the segments of a SegmentTemplate.
func (c *checker) templated(m *mpd.MPD, p *period, rep *mpd.RepresentationType, tmpl *mpd.SegmentTemplateType, t *track, base string) {
	if tmpl.Timescale != nil {
		t.dash.timescale = max(int64(*tmpl.Timescale), 1)
	}
	live := c.available(m, p)
	g := grid{tb: t.dash.timebase(), number: 1, keep: int64(c.wanted(t.live))}
	if tmpl.PresentationTimeOffset != nil {
		g.offset = int64(*tmpl.PresentationTimeOffset)
	}
	if tmpl.StartNumber != nil {
		g.number = int64(*tmpl.StartNumber)
	}
	var err error
	total := int64(0)
	switch {
	case tmpl.SegmentTimeline != nil:
		t.segments, total, err = g.timeline(tmpl.SegmentTimeline, g.end(p.length, live))
	case tmpl.Duration != nil && *tmpl.Duration > 0:
		if live != nil && live.endless && c.opt.MaxSegments == 0 {
			g.keep = min(g.keep, liveSegments)
		}
		t.segments, total = g.equal(int64(*tmpl.Duration), p.length, live)
		t.computed = true
	default:
		err = fmt.Errorf("SegmentTemplate has neither duration nor SegmentTimeline")
	}
	if err != nil {
		c.add(ruleMPD, t.name, t.name, "%v", err)
	}
	t.listed = int(total)
	if c.take(len(t.segments)); c.over != nil {
		t.segments = nil
		return
	}
	var init *ref
	if tmpl.Initialization != "" {
		if target, err := resolve(base, expand(tmpl.Initialization, rep, 0, 0)); err == nil {
			init = &ref{url: target}
		}
	}
	t.measure(g.offset)
	for i := range t.segments {
		s := &t.segments[i]
		s.init = init
		if s.url, err = resolve(base, expand(tmpl.Media, rep, s.number, s.start)); err != nil {
			c.add(ruleMPD, t.name, t.name, "%v", err)
		}
	}
	if n := len(t.segments); n > 0 && t.computed && !t.live && tmpl.EndNumber == nil {
		next := t.segments[n-1]
		next.number, next.start = next.number+1, next.start+int64(*tmpl.Duration)
		if next.url, err = resolve(base, expand(tmpl.Media, rep, next.number, next.start)); err == nil {
			t.next = &next
		}
	}
}

// expand fills a template's identifiers (section 5.3.9.4.4).
func expand(s string, rep *mpd.RepresentationType, number, at int64) string {
	parts := strings.Split(s, "$")
	for i := 1; i < len(parts); i += 2 {
		name, format, _ := strings.Cut(parts[i], "%")
		width, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(format, "0"), "d"))
		width = min(width, 32)
		switch name {
		case "":
			parts[i] = "$"
		case "RepresentationID":
			parts[i] = rep.Id
		case "Number":
			parts[i] = fmt.Sprintf("%0*d", width, number)
		case "Time":
			parts[i] = fmt.Sprintf("%0*d", width, at)
		case "Bandwidth":
			parts[i] = fmt.Sprintf("%0*d", width, rep.Bandwidth)
		}
	}
	return strings.Join(parts, "")
}

// listed makes the segments of a SegmentList.
func (c *checker) listed(list *mpd.SegmentListType, t *track, base string) {
	if list.Timescale != nil {
		t.dash.timescale = max(int64(*list.Timescale), 1)
	}
	var init *ref
	if in := list.Initialization; in != nil {
		if target, err := resolve(base, string(in.SourceURL)); err == nil {
			init = &ref{url: target, part: httpRange(in.Range)}
		}
	}
	for i, u := range list.SegmentURL {
		target, err := resolve(base, string(u.Media))
		if err != nil {
			c.add(ruleMPD, t.name, t.name, "%v", err)
			continue
		}
		s := segment{ref: ref{target, httpRange(string(u.MediaRange))}, number: int64(i + 1), init: init, nominal: true}
		if list.Duration != nil {
			s.duration = t.dash.timebase().Duration(int64(*list.Duration))
		}
		t.segments = append(t.segments, s)
	}
	c.keepNewest(t)
	t.measure(0)
}

// httpRange reads "first-last".
func httpRange(s string) ByteRange {
	first, last, ok := strings.Cut(s, "-")
	a, err1 := strconv.ParseInt(first, 10, 62)
	b, err2 := strconv.ParseInt(last, 10, 62)
	if !ok || err1 != nil || err2 != nil || b < a || a < 0 {
		return ByteRange{}
	}
	return ByteRange{Offset: a, Length: b - a + 1}
}
