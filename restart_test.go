package framegear_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// partsOf returns the parts that a viewer of a track has heard of.
func partsOf(t *testing.T, s *framegear.Stream, track string) []string {
	t.Helper()
	var all []string
	for _, m := range regexp.MustCompile(`EXT-X-PART:[^\n]*URI="([^"]*)"`).FindAllStringSubmatch(playlist(t, s, track), -1) {
		all = append(all, m[1])
	}
	return all
}

// A name that a player may have seen is never used again with other bytes, however short the runs are.
func TestShortRunsDoNotRepeatNames(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		dir, seen := t.TempDir(), map[string]int{}
		for run, length := range []time.Duration{500, 3500, 500, 700, 300, 3500, 400} {
			s := newStream(t, dir, tiny())
			play(t, s, steady(30, length*time.Millisecond))
			if run > 0 || length > 1000 {
				for _, part := range partsOf(t, s, "v0") {
					if before, twice := seen[part]; twice {
						require.Equal(t, run, before, "%s was seen in run %d", part, before)
					}
					seen[part] = run
				}
			}
			require.NoError(t, s.Close()) // nothing is written any more, as after a kill
			time.Sleep(100 * time.Millisecond)
		}
		require.Greater(t, len(seen), 20)
	})
}

// The very first run reserves its number too.
func TestFirstRunThatDiesReservesItsNumber(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for run := range int64(3) {
			var first int64
			o := tiny()
			s := newStream(t, dir, o)
			play(t, s, steady(30, 500*time.Millisecond))
			require.NoError(t, s.Close())
			o.Events.SegmentReady = func(i framegear.SegmentInfo) {
				if first == 0 {
					first = i.Number
				}
			}
			s = newStream(t, dir, o)
			play(t, s, steady(30, 2500*time.Millisecond))
			require.Greater(t, first, 1+run)
			require.NoError(t, s.Close())
		}
	})
}

// age makes files that were written now as old as the test's clock says.
func age(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil && info.ModTime().Year() > 2020 {
			err = os.Chtimes(name, time.Now(), time.Now())
		}
		return err
	}))
}

// A program that is started again and again does not fill the disk: files go by their age.
func TestLoopOfCrashesIsBounded(t *testing.T) {
	for _, name := range []string{"the same ladder", "another each time"} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				o := tiny()
				o.LowLatency, o.Live, o.Window = false, true, 4*time.Second
				most := 0
				for run := range 20 {
					if name != "the same ladder" {
						o.Ladder[0].Preset = []string{"ultrafast", "superfast"}[run%2]
					}
					s := newStream(t, dir, o)
					play(t, s, steady(30, 2500*time.Millisecond))
					require.NoError(t, s.Close())
					age(t, dir)
					time.Sleep(100 * time.Millisecond)
					most = max(most, len(files(t, dir)))
				}
				// 4 s are listed and 5 kept; a file's age is not known better than by its run.
				require.LessOrEqual(t, most, 2*(4+5+5)+6)
				checkFolder(t, dir, time.Now)
			})
		})
	}
}

// After a long time without the program there is still as much to play as a playlist must have (RFC 8216 section 6.2.2).
func TestListAfterALongPause(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		o := tiny()
		o.LowLatency, o.Live, o.Window = false, true, 5*time.Second
		s := newStream(t, dir, o)
		play(t, s, steady(30, 8*time.Second))
		require.NoError(t, s.Close())
		age(t, dir)
		time.Sleep(time.Hour)
		s = newStream(t, dir, o)
		for range 8 {
			play(t, s, steady(30, 1100*time.Millisecond))
			m := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
			require.GreaterOrEqual(t, len(m.segments), 3)
			for _, seg := range m.segments {
				require.True(t, seg.gap || fileExists(dir, "v0/"+seg.uri), seg.uri)
			}
			checkFolder(t, dir, time.Now)
		}
		require.NoError(t, s.Finish(t.Context()))
	})
}

func fileExists(dir, name string) bool {
	_, err := os.Stat(path.Join(dir, name))
	return err == nil
}

// A clock that was set back between runs does not cost the frames until it has caught up.
func TestClockSetBackBetweenRuns(t *testing.T) {
	for _, back := range []time.Duration{4 * time.Second, 9 * time.Second, time.Minute} {
		for _, lowLatency := range []bool{false, true} {
			bubble.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				o := tiny()
				o.LowLatency, o.Live, o.Window = lowLatency, true, time.Minute
				s := newStream(t, dir, o)
				play(t, s, steady(30, 6*time.Second))
				require.NoError(t, s.Close())
				o = o.WithNow(func() time.Time { return time.Now().Add(-back) })
				s = newStream(t, dir, o)
				play(t, s, steady(30, 6*time.Second))
				require.LessOrEqual(t, s.Stats().Dropped, int64(70), "two segments at most")
				require.GreaterOrEqual(t, s.Stats().FramesOut, int64(110))
				require.NoError(t, s.Finish(t.Context()))
				checkFolder(t, dir, time.Now)
			})
		}
	}
}

// Declared rates hold for the segments of the run before as well.
func TestRatesAfterARestart(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		o := tiny()
		o.LowLatency, o.Live, o.Window, o.CRF = false, true, time.Minute, 1
		s := newStream(t, dir, o)
		play(t, s, steady(30, 4500*time.Millisecond))
		require.NoError(t, s.Close())
		s = newStream(t, dir, o)
		still := picture(0, side, side)
		for n := range 90 {
			time.Sleep(time.Second / 30)
			if err := s.WriteFrame(still); n > 61 {
				require.NoError(t, err)
			}
			synctest.Wait()
			if fileExists(dir, "live.mpd") {
				checkFolder(t, dir, time.Now)
			}
		}
		require.NoError(t, s.Finish(t.Context()))
	})
}

// A recording in the folder of a live output takes its names; the next live run does not list what is not its own, and leaves it alone.
func TestRecordingBetweenLiveRuns(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		live := tiny()
		live.LowLatency, live.Live, live.Window = false, true, 4*time.Second
		s := newStream(t, dir, live)
		play(t, s, steady(30, 3500*time.Millisecond))
		require.NoError(t, s.Close())
		recorded := tiny()
		recorded.LowLatency, recorded.Clock = false, framegear.ClockPTS
		r := newStream(t, dir, recorded)
		play(t, r, steady(30, 6*time.Second))
		require.NoError(t, r.Finish(t.Context()))
		require.NoError(t, r.Close())
		requireValid(t, path.Join(dir, "stream.mpd"))
		age(t, dir)
		for range 3 {
			s = newStream(t, dir, live)
			play(t, s, steady(30, 8*time.Second))
			m := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
			require.Greater(t, m.sequence, int64(6), "above the recording's")
			checkFolder(t, dir, time.Now)
			requireValid(t, path.Join(dir, "stream.mpd"))
			require.NoError(t, s.Close())
			age(t, dir)
			time.Sleep(time.Minute)
		}
	})
}
