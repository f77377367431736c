package origin_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/origin"
	"github.com/framegear/framegear/manifest"
)

// The table of 8216bis section 6.2.5: segments 1 to 3 are complete, parts 0 and 1 of segment 4 exist, a part is 400 ms,
// so the advance part limit is 8.
func TestDirectivesAnsweredAtOnce(t *testing.T) {
	tests := []struct {
		name, query string
		status      int
	}{
		{"no directive", "", 200},
		{"complete segment", "?_HLS_msn=3", 200},
		{"long gone segment", "?_HLS_msn=0", 200},
		{"part that exists", "?_HLS_msn=4&_HLS_part=1", 200},
		{"part of a complete segment", "?_HLS_msn=3&_HLS_part=4", 200},
		{"part beyond a complete segment is part 0 of the next", "?_HLS_msn=3&_HLS_part=9", 200},
		{"part beyond an old segment", "?_HLS_msn=1&_HLS_part=7", 200},
		{"delta update", "?_HLS_skip=YES", 200},
		{"delta update v2", "?_HLS_skip=v2&_HLS_msn=3", 200},
		{"directive of a later edition", "?_HLS_report=/x", 200},
		{"foreign parameter", "?token=x&msn=99", 200},
		{"part without segment", "?_HLS_part=1", 400},
		{"segment too far ahead", "?_HLS_msn=6", 400},
		{"segment absurdly far ahead", "?_HLS_msn=9223372036854775807", 400},
		{"segment beyond int64", "?_HLS_msn=9223372036854775808", 400},
		{"part beyond the advance part limit", "?_HLS_msn=4&_HLS_part=10", 400},
		{"part of the next segment beyond the limit", "?_HLS_msn=5&_HLS_part=8", 400},
		{"negative", "?_HLS_msn=-1", 400},
		{"sign", "?_HLS_msn=%2B3", 400},
		{"word", "?_HLS_msn=three", 400},
		{"empty", "?_HLS_msn=", 400},
		{"fraction", "?_HLS_msn=3&_HLS_part=0.5", 400},
		{"twice", "?_HLS_msn=3&_HLS_msn=3", 400},
		{"unknown skip", "?_HLS_skip=NO", 400},
	}
	h := newOrigin(t, liveOutput(t))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := get(h, "/v0/live.m3u8"+tt.query)
			require.Equal(t, tt.status, answer.Code, answer.Body.String())
			if tt.status == http.StatusOK {
				require.Contains(t, answer.Body.String(), `URI="4.1.m4s"`, "the current playlist")
			} else {
				require.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestDirectivesThatBlock(t *testing.T) {
	tests := []struct {
		name, target string
		steps        []func(*output) // the request is held before each and answered after the last
		contains     string
	}{
		{"segment", msn(4, -1), []func(*output){(*output).part, (*output).part, (*output).part, (*output).seal}, "\n4.m4s\n"},
		{"segment after the next", msn(5, -1), []func(*output){
			func(o *output) { o.parts(3) }, (*output).seal, func(o *output) { o.parts(5) }, (*output).seal}, "\n5.m4s\n"},
		{"next part", msn(4, 2), []func(*output){(*output).part}, `"4.2.m4s"`},
		{"farthest part allowed", msn(4, 9), []func(*output){func(o *output) { o.parts(3) }, (*output).seal, (*output).part}, `"5.0.m4s"`},
		{"part beyond the end rolls over", msn(4, 5), []func(*output){func(o *output) { o.parts(3) }, (*output).seal, (*output).part}, `"5.0.m4s"`},
		{"part of the next segment", msn(5, 0), []func(*output){func(o *output) { o.parts(3) }, (*output).seal, (*output).part}, `"5.0.m4s"`},
		{"end of the output", msn(5, 3), []func(*output){(*output).end}, "#EXT-X-ENDLIST"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				out := liveOutput(t)
				h := newOrigin(t, out)
				p := start(h, tt.target)
				for i, step := range tt.steps {
					synctest.Wait()
					require.False(t, p.finished(), "answered before step %d", i)
					require.Equal(t, 1, h.Stats().Waiting)
					step(out)
				}
				synctest.Wait()
				require.True(t, p.finished())
				require.Equal(t, http.StatusOK, p.answer.Code, p.answer.Body.String())
				require.Contains(t, p.answer.Body.String(), tt.contains)
				require.Zero(t, h.Stats().Waiting)
				out.abort()
			})
		})
	}
}

