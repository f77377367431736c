package framegear_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/manifest/validate"
)

// checkFolder validates what is in a folder as a player would find it.
func checkFolder(t *testing.T, dir string, now func() time.Time) {
	t.Helper()
	for _, name := range []string{"live.mpd", "live.m3u8"} {
		report, err := validate.Check(t.Context(), path.Join(dir, name), validate.Options{Now: now})
		require.NoError(t, err)
		require.Zero(t, report.Errors(), "%s: %v", name, report.Findings)
	}
}

// A run in the place of an earlier one goes on: higher numbers, one discontinuity, the same clock, no gap in the list.
func TestRestartGoesOn(t *testing.T) {
	tests := []struct {
		name   string
		change func(*framegear.Options)
		end    func(context.Context, *framegear.Stream) error
		pause  time.Duration
	}{
		{"finished", func(*framegear.Options) {}, func(ctx context.Context, s *framegear.Stream) error { return s.Finish(ctx) }, time.Minute},
		{"stopped", func(*framegear.Options) {}, nil, 5 * time.Second},
		{"at once", func(*framegear.Options) {}, nil, time.Millisecond},
		{"low latency", func(o *framegear.Options) { o.LowLatency = true }, nil, 5 * time.Second},
		{"low latency at once", func(o *framegear.Options) { o.LowLatency = true }, nil, time.Millisecond},
		{"with B-frames", func(o *framegear.Options) { o.Preset, o.BFrames = "veryfast", 2 }, nil, 5 * time.Second},
		{"transport stream", func(o *framegear.Options) { o.Container, o.Format = framegear.TS, framegear.HLS }, nil, 5 * time.Second},
		{"counting", func(o *framegear.Options) { o.Clock = framegear.ClockCount }, nil, 5 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				o := tiny()
				o.LowLatency, o.Live, o.Window = false, true, 2*time.Minute
				tt.change(&o)
				s := newStream(t, dir, o)
				play(t, s, steady(30, 5*time.Second+500*time.Millisecond))
				if tt.end != nil {
					require.NoError(t, tt.end(t.Context(), s))
				}
				require.NoError(t, s.Close())
				before := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
				begun := before.segments[0].date
				time.Sleep(tt.pause)

				restarted := time.Now()
				s = newStream(t, dir, o)
				play(t, s, steady(30, 7*time.Second))
				after := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
				require.GreaterOrEqual(t, after.sequence, before.sequence)
				require.Equal(t, begun, after.segments[0].date, "what was listed stays")
				last := len(before.segments)
				for i, seg := range before.segments {
					require.Equal(t, seg.uri, after.segments[i].uri)
				}
				if o.LowLatency {
					require.True(t, after.segments[last].gap, "its parts may have been seen")
				}
				if after.segments[last].gap { // also a number that only some of the tracks had used
					last++
				}
				first := after.segments[last]
				require.True(t, first.discontinuity)
				at, err := time.Parse(time.RFC3339Nano, first.date)
				require.NoError(t, err)
				require.InDelta(t, 0, at.Sub(restarted).Seconds(), 2.1, "in real time")
				for i, seg := range after.segments {
					require.Equal(t, i == last, seg.discontinuity, "segment %d", i)
				}
				if o.Format != framegear.HLS {
					mpd := string(read(t, dir, "live.mpd"))
					require.Equal(t, "2000-01-01T00:00:00.000Z", attribute1(t, mpd, "availabilityStartTime"))
					require.Equal(t, 2, strings.Count(mpd, "<Period "))
					checkFolder(t, dir, time.Now)
				}
				if o.LowLatency {
					check(t, s)
					require.Equal(t, 200, status(s.Handler(), "/v0/"+after.segments[0].uri), "what is listed can be loaded")
				}
				require.NoError(t, s.Finish(t.Context()))
			})
		})
	}
}

