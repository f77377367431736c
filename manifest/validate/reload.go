package validate

import (
	"github.com/Eyevinn/dash-mpd/mpd"
)

// reload reads a live manifest a second time: some things must never change.
func (c *checker) reload(doc *Object, isHLS bool) error {
	if isHLS {
		for _, t := range c.tracks {
			if err := c.reloadPlaylist(t); err != nil {
				return err
			}
		}
		return nil
	}
	o, err := c.get("reload", ref{url: doc.URL}, maxManifest)
	if err != nil || o == nil {
		return err
	}
	m, err := parseMPD(o.Bytes)
	if err != nil {
		c.add(ruleMPD, "reload", doc.URL, "the second version cannot be read: %v", err)
		return nil
	}
	if again := string(m.AvailabilityStartTime); again != c.mpd.start && m.GetType() == mpd.DYNAMIC_TYPE {
		c.add(ruleStartTime, "reload", doc.URL, "@availabilityStartTime changed from %s to %s", c.mpd.start, again)
	}
	before, err1 := parseDate(c.mpd.publish)
	after, err2 := parseDate(string(m.PublishTime))
	if err1 == nil && err2 == nil && after.Before(before) {
		c.add(rulePublish, "reload", doc.URL, "@publishTime went back from %s to %s", c.mpd.publish, m.PublishTime)
	}
	return nil
}

func (c *checker) reloadPlaylist(t *track) error {
	if t.playlist == nil || !t.live {
		return nil
	}
	o, err := c.get(t.name, ref{url: t.playlist.url}, maxManifest)
	if err != nil || o == nil {
		return err
	}
	before, after := t.playlist, parsePlaylist(o.URL, o.Bytes, c.limits.Segments)
	if before.target != after.target {
		c.add(ruleTargetChange, t.name, t.name, "the target duration changed from %d to %d s", before.target, after.target)
	}
	if before.partTarget != after.partTarget || before.control["PART-HOLD-BACK"] != after.control["PART-HOLD-BACK"] {
		c.add(ruleControlEqual, t.name, t.name, "PART-TARGET or PART-HOLD-BACK changed: players stop for good")
	}
	if after.sequence < before.sequence {
		c.add(ruleSequence, t.name, t.name, "EXT-X-MEDIA-SEQUENCE went back from %d to %d", before.sequence, after.sequence)
		return nil
	}
	known := map[int64]string{}
	for _, s := range before.segments {
		known[s.number] = s.url
	}
	for _, s := range after.segments {
		if url, ok := known[s.number]; ok && url != s.url {
			c.add(ruleSequence, t.name, s.url, "was %s under the same number %d before", url, s.number)
		}
	}
	return nil
}
