package framegear_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/manifest/validate"
	"github.com/framegear/framegear/muxer/sink"
)

// weather is what a place is like at the moment.
type weather struct {
	mu     sync.Mutex
	fault  error         // of every call, nil while all is well
	full   bool          // half a write, then no space is left
	slow   time.Duration // per object
	locked error         // of deletions
}

func (w *weather) set(change func(*weather)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

func (w *weather) now() (fault error, full bool, slow time.Duration, locked error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault, w.full, w.slow, w.locked
}

// moody is a sink of somebody's own: it returns errors without the object's name.
type moody struct {
	shelf
	*weather
}

func (m moody) String() string { return "store://bucket" }

func (m moody) Create(ctx context.Context, name string) (sink.Object, error) {
	fault, _, slow, _ := m.now()
	time.Sleep(slow)
	if fault != nil {
		return nil, fault
	}
	o, err := m.Memory.Create(ctx, name)
	return &moodyObject{o, m.weather}, err
}

func (m moody) Remove(ctx context.Context, name string) error {
	fault, _, _, locked := m.now()
	if err := errors.Join(fault, locked); err != nil {
		return err
	}
	return m.Memory.Remove(ctx, name)
}

type moodyObject struct {
	sink.Object
	w *weather
}

func (o *moodyObject) Write(p []byte) (int, error) {
	fault, full, _, _ := o.w.now()
	if full {
		n, err := o.Object.Write(p[:len(p)/2])
		return n, errors.Join(err, syscall.ENOSPC)
	}
	if fault != nil {
		return 0, fault
	}
	return o.Object.Write(p)
}

// RoundTrip is a server that stores what is PUT, on the test's own clock.
func (m moody) RoundTrip(r *http.Request) (*http.Response, error) {
	name := strings.TrimPrefix(r.URL.Path, "/live/")
	answer := func(code int) (*http.Response, error) {
		return &http.Response{StatusCode: code, Status: fmt.Sprintf("%d %s", code, http.StatusText(code)), Body: http.NoBody, Request: r}, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	fault, full, slow, locked := m.now()
	select {
	case <-time.After(slow):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	switch {
	case errors.Is(fault, syscall.ECONNREFUSED):
		return nil, fault
	case fault != nil:
		return answer(http.StatusServiceUnavailable)
	case full:
		return answer(http.StatusInsufficientStorage)
	case r.Method == http.MethodDelete && locked != nil:
		return answer(http.StatusMethodNotAllowed)
	case r.Method == http.MethodDelete:
		return answer(map[bool]int{true: 204, false: 404}[m.Memory.Remove(context.Background(), name) == nil])
	}
	if err := sink.WriteObject(context.Background(), m.Memory, name, body); err != nil {
		return nil, err
	}
	return answer(http.StatusCreated)
}

var errAway = errors.New("service unavailable")

// outages are what happens to a place, and how many segments it may cost a live output.
var outages = []struct {
	name     string
	lasts    time.Duration
	change   func(*weather)
	least    int64 // segments of each track
	most     int64
	recorded bool // a recording survives it too
}{
	{"503 for 2 s", 2 * time.Second, func(w *weather) { w.fault = errAway }, 0, 0, true},
	{"503 for 8 s", 8 * time.Second, func(w *weather) { w.fault = errAway }, 0, 0, true},
	{"503 for 60 s", 60 * time.Second, func(w *weather) { w.fault = errAway }, 27, 33, false},
	{"refused for 8 s", 8 * time.Second, func(w *weather) { w.fault = syscall.ECONNREFUSED }, 0, 0, true},
	{"refused for 60 s", 60 * time.Second, func(w *weather) { w.fault = syscall.ECONNREFUSED }, 27, 33, false},
	{"slow by 0.6 s", 30 * time.Second, func(w *weather) { w.slow = 600 * time.Millisecond }, 0, 0, true},
	{"slow by 3 s", 30 * time.Second, func(w *weather) { w.slow = 3 * time.Second }, 0, 0, true},
	{"full for 10 s", 10 * time.Second, func(w *weather) { w.full = true }, 0, 0, true},
	{"nothing can be deleted", 60 * time.Second, func(w *weather) { w.locked = syscall.EPERM }, 0, 0, true},
}

// heard is what a stream told.
type heard struct {
	mu       sync.Mutex
	warnings []string
	lost     []error
	back     []framegear.OutageInfo
}

func (h *heard) listen(o *framegear.Options) {
	o.Events.Warning = func(w framegear.WarningInfo) { h.add(func() { h.warnings = append(h.warnings, w.Text) }) }
	o.Events.OutputLost = func(err error) { h.add(func() { h.lost = append(h.lost, err) }) }
	o.Events.OutputBack = func(i framegear.OutageInfo) { h.add(func() { h.back = append(h.back, i) }) }
}

func (h *heard) add(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// shelve writes what a place holds into a folder and checks it as a player would find it.
func shelve(t *testing.T, s shelf, name string) (problems int) {
	t.Helper()
	dir := t.TempDir()
	for _, object := range s.Names() {
		at := filepath.Join(dir, filepath.FromSlash(object))
		require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o700))
		require.NoError(t, os.WriteFile(at, s.read(t, object), 0o600))
	}
	for _, ext := range []string{".mpd", ".m3u8"} {
		report, err := validate.Check(t.Context(), path.Join(dir, name+ext), validate.Options{Now: time.Now})
		require.NoError(t, err)
		require.Zero(t, report.Errors(), "%s: %v", name+ext, report.Findings)
		problems += len(report.Findings)
	}
	return problems
}

// playable checks that what the playlists list is there, gaps excepted.
func (s shelf) playable(t *testing.T, what string) {
	t.Helper()
	for _, name := range s.Names() {
		if path.Base(name) != "media.m3u8" {
			continue
		}
		for _, seg := range parseMedia(t, string(s.read(t, name))).segments {
			require.True(t, seg.gap || s.has(path.Join(path.Dir(name), seg.uri)), "%s: %s lists %s, which is not there", what, name, seg.uri)
		}
	}
}

// A live output outlives its place's troubles, whatever the place: no frame is lost and nobody waits, what is listed is there at any
// time, short outages leave no trace, long ones a gap that the manifests tell of. A recording waits, and loses nothing either.
func TestOutputOutlivesItsPlace(t *testing.T) {
	kinds := map[string]func(*framegear.Options){
		"live":        func(o *framegear.Options) { o.LowLatency, o.Live = false, true },
		"low latency": func(*framegear.Options) {},
		"recorded":    func(o *framegear.Options) { o.LowLatency, o.Clock = false, framegear.ClockPTS },
	}
	for _, remote := range []bool{false, true} {
		for kind, change := range kinds {
			for _, c := range outages {
				t.Run(fmt.Sprintf("%s/%s/%s", map[bool]string{false: "sink", true: "PUT"}[remote], kind, c.name), func(t *testing.T) {
					bubble.Test(t, func(t *testing.T) {
						o, place := tiny(), moody{newShelf(), &weather{}}
						change(&o)
						o.Sink = place
						if remote {
							var err error
							o.Sink, err = sink.NewHTTP("http://user:secret@127.0.0.1/live?token=secret", sink.HTTPOptions{Attempts: 1, Client: &http.Client{Transport: place}})
							require.NoError(t, err)
						}
						outlive(t, o, place, c.change, c.lasts, func(s *framegear.Stream, h *heard) {
							st := s.Stats()
							if kind == "recorded" {
								require.Zero(t, st.Gaps)
								return
							}
							require.GreaterOrEqual(t, st.Gaps, c.least)
							require.LessOrEqual(t, st.Gaps, c.most)
							require.Zero(t, st.Dropped)
						}, c.recorded || kind != "recorded")
					})
				})
			}
		}
	}
}

// outlive runs a stream through an outage.
func outlive(t *testing.T, o framegear.Options, place moody, change func(*weather), lasts time.Duration, check func(*framegear.Stream, *heard), survives bool) {
	t.Helper()
	h := &heard{}
	h.listen(&o)
	s := newStream(t, "", o)
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for { // what is listed can be loaded, at any time
			select {
			case <-stop:
				return
			case <-time.After(500 * time.Millisecond):
				place.playable(t, time.Now().String())
			}
		}
	})
	defer watching.Wait()
	defer close(stop)
	in := int64(0)
	give := func(length time.Duration) error {
		begin := time.Now()
		for n := range int(length.Seconds() * 30) {
			time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / 30)))
			before := time.Now()
			f := picture(int(in), side, side)
			f.PTS = in * int64(time.Second) / 30
			if err := s.WriteFrame(f); err != nil {
				return err
			}
			in++
			require.Zero(t, time.Since(before), "the encoder never waits for the place")
			synctest.Wait()
		}
		return nil
	}
	require.NoError(t, give(10*time.Second))
	place.set(change)
	outage := make(chan struct{})
	go func() {
		defer close(outage)
		time.Sleep(lasts)
		place.set(func(w *weather) { w.fault, w.full, w.slow, w.locked = nil, false, 0, nil })
	}()
	err := give(lasts)
	<-outage
	if !survives {
		if err == nil {
			err = give(5 * time.Second)
		}
		var at *sink.Error
		require.ErrorAs(t, err, &at)
		require.ErrorContains(t, err, at.Path)
		require.NotContains(t, err.Error(), "user:secret")
		require.ErrorIs(t, s.Finish(t.Context()), err)
		require.Contains(t, string(place.read(t, "v0/media.m3u8")), "#EXT-X-ENDLIST", "nobody waits for what will not come")
		require.Contains(t, string(place.read(t, "stream.mpd")), `type="static"`)
		place.playable(t, "at the end")
		return
	}
	require.NoError(t, err)
	require.NoError(t, give(20*time.Second))
	require.Len(t, h.back, len(h.lost), "each outage is over")
	for _, lost := range h.lost {
		require.Regexp(t, `store://bucket/|http://user:xxxxx@127.0.0.1/live`, lost.Error(), "it names the place")
		require.Regexp(t, `\.(m4s|m3u8|mpd|mp4)`, lost.Error(), "and the object")
	}
	require.NoError(t, s.Finish(t.Context()))
	require.Equal(t, in, s.Stats().FramesIn)
	require.Equal(t, in, s.Stats().FramesOut, "no frame was lost")
	check(s, h)
	name := "stream"
	if o.LowLatency || o.Live {
		name = "live"
	}
	require.Contains(t, string(place.read(t, "v0/media.m3u8")), "#EXT-X-ENDLIST")
	shelve(t, place.shelf, name)
}