// Sound goes on as the pictures do: on the same clock, after a discontinuity, in time with them.
func TestRestartWithSound(t *testing.T) {
	for name, change := range map[string]func(*framegear.Options){
		"live":        func(*framegear.Options) {},
		"low latency": func(o *framegear.Options) { o.LowLatency = true },
		"counting":    func(o *framegear.Options) { o.Clock = framegear.ClockCount },
		"Opus":        func(o *framegear.Options) { o.Audio[0].Codec = framegear.Opus },
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				o := tiny()
				o.LowLatency, o.Live, o.Window = false, true, 2*time.Minute
				o.Audio = []framegear.AudioTrack{{PCM: true}}
				change(&o)
				s := newStream(t, dir, o)
				playSound(t, s, 8*time.Second)
				require.NoError(t, s.Close())
				before := parseMedia(t, string(read(t, dir, "a0/media.m3u8")))
				time.Sleep(5 * time.Second)
				restarted := time.Now()
				s = newStream(t, dir, o)
				playSound(t, s, 6*time.Second)
				for _, track := range []string{"v0", "v1", "a0"} {
					m := parseMedia(t, string(read(t, dir, track+"/media.m3u8")))
					require.Equal(t, before.sequence, m.sequence, "what was listed stays")
					var breaks []mediaSegment
					for _, seg := range m.segments {
						if seg.discontinuity {
							breaks = append(breaks, seg)
						}
					}
					require.Len(t, breaks, 1, track)
					at, err := time.Parse(time.RFC3339Nano, breaks[0].date)
					require.NoError(t, err)
					require.InDelta(t, 0, at.Sub(restarted).Seconds(), 1.1, "in real time")
				}
				mpd := string(read(t, dir, "live.mpd"))
				require.Equal(t, "2000-01-01T00:00:00.000Z", attribute1(t, mpd, "availabilityStartTime"))
				require.Equal(t, 2, strings.Count(mpd, "<Period "))
				checkFolder(t, dir, time.Now)
				require.NoError(t, s.Finish(t.Context()))
				require.NoError(t, s.Close())
				checkFolder(t, dir, time.Now)
			})
		})
	}
}

// playSound is a steady source with sound for so long.
func playSound(t *testing.T, s *framegear.Stream, length time.Duration) {
	t.Helper()
	const rate, samples = 48000, 1600
	begin := time.Now()
	for n := range int(length / (time.Second / 30)) {
		time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / 30)))
		b := framegear.Samples{Format: framegear.S16, Rate: rate, Channels: 1}
		b.Planes[0] = make([]byte, 2*samples)
		for i := range b.Planes[0] {
			b.Planes[0][i] = byte(n * i % 50)
		}
		require.NoError(t, s.WriteAudio(&b))
		// A restart in the middle of a segment owes the slots from its beginning on.
		if err := s.WriteFrame(picture(n, side, side)); !errors.Is(err, framegear.ErrDropped) {
			require.NoError(t, err)
		}
		synctest.Wait()
	}
}

// Another ladder needs other initialization segments: the old list goes, the numbers go on, and the old files are deleted
// when nobody can know of them any more.
func TestRestartWithAnotherLadder(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		o := tiny()
		o.LowLatency, o.Live, o.Window, o.ExtraWindow = false, true, 4*time.Second, 2*time.Second
		s := newStream(t, dir, o)
		play(t, s, steady(30, 5*time.Second))
		require.NoError(t, s.Close())
		before := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
		o.Ladder[0].Preset = "veryfast"
		s = newStream(t, dir, o)
		play(t, s, steady(30, 1500*time.Millisecond))
		after := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
		require.Equal(t, before.sequence+int64(len(before.segments)), after.sequence)
		require.True(t, after.segments[0].discontinuity)
		require.Contains(t, files(t, dir), "v0/4.m4s")
		checkFolder(t, dir, time.Now)
		play(t, s, steady(30, 10*time.Second))
		require.NotContains(t, files(t, dir), "v0/4.m4s")
		require.NotContains(t, files(t, dir), "v1/1.m4s")
		require.Equal(t, int64(1), parseMedia(t, string(read(t, dir, "v0/media.m3u8"))).discontinuities)
	})
}

