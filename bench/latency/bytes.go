package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/framegear/framegear"
)

// marks remembers when each picture went in and when its chunk came out.
type marks struct {
	mu      sync.Mutex
	in, out []time.Time
}

func (m *marks) wrote(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in = append(m.in, at)
}

func (m *marks) arrived() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.out = append(m.out, time.Now())
}

// delays returns the sorted times from in to out, the first two seconds left out.
func (m *marks) delays(skip int) []time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []time.Duration
	for i := skip; i < min(len(m.in), len(m.out)); i++ {
		all = append(all, m.out[i].Sub(m.in[i]))
	}
	slices.Sort(all)
	return all
}

// chunks calls each at the end of every mdat box.
func chunks(r io.Reader, each func()) error {
	var head [8]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if _, err := io.CopyN(io.Discard, r, int64(binary.BigEndian.Uint32(head[:]))-8); err != nil {
			return err
		}
		if string(head[4:]) == "mdat" {
			each()
		}
	}
}

// compareBytes measures WriteFrame to bytes over HTTP in one-frame chunks, ours and ffmpeg's.
func compareBytes(ctx context.Context, o *options) error {
	own, encode, err := ownBytes(ctx, o)
	if err != nil {
		return err
	}
	report("framegear", own)
	for _, st := range encode {
		fmt.Printf("    %-8s %-3s p50 %s p95 %s\n", st.Stage, st.Rendition, st.P50, st.P95)
	}
	theirs, err := ffmpegBytes(ctx, o)
	if err != nil {
		return err
	}
	report("ffmpeg ldash streaming every_frame", theirs)
	return nil
}

func report(name string, all []time.Duration) {
	if len(all) == 0 {
		fmt.Println(name, "nothing arrived")
		return
	}
	at := func(p float64) time.Duration { return all[int(p*float64(len(all)-1))].Round(10 * time.Microsecond) }
	fmt.Printf("%-36s %d pictures, p50 %s p95 %s p99 %s; %s\n", name, len(all), at(0.5), at(0.95), at(0.99), load())
}

func ownBytes(ctx context.Context, o *options) ([]time.Duration, []framegear.StageStats, error) {
	s, err := framegear.New("", framegear.Options{
		FrameRate: framegear.FPS(float64(o.fps)), LowLatency: true, PartDuration: time.Millisecond, SegmentDuration: o.segment, Preset: o.preset,
		Clock: framegear.ClockCount, WhenFull: framegear.BlockWhenFull,
		Ladder: framegear.Ladder{{Bitrate: o.bitrate}, {Width: o.rungW, Height: o.rungH, Bitrate: o.small}},
	})
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	listener, err := framegear.Listen("127.0.0.1:0", framegear.ServerOptions{})
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- listener.Serve(ctx, s.Handler()) }()
	var m marks
	read := make(chan error, 1)
	go func() { read <- followSegments(ctx, listener.URL(), m.arrived) }()
	err = write(ctx, o, func(_ int64, pix []byte) error {
		m.wrote(time.Now())
		return s.WriteFrame(framegear.BGR(pix, o.width, o.height))
	})
	return m.delays(2 * o.fps), s.Stats().Stages, errors.Join(err, <-read, <-served)
}

// followSegments reads the first rendition as a DASH client does, one segment after the other, each while it grows.
func followSegments(ctx context.Context, base string, each func()) error {
	get := func(path string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			return nil, err
		}
		return http.DefaultClient.Do(r)
	}
	first, err := get("live.mpd")
	if err != nil {
		return err
	}
	first.Body.Close()
	for n := 1; ctx.Err() == nil; n++ {
		answer, err := get(fmt.Sprintf("v0/%d.m4s", n))
		if err == nil {
			err = chunks(answer.Body, each)
			answer.Body.Close()
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// write gives the content to a function in real time until the context ends. A picture that the machine has no time for is left out,
// as a camera does.
func write(ctx context.Context, o *options, each func(n int64, pix []byte) error) error {
	draw := contents[o.content](o.width, o.height)
	next := int64(0)
	begun := time.Now()
	frame := time.Second / time.Duration(o.fps)
	return inRealTime(ctx, frame, func(n int64) error {
		if n < next {
			return nil
		}
		next = max(n, int64(time.Since(begun)/frame)) + 1
		if err := each(n, draw(n)); err != nil && !errors.Is(err, framegear.ErrDropped) {
			return err
		}
		return nil
	})
}

// inRealTime calls each once for every period that has passed, late or not, until the context ends.
func inRealTime(ctx context.Context, period time.Duration, each func(n int64) error) error {
	begun := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := int64(0); ; n++ {
		timer.Reset(time.Until(begun.Add(time.Duration(n) * period)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		if err := each(n); err != nil {
			return err
		}
	}
}

// ffmpegBytes pushes the same pictures and ladder through ffmpeg's dash muxer into a server of ours.
func ffmpegBytes(ctx context.Context, o *options) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	var m marks
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "chunk-stream0") {
			_ = chunks(r.Body, m.arrived)
		}
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	cmd := exec.Command("ffmpeg", ffmpegArguments(o, server.URL)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	err = write(ctx, o, func(_ int64, pix []byte) error {
		m.wrote(time.Now())
		_, err := in.Write(pix)
		return err
	})
	in.Close()
	return m.delays(2 * o.fps), errors.Join(err, cmd.Wait())
}

func ffmpegArguments(o *options, url string) []string {
	gop := fmt.Sprint(int(o.segment.Seconds() * float64(o.fps)))
	return []string{"-v", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", fmt.Sprintf("%dx%d", o.width, o.height), "-r", fmt.Sprint(o.fps),
		"-probesize", "32", "-analyzeduration", "0", "-fflags", "nobuffer", "-i", "-", "-filter_complex",
		fmt.Sprintf("[0:v]format=yuv420p,split[a][b];[b]scale=%d:%d[c]", o.rungW, o.rungH), "-map", "[a]", "-map", "[c]",
		"-c:v", "libx264", "-preset", o.preset, "-tune", "zerolatency", "-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-threads", "1",
		"-b:v:0", fmt.Sprint(o.bitrate), "-b:v:1", fmt.Sprint(o.small), "-f", "dash", "-seg_duration", fmt.Sprint(o.segment.Seconds()),
		"-ldash", "1", "-streaming", "1", "-use_template", "1", "-use_timeline", "0", "-frag_type", "every_frame", "-adaptation_sets", "id=0,streams=v",
		"-utc_timing_url", url + "/time", "-method", "PUT", "-window_size", "5", url + "/live.mpd"}
}
