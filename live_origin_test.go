package framegear_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/mpdschema"
	"github.com/framegear/framegear/manifest/validate"
)

// request is one request in flight inside a synctest bubble.
type request struct {
	*httptest.ResponseRecorder
	done chan struct{}
}

func send(h http.Handler, target string) *request {
	r := &request{httptest.NewRecorder(), make(chan struct{})}
	go func() {
		defer close(r.done)
		h.ServeHTTP(r.ResponseRecorder, httptest.NewRequest(http.MethodGet, target, nil))
	}()
	return r
}

// answered reports whether there is an answer without any time passing.
func (r *request) answered() bool {
	synctest.Wait()
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// show gives n frames in real time.
func show(t *testing.T, s *framegear.Stream, n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, s.WriteFrame(picture(i, side, side)))
		synctest.Wait()
		time.Sleep(time.Second / 30)
	}
}

// byCount is a tiny output whose instants the test counts itself, so that no clock fills anything in.
func byCount() framegear.Options {
	o := tiny()
	o.Clock, o.WhenFull = framegear.ClockCount, framegear.BlockWhenFull
	return o
}

// The table of RFC 8216bis section 6.2.5 against a running stream. After 66 frames segments 1 and 2 are complete (30 frames
// each) and part 0 of segment 3 exists (6 frames each), for both renditions.
func TestBlockingReloadOfARunningStream(t *testing.T) {
	tests := []struct {
		query  string
		status int
		frames int    // until the answer, 0: at once
		holds  string // what the answer has
	}{
		{"", 200, 0, `URI="3.0.m4s"`},
		{"?_HLS_msn=2", 200, 0, `URI="3.0.m4s"`},
		{"?_HLS_msn=0", 200, 0, `URI="3.0.m4s"`},
		{"?_HLS_msn=2&_HLS_part=4", 200, 0, `URI="3.0.m4s"`},
		{"?_HLS_msn=2&_HLS_part=9", 200, 0, `URI="3.0.m4s"`},
		{"?_HLS_msn=3&_HLS_part=0", 200, 0, `URI="3.0.m4s"`},
		{"?_HLS_msn=3&_HLS_part=1", 200, 6, `#EXT-X-PART:DURATION=0.200,URI="3.1.m4s"`},
		{"?_HLS_msn=3&_HLS_part=3", 200, 18, `#EXT-X-PART:DURATION=0.200,URI="3.3.m4s"`},
		{"?_HLS_msn=3", 200, 25, "\n3.m4s\n"}, // with the first frame of segment 4
		{"?_HLS_msn=4&_HLS_part=0", 200, 30, `URI="4.0.m4s",INDEPENDENT=YES`},
		{"?_HLS_msn=3&_HLS_part=5", 200, 30, `URI="4.0.m4s"`}, // beyond the last part: part 0 of the next
		{"?_HLS_msn=4", 200, 55, "\n4.m4s\n"},
		{"?_HLS_part=1", 400, 0, ""},
		{"?_HLS_msn=5", 400, 0, ""},
		{"?_HLS_msn=3&_HLS_part=16", 400, 0, ""},
		{"?_HLS_msn=-1", 400, 0, ""},
		{"?_HLS_msn=x", 400, 0, ""},
		{"?_HLS_skip=maybe", 400, 0, ""},
	}
	for _, tt := range tests {
		for _, track := range []string{"v0", "v1"} {
			t.Run(track+tt.query, func(t *testing.T) {
				bubble.Test(t, func(t *testing.T) {
					s := newStream(t, "", byCount())
					h := s.Handler()
					show(t, s, 66)
					r := send(h, "/"+track+"/media.m3u8"+tt.query)
					if tt.frames > 0 {
						show(t, s, tt.frames-1)
						require.False(t, r.answered(), "one frame too early")
						show(t, s, 1)
					}
					require.True(t, r.answered())
					require.Equal(t, tt.status, r.Code, r.Body)
					require.Contains(t, r.Body.String(), tt.holds)
				})
			})
		}
	}
}

