package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/chromedp/chromedp"
)

// seen is what the page reports.
type seen struct {
	Samples    [][3]float64 `json:"samples"`
	Errors     []string     `json:"errors"`
	Stalls     [][3]float64 `json:"stalls"`
	Reserves   [][3]float64 `json:"reserves"`
	Unreadable int          `json:"unreadable"`
	LongestGap int          `json:"longestGap"`
	Target     float64      `json:"target"`
	Buffer     float64      `json:"buffer"`
	Dropped    int          `json:"dropped"`
	Shown      int          `json:"shown"`
	Width      int          `json:"width"`
}

// result is one measurement. Latencies are in seconds, from WriteFrame to the picture on screen.
type result struct {
	configuration
	P50, P95, P99, Max float64
	Samples            int
	Stalls             int
	Dry                [][3]float64 // when a stall began, and the seconds of picture and sound that were left
	Picture, Sound     float64      // seconds in the buffers that are undercut one time in twenty
	LongestGap         int          // milliseconds without a new picture
	Dropped, Shown     int
	Unreadable         int
	Target             float64
	Width              int
	Errors             []string
	Source             string // what the stream says of itself
	Load               string
}

// watch plays one configuration and returns what the page saw.
func watch(ctx context.Context, o *options, c configuration, base string) (*seen, error) {
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(o.chromium), chromedp.NoSandbox,
		chromedp.Flag("headless", "new"), chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("mute-audio", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-renderer-backgrounding", true), chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-gpu", true))
	ctx, cancel := chromedp.NewExecAllocator(ctx, flags...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, o.length+30*time.Second)
	defer cancel()
	q := url.Values{"player": {c.Player}}
	if c.Delay > 0 {
		q.Set("delay", fmt.Sprint(c.Delay))
	}
	if o.plain {
		q.Set("plain", "")
	}
	if _, err := chromedp.Run(ctx, chromedp.Navigate(base+"/bench/index.html?"+q.Encode())); err != nil {
		return nil, err
	}
	select {
	case <-time.After(o.length):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("JSON.stringify(window.result())"))
	if err != nil {
		return nil, err
	}
	if o.raw != "" {
		if err := os.WriteFile(filepath.Join(o.raw, fmt.Sprintf("%s-%dms.json", c.Player, c.Part.Milliseconds())), []byte(text), 0o666); err != nil {
			return nil, err
		}
	}
	s := &seen{}
	return s, json.Unmarshal([]byte(text), s)
}

// reserve returns what one of the buffers had in nineteen of twenty looks.
func reserve(looks [][3]float64, from float64, column int) float64 {
	var all []float64
	for _, l := range looks {
		if l[0] >= from {
			all = append(all, l[column])
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/20]
}

// evaluate leaves the start out and sorts.
func evaluate(o *options, c configuration, s *seen) *result {
	r := &result{configuration: c, LongestGap: s.LongestGap, Dropped: s.Dropped, Shown: s.Shown, Unreadable: s.Unreadable,
		Target: s.Target, Width: s.Width, Errors: s.Errors, Load: load()}
	if len(s.Samples) == 0 {
		r.Errors = append(r.Errors, "no picture with a clock was shown")
		return r
	}
	from := s.Samples[0][0] + float64(o.warmup.Milliseconds())
	var all []float64
	for _, sample := range s.Samples {
		if sample[0] >= from {
			all = append(all, sample[1]/1000)
		}
	}
	for _, at := range s.Stalls {
		if at[0] >= from {
			r.Stalls++
			r.Dry = append(r.Dry, at)
		}
	}
	r.Picture, r.Sound = reserve(s.Reserves, from, 1), reserve(s.Reserves, from, 2)
	if r.Samples = len(all); r.Samples == 0 {
		r.Errors = append(r.Errors, "nothing was shown after the start")
		return r
	}
	slices.Sort(all)
	at := func(p float64) float64 { return all[min(len(all)-1, int(p*float64(len(all))))] }
	r.P50, r.P95, r.P99, r.Max = at(0.50), at(0.95), at(0.99), all[len(all)-1]
	return r
}
