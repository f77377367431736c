package framegear_test

import (
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
)

// What a failed recording has made is finished: a viewer does not poll for ever.
func TestFailedRecordingIsFinished(t *testing.T) {
	below := newShelf()
	faulty := sinktest.Faulty(below, sinktest.Plan{N: 1, Op: sinktest.OpCommit, Match: func(name string) bool { return name == "v0/3.m4s" }})
	s, _ := open(t, framegear.Options{Sink: faulty, Outage: framegear.EndAtOutage, Ladder: twoRungs})
	err := error(nil)
	for n := 0; n < 100 && err == nil; n++ {
		err = s.WriteFrame(pattern(64, 48)(n))
	}
	require.ErrorIs(t, err, sinktest.ErrInjected)
	require.ErrorContains(t, err, "v0/3.m4s")
	require.Equal(t, err, s.Finish(t.Context()))
	for _, name := range []string{"v0/media.m3u8", "v1/media.m3u8"} {
		require.Contains(t, string(below.read(t, name)), "#EXT-X-ENDLIST", name)
	}
	require.Contains(t, string(below.read(t, "stream.mpd")), `type="static"`)
	below.listed(t)
	shelve(t, below, "stream")
}

// A live output whose place is away at its end says so, soon.
func TestEndDuringAnOutage(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		place := moody{newShelf(), &weather{}}
		o := tiny()
		o.Sink = place
		s := newStream(t, "", o)
		play(t, s, steady(30, 3*time.Second))
		place.set(func(w *weather) { w.fault = errAway })
		play(t, s, steady(30, 3*time.Second))
		require.Equal(t, 503, status(s.Handler(), "/healthz"))
		require.ErrorIs(t, s.Stats().Outage, errAway)
		require.Positive(t, s.Stats().WaitingBytes)
		metrics := body(t, s.Handler(), "/metrics")
		require.Contains(t, metrics, "framegear_output_down 1")
		began := time.Now()
		err := s.Finish(t.Context())
		require.ErrorIs(t, err, framegear.ErrOutputLost)
		require.ErrorIs(t, err, errAway)
		require.LessOrEqual(t, time.Since(began), 2*time.Second, "on the test's clock")
		require.Contains(t, playlist(t, s, "v0"), "#EXT-X-ENDLIST", "the origin's viewers know")
	})
}

// Who wants it has the first error end the output; a server that refuses from the start ends any.
func TestOutageThatEnds(t *testing.T) {
	for name, c := range map[string]struct {
		outage framegear.OutagePolicy
		fault  error
		before time.Duration
		ends   bool
	}{
		"by policy":              {framegear.EndAtOutage, errAway, 3 * time.Second, true},
		"refused from the start": {framegear.OutliveOutage, &sink.StatusError{Code: 403, Status: "403 Forbidden"}, 0, true},
		"refused later":          {framegear.OutliveOutage, &sink.StatusError{Code: 403, Status: "403 Forbidden"}, 3 * time.Second, false},
		"away from the start":    {framegear.OutliveOutage, errAway, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				place := moody{newShelf(), &weather{}}
				o := tiny()
				o.Sink, o.Outage, o.LowLatency, o.Live = place, c.outage, false, true
				s := newStream(t, "", o)
				play(t, s, steady(30, c.before))
				place.set(func(w *weather) { w.fault = c.fault })
				var err error
				for n := 0; n < 90 && err == nil; n++ {
					time.Sleep(time.Second / 30)
					err = s.WriteFrame(picture(n, side, side))
					synctest.Wait()
				}
				if !c.ends {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, c.fault)
				require.ErrorContains(t, err, "store://bucket/v")
				require.ErrorIs(t, s.Finish(t.Context()), c.fault)
			})
		})
	}
}

// What cannot be deleted is said once, with the place and the object, and left.
func TestWhatCannotBeDeletedIsSaidOnce(t *testing.T) {
	for _, remote := range []bool{false, true} {
		bubble.Test(t, func(t *testing.T) {
			place := moody{newShelf(), &weather{}}
			place.set(func(w *weather) { w.locked = os.ErrPermission })
			o, h := tiny(), &heard{}
			o.LowLatency, o.Live, o.Window, o.Sink = false, true, 4*time.Second, place
			if remote {
				var err error
				o.Sink, err = sink.NewHTTP("http://127.0.0.1/live", sink.HTTPOptions{Client: &http.Client{Transport: place}})
				require.NoError(t, err)
			}
			h.listen(&o)
			s := newStream(t, "", o)
			play(t, s, steady(30, 40*time.Second))
			require.Len(t, h.warnings, 1)
			require.Contains(t, h.warnings[0], map[bool]string{false: "store://bucket/v", true: "http://127.0.0.1/live/v"}[remote])
			require.True(t, place.has("v0/1.m4s"))
			require.NoError(t, s.Finish(t.Context()))
		})
	}
}

