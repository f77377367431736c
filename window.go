package framegear

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// window decides what a live output lists and how long the rest is kept.
type window struct {
	length  time.Duration // of what is listed; 0 lists everything
	extra   time.Duration // that a segment stays after it left the list: 0 for as long as the standard wants, negative for ever
	least   time.Duration // that is listed whatever its age
	segment time.Duration
	parts   time.Duration // that parts are listed, and again kept afterwards (RFC 8216bis section 6.2.2)
	place   remover
	memory  sink.Sink // of the parts

	mu      sync.Mutex
	retired []retired // in the order of their time
	work    sync.WaitGroup
	busy    chan struct{} // a token per deletion under way
	told    bool          // that something cannot be deleted
}

// remover deletes objects of a place. Without a function nothing is deleted.
type remover struct {
	remove func(ctx context.Context, name string) error
	outage func() error // why the place is away, nil when it is not
	warn   func(text string)
}

// retired is an object that no manifest names any more.
type retired struct {
	name string
	part bool // in memory
	// due is when it goes. It is set by the first sweep, which comes after the manifests without it were written.
	due   time.Time
	wait  time.Duration
	tries int
}

const (
	deletions    = 8 // at a time
	deletionTime = 30 * time.Second
	deletionTry  = 3
)

func newWindow(o *Options, place remover, parts sink.Sink) *window {
	w := &window{place: place, memory: parts, extra: o.ExtraWindow, parts: 3 * o.SegmentDuration, segment: o.SegmentDuration,
		least: 3 * targetDuration(o.SegmentDuration), busy: make(chan struct{}, deletions)}
	if o.Live && o.Window > 0 {
		w.length = o.Window
	}
	return w
}

// targetDuration is what a playlist says of segments of a length (RFC 8216 section 4.3.3.1).
func targetDuration(segment time.Duration) time.Duration {
	return (segment + time.Second - 1).Truncate(time.Second)
}

// slide takes what is too old out of a track's list. The listed segments' memory may be shared with published presentations, so it is
// never changed in place.
//
// end is the live edge in the track's ticks: its own end, or that of the one that took its place.
func (w *window) slide(t *track, end int64) {
	w.dropSegments(t, end)
	if w.memory != nil {
		w.dropParts(t, end)
	}
}

// dropSegments leaves three target durations listed even where the timeline has jumped (RFC 8216 section 6.2.2).
func (w *window) dropSegments(t *track, end int64) {
	listed := int64(0)
	for i := range t.Segments {
		listed += t.Segments[i].Duration
	}
	t.longest = max(t.longest, listed)
	if w.length == 0 {
		return
	}
	keep, least := t.Timebase().Ticks(w.length), t.Timebase().Ticks(w.least)
	for len(t.Segments) > 0 && end-t.followed() >= keep && (listed-t.Segments[0].Duration >= least || t.gone()) {
		old := t.Segments[0]
		t.Segments = t.Segments[1:]
		listed -= old.Duration
		if old.Discontinuity {
			t.Discontinuities++
			t.RunStart = old.Start
		}
		if old.Gap && len(t.Segments) > 0 && !t.Segments[0].Gap {
			t.RunStart = t.Segments[0].Start
		}
		w.retire(retired{name: old.URI, wait: w.wait(t, old.Duration)})
		w.retireParts(&old)
	}
}

// gone reports whether another track has taken the place of this one.
func (t *track) gone() bool { return t.Heir != "" || t.Over }

// wait is how long a segment stays after it left the list: its own length and that of the longest list it was in (RFC 8216bis section
// 6.2.2), if nothing else was asked for.
func (w *window) wait(t *track, duration int64) time.Duration {
	if w.extra != 0 {
		return w.extra
	}
	return t.Timebase().Duration(duration + t.longest)
}

// followed is where what comes after the first listed segment begins.
func (t *track) followed() int64 {
	if len(t.Segments) > 1 {
		return t.Segments[1].Start
	}
	return t.Segments[0].End()
}

// dropParts unlists the parts of segments that are far enough from the live edge.
func (w *window) dropParts(t *track, end int64) {
	edge := end - t.Timebase().Ticks(w.parts)
	var fresh []manifest.Segment
	for i := range t.Segments {
		if s := &t.Segments[i]; s.End() < edge && len(s.Parts) > 0 {
			if fresh == nil {
				fresh = append(fresh, t.Segments...)
			}
			w.retireParts(s)
			fresh[i].Parts = nil
		}
	}
	if fresh != nil {
		t.Segments = fresh
	}
}

func (w *window) retireParts(s *manifest.Segment) {
	for _, p := range s.Parts {
		w.retire(retired{name: p.URI, part: true, wait: w.parts})
	}
}

func (w *window) retire(r retired) {
	if r.wait < 0 || !r.part && w.place.remove == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.retired = append(w.retired, r)
}

// retireOld lets an object of an earlier run go, which was last written at an instant: when its time comes by its age, so that a run
// that is started again and again does not begin to count anew each time.
func (w *window) retireOld(name string, written time.Time) {
	if w.extra < 0 || w.length == 0 {
		return
	}
	wait := w.extra
	if wait == 0 {
		wait = w.length + w.segment
	}
	w.retire(retired{name: name, due: written.Add(w.length + w.segment + wait), wait: wait})
}

// sweep deletes what has been unlisted for long enough. It is called after the manifests were written, and does not wait.
func (w *window) sweep(ctx context.Context, now time.Time) {
	if w.place.outage != nil && w.place.outage() != nil {
		return
	}
	for _, r := range w.takeDue(now) {
		if r.part {
			_ = w.memory.Remove(ctx, r.name) // memory cannot fail
			continue
		}
		w.work.Go(func() { w.delete(ctx, r, now) })
	}
}

// delete deletes an object. What cannot be deleted is left, and told of once.
func (w *window) delete(ctx context.Context, r retired, now time.Time) {
	w.busy <- struct{}{}
	defer func() { <-w.busy }()
	ctx, cancel := context.WithTimeout(ctx, deletionTime)
	defer cancel()
	err := w.place.remove(ctx, r.name)
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	if r.tries++; r.tries < deletionTry && passing(err) {
		r.due = now.Add(w.segment)
		w.retire(r)
		return
	}
	w.mu.Lock()
	first := !w.told
	w.told = true
	w.mu.Unlock()
	if first && w.place.warn != nil {
		w.place.warn(fmt.Sprintf("what is no longer listed cannot be deleted and is left (this is said once): %v", err))
	}
}

// passing reports whether a deletion may succeed another time.
func passing(err error) bool {
	if status, ok := errors.AsType[*sink.StatusError](err); ok {
		return status.Code >= 500 || status.Code == http.StatusTooManyRequests || status.Code == http.StatusRequestTimeout
	}
	return !errors.Is(err, fs.ErrPermission)
}

func (w *window) takeDue(now time.Time) []retired {
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []retired
	keep := w.retired[:0]
	for _, r := range w.retired {
		if r.due.IsZero() || r.due.After(now.Add(r.wait+w.length+w.segment)) { // a clock was set back
			r.due = now.Add(r.wait)
		}
		if r.due.After(now) {
			keep = append(keep, r)
		} else {
			due = append(due, r)
		}
	}
	w.retired = keep
	return due
}

// all takes everything that waits for its deletion, for an output that is removed as a whole.
func (w *window) all() []retired {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.retired
	w.retired = nil
	return out
}