// A part beyond the last one of a complete segment means the next segment's first, which may be still to come.
func TestPartBeyondTheLastSegmentWaitsForTheNext(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		out := newOutput(t)
		out.segments(3)
		p := start(newOrigin(t, out), msn(3, 5))
		synctest.Wait()
		require.False(t, p.finished())
		out.part()
		synctest.Wait()
		require.True(t, p.finished())
		require.Contains(t, p.answer.Body.String(), `"4.0.m4s"`)
		out.abort()
	})
}

func TestBlockingEndsAfterThreeTargetDurations(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		h := newOrigin(t, liveOutput(t))
		began := time.Now()
		answer := get(h, msn(4, 2))
		require.Equal(t, http.StatusServiceUnavailable, answer.Code)
		require.Equal(t, "1", answer.Header().Get("Retry-After"))
		require.Equal(t, 6*time.Second, time.Since(began), "on the test's clock")
	})
}

func TestDirectivesMeanNothingAfterTheEnd(t *testing.T) {
	out := liveOutput(t)
	out.end()
	h := newOrigin(t, out)
	for _, query := range []string{"?_HLS_msn=99", "?_HLS_msn=4&_HLS_part=77", "?_HLS_part=1", "?_HLS_msn=x", "?_HLS_skip=YES"} {
		answer := get(h, "/v0/live.m3u8"+query)
		require.Equal(t, http.StatusOK, answer.Code, query)
		require.Contains(t, answer.Body.String(), "#EXT-X-ENDLIST")
		require.NotContains(t, answer.Body.String(), "EXT-X-SKIP")
	}
}

func TestPartDirectiveWithoutParts(t *testing.T) {
	out := newOutput(t)
	out.segments(2)
	out.publish(func(p *manifest.Presentation) { p.PartDuration = 0 })
	h := newOrigin(t, out)
	require.Equal(t, http.StatusBadRequest, get(h, msn(3, 0)).Code)
	require.Equal(t, http.StatusOK, get(h, msn(2, -1)).Code)
}

func TestDeltaUpdate(t *testing.T) {
	out := newOutput(t)
	out.segments(12)
	h := newOrigin(t, out)
	require.Contains(t, get(h, "/v0/live.m3u8?_HLS_skip=YES").Body.String(), "#EXT-X-SKIP:SKIPPED-SEGMENTS=")
	require.NotContains(t, get(h, "/v0/live.m3u8").Body.String(), "#EXT-X-SKIP")
}

func TestHintedPartBlocks(t *testing.T) {
	tests := []struct {
		name, target string
		prepare      func(*output)
		step         func(*output)
		status       int
	}{
		{"until it exists", "/v0/4.2.m4s", nil, (*output).part, 200},
		{"first of the next segment", "/v0/5.0.m4s", func(o *output) { o.parts(3); o.seal() }, (*output).part, 200},
		{"of a segment that reached its length", "/v0/5.0.m4s", func(o *output) { o.parts(3) }, func(o *output) { o.seal(); o.part() }, 200},
		{"of sound", "/a0/4.2.m4s", nil, (*output).part, 200},
		{"until it is clear that it never comes", "/v0/4.2.m4s", nil, (*output).seal, 404},
		{"until the output ends", "/v0/4.2.m4s", nil, (*output).end, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				out := liveOutput(t)
				if tt.prepare != nil {
					tt.prepare(out)
				}
				p := start(newOrigin(t, out), tt.target)
				synctest.Wait()
				require.False(t, p.finished())
				tt.step(out)
				synctest.Wait()
				require.True(t, p.finished())
				require.Equal(t, tt.status, p.answer.Code, p.answer.Body.String())
				if tt.status == http.StatusOK {
					require.Equal(t, partContent(tt.target[1:]), p.answer.Body.String(), "the whole part")
				}
				out.abort()
			})
		})
	}
}

