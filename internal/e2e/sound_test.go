package e2e_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
)

//go:embed sound.html
var soundPage []byte

// sounding is what sound.html tells.
type sounding struct {
	Errors   []string
	Stalls   int
	At       float64
	Beeps    []float64 // seconds since the first sound that was heard
	Pictures []struct {
		At    float64
		White bool
	}
	Buffers []struct {
		Type   string
		Most   int // ranges at once
		Ranges [][2]float64
	}
}

// listen lets a player play what a handler serves: from a time on, to the end or until it has heard enough beeps.
func listen(t *testing.T, player string, content http.Handler, manifest string, start float64, enough int) sounding {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(soundPage)
	})
	mux.Handle("/vendor/", http.StripPrefix("/vendor/", http.FileServer(http.Dir(vendor))))
	mux.Handle("/out/", http.StripPrefix("/out", content))
	server := httptest.NewServer(mux)
	defer server.Close()
	ctx := browser(t)
	_, err := chromedp.Run(ctx, chromedp.Navigate(server.URL+"/"))
	require.NoError(t, err)
	script := fmt.Sprintf("play(%q, %q, %g, %d).then(JSON.stringify)", player, "/out/"+manifest, start, enough)
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	var s sounding
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	t.Logf("%d pictures, beeps %.4f, %d stalls, buffers %v, errors %v", len(s.Pictures), s.Beeps, s.Stalls, s.Buffers, s.Errors)
	return s
}

// requireNoGap says which buffers there were, and that there was never a gap in one.
func (s *sounding) requireNoGap(t *testing.T, want ...string) {
	t.Helper()
	var kinds []string
	for _, b := range s.Buffers {
		kinds = append(kinds, b.Type[:5])
		require.Equal(t, 1, b.Most, "%s: more than one range is a gap: %v", b.Type, b.Ranges)
	}
	require.ElementsMatch(t, want, kinds)
}

// requireFlashes says that the pictures shown are white when they should be. A picture that was replaced while the page looked at it may be
// wrong.
func (s *sounding) requireFlashes(t *testing.T, c synth.Sync, shift float64) {
	t.Helper()
	white, wrong := 0, 0
	for _, p := range s.Pictures {
		flash := c.Flash(int64(math.Round((p.At - shift) * c.Frames.Float())))
		if flash {
			white++
		}
		if flash != p.White {
			wrong++
		}
	}
	require.Positive(t, white)
	require.LessOrEqual(t, wrong, 1+len(s.Pictures)/20, "pictures at wrong times: %v", s.Pictures)
}

// flashAndBeep writes seconds of a clip that flashes and beeps once a second, paced by the wall clock where that is asked for.
func flashAndBeep(t *testing.T, s *framegear.Stream, c synth.Sync, seconds int, pace bool) {
	t.Helper()
	const side = 96
	ticks, at, begin := media.Timebase{Num: 1, Den: int64(c.Rate)}, int64(0), time.Now()
	for n := range int64(seconds) * c.Frames.Num / c.Frames.Den {
		if pace {
			time.Sleep(time.Until(begin.Add(c.Frames.Frame().Duration(n))))
		}
		end := c.Frames.Frame().Rescale(n+1, ticks)
		b := framegear.Samples{Format: framegear.S16, Rate: c.Rate, Channels: 2}
		b.Planes[0] = c.PCM(media.SampleS16, 2, at, int(end-at))
		at = end
		if fedEnough(t, s.WriteAudio(&b)) {
			return
		}
		v := byte(16 + n%8)
		if c.Flash(n) {
			v = 255
		}
		if fedEnough(t, s.WriteFrame(framegear.Gray(bytes.Repeat([]byte{v}, side*side), side, side))) {
			return
		}
	}
}

// fedEnough reports whether a stream was closed: the player has heard enough.
func fedEnough(t *testing.T, err error) bool {
	if err != nil && !errors.Is(err, framegear.ErrClosed) {
		t.Errorf("a stream that is fed: %v", err)
	}
	return err != nil
}

var manifests = map[string]string{"hls": "show.m3u8", "dash": "show.mpd"}

// seconds is the length of the recordings, patience that of live outputs: they are closed when the player has heard enough.
const seconds, patience = 3, 180

