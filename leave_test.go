package framegear_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/muxer/sink"
)

// overloaded are three renditions, the largest of which the machine cannot hold.
func overloaded(change func(*framegear.Options)) (framegear.Options, *[]framegear.RenditionInfo) {
	var gone []framegear.RenditionInfo
	o := tiny()
	o.Ladder = framegear.Ladder{{Width: side, Height: side}, {Width: side / 2, Height: side / 2}, {Width: side, Height: side / 2}}
	o.Sink = newShelf()
	o = o.WithWork(func(track string) {
		if track == "v0" {
			time.Sleep(600 * time.Millisecond) // per segment of one second
		}
	})
	o.Overload, o.Window = framegear.GiveUpTop, 20*time.Second
	o.Events.RenditionGivenUp = func(i framegear.RenditionInfo) { gone = append(gone, i) }
	change(&o)
	return o, &gone
}

// A ladder that cannot be held loses its largest rendition, and nobody who watches it has to do anything: the playlist goes on with the next
// smaller one, the MPD with a Period without it.
func TestLargestRenditionIsGivenUp(t *testing.T) {
	for name, change := range map[string]func(*framegear.Options){
		"low latency": func(*framegear.Options) {},
		"plain live":  func(o *framegear.Options) { o.Live, o.LowLatency = true, false },
		"29.97 fps":   func(o *framegear.Options) { o.FrameRate = framegear.FPS(29.97) },
		"with sound":  func(o *framegear.Options) { o.Audio = []framegear.AudioTrack{{PCM: true}} },
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				o, gone := overloaded(change)
				s := newStream(t, "", o)
				play(t, s, steady(30, 19*time.Second))
				require.Empty(t, *gone, "the smallest measure first: frames are dropped, and the event tells")
				play(t, s, steady(30, 3*time.Second))
				require.Len(t, *gone, 1)
				announced := ""
				if o.LowLatency {
					mpd := body(t, s.Handler(), "/live.mpd")
					require.Equal(t, 2, strings.Count(mpd, "<Period "), "it is announced")
					require.Equal(t, 1, strings.Count(mpd, `<Representation id="v0"`), "in the first Period only")
					require.Contains(t, body(t, s.Handler(), "/live.m3u8"), "v0/", "and has not left")
					announced, _, _ = strings.Cut(mpd[strings.LastIndex(mpd, "<Period "):], ">")
				}
				check(t, s)
				play(t, s, steady(30, 3*time.Second))
				require.Equal(t, "v0 32x32", (*gone)[0].Rendition)
				require.Equal(t, "v2 32x16", (*gone)[0].Heir)
				require.EqualValues(t, 1, s.Stats().GivenUp)
				check(t, s)
				number := (*gone)[0].Number

				before := s.Stats()
				play(t, s, steady(30, 4*time.Second))
				after := s.Stats()
				require.LessOrEqual(t, after.Dropped-before.Dropped, int64(2), "the machine holds the rest")
				own := parseMedia(t, playlist(t, s, "v0"))
				heirs := parseMedia(t, playlist(t, s, "v2"))
				require.Equal(t, heirs.sequence, own.sequence)
				require.Len(t, own.segments, len(heirs.segments))
				for i, seg := range own.segments {
					n := own.sequence + int64(i)
					switch {
					case seg.uri == "": // open
					case n >= number:
						require.Equal(t, "../v2/"+heirs.segments[i].uri, seg.uri)
					default:
						require.NotContains(t, seg.uri, "/")
					}
					require.Equal(t, n == number, seg.discontinuity, "segment %d", n)
					require.Equal(t, heirs.segments[i].discontinuity, seg.discontinuity)
					require.Equal(t, heirs.segments[i].date, seg.date)
				}
				require.Equal(t, 2, strings.Count(playlist(t, s, "v0"), "#EXT-X-MAP"))
				require.NotContains(t, body(t, s.Handler(), "/live.m3u8"), "v0/")
				mpd := body(t, s.Handler(), "/live.mpd")
				require.Equal(t, 2, strings.Count(mpd, "<Period "))
				require.Contains(t, mpd, announced+">")
				require.Equal(t, 1, strings.Count(mpd, `<Representation id="v0"`), "in the first Period only")
				check(t, s)

				play(t, s, steady(30, 25*time.Second))
				own = parseMedia(t, playlist(t, s, "v0"))
				require.Equal(t, 1, strings.Count(playlist(t, s, "v0"), "#EXT-X-MAP"), "its own segments have left the window")
				require.Equal(t, int64(1), own.discontinuities)
				require.NotContains(t, body(t, s.Handler(), "/live.mpd"), `"v0"`)
				require.Equal(t, 404, status(s.Handler(), "/v0/9999.m4s"))
				require.Len(t, *gone, 1)
				check(t, s)
				require.NoError(t, s.Finish(t.Context()))
				check(t, s)
			})
		})
	}
}

