package dash

import (
	"math"
	"slices"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// run is an unbroken run of segments in all tracks: a Period.
type run struct {
	start  time.Duration // on the media timeline, in whole milliseconds: where the pictures begin, or else the earliest sound
	exact  time.Duration // the same, not cut to milliseconds
	end    time.Duration // the latest end of any track
	tracks []runTrack    // parallel to Presentation.Tracks; tracks without segments in this run have none
	video  bool          // it has pictures
}

type runTrack struct {
	track    *manifest.Track
	segments []manifest.Segment
	start    int64 // ticks: where the run began, which may be before its first listed segment
	offset   int64 // ticks: the period's start, presentationTimeOffset
	step     int64 // ticks: the nominal length of a segment
	awaited  int64 // the number of the first segment where there is none yet, 0 for a track that is not part of the run
}

// split cuts the presentation where any track is discontinuous. Numbers are common to all tracks, so they are the cuts.
func split(p *manifest.Presentation) []run {
	cuts := cutNumbers(p)
	runs := make([]run, 0, len(cuts)+1)
	for i := range len(cuts) + 1 {
		from, to := int64(0), int64(math.MaxInt64)
		if i > 0 {
			from = cuts[i-1]
		}
		if i < len(cuts) {
			to = cuts[i]
		}
		r, ok := cutRun(p, from, to)
		if len(runs) > 0 && i == len(cuts) && leaves(p, from) {
			r.await(p, from, &runs[len(runs)-1])
			ok = true
		}
		if ok {
			runs = append(runs, r)
		}
	}
	return runs
}

// leaves reports whether a rendition is given up from a segment on. Without low latency nobody is told before that: players ask for
// what an MPD lists, and for nothing else.
func leaves(p *manifest.Presentation, number int64) bool {
	return p.LowLatency() && slices.ContainsFunc(p.Tracks, func(t manifest.Track) bool { return t.HeirFrom == number })
}

// await gives a run all tracks that go on in it, those that have no segments there yet included: a player that reckons by the clock
// has to hear of a rendition's end before it comes, and must not find any other one missing.
func (r *run) await(p *manifest.Presentation, number int64, before *run) {
	if !r.video {
		r.exact = before.startOf(number)
		before.end = r.exact
	}
	for i := range r.tracks {
		t := r.tracks[i].track
		if gone := t.HeirFrom > 0 && t.HeirFrom <= number; len(r.tracks[i].segments) == 0 && !gone && !t.Over {
			r.tracks[i].awaited = number
		}
	}
	r.align()
}

// startOf is where a segment behind a run of pictures will begin.
func (r *run) startOf(number int64) time.Duration {
	for i := range r.tracks {
		if t := &r.tracks[i]; isVideo(t.track) && len(t.segments) > 0 {
			last := t.segments[len(t.segments)-1]
			return t.track.Timebase().Duration(last.Start + (number-last.Number)*t.step)
		}
	}
	return r.end
}

// cutNumbers returns the segment numbers that begin a period, the very first excepted.
func cutNumbers(p *manifest.Presentation) []int64 {
	var cuts []int64
	for i := range p.Tracks {
		gap := false
		for k, s := range listed(p, &p.Tracks[i]) {
			if k > 0 && (s.Discontinuity || (gap && !s.Gap)) {
				cuts = append(cuts, s.Number)
			}
			gap = s.Gap
		}
		if p.Tracks[i].HeirFrom > 0 {
			cuts = append(cuts, p.Tracks[i].HeirFrom)
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// listed returns the track's segments and, in low latency, the open one once it has a part.
func listed(p *manifest.Presentation, t *manifest.Track) []manifest.Segment {
	if p.LowLatency() && t.Open != nil && len(t.Open.Parts) > 0 {
		return append(slices.Clip(t.Segments), *t.Open)
	}
	return t.Segments
}

// cutRun gathers segments with from <= number < to. Gaps are left out: they have nothing to load.
func cutRun(p *manifest.Presentation, from, to int64) (run, bool) {
	r := run{exact: math.MaxInt64, tracks: make([]runTrack, len(p.Tracks))}
	any := false
	for i := range p.Tracks {
		t := &p.Tracks[i]
		all := listed(p, t)
		in := func(s manifest.Segment) bool { return s.Number >= from && s.Number < to && !s.Gap }
		first := slices.IndexFunc(all, in)
		r.tracks[i].track, r.tracks[i].step = t, t.SegmentTicks(p)
		if first < 0 {
			continue
		}
		last := first
		for last < len(all) && in(all[last]) {
			last++
		}
		any = true
		r.tracks[i].segments = all[first:last]
		r.tracks[i].start = all[first].Start
		if p.State == manifest.StateLive {
			r.tracks[i].start = runStart(t, all, first)
		}
		tb := t.Timebase()
		// Sound begins up to a frame before the pictures where a run follows another one without a hole; it is cut there.
		if at := tb.Duration(r.tracks[i].start); isVideo(t) && !r.video {
			r.exact, r.video = at, true
		} else if isVideo(t) || !r.video {
			r.exact = min(r.exact, at)
		}
		r.end = max(r.end, tb.Duration(all[last-1].End()))
	}
	r.align()
	return r, any
}

// align lays the run's start on a whole millisecond, as an MPD writes it.
func (r *run) align() {
	r.start = r.exact.Truncate(time.Millisecond)
	for i := range r.tracks {
		r.tracks[i].offset = r.tracks[i].track.Timebase().Ticks(r.start)
	}
}

// runStart is where a live run began: with its first listed segment, unless older ones of the same run have left the window.
func runStart(t *manifest.Track, all []manifest.Segment, first int) int64 {
	s := all[first]
	if first == 0 && s.Number != 1 && !s.Discontinuity && t.RunStart < s.Start {
		return t.RunStart
	}
	return s.Start
}

// present reports whether the track is part of the run.
func (r *runTrack) present() bool { return len(r.segments) > 0 || r.awaited > 0 }

// startNumber is the number that a segment at the period's start has on a grid of equal steps.
func (r *runTrack) startNumber(step int64) int64 {
	if r.awaited > 0 {
		return r.awaited
	}
	s := r.segments[0]
	return s.Number - media.MulDiv(s.Start-r.start, 1, step, 1, 1)
}

// bound ends every period of a live presentation but the last where its segments end, so that no player computes more.
func bound(runs []run, periods []*mpd.Period) {
	for i := range len(runs) - 1 {
		periods[i].Duration = duration(length(runs, i))
	}
}

// length is how long a run lasts, at most until the next one begins.
func length(runs []run, i int) time.Duration {
	end := runs[i].end
	if i+1 < len(runs) {
		end = min(end, runs[i+1].exact)
	}
	return end - runs[i].start
}

// layOut puts the periods of a static presentation one after the other, from zero, without the holes between them. It
// returns the length of all.
func layOut(runs []run, periods []*mpd.Period) time.Duration {
	var at time.Duration
	for i := range runs {
		periods[i].Start = duration(at)
		lasts := time.Duration(*duration(length(runs, i)))
		if len(runs) > 1 {
			periods[i].Duration = duration(lasts)
		}
		at += lasts
	}
	return at
}