// A state that cannot be read, or none, lets the numbers go on above those of the files: starting at number 1 would break every player.
func TestRestartFromADamagedState(t *testing.T) {
	for name, state := range map[string]string{"cut off": `{"Version":1,"Sta`, "empty": "", "of nothing": "{}", "missing": "-"} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				o := tiny()
				o.LowLatency, o.Live = false, true
				s := newStream(t, dir, o)
				play(t, s, steady(30, 4500*time.Millisecond))
				require.NoError(t, s.Close())
				last := highest(t, dir)
				if at := path.Join(dir, ".live.state.json"); state == "-" {
					require.NoError(t, os.Remove(at))
				} else {
					require.NoError(t, os.WriteFile(at, []byte(state), 0o600))
				}
				var warned []string
				o.Events.Warning = func(w framegear.WarningInfo) { warned = append(warned, w.Text) }
				s = newStream(t, dir, o)
				play(t, s, steady(30, 4500*time.Millisecond))
				m := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
				require.Equal(t, last+1, m.sequence)
				require.True(t, m.segments[0].discontinuity)
				if state != "-" {
					require.Len(t, warned, 1)
					require.Contains(t, warned[0], path.Join(dir, ".live.state.json"))
				}
				checkFolder(t, dir, time.Now)
				require.NoError(t, s.Finish(t.Context()))
			})
		})
	}
}

// highest returns the highest number of a segment in a folder.
func highest(t *testing.T, dir string) (n int64) {
	t.Helper()
	for _, name := range files(t, dir) {
		if number, ok := strings.CutSuffix(path.Base(name), ".m4s"); ok {
			at, err := strconv.ParseInt(number, 10, 64)
			require.NoError(t, err)
			n = max(n, at)
		}
	}
	return n
}

const childOutput = "FRAMEGEAR_TEST_OUTPUT"

// killMe is the program that TestKilledRunGoesOn kills: it streams until then and tells of every segment.
func killMe(dir string) {
	o := tiny()
	o.LowLatency, o.Live, o.Clock, o.WhenFull = false, true, framegear.ClockCount, framegear.BlockWhenFull
	o.Events.SegmentReady = func(i framegear.SegmentInfo) { fmt.Println(i.Name) }
	s, err := framegear.New(dir, o)
	if err != nil {
		panic(err)
	}
	for n := 0; ; n++ {
		if err := s.WriteFrame(picture(n, side, side)); err != nil {
			panic(err)
		}
	}
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(childOutput); dir != "" {
		killMe(dir)
	}
	os.Exit(m.Run())
}

// Whatever is listed after kill -9 can be played, and the next run goes on from it.
func TestKilledRunGoesOn(t *testing.T) {
	dir := t.TempDir()
	var sequence int64
	seen := map[string]bool{}
	for round := range 6 {
		killAfter(t, dir, 9+5*round)
		checkFolder(t, dir, nil)
		m := parseMedia(t, string(read(t, dir, "v0/media.m3u8")))
		require.GreaterOrEqual(t, m.sequence, sequence)
		sequence = m.sequence
		last := m.segments[len(m.segments)-1].uri
		require.False(t, seen[last], "%s again", last)
		seen[last] = true
		for _, seg := range m.segments {
			require.True(t, seg.gap || slices.Contains(files(t, dir), "v0/"+seg.uri), seg.uri)
		}
	}
}

// killAfter runs the child until it has told of n segments, then kills it.
func killAfter(t *testing.T, dir string, n int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childOutput+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	mpd := path.Join(dir, "live.mpd")
	before, _ := os.ReadFile(mpd)
	listed := func() bool { // by this run
		now, err := os.ReadFile(mpd)
		return err == nil && !bytes.Equal(now, before)
	}
	for told := 0; told < n || !listed(); told++ {
		require.True(t, lines.Scan())
	}
	require.NoError(t, child.Process.Kill())
	for lines.Scan() { // what was on its way
	}
	_ = child.Wait()
}
