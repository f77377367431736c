package framegear

import (
	"context"
	"sync"
	"time"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// window decides what a live output lists and how long the rest is kept.
type window struct {
	length time.Duration // of what is listed; 0 lists everything
	extra  time.Duration // that a segment stays after it left the list; negative for ever
	parts  time.Duration // that parts are listed, and again kept afterwards (RFC 8216bis section 6.2.2)
	sink   sink.Sink
	memory sink.Sink // of the parts

	mu      sync.Mutex
	retired []retired // in the order of their time
}

// retired is an object that no manifest names any more.
type retired struct {
	sink sink.Sink
	name string
	// due is when it goes. It is set by the first sweep, which comes after the manifests without it were written.
	due  time.Time
	wait time.Duration
}

func newWindow(o *Options, s, parts sink.Sink) *window {
	w := &window{sink: s, memory: parts, extra: o.ExtraWindow, parts: 3 * o.SegmentDuration}
	if o.Live && o.Window > 0 {
		w.length = o.Window
	}
	return w
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

func (w *window) dropSegments(t *track, end int64) {
	if w.length == 0 {
		return
	}
	keep := t.Timebase().Ticks(w.length)
	for len(t.Segments) > 0 && end-t.followed() >= keep {
		old := t.Segments[0]
		t.Segments = t.Segments[1:]
		if old.Discontinuity {
			t.Discontinuities++
			t.RunStart = old.Start
		}
		w.retire(w.sink, old.URI, w.extra)
		w.retireParts(&old)
	}
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
		w.retire(w.memory, p.URI, w.parts)
	}
}

func (w *window) retire(s sink.Sink, name string, wait time.Duration) {
	if wait < 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.retired = append(w.retired, retired{sink: s, name: name, wait: wait})
}

// sweep deletes what has been unlisted for long enough. It is called after the manifests were written.
func (w *window) sweep(now time.Time) error {
	for _, r := range w.takeDue(now) {
		if err := r.sink.Remove(context.Background(), r.name); err != nil {
			return err
		}
	}
	return nil
}

func (w *window) takeDue(now time.Time) []retired {
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []retired
	keep := w.retired[:0]
	for _, r := range w.retired {
		if r.due.IsZero() {
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