// 503 after three target durations, and nothing waits after Finish.
func TestBlockingReloadOfASourceThatStopped(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		s := newStream(t, "", byCount())
		h := s.Handler()
		show(t, s, 66)
		r := send(h, "/v0/media.m3u8?_HLS_msn=3&_HLS_part=1")
		time.Sleep(3*time.Second - time.Millisecond)
		require.False(t, r.answered())
		time.Sleep(2 * time.Millisecond)
		require.True(t, r.answered())
		require.Equal(t, http.StatusServiceUnavailable, r.Code)

		r = send(h, "/v0/media.m3u8?_HLS_msn=4")
		hint := send(h, "/v0/4.0.m4s")
		require.False(t, r.answered())
		require.NoError(t, s.Finish(t.Context()))
		require.True(t, r.answered())
		require.Contains(t, r.Body.String(), "#EXT-X-ENDLIST")
		require.True(t, hint.answered())
		require.Equal(t, http.StatusNotFound, hint.Code)
		require.Contains(t, body(t, h, "/v0/media.m3u8?_HLS_msn=99"), "#EXT-X-ENDLIST")
	})
}

// The preload hint is answered with the whole part as soon as it exists, and is always what comes next.
func TestPreloadHintOfARunningStream(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		s := newStream(t, "", byCount())
		h := s.Handler()
		show(t, s, 42)
		for range 12 { // over two ends of segments
			m := parseMedia(t, playlist(t, s, "v1"))
			require.NotEmpty(t, m.hint)
			hint, late := send(h, "/v1/"+m.hint), send(h, "/v1/media.m3u8")
			require.True(t, late.answered())
			show(t, s, 5)
			require.False(t, hint.answered(), m.hint)
			show(t, s, 1)
			require.True(t, hint.answered(), m.hint)
			require.Equal(t, http.StatusOK, hint.Code)
			require.Equal(t, "moof", string(firstBoxAfterStyp(hint.Body.Bytes())))
			require.Contains(t, playlist(t, s, "v1"), `URI="`+m.hint+`"`)
		}
	})
}

func firstBoxAfterStyp(b []byte) []byte {
	if len(b) > 40 && string(b[4:8]) == "styp" {
		b = b[32:]
	}
	return b[4:8]
}

// Constants stay what they were, the sequence never goes back, the parts of a segment are its bytes, and DASH and HLS name
// the same ones.
func TestPlaylistsOfARunningStream(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := byCount()
		o.Window, o.ExtraWindow = 5*time.Second, 2*time.Second
		s := newStream(t, "", o)
		h := s.Handler()
		var constants, ast string
		var sequence int64
		dates := map[string]string{}
		show(t, s, 60) // the first segment is whole
		for range 75 { // 15 s
			show(t, s, 6)
			text := playlist(t, s, "v0")
			m := parseMedia(t, text)
			mpd := body(t, h, "/live.mpd")
			if constants == "" {
				constants, ast = m.constants, attribute1(t, mpd, "availabilityStartTime")
			}
			require.Equal(t, constants, m.constants)
			require.Equal(t, m.constants, parseMedia(t, playlist(t, s, "v1")).constants, "the same in all renditions")
			require.Equal(t, ast, attribute1(t, mpd, "availabilityStartTime"))
			require.GreaterOrEqual(t, m.sequence, sequence)
			sequence = m.sequence
			for _, seg := range m.segments {
				if seg.uri == "" {
					continue
				}
				if dates[seg.uri] == "" {
					dates[seg.uri] = seg.date
				}
				require.Equal(t, dates[seg.uri], seg.date, "the date of %s", seg.uri)
			}
			checkParts(t, text)
		}
		require.Greater(t, sequence, int64(8))
		m := parseMedia(t, playlist(t, s, "v0"))
		checked := 0
		for _, seg := range m.segments {
			if seg.uri == "" || len(seg.parts) == 0 {
				continue
			}
			var parts bytes.Buffer
			for _, p := range seg.parts {
				parts.WriteString(body(t, h, "/v0/"+p.uri))
			}
			require.Equal(t, body(t, h, "/v0/"+seg.uri), parts.String(), seg.uri)
			checked++
		}
		require.Positive(t, checked)
		mpd := body(t, h, "/live.mpd")
		require.Contains(t, mpd, `media="v0/$Number$.m4s"`)
		require.Contains(t, mpd, `initialization="v0/init.mp4"`)
		require.Contains(t, playlist(t, s, "v0"), `#EXT-X-MAP:URI="init.mp4"`)
	})
}

