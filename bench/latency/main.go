package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	_ "github.com/framegear/framegear/timerslack" // as the command has it
)

// options are what all measurements have in common.
type options struct {
	width, height  int
	rungW, rungH   int
	bitrate, small int64
	fps            int
	preset         string
	segment        time.Duration
	length, warmup time.Duration
	only, content  string
	json, bytes    bool
	silent         bool
	plain          bool
	raw            string // folder for what the pages saw
	shaka          string // folder
	chromium       string
}

// configuration is one measurement.
type configuration struct {
	Name   string
	Player string
	Part   time.Duration
	Delay  float64 // the player's live delay in seconds; zero is its own choice
}

// goals are the configurations that the project has marks for.
var goals = []configuration{
	{"LL-HLS, parts of 200 ms", "hls.js", 200 * time.Millisecond, 0},
	{"LL-HLS, parts of 200 ms", "shaka-hls", 200 * time.Millisecond, 0},
	{"LL-HLS, parts of 100 ms", "hls.js", 100 * time.Millisecond, 0},
	{"LL-HLS, parts of 100 ms", "shaka-hls", 100 * time.Millisecond, 0},
	{"LL-DASH, one-frame chunks", "dash.js", time.Millisecond, 0.2},
	{"LL-DASH, one-frame chunks", "shaka-dash", time.Millisecond, 0},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "latency:", err)
		os.Exit(1)
	}
}

func run() error {
	o, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if o.bytes {
		return compareBytes(ctx, o)
	}
	if err := fetchShaka(o.shaka); err != nil {
		return err
	}
	fmt.Printf("%dx%d + %dx%d at %d fps, %s, segments of %s; %s\n", o.width, o.height, o.rungW, o.rungH, o.fps, o.preset, o.segment, load())
	fmt.Printf("%-28s %-11s %6s %6s %6s %6s %7s %7s %6s %s\n", "configuration", "player", "p50", "p95", "p99", "max", "stalls", "gap ms", "drop", "buffers, source")
	for _, c := range goals {
		if !strings.Contains(strings.ToLower(c.Name+" "+c.Player), strings.ToLower(o.only)) {
			continue
		}
		r, err := measure(ctx, o, c)
		if err != nil {
			return fmt.Errorf("%s in %s: %w", c.Name, c.Player, err)
		}
		r.print(o.json)
	}
	return nil
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("latency", flag.ExitOnError)
	size := f.String("size", "1280x720", "size of the pattern and of the first rendition")
	rung := f.String("rung", "640x360", "size of the second rendition")
	f.Int64Var(&o.bitrate, "bitrate", 2_500_000, "bit rate of the first rendition")
	f.Int64Var(&o.small, "rung-bitrate", 800_000, "bit rate of the second rendition")
	f.IntVar(&o.fps, "fps", 30, "frame rate")
	f.StringVar(&o.preset, "preset", "ultrafast", "x264 preset")
	f.DurationVar(&o.segment, "segment", time.Second, "length of segments")
	f.DurationVar(&o.length, "length", time.Minute, "how long each player plays")
	f.DurationVar(&o.warmup, "warmup", 5*time.Second, "what is left out at the start of each")
	f.StringVar(&o.only, "only", "", "only configurations with this in their name or player")
	f.BoolVar(&o.bytes, "bytes", false, "measure from WriteFrame to bytes over HTTP instead, beside ffmpeg's LL-DASH")
	f.StringVar(&o.content, "content", "pattern", "what is streamed: pattern, camera or screen")
	f.BoolVar(&o.silent, "no-sound", false, "leave the sound out")
	f.BoolVar(&o.plain, "plain", false, "leave the players to their own settings instead of those of the origin's page")
	f.BoolVar(&o.json, "json", false, "print results as JSON lines")
	f.StringVar(&o.raw, "raw", "", "folder to keep in what each page saw, as JSON")
	f.StringVar(&o.shaka, "shaka", "bench/latency/vendor", "folder that Shaka Player is kept in")
	f.StringVar(&o.chromium, "chromium", "chromium", "the browser")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if _, err := fmt.Sscanf(*size+" "+*rung, "%dx%d %dx%d", &o.width, &o.height, &o.rungW, &o.rungH); err != nil {
		return nil, fmt.Errorf("-size %s -rung %s (want for example 1280x720)", *size, *rung)
	}
	if _, ok := contents[o.content]; !ok {
		return nil, fmt.Errorf("-content %s (want pattern, camera or screen)", o.content)
	}
	return o, nil
}

// load is what else the machine had to do in the last minute.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "load unknown"
	}
	return "load " + strings.Join(strings.Fields(string(b))[:3], " ")
}

func (r *result) print(asJSON bool) {
	if asJSON {
		_ = json.NewEncoder(os.Stdout).Encode(r)
		return
	}
	fmt.Printf("%-28s %-11s %6.3f %6.3f %6.3f %6.3f %7d %7d %6d %.2f/%.2f %s; %s\n", r.Name, r.Player, r.P50, r.P95, r.P99, r.Max, r.Stalls,
		r.LongestGap, r.Dropped, r.Picture, r.Sound, r.Source, r.Load)
	for _, d := range r.Dry {
		fmt.Printf("   stall at %.1f s: %.2f s of picture and %.2f s of sound left\n", d[0]/1000, d[1], d[2])
	}
	for _, e := range r.Errors {
		fmt.Println("   error:", e)
	}
}