// A source that comes back after a gap meets a discontinuity, and there the rendition leaves that was to leave later.
func TestGapBeforeARenditionLeaves(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o, gone := overloaded(func(o *framegear.Options) { o.Stall, o.Window = framegear.LeaveGap, time.Minute })
		s := newStream(t, "", o)
		play(t, s, steady(30, 22*time.Second))
		require.Len(t, *gone, 1)
		time.Sleep(15 * time.Second)
		play(t, s, steady(30, 10*time.Second))
		require.Len(t, *gone, 1)
		require.NotContains(t, body(t, s.Handler(), "/live.m3u8"), "v0/")
		own, heirs := parseMedia(t, playlist(t, s, "v0")), parseMedia(t, playlist(t, s, "v2"))
		require.Equal(t, heirs.sequence, own.sequence)
		require.Len(t, own.segments, len(heirs.segments))
		gaps := 0
		for i, seg := range own.segments {
			require.Equal(t, heirs.segments[i].discontinuity, seg.discontinuity)
			if seg.discontinuity {
				gaps++
			}
			require.Equal(t, gaps > 0, strings.HasPrefix(seg.uri, "../v2/") || seg.uri == "", "segment %d is %q", i, seg.uri)
		}
		require.Equal(t, 1, gaps)
		mpd := body(t, s.Handler(), "/live.mpd")
		require.Equal(t, 2, strings.Count(mpd, "<Period "))
		require.Equal(t, 1, strings.Count(mpd, `<Representation id="v0"`))
	})
}

// An output that ends while a rendition's end is announced has the whole ladder to its end.
func TestFinishBeforeARenditionLeaves(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o, gone := overloaded(func(*framegear.Options) {})
		s := newStream(t, "", o)
		play(t, s, steady(30, 22*time.Second))
		require.Len(t, *gone, 1)
		require.NoError(t, s.Finish(t.Context()))
		mpd := body(t, s.Handler(), "/live.mpd")
		require.Equal(t, 1, strings.Count(mpd, "<Period "))
		require.Equal(t, 1, strings.Count(mpd, `<Representation id="v0"`))
		check(t, s)
	})
}

// Whoever waits for the next part of a rendition that leaves gets the one that takes its place.
func TestBlockingReloadAcrossTheEndOfARendition(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o, gone := overloaded(func(*framegear.Options) {})
		s := newStream(t, "", o)
		play(t, s, steady(30, 19*time.Second))
		for range 12 { // half-seconds, over the instant at which it leaves
			m := parseMedia(t, playlist(t, s, "v0"))
			next := m.sequence + int64(len(m.segments))
			if n := len(m.segments); n > 0 && m.segments[n-1].uri == "" {
				next--
			}
			answered := make(chan string, 1)
			go func() {
				answer := httptest.NewRecorder()
				s.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/v0/media.m3u8?_HLS_msn=%d", next), http.NoBody))
				answered <- answer.Body.String()
			}()
			play(t, s, steady(30, 2*time.Second))
			require.Contains(t, <-answered, "#EXTM3U")
		}
		require.Len(t, *gone, 1)
		hint := parseMedia(t, playlist(t, s, "v0")).hint
		require.Contains(t, hint, "../v2/")
	})
}

// A rendition that no other one can stand in for stays, whatever the machine.
func TestOnlyRenditionStays(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o, gone := overloaded(func(o *framegear.Options) { o.Ladder = o.Ladder[:1] })
		var warned []string
		o.Events.Warning = func(i framegear.WarningInfo) { warned = append(warned, i.Text) }
		s := newStream(t, "", o)
		play(t, s, steady(30, 45*time.Second))
		require.Empty(t, *gone)
		require.NotEmpty(t, warned)
		require.Contains(t, warned[0], "no rendition can be given up")
		require.NoError(t, s.Finish(t.Context()))
	})
}

// A run after one that gave a rendition up has the whole ladder again.
func TestRestartAfterARenditionWasGivenUp(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o, gone := overloaded(func(*framegear.Options) {})
		dir := t.TempDir()
		disk, err := sink.NewDir(dir)
		require.NoError(t, err)
		o.Sink = nil
		slow := true
		o.Events.SegmentReady = func(i framegear.SegmentInfo) {
			if slow && i.Track == "v0" {
				time.Sleep(600 * time.Millisecond)
			}
		}
		require.NoError(t, disk.Close())
		s := newStream(t, dir, o)
		play(t, s, steady(30, 28*time.Second))
		require.Len(t, *gone, 1)
		require.NoError(t, s.Close())
		before := parseMedia(t, string(read(t, dir, "v2/media.m3u8")))
		slow = false
		time.Sleep(3 * time.Second)
		s = newStream(t, dir, o)
		play(t, s, steady(30, 5*time.Second))
		for _, track := range []string{"v0", "v1", "v2"} {
			m := parseMedia(t, string(read(t, dir, track+"/media.m3u8")))
			require.Greater(t, m.sequence, before.sequence+int64(len(before.segments))-1)
			require.True(t, m.segments[0].discontinuity)
		}
		require.Equal(t, "2000-01-01T00:00:00.000Z", attribute1(t, string(read(t, dir, "live.mpd")), "availabilityStartTime"))
		check(t, s)
	})
}
