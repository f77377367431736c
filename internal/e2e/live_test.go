package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
	"github.com/framegear/framegear/muxer/sink"
)

const liveWidth, liveHeight = 320, 192

// slowTrack takes its time for the segments of one track, as an encoder does that the machine cannot hold.
type slowTrack struct {
	*sink.Memory
	track string
	delay time.Duration
}

func (s slowTrack) Create(ctx context.Context, name string) (sink.Object, error) {
	if strings.HasPrefix(name, s.track+"/") && strings.HasSuffix(name, ".m4s") {
		time.Sleep(s.delay)
	}
	return s.Memory.Create(ctx, name)
}

// stream feeds a pattern with sound in real time until the test ends, and serves it.
func stream(t *testing.T, o framegear.Options) (s *framegear.Stream, url string) {
	t.Helper()
	return streamBehind(t, o, func(s *framegear.Stream) http.Handler { return s.Handler() })
}

// streamBehind is stream with a handler of the test's own before the stream's.
func streamBehind(t *testing.T, o framegear.Options, handler func(*framegear.Stream) http.Handler) (s *framegear.Stream, url string) {
	t.Helper()
	o.FrameRate, o.SegmentDuration, o.Preset = framegear.FPS(30), time.Second, "ultrafast"
	s, err := framegear.New("", o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	server, err := framegear.Listen("127.0.0.1:0", framegear.ServerOptions{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- server.Serve(ctx, handler(s)) }()
	go func() { ended <- feed(ctx, s, len(o.Audio) > 0) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, errors.Join(<-ended, <-ended))
	})
	return s, server.URL()
}

func feed(ctx context.Context, s *framegear.Stream, sound bool) error {
	pattern := synth.NewPattern(liveWidth, liveHeight)
	beep := synth.Sync{Frames: framegear.FPS(30), Rate: 48000}
	const samples = 1600
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	for n := int64(0); ; n++ {
		if sound {
			b := framegear.Samples{Format: framegear.S16, Rate: beep.Rate, Channels: 1}
			b.Planes[0] = beep.PCM(framegear.S16, 1, n*samples, samples)
			if err := s.WriteAudio(&b); err != nil {
				return err
			}
		}
		if err := s.WriteFrame(framegear.BGR(pattern.Frame(n), liveWidth, liveHeight)); err != nil && !errors.Is(err, framegear.ErrDropped) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// numbers are what the player page shows.
type numbers struct {
	Player, State, Error string
	Position             float64
	Width                int
	Stalls               int
}

// until reads the page's numbers until they are as wanted; the browser's context bounds that.
func until(t *testing.T, ctx context.Context, wanted func(numbers) bool) numbers {
	t.Helper()
	var n numbers
	for {
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("JSON.stringify(window.framegear?.numbers() ?? {})"))
		require.NoError(t, err, "%+v", n)
		require.NoError(t, json.Unmarshal([]byte(text), &n))
		require.Empty(t, n.Error)
		if wanted(n) {
			return n
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// inRealTime skips a test of a minute that needs a machine with time to spare.
func inRealTime(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("plays in real time")
	}
}

// The player page plays a live ladder with sound, low latency and not, with both players.
func TestPagePlaysLive(t *testing.T) {
	inRealTime(t)
	browser(t) // skips before anything is encoded
	for _, low := range []bool{true, false} {
		_, url := stream(t, framegear.Options{
			Live: true, LowLatency: low, Ladder: framegear.Ladder{{Bitrate: 300_000}, {Width: 160, Height: 96, Bitrate: 100_000}},
			Audio: []framegear.AudioTrack{{PCM: true, Channels: 1}},
		})
		for _, player := range []string{"hls.js", "dash.js"} {
			ctx := browser(t)
			_, err := chromedp.Run(ctx, chromedp.Navigate(url+"?player="+player))
			require.NoError(t, err)
			begun := until(t, ctx, func(n numbers) bool { return n.Player == player && n.Width > 0 && n.Position > 0 })
			until(t, ctx, func(n numbers) bool { return n.Position > begun.Position+5 })
		}
	}
}

// Credentials, the server's own token and an app's Basic authentication, reach every request of both players.
func TestPagePlaysPrivateStreams(t *testing.T) {
	inRealTime(t)
	browser(t) // skips before anything is encoded
	const user, password, token = "viewer", "p4ss", "s3cr&t"
	private := map[string]func(s *framegear.Stream) http.Handler{
		"token": func(s *framegear.Stream) http.Handler {
			h, err := s.HandlerWith(framegear.HandlerOptions{Token: token})
			require.NoError(t, err)
			return h
		},
		"basic": func(s *framegear.Stream) http.Handler {
			h := s.Handler()
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if u, p, _ := r.BasicAuth(); u != user || p != password {
					w.Header().Set("WWW-Authenticate", `Basic realm="camera"`)
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				h.ServeHTTP(w, r)
			})
		},
	}
	for how, handler := range private {
		for _, player := range []string{"hls.js", "dash.js"} {
			t.Run(how+" "+player, func(t *testing.T) {
				_, at := streamBehind(t, framegear.Options{Live: true, LowLatency: true, Ladder: framegear.Ladder{{Bitrate: 300_000}}}, handler)
				page, err := url.Parse(at)
				require.NoError(t, err)
				query := url.Values{"player": {player}}
				if how == "token" {
					query.Set("token", token)
				} else {
					page.User = url.UserPassword(user, password)
				}
				page.RawQuery = query.Encode()
				ctx := browser(t)
				_, err = chromedp.Run(ctx, chromedp.Navigate(page.String()))
				require.NoError(t, err)
				begun := until(t, ctx, func(n numbers) bool { return n.Player == player && n.Width > 0 && n.Position > 0 })
				until(t, ctx, func(n numbers) bool { return n.Position > begun.Position+3 })
				refused, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](refusals))
				require.NoError(t, err)
				require.Empty(t, refused)
			})
		}
	}
}

