package validate

import (
	"bytes"
	"fmt"

	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/hevc"
	"github.com/Eyevinn/mp4ff/mp4"
)

// parseMP4 reads boxes. The bytes are anybody's, so a panic in the parser is an error like others.
func parseMP4(b []byte) (f *mp4.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("boxes cannot be read: %v", r)
		}
	}()
	if err := checkBoxes(b); err != nil {
		return nil, err
	}
	return mp4.DecodeFile(bytes.NewReader(b))
}

func (c *checker) readFMP4(t *track, i int, b []byte) {
	s := &t.segments[i]
	if t.init == nil {
		if s.init == nil {
			c.add(ruleMap, t.name, s.url, "is fragmented MP4 and the manifest names no initialization segment")
		}
		return
	}
	file, err := parseMP4(b)
	if err == nil && len(file.Segments) == 0 {
		err = fmt.Errorf("%d bytes without one", len(b))
	}
	if err != nil {
		c.add(ruleParse, t.name, s.url, "has no movie fragments that can be read (%v)", err)
		return
	}
	c.segmentBoxes(t, s, file)
	defer func() {
		if r := recover(); r != nil {
			t.facts[i].ok = false
			c.add(ruleParse, t.name, s.url, "samples cannot be read: %v", r)
		}
	}()
	for _, seg := range file.Segments {
		for _, frag := range seg.Fragments {
			c.readFragment(t, i, frag)
		}
	}
}

// segmentBoxes checks the boxes around the fragments (CMAF).
func (c *checker) segmentBoxes(t *track, s *segment, file *mp4.File) {
	if first := file.Children[0].Type(); first != "styp" && first != "ftyp" {
		c.add(ruleStyp, t.name, s.url, "starts with a %s box (want styp)", first)
	}
	if t.lowLatency() && (len(file.Sidxs) > 0 || file.Sidx != nil || file.Segments[0].Sidx != nil) {
		c.add(ruleSidx, t.name, s.url, "has a sidx box, which cannot be written before the segment ends")
	}
}

// readFragment adds one moof and mdat to the facts of segment i.
func (c *checker) readFragment(t *track, i int, frag *mp4.Fragment) {
	s, f := &t.segments[i], &t.facts[i]
	traf := c.trackFragment(t, s, frag)
	if traf == nil {
		return
	}
	if traf.Tfdt == nil {
		c.add(ruleTfdtMissing, t.name, s.url, "a fragment has no tfdt box")
		return
	}
	at := int64(traf.Tfdt.BaseMediaDecodeTime())
	first := !f.ok
	if first {
		*f = facts{ok: true, tb: t.init.timebase(), start: at, end: at, shown: at, lastKey: at, bytes: f.bytes}
	} else if at != f.end {
		c.add(ruleTfdt, t.name, s.url, "a fragment starts at %d ticks, the one before it ends at %d", at, f.end)
		f.end = at
	}
	for k, trun := range traf.Truns {
		trun.AddSampleDefaultValues(traf.Tfhd, t.init.trex)
		for n, sample := range trun.Samples {
			if first && k == 0 && n == 0 {
				f.shown = at + int64(sample.CompositionTimeOffset)
				f.key = startsWithKey(t.init, frag, sample)
			}
			if !mp4.DecodeSampleFlags(sample.Flags).SampleIsNonSync {
				f.lastKey = f.end
			}
			f.frames++
			f.frame = max(f.frame, int64(sample.Dur))
			if d := int64(sample.Dur); d > 0 && (f.shortest == 0 || d < f.shortest) {
				f.shortest = d
			}
			f.end += int64(sample.Dur)
			f.keyGap = max(f.keyGap, f.end-f.lastKey)
		}
		if t.init.edits && t.init.hasVideo() && trun.Version == 1 {
			c.add(ruleEdit, t.name, s.url, "the track has an edit list and signed composition offsets (want one of them)")
		}
	}
}

// trackFragment finds the fragment of the track and checks how it addresses its data.
func (c *checker) trackFragment(t *track, s *segment, frag *mp4.Fragment) *mp4.TrafBox {
	if frag.Moof == nil || frag.Mdat == nil {
		c.add(ruleParse, t.name, s.url, "a fragment lacks its moof or its mdat")
		return nil
	}
	for _, traf := range frag.Moof.Trafs {
		if traf.Tfhd == nil || traf.Tfhd.TrackID != t.init.trackID {
			continue
		}
		if traf.Tfhd.HasBaseDataOffset() {
			c.add(ruleBaseOffset, t.name, s.url, "addresses its data from the start of a file (want movie-fragment relative addressing)")
		} else if !traf.Tfhd.DefaultBaseIfMoof() {
			c.add(ruleBaseIsMoof, t.name, s.url, "default-base-is-moof is not set")
		}
		return traf
	}
	c.add(ruleTrackID, t.name, s.url, "has no fragment of track %d, which the initialization segment announces", t.init.trackID)
	return nil
}

// startsWithKey looks at the sample's flags and, for H.264 and HEVC, at the NAL units themselves.
func startsWithKey(in *initFacts, frag *mp4.Fragment, sample mp4.Sample) bool {
	if mp4.DecodeSampleFlags(sample.Flags).SampleIsNonSync {
		return false
	}
	data := frag.Mdat.Data
	if in.lengths != 4 || int(sample.Size) > len(data) || sample.Size < 5 {
		return true
	}
	data = data[:sample.Size]
	switch in.entry {
	case "avc1", "avc3":
		return avc.IsIDRSample(data)
	case "hvc1", "hev1":
		return hevc.IsRAPSample(data)
	}
	return true
}