func attribute1(t *testing.T, doc, name string) string {
	t.Helper()
	found := regexp.MustCompile(name + `="([^"]*)"`).FindStringSubmatch(doc)
	require.NotNil(t, found, "%s in %s", name, doc)
	return found[1]
}

// What DASH-IF asks of low latency (and what dash.js and Shaka need to use it).
func TestLowLatencyMPDOfARunningStream(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := byCount()
		o.PartDuration = time.Millisecond // one frame
		s := newStream(t, "", o)
		h := s.Handler()
		begin := time.Now()
		show(t, s, 66)
		mpd := body(t, h, "/live.mpd")
		require.Contains(t, attribute1(t, mpd, "profiles"), "http://www.dashif.org/guidelines/low-latency-live-v5")
		require.Equal(t, begin.UTC().Format("2006-01-02T15:04:05.000Z"), attribute1(t, mpd, "availabilityStartTime"))
		require.Equal(t, 2, strings.Count(mpd, `availabilityTimeComplete="false"`), "on every representation")
		require.Equal(t, 2, strings.Count(mpd, `availabilityTimeOffset="0.966666"`))
		require.Contains(t, mpd, `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="time"`)
		require.Contains(t, mpd, "<Latency referenceId=\"0\" target=")
		require.Regexp(t, `<ProducerReferenceTime id="0" [^>]*type="captured"`, mpd)
		require.Equal(t, 2, strings.Count(mpd, "<Resync "))
		require.Equal(t, "1", attribute1(t, mpd, "startNumber"))
		timescale, duration := attribute1(t, mpd, "timescale"), attribute1(t, mpd, " duration")
		require.Equal(t, timescale, duration, "segments of one second")
		require.Equal(t, time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), body(t, h, "/time"))
	})
}

// A segment may be asked for from its availability time on, and its body grows by one chunk with each frame.
func TestGrowingSegmentOfARunningStream(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := byCount()
		o.PartDuration = time.Millisecond
		s := newStream(t, "", o)
		h := s.Handler()
		show(t, s, 61) // one frame into segment 3, which is available from its first frame's end on
		var growing []*request
		for _, track := range []string{"v0", "v1"} {
			growing = append(growing, send(h, "/"+track+"/3.m4s"))
		}
		early := send(h, "/v0/4.m4s") // a client whose clock is ahead
		for n := 1; n <= 30; n++ {
			for _, r := range growing {
				require.False(t, r.answered())
				require.Equal(t, n, bytes.Count(r.Body.Bytes(), []byte("mdat")), "one chunk per frame")
			}
			require.False(t, early.answered())
			show(t, s, 1)
		}
		require.True(t, growing[0].answered(), "complete with the first frame of the next one")
		require.Equal(t, body(t, h, "/v0/3.m4s"), growing[0].Body.String())
		require.Equal(t, 1, bytes.Count(early.Body.Bytes(), []byte("mdat")))
		require.NoError(t, s.Finish(t.Context()))
		require.True(t, early.answered())
	})
}

// Old segments leave the list with the window, and memory only when nobody can know of them any more.
func TestWindowSlides(t *testing.T) {
	for _, output := range []string{"memory", "folder"} {
		t.Run(output, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				dir := ""
				if output == "folder" {
					dir = t.TempDir()
				}
				o := byCount()
				o.Window, o.ExtraWindow = 4*time.Second, 3*time.Second
				s := newStream(t, dir, o)
				h := s.Handler()
				gone := map[string]time.Time{} // when a segment left the list
				most := 0
				show(t, s, 31) // the first segment is complete
				for range 40 {
					before := parseMedia(t, playlist(t, s, "v0"))
					show(t, s, 30)
					after := parseMedia(t, playlist(t, s, "v0"))
					listed := map[string]bool{}
					for _, seg := range after.segments {
						listed[seg.uri] = true
					}
					for _, seg := range before.segments {
						if seg.uri != "" && !listed[seg.uri] {
							gone[seg.uri] = time.Now()
						}
					}
					for uri, at := range gone {
						age := time.Since(at)
						switch code := status(h, "/v0/"+uri); {
						case age < 2*time.Second:
							require.Equal(t, 200, code, "%s left the list %s ago", uri, age)
						case age > 6*time.Second:
							require.Equal(t, 404, code, "%s left the list %s ago", uri, age)
						}
					}
					most = max(most, len(files(t, dir)))
				}
				require.Greater(t, len(gone), 30)
				if dir != "" {
					require.LessOrEqual(t, most, 2*(4+3+3)+6, "bounded for ever")
				}
			})
		})
	}
}