// Real players play sound and picture of recordings: no gap in a buffer, the first beep whole, and each where its flash is.
func TestSoundInPlayers(t *testing.T) {
	browser(t) // skips before anything is encoded
	low := func(o *framegear.Options) {
		o.LowLatency, o.Window, o.WhenFull, o.Clock = true, framegear.WindowAll, framegear.BlockWhenFull, framegear.ClockCount
	}
	for _, k := range []struct {
		name    string
		fps     float64
		rate    int
		set     func(*framegear.Options)
		players string
		long    bool // left out of -short
	}{
		{"recorded", 29.97, 44100, func(*framegear.Options) {}, "hls dash", false},
		{"low latency", 30, 48000, low, "hls dash", false},
		{"TS", 25, 48000, func(o *framegear.Options) { o.Format, o.Container = framegear.HLS, framegear.TS }, "hls", true},
		{"Opus", 60, 48000, func(o *framegear.Options) { o.Audio[0].Codec = framegear.Opus }, "hls dash", true},
		{"Opus low latency", 24, 44100, func(o *framegear.Options) { low(o); o.Audio[0].Codec = framegear.Opus }, "hls dash", true},
	} {
		if k.long && testing.Short() {
			continue
		}
		c := synth.Sync{Frames: framegear.FPS(k.fps), Rate: k.rate}
		dir := recordSound(t, c, k.set)
		for player := range strings.FieldsSeq(k.players) {
			t.Run(k.name+" "+player, func(t *testing.T) {
				files := http.FileServer(http.Dir(dir))
				// From the middle of a beep on, what is heard first has a known time: the next beep says where sound is on the timeline of the pictures.
				for _, start := range []float64{0, 1.05} {
					s, shift := listenWell(t, player, files, manifests[player], start, 0), 0.0
					if k.name == "TS" {
						shift = s.shift()
					}
					s.requireNoGap(t, "audio", "video")
					s.requireFlashes(t, c, shift)
					requireBeeps(t, c, s, max(0, start-shift)) // before the first beep there is nothing to hear
				}
			})
		}
	}
}

func recordSound(t *testing.T, c synth.Sync, set func(*framegear.Options)) (dir string) {
	t.Helper()
	o := framegear.Options{
		Name: "show", FrameRate: c.Frames, Preset: "ultrafast", SegmentDuration: time.Second, Ladder: framegear.Ladder{{Bitrate: 200_000}},
		Audio: []framegear.AudioTrack{{PCM: true}},
	}
	set(&o)
	dir = t.TempDir()
	s, err := framegear.New(dir, o)
	require.NoError(t, err)
	defer s.Close()
	flashAndBeep(t, s, c, seconds, false)
	require.NoError(t, s.Finish(t.Context()))
	return dir
}

// listenWell listens again when the machine was too busy to play without a stall, which puts silence between beeps. hls.js stumbles over
// itself then, too, with an append into a buffer that still has work.
func listenWell(t *testing.T, player string, content http.Handler, manifest string, start float64, enough int) (s sounding) {
	t.Helper()
	for range 3 {
		if s = listen(t, player, content, manifest, start, enough); s.Stalls == 0 && len(s.Errors) == 0 {
			return s
		}
	}
	require.Empty(t, s.Errors)
	t.Skip("this machine is too busy to play a tiny video")
	return s
}

// shift is how much later than its time in the media the picture is. In MPEG-TS hls.js lets what it loads first begin with the sound, which
// may be earlier than the picture. Segments begin at whole seconds.
func (s *sounding) shift() float64 {
	for _, b := range s.Buffers {
		if strings.HasPrefix(b.Type, "video") && len(b.Ranges) > 0 {
			return b.Ranges[0][0] - math.Floor(b.Ranges[0][0])
		}
	}
	return 0
}

// requireBeeps says that beeps are heard at their places on the pictures' timeline, which began to be heard at a time, within 10 ms.
func requireBeeps(t *testing.T, c synth.Sync, s sounding, start float64) {
	t.Helper()
	require.Len(t, s.Beeps, seconds-int(start))
	for i, at := range s.Beeps[1:] {
		second := int64(start) + int64(i) + 1
		want := float64(c.Sample(second))/float64(c.Rate) - start
		require.InDelta(t, want, at, 0.010, "the beep of second %d", second)
	}
}

