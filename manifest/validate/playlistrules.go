package validate

import "time"

// playlistRules checks a media playlist, knowing its segments.
func (c *checker) playlistRules(t *track) {
	p := t.playlist
	c.targetRules(t)
	if p.kind == "VOD" && !p.ended {
		c.add(ruleEndlist, t.name, t.name, "the type is VOD and EXT-X-ENDLIST is missing")
	}
	if need, why := p.neededVersion(); p.version < need {
		c.add(ruleVersion, t.name, t.name, "EXT-X-VERSION is %d, %s needs %d", p.version, why, need)
	}
	if !t.aligned && !p.iframes && !t.isPlain() {
		c.add(ruleIndependent, "playlists", t.name, "neither this nor the multivariant playlist has EXT-X-INDEPENDENT-SEGMENTS")
	}
	c.dateRules(t)
	if t.live && p.kind != "EVENT" {
		c.windowRules(t)
	}
	if p.partTarget > 0 || len(p.control) > 0 {
		c.controlRules(t)
	}
	if p.partTarget > 0 {
		c.partRules(t)
	}
}

func (c *checker) targetRules(t *track) {
	p := t.playlist
	if p.target < 1 {
		c.add(ruleTarget, t.name, t.name, "EXT-X-TARGETDURATION is missing or less than 1")
		return
	}
	for i := range p.segments {
		s := &p.segments[i]
		if rounded := int64(s.duration.Round(time.Second) / time.Second); rounded > p.target {
			c.add(ruleTarget, t.name, s.url, "lasts %v, the target duration is %d s", s.duration, p.target)
		}
	}
}

// neededVersion is RFC 8216 section 7 as far as features are read here.
func (p *playlist) neededVersion() (int, string) {
	need, why := 1, ""
	raise := func(v int, what string) {
		if v > need {
			need, why = v, what
		}
	}
	for i := range p.segments {
		s := &p.segments[i]
		if s.duration%time.Second != 0 {
			raise(3, "a decimal EXTINF")
		}
		if s.part.Length > 0 {
			raise(4, "EXT-X-BYTERANGE")
		}
		if s.init != nil && !p.iframes {
			raise(6, "EXT-X-MAP")
		}
	}
	if p.skipped {
		raise(9, "EXT-X-SKIP")
	}
	return need, why
}

// dateRules checks EXT-X-PROGRAM-DATE-TIME: there when live, in step with the durations.
func (c *checker) dateRules(t *track) {
	p := t.playlist
	var at time.Time
	for i := range p.segments {
		s := &p.segments[i]
		if !s.date.IsZero() {
			if !at.IsZero() && !s.discontinuity && !within(s.date.Sub(at), 0, 2*rounding) {
				c.add(rulePDTStep, t.name, s.url, "is dated %v after the end of the segment before it", s.date.Sub(at))
			}
			at = s.date
		}
		if s.discontinuity && s.date.IsZero() {
			at = time.Time{}
		}
		if !at.IsZero() {
			at = at.Add(s.duration)
		}
	}
	if t.live && at.IsZero() && len(p.segments) > 0 {
		c.add(rulePDT, "playlists", t.name, "a live playlist without EXT-X-PROGRAM-DATE-TIME")
	}
}

func (c *checker) windowRules(t *track) {
	p := t.playlist
	var total time.Duration
	for i := range p.segments {
		total += p.segments[i].duration
	}
	if least := 3 * time.Duration(p.target) * time.Second; p.sequence > 1 && total < least {
		c.add(ruleWindow, t.name, t.name, "a live window of %v (want at least three target durations, %v)", total, least)
	} else if p.sequence > 1 && len(p.segments) < 6 {
		c.add(ruleWindow, t.name, t.name, "a live window of %d segments (want at least 6)", len(p.segments))
	}
}

func (c *checker) controlRules(t *track) {
	p := t.playlist
	target := time.Duration(p.target) * time.Second
	if d, ok := p.control.seconds("HOLD-BACK"); ok && d < 3*target {
		c.add(ruleControl, t.name, t.name, "HOLD-BACK is %v (want at least three target durations, %v)", d, 3*target)
	}
	if d, ok := p.control.seconds("CAN-SKIP-UNTIL"); ok && d < 6*target {
		c.add(ruleControl, t.name, t.name, "CAN-SKIP-UNTIL is %v (want at least six target durations, %v)", d, 6*target)
	}
	if p.partTarget == 0 {
		return
	}
	switch d, ok := p.control.seconds("PART-HOLD-BACK"); {
	case !ok || d < 2*p.partTarget:
		c.add(ruleControl, t.name, t.name, "PART-HOLD-BACK is %v (want at least two part targets, %v)", d, 2*p.partTarget)
	case d < 3*p.partTarget:
		c.add(ruleControlAdvice, t.name, t.name, "PART-HOLD-BACK is %v (want at least three part targets, %v)", d, 3*p.partTarget)
	}
	if p.control["CAN-BLOCK-RELOAD"] != "YES" {
		c.add(ruleControlAdvice, t.name, t.name, "CAN-BLOCK-RELOAD is not offered, so players have to poll for parts")
	}
}

// partRules checks EXT-X-PART and what belongs to it.
func (c *checker) partRules(t *track) {
	p := t.playlist
	for i := range p.segments {
		c.partDurations(t, p.segments[i].parts, p.segments[i].url, true)
	}
	c.partDurations(t, p.openParts, t.name, false)
	if p.hints > 1 || (p.hints > 0 && p.ended) {
		c.add(ruleHint, t.name, t.name, "%d part hints (want one at most, and none with EXT-X-ENDLIST)", p.hints)
	}
	back := time.Duration(0)
	for _, part := range p.openParts {
		back += part.duration
	}
	for i := len(p.segments) - 1; i >= 0; i-- {
		s := &p.segments[i]
		if len(s.parts) > 0 && back > 3*time.Duration(p.target)*time.Second {
			c.add(ruleRetention, t.name, s.url, "its parts are still listed %v from the end (want at most three target durations)", back)
		}
		back += s.duration
	}
	if c.report.Summary.Kind == "hls" && !p.ended && p.reports < len(c.tracks)-1 {
		c.add(ruleReport, t.name, t.name, "reports on %d of %d other playlists", p.reports, len(c.tracks)-1)
	}
}

func (c *checker) partDurations(t *track, parts []part, where string, complete bool) {
	target := t.playlist.partTarget
	for i, part := range parts {
		if part.duration > target {
			c.add(ruleParts, t.name, where, "part %d lasts %v, the part target is %v", i, part.duration, target)
		}
		last := i == len(parts)-1
		mayBeShort := part.independent || part.gap || (last && complete) || (!last && parts[i+1].gap)
		if !mayBeShort && !(last && !complete) && part.duration*100 < target*85 {
			c.add(ruleParts, t.name, where, "part %d lasts %v, less than 85 %% of the part target of %v", i, part.duration, target)
		}
	}
}