func status(h http.Handler, target string) int {
	r := httptest.NewRecorder()
	h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, target, nil))
	return r.Code
}

// A live output that kept everything is a complete recording after Finish.
func TestLiveBecomesARecording(t *testing.T) {
	for _, lowLatency := range []bool{false, true} {
		t.Run(fmt.Sprintf("low latency %t", lowLatency), func(t *testing.T) {
			dir := t.TempDir()
			bubble.Test(t, func(t *testing.T) {
				o := byCount()
				o.Window, o.Live, o.LowLatency = framegear.WindowAll, true, lowLatency
				s := newStream(t, dir, o)
				show(t, s, 30*8+15)
				require.Contains(t, playlist(t, s, "v0"), "#EXT-X-PLAYLIST-TYPE:EVENT")
				require.NoError(t, s.Finish(t.Context()))
				m := parseMedia(t, playlist(t, s, "v0"))
				require.True(t, m.ended)
				require.Len(t, m.segments, 9)
			})
			for _, name := range []string{"live.mpd", "live.m3u8"} {
				report, err := validate.Check(t.Context(), path.Join(dir, name), validate.Options{})
				require.NoError(t, err)
				require.Zero(t, report.Errors(), "%s: %v", name, report.Findings)
			}
			text := string(read(t, dir, "v0/media.m3u8"))
			require.Contains(t, text, "#EXT-X-PLAYLIST-TYPE:VOD")
			require.Contains(t, text, "#EXT-X-ENDLIST")
			require.Contains(t, string(read(t, dir, "live.mpd")), `type="static"`)
		})
	}
}

func TestRemoveAtExit(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		o := byCount()
		o.RemoveAtExit = true
		s := newStream(t, dir, o)
		show(t, s, 95)
		require.NotEmpty(t, files(t, dir))
		require.NoError(t, s.Finish(t.Context()))
		require.NotEmpty(t, files(t, dir), "players can finish until Close")
		require.NoError(t, s.Close())
		require.Empty(t, files(t, dir))
	})
}

// direct is a transport that asks a handler without a network, so that it works on synctest's time.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	d.h.ServeHTTP(w, in)
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

// check validates what a stream serves, both manifests.
func check(t *testing.T, s *framegear.Stream) {
	t.Helper()
	for _, name := range []string{"live.mpd", "live.m3u8"} {
		o := validate.Options{Client: &http.Client{Transport: direct{s.Handler()}}, Now: time.Now}
		report, err := validate.Check(t.Context(), "http://origin.example/"+name, o)
		require.NoError(t, err)
		require.Zero(t, report.Errors(), "%s: %v", name, report.Findings)
	}
	mpdschema.Check(t, []byte(body(t, s.Handler(), "/live.mpd")))
}

// The checker finds nothing, live and after the end, with and without low latency.
func TestServedPresentationIsValid(t *testing.T) {
	for name, change := range map[string]func(*framegear.Options){
		"parts of 200 ms":    func(*framegear.Options) {},
		"parts of one frame": func(o *framegear.Options) { o.PartDuration = time.Millisecond },
		"29.97 fps":          func(o *framegear.Options) { o.FrameRate = framegear.FPS(29.97) },
		"plain live":         func(o *framegear.Options) { o.LowLatency, o.Live = false, true },
		"everything listed":  func(o *framegear.Options) { o.Window = framegear.WindowAll },
		"another rate":       func(o *framegear.Options) { o.Ladder[1].FrameRate = framegear.FPS(10) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				o := byCount()
				o.Window, o.ExtraWindow = 6*time.Second, 3*time.Second
				change(&o)
				s := newStream(t, "", o)
				show(t, s, 66)
				if o.LowLatency {
					check(t, s)
				}
				show(t, s, 30*10)
				check(t, s)
				require.NoError(t, s.Finish(t.Context()))
				check(t, s)
			})
		})
	}
}