// listenLive lets a player join an output that is being fed, until it has heard enough beeps. feed ends when the output is closed.
func listenLive(t *testing.T, player string, o framegear.Options, enough int, feed func(*framegear.Stream)) sounding {
	t.Helper()
	first, once := make(chan struct{}), sync.Once{}
	o.Events.SegmentReady = func(framegear.SegmentInfo) { once.Do(func() { close(first) }) }
	s, err := framegear.New("", o)
	require.NoError(t, err)
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		feed(s)
	}()
	<-first // hls.js complains of a playlist with parts alone, and asks again
	got := listenWell(t, player, s.Handler(), manifests[player], -1, enough)
	require.NoError(t, s.Close())
	<-fed
	return got
}

// Players that join a live output hear and see it without a gap in a buffer, while it goes on.
func TestLiveSoundInPlayers(t *testing.T) {
	browser(t)
	for name, set := range map[string]func(*framegear.Options){
		"low latency": func(o *framegear.Options) { o.LowLatency = true },
		"live":        func(o *framegear.Options) { o.Live = true },
	} {
		if name == "live" && testing.Short() {
			continue
		}
		for _, player := range []string{"hls", "dash"} {
			t.Run(name+" "+player, func(t *testing.T) {
				c := synth.Sync{Frames: framegear.FPS(25), Rate: 48000}
				o := framegear.Options{
					Name: "show", FrameRate: c.Frames, Preset: "ultrafast", SegmentDuration: time.Second, Ladder: framegear.Ladder{{Bitrate: 200_000}},
					Audio: []framegear.AudioTrack{{PCM: true}}, Clock: framegear.ClockCount,
					WhenFull: framegear.BlockWhenFull, // counted pictures must not be missed: they would be early from then on
				}
				set(&o)
				got := listenLive(t, player, o, 4, func(s *framegear.Stream) { flashAndBeep(t, s, c, patience, true) })
				got.requireNoGap(t, "audio", "video")
				got.requireFlashes(t, c, 0)
				require.GreaterOrEqual(t, len(got.Beeps), 4)
			})
		}
	}
}

// beepAlone pushes seconds of beeps, paced by the wall clock where that is asked for.
func beepAlone(s *framegear.Stream, c synth.Sync, seconds int, pace bool) {
	const block = 1920 // 40 ms
	begin := time.Now()
	for n := range int64(seconds) * 25 {
		if pace {
			time.Sleep(time.Until(begin.Add(time.Duration(n+1) * 40 * time.Millisecond)))
		}
		b := framegear.Samples{Format: framegear.S16, Rate: c.Rate, Channels: 2}
		b.Planes[0] = c.PCM(media.SampleS16, 2, n*block, block)
		if s.WriteAudio(&b) != nil {
			return // closed: the player has heard enough
		}
	}
}

// Real players play outputs without pictures, recorded and joined while they go on.
func TestSoundAloneInPlayers(t *testing.T) {
	browser(t)
	c := synth.Sync{Frames: framegear.FPS(25), Rate: 48000}
	o := framegear.Options{Name: "show", AudioOnly: true, SegmentDuration: time.Second, Audio: []framegear.AudioTrack{{PCM: true}}}
	for _, player := range []string{"hls", "dash"} {
		t.Run("recorded "+player, func(t *testing.T) {
			if testing.Short() && player == "dash" {
				t.Skip("hls.js is the choosy one")
			}
			s, err := framegear.New("", o)
			require.NoError(t, err)
			defer s.Close()
			beepAlone(s, c, seconds, false)
			require.NoError(t, s.Finish(t.Context()))
			got := listenWell(t, player, s.Handler(), manifests[player], 0, 0)
			got.requireNoGap(t, "audio")
			requireBeeps(t, c, got, 0)
		})
		t.Run("low latency "+player, func(t *testing.T) {
			if testing.Short() && player == "hls" {
				t.Skip("it plays pictures with sound in low latency")
			}
			o := o
			o.LowLatency = true
			got := listenLive(t, player, o, 3, func(s *framegear.Stream) { beepAlone(s, c, patience, true) })
			got.requireNoGap(t, "audio")
			require.GreaterOrEqual(t, len(got.Beeps), 3)
		})
	}
}