// A segment stays as long as RFC 8216bis section 6.2.2 asks after it left the list: its own length and that of the longest list.
func TestSegmentsStayAsLongAsTheyMust(t *testing.T) {
	for _, lowLatency := range []bool{false, true} {
		bubble.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			o := tiny()
			o.LowLatency, o.Live, o.Window = lowLatency, true, 6*time.Second
			s := newStream(t, dir, o)
			left, longest, gone := map[string]time.Time{}, 0, 0
			for range 30 * 30 {
				play(t, s, steady(30, time.Second/30))
				time.Sleep(time.Second / 30)
				synctest.Wait()
				if !fileExists(dir, "v0/media.m3u8") {
					continue
				}
				m := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
				longest = max(longest, len(m.segments))
				for n := int64(1); n < m.sequence; n++ {
					name := filepath.Join("v0", fmt.Sprintf("%d.m4s", n))
					at, known := left[name]
					if !known {
						left[name] = time.Now()
						continue
					}
					if !fileExists(dir, name) && !at.IsZero() {
						require.GreaterOrEqual(t, time.Since(at)+time.Second/20, time.Duration(longest+1)*time.Second, name)
						require.Less(t, time.Since(at), time.Duration(longest+3)*time.Second, name)
						left[name] = time.Time{}
						gone++
					}
				}
			}
			require.Positive(t, gone)
		})
	}
}

// Less than that is done, and said.
func TestShortExtraWindowIsSaid(t *testing.T) {
	o, h := tiny(), &heard{}
	o.Window, o.ExtraWindow = 4*time.Second, time.Second
	h.listen(&o)
	s, err := framegear.New("", o)
	require.NoError(t, err)
	defer s.Close()
	require.Len(t, h.warnings, 1)
	require.Contains(t, h.warnings[0], "1s after they left the list: players may ask for them for 5s")
}

// A folder that is removed is made anew; what was in it is a gap, and what comes can be played.
func TestFolderIsRemovedWhileLive(t *testing.T) {
	for _, lowLatency := range []bool{false, true} {
		bubble.Test(t, func(t *testing.T) {
			dir := path.Join(t.TempDir(), "out")
			o, h := tiny(), &heard{}
			o.LowLatency, o.Live, o.Window = lowLatency, true, 10*time.Second
			h.listen(&o)
			s := newStream(t, dir, o)
			play(t, s, steady(30, 5*time.Second))
			require.NoError(t, os.RemoveAll(dir))
			play(t, s, steady(30, 8*time.Second))
			require.Len(t, h.warnings, 1)
			require.Contains(t, h.warnings[0], "removed")
			m := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
			playable := 0
			for _, seg := range m.segments {
				if !seg.gap {
					require.True(t, fileExists(dir, "v0/"+seg.uri), seg.uri)
					playable++
				}
			}
			require.Greater(t, playable, 4)
			require.True(t, fileExists(dir, "v0/init.mp4"))
			require.NoError(t, s.Finish(t.Context()))
			checkFolder(t, dir, time.Now)
			require.Zero(t, s.Stats().Dropped)
		})
	}
}

// A recording that was removed is lost.
func TestFolderIsRemovedWhileRecording(t *testing.T) {
	dir := path.Join(t.TempDir(), "out")
	s, err := framegear.New(dir, framegear.Options{Preset: "ultrafast", SegmentDuration: 200 * time.Millisecond})
	require.NoError(t, err)
	defer s.Close()
	for n := 0; n < 100 && err == nil; n++ {
		if n == 20 {
			for os.RemoveAll(dir) != nil { // something may be written meanwhile
			}
		}
		err = s.WriteFrame(pattern(64, 48)(n))
	}
	last := s.Finish(t.Context())
	require.ErrorIs(t, last, sink.ErrEmptied)
	require.ErrorContains(t, last, dir)
	if err != nil {
		require.Equal(t, err, last)
	}
	require.False(t, fileExists(dir, "stream.mpd"), "nothing is listed that is not there")
}