func TestDisconnectEndsWaiting(t *testing.T) {
	for _, target := range []string{msn(4, 2), "/v0/4.2.m4s", "/v0/5.m4s", "/v0/4.m4s"} {
		bubble.Test(t, func(t *testing.T) {
			out := liveOutput(t)
			h := newOrigin(t, out)
			p := start(h, target)
			synctest.Wait()
			require.False(t, p.finished(), target)
			p.cancel()
			synctest.Wait()
			require.True(t, p.finished(), "at once, not at the end of its patience")
			require.Zero(t, h.Stats().Waiting)
			out.abort()
		})
	}
}

func TestCloseWakesWaiters(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		out := liveOutput(t)
		h := newOrigin(t, out)
		var waiting []*pending
		for _, target := range []string{msn(4, 2), "/v0/4.2.m4s", "/v0/5.m4s"} {
			waiting = append(waiting, start(h, target))
		}
		synctest.Wait()
		require.Equal(t, 3, h.Stats().Waiting)
		require.NoError(t, h.Close())
		require.NoError(t, h.Close(), "twice")
		synctest.Wait()
		for _, p := range waiting {
			require.True(t, p.finished(), "at once")
			require.Equal(t, http.StatusServiceUnavailable, p.answer.Code)
		}
		require.Equal(t, http.StatusOK, get(h, "/v0/3.m4s").Code, "what is complete is still served")
		require.Equal(t, http.StatusOK, get(h, "/v0/live.m3u8").Code)
	})
}

func TestTenThousandBlockedReloadsAreBounded(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		const limit = 100
		out := liveOutput(t)
		h := newOrigin(t, out, func(o *origin.Options) { o.Limits.MaxWaiting = limit })
		var held []*pending
		for range limit {
			held = append(held, start(h, msn(4, 2)))
		}
		synctest.Wait()
		for range 10_000 - limit {
			answer := get(h, msn(4, 2))
			require.Equal(t, http.StatusServiceUnavailable, answer.Code)
			require.Equal(t, "1", answer.Header().Get("Retry-After"))
		}
		require.Equal(t, limit, h.Stats().Waiting)
		require.EqualValues(t, 10_000-limit, h.Stats().Refused)
		require.Equal(t, http.StatusOK, get(h, "/v0/live.m3u8").Code, "who need not wait is served")
		out.part()
		synctest.Wait()
		for _, p := range held {
			require.True(t, p.finished())
			require.Equal(t, http.StatusOK, p.answer.Code)
			require.Equal(t, held[0].answer.Body.String(), p.answer.Body.String())
		}
		require.Zero(t, h.Stats().Waiting)
		out.abort()
	})
}

func TestManifestsWaitForTheStart(t *testing.T) {
	for _, target := range []string{"/live.mpd", "/live.m3u8", "/v0/live.m3u8", "/v0/live.m3u8?_HLS_msn=40"} {
		bubble.Test(t, func(t *testing.T) {
			out := newOutput(t)
			p := start(newOrigin(t, out), target)
			synctest.Wait()
			require.False(t, p.finished(), target)
			out.part()
			synctest.Wait()
			if target == "/v0/live.m3u8" || target == "/live.mpd" {
				require.False(t, p.finished(), "players do not get on with parts alone")
				out.seal()
				synctest.Wait()
			}
			require.True(t, p.finished())
			if target == "/v0/live.m3u8?_HLS_msn=40" {
				require.Equal(t, http.StatusBadRequest, p.answer.Code)
			} else {
				require.Equal(t, http.StatusOK, p.answer.Code, p.answer.Body.String())
			}
			out.abort()
		})
	}
}

func TestManifestsOfNothingAreUnavailable(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		out := newOutput(t)
		out.now = nil
		h := newOrigin(t, out)
		began := time.Now()
		require.Equal(t, http.StatusServiceUnavailable, get(h, "/live.mpd").Code)
		require.Equal(t, 10*time.Second, time.Since(began), "on the test's clock")
		require.Equal(t, http.StatusNotFound, get(h, "/v0/1.m4s").Code)
	})
}
