package origin_test

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/need"
)

var screenshots = flag.String("screenshots", "", "folder for pictures of the page")

// A minute of made-up numbers, through the page's own view and chart: the fake output has no media to measure.
const madeUpNumbers = `(async () => {
	for (let timer = setTimeout(() => {}); timer > 0; timer--) clearTimeout(timer); // the page's own sampling
	const { View } = await import("/player/view.js");
	const { Chart } = await import("/player/chart.js");
	const view = new View(), chart = new Chart(view.canvas);
	const draw = (event) => { event?.stopImmediatePropagation(); chart.draw(performance.now()); };
	window.addEventListener("resize", draw, { capture: true }); // a picture of the whole page resizes it
	view.showNotice("");
	const config = { state: "live", lowLatency: true };
	for (let i = 0; i < 240; i++) {
		const stalled = i > 150 && i < 155;
		const numbers = {
			latency: 0.82 + 0.05 * Math.sin(i / 9) + (i > 150 ? 0.5 * Math.exp((150 - i) / 22) : 0), target: 0.6, bitrate: 2.34e6, nominal: 2.9e6,
			buffer: stalled ? 0 : 0.48 + 0.09 * Math.sin(i / 2), speed: i > 155 && i < 200 ? 1.12 : 1, dropped: i % 60 === 30 ? 2 : 0,
			droppedTotal: 8, framesTotal: 1800, frameRate: 30, width: 1280, height: 720, stalls: 1, stalledSeconds: 0.9, stalled,
		};
		chart.add({ ...numbers, at: performance.now() - (240 - i) * 250 });
		view.setNumbers(numbers, config);
	}
	draw();
})()`

func browser(t *testing.T, width, height int64) context.Context {
	path := need.Command(t, "chromium", "chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	run(t, ctx, chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2)))
	return ctx
}

func run[T any](t *testing.T, ctx context.Context, action chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, action)
	require.NoError(t, err)
	return v
}

// exceptions collects what goes wrong in the page's scripts.
func exceptions(t *testing.T, ctx context.Context) func() []string {
	var mu sync.Mutex
	var texts []string
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok {
			mu.Lock()
			defer mu.Unlock()
			texts = append(texts, fmt.Sprintf("%s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
		}
	}))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return texts
	}
}

func picture(t *testing.T, ctx context.Context, name string) {
	if *screenshots == "" {
		return
	}
	b := run(t, ctx, chromedp.FullScreenshot(100))
	require.NoError(t, os.WriteFile(filepath.Join(*screenshots, name+".png"), b, 0o600))
}

// The page runs without an exception, offers the players it has and reads the ladder.
func TestPageInBrowser(t *testing.T) {
	out := newOutput(t)
	out.startAt(time.Now().Add(-12 * time.Second))
	out.segments(6)
	server := httptest.NewServer(newOrigin(t, out))
	defer server.Close()
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 800}, {"phone", 390, 844}} {
		for _, player := range []string{"hls.js", "dash.js"} {
			t.Run(size.name+" "+player, func(t *testing.T) {
				ctx := browser(t, size.width, size.height)
				thrown := exceptions(t, ctx)
				run(t, ctx, chromedp.Navigate(server.URL+"/?player="+player))
				run(t, ctx, chromedp.Poll[bool](`document.querySelector("#players [aria-checked=true]") !== null`))
				if player == "hls.js" { // dash.js reads no ladder before it could decode something
					run(t, ctx, chromedp.Poll[bool](`document.querySelectorAll("#quality option").length === 3`)) // Auto and two renditions
				}
				require.Equal(t, player, run(t, ctx, chromedp.Evaluate[string](`document.querySelector("#players [aria-checked=true]").textContent`)))
				require.LessOrEqual(t, run(t, ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)), size.width, "nothing sticks out")
				require.Empty(t, thrown())
				run(t, ctx, chromedp.Evaluate[chromedp.Void](madeUpNumbers, chromedp.EvalAwaitPromise))
				picture(t, ctx, size.name+"-"+player)
				require.Empty(t, thrown())
			})
		}
	}
}

// A page that is opened before there is anything says so, and starts by itself; it says as well when the server went away.
func TestPageWaitsForTheStart(t *testing.T) {
	out := newOutput(t)
	out.startAt(time.Now())
	server := httptest.NewServer(newOrigin(t, out))
	defer server.Close()
	ctx := browser(t, 1280, 860)
	thrown := exceptions(t, ctx)
	run(t, ctx, chromedp.Navigate(server.URL))
	notice := func(text string) chromedp.Action[bool] {
		return chromedp.Poll[bool](fmt.Sprintf(`!document.getElementById("notice").hidden && document.getElementById("notice-text").textContent.includes(%q)`, text))
	}
	run(t, ctx, notice("Waiting for the first pictures"))
	picture(t, ctx, "waiting")
	out.segments(1)
	run(t, ctx, chromedp.Poll[bool](`document.querySelectorAll("#quality option").length === 3`))
	require.Empty(t, thrown())
	server.CloseClientConnections()
	server.Listener.Close()
	run(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("#players button").click()`))
	run(t, ctx, notice("The server does not answer"))
	run(t, ctx, chromedp.Poll[bool](`document.getElementById("state").textContent === "no connection"`))
	picture(t, ctx, "gone")
}
