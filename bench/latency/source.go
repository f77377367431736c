package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
)

// contents are what can be streamed: each returns what draws a picture.
var contents = map[string]func(width, height int) func(n int64) []byte{
	"pattern": func(w, h int) func(int64) []byte { return synth.NewPattern(w, h).Frame },
	"camera":  func(w, h int) func(int64) []byte { return synth.NewCamera(w, h).Frame },
	"screen":  func(w, h int) func(int64) []byte { return synth.NewScreen(w, h).Frame },
}

//go:embed page
var page embed.FS

const shakaVersion = "5.2.12"

// fetchShaka puts Shaka Player into a folder, by npm, unless it is there.
func fetchShaka(folder string) error {
	file := filepath.Join(folder, "shaka-player.compiled.js")
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	work, err := os.MkdirTemp("", "shaka")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	npm := exec.Command("npm", "install", "--prefix", work, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
		"shaka-player@"+shakaVersion)
	npm.Stderr = os.Stderr
	if err := npm.Run(); err != nil {
		return fmt.Errorf("npm cannot fetch shaka-player: %w", err)
	}
	b, err := os.ReadFile(filepath.Join(work, "node_modules/shaka-player/dist/shaka-player.compiled.js"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o666)
}

// joinAfter is the number of segments that there are when a player joins. Shaka Player that opens a DASH stream in its first second may ask
// for no segments between the 11th and the 31st.
const joinAfter = 2

// measure streams one configuration and plays it.
func measure(ctx context.Context, o *options, c configuration) (*result, error) {
	so := framegear.Options{
		FrameRate: framegear.FPS(float64(o.fps)), LowLatency: true, PartDuration: c.Part, SegmentDuration: o.segment, Preset: o.preset, BurnClock: true,
		Ladder: framegear.Ladder{{Bitrate: o.bitrate}, {Width: o.rungW, Height: o.rungH, Bitrate: o.small}},
	}
	if !o.silent {
		so.Audio = []framegear.AudioTrack{{PCM: true, Channels: 1}}
	}
	begun, once := make(chan struct{}), sync.Once{}
	so.Events.SegmentReady = func(seg framegear.SegmentInfo) {
		if seg.Number >= joinAfter {
			once.Do(func() { close(begun) })
		}
	}
	s, err := framegear.New("", so)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	listener, err := framegear.Listen("127.0.0.1:0", framegear.ServerOptions{})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- listener.Serve(ctx, routes(o, s.Handler())) }()
	fed := make(chan error, 1)
	go func() {
		err := feed(ctx, o, s)
		if err != nil {
			cancel()
		}
		fed <- err
	}()
	select {
	case <-begun:
	case <-ctx.Done():
	}
	seen, err := watch(ctx, o, c, listener.URL())
	st := s.Stats()
	cancel()
	if err := errors.Join(err, <-fed, <-served); err != nil {
		return nil, err
	}
	r := evaluate(o, c, seen)
	r.Source = fmt.Sprintf("in %d repeated %d dropped %d", st.FramesIn, st.Repeated, st.Dropped)
	return r, nil
}

func routes(o *options, stream http.Handler) http.Handler {
	mux := http.NewServeMux()
	files, _ := fs.Sub(page, "page")
	mux.Handle("/bench/", http.StripPrefix("/bench/", http.FileServerFS(files)))
	mux.Handle("/bench/vendor/", http.StripPrefix("/bench/vendor/", http.FileServer(http.Dir(o.shaka))))
	mux.Handle("/", stream)
	return mux
}

// soundBlock is how much a sound card gives at a time.
const soundBlock = 10 * time.Millisecond

// feed writes the pattern, and a beep in every second, in real time until the context ends.
func feed(ctx context.Context, o *options, s *framegear.Stream) error {
	beeped := make(chan error, 1)
	go func() { beeped <- feedSound(ctx, o, s) }()
	err := write(ctx, o, func(_ int64, pix []byte) error { return s.WriteFrame(framegear.BGR(pix, o.width, o.height)) })
	return errors.Join(err, <-beeped)
}

// feedSound writes the sound as a capture does: late blocks come at once, and none is lost.
func feedSound(ctx context.Context, o *options, s *framegear.Stream) error {
	if o.silent {
		return nil
	}
	beep := synth.Sync{Frames: framegear.FPS(float64(o.fps)), Rate: 48000}
	samples := int(int64(beep.Rate) * int64(soundBlock) / int64(time.Second))
	return inRealTime(ctx, soundBlock, func(n int64) error {
		b := framegear.Samples{Format: framegear.S16, Rate: beep.Rate, Channels: 1}
		b.Planes[0] = beep.PCM(framegear.S16, 1, n*int64(samples), samples)
		return s.WriteAudio(&b)
	})
}