// stayOnTop chooses the largest rendition on the page, which no player then leaves by itself.
const stayOnTop = `(() => {
	const levels = document.getElementById("quality");
	levels.value = [...levels.options].find((o) => o.text.startsWith("192p")).value;
	levels.dispatchEvent(new Event("change"));
	performance.setResourceTimingBufferSize(10000);
	return levels.value;
})()`

// refusals are the addresses that the server answered with an error.
const refusals = `performance.getEntriesByType("resource").filter((r) => r.responseStatus >= 400).map((r) => r.name)`

// A rendition that is given up while somebody watches it: the picture goes on, smaller.
func TestPlayersSurviveTheLossOfTheTop(t *testing.T) {
	inRealTime(t)
	browser(t) // skips before anything is encoded
	for _, player := range []string{"hls.js", "dash.js"} {
		t.Run(player, func(t *testing.T) {
			gone := make(chan framegear.RenditionInfo, 1)
			o := framegear.Options{
				LowLatency: true, Overload: framegear.GiveUpTop, Sink: slowTrack{sink.NewMemory(), "v0", 600 * time.Millisecond},
				Ladder: framegear.Ladder{{Bitrate: 300_000}, {Width: 160, Height: 96, Bitrate: 50_000}},
			}
			o.Events.RenditionGivenUp = func(i framegear.RenditionInfo) { gone <- i }
			_, url := stream(t, o)
			ctx := browser(t)
			_, err := chromedp.Run(ctx, chromedp.Navigate(url+"?player="+player))
			require.NoError(t, err)
			until(t, ctx, func(n numbers) bool { return n.Width > 0 && n.Position > 0 })
			_, err = chromedp.Run(ctx, chromedp.Evaluate[string](stayOnTop))
			require.NoError(t, err)
			<-gone
			until(t, ctx, func(n numbers) bool { return n.Width == liveWidth }) // it is announced, and has not left
			at := until(t, ctx, func(n numbers) bool { return n.Width == 160 })
			until(t, ctx, func(n numbers) bool { return n.Position > at.Position+5 && n.Width == 160 })
			refused, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](refusals))
			require.NoError(t, err)
			require.Empty(t, refused, "nobody asks for what has left")
		})
	}
}
