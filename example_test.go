package framegear_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/muxer/sink"
)

// Two renditions in memory: each segment once, and both kinds of manifest over them.
func ExampleNew() {
	memory := sink.NewMemory()
	s, err := framegear.New("", framegear.Options{
		FrameRate: framegear.FPS(25),
		Ladder:    framegear.Ladder{{Bitrate: 300_000}, {Width: 160, Height: 90, Bitrate: 100_000}},
		Preset:    "ultrafast",
		Sink:      memory,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	pix := make([]byte, 320*180*3)
	for n := range 75 {
		for i := range pix {
			pix[i] = byte(i + n) // your picture
		}
		if err := s.WriteFrame(framegear.BGR(pix, 320, 180)); err != nil {
			log.Fatal(err)
		}
	}
	if err := s.Finish(context.Background()); err != nil {
		log.Fatal(err)
	}
	for _, name := range memory.Names() {
		fmt.Println(name)
	}
	// Output:
	// stream.m3u8
	// stream.mpd
	// v0/1.m4s
	// v0/2.m4s
	// v0/init.mp4
	// v0/media.m3u8
	// v1/1.m4s
	// v1/2.m4s
	// v1/init.mp4
	// v1/media.m3u8
}

// A live stream with a player page. WriteFrame waits for the first frame's encoders alone; what the machine cannot hold is dropped and counted.
func ExampleStream_Handler() {
	s, err := framegear.New("", framegear.Options{FrameRate: framegear.FPS(30), LowLatency: true})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	http.Handle("/live/", http.StripPrefix("/live", s.Handler()))
	go func() { log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil)) }()
	for picture := range camera() {
		if err := s.WriteFrame(framegear.BGR(picture, 1280, 720)); err != nil && !errors.Is(err, framegear.ErrDropped) {
			log.Fatal(err)
		}
	}
}

func camera() <-chan []byte { return nil }

// A bad frame is an error about that frame alone.
func ExampleStream_WriteFrame() {
	s, err := framegear.New("", framegear.Options{Preset: "ultrafast"})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	half := make([]byte, 64*48*3/2)
	err = s.WriteFrame(framegear.BGR(half, 64, 48))
	fmt.Println(errors.Is(err, framegear.ErrFrame), err)
	fmt.Println(s.WriteFrame(framegear.BGR(make([]byte, 64*48*3), 64, 48)))
	// Output:
	// true framegear: bad frame: 64x48 bgr24 is 9216 bytes, the buffer has 4608 (as frames of I420, NV12 have: Packed takes those)
	// <nil>
}

// Frames at the instants that the caller knows, whatever their rate: the output's rate is constant.
func ExampleOptions_presentationTimes() {
	s, err := framegear.New("", framegear.Options{FrameRate: framegear.FPS(10), Clock: framegear.ClockPTS, Preset: "ultrafast"})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for _, at := range []time.Duration{0, 100 * time.Millisecond, 110 * time.Millisecond, 500 * time.Millisecond} {
		f := framegear.BGR(make([]byte, 64*48*3), 64, 48)
		f.PTS = int64(at)
		if err := s.WriteFrame(f); err != nil {
			log.Fatal(err)
		}
	}
	if err := s.Finish(context.Background()); err != nil {
		log.Fatal(err)
	}
	st := s.Stats()
	fmt.Println(st.FramesOut, "frames,", st.Repeated, "repeated,", st.Dropped, "dropped")
	// Output: 6 frames, 3 repeated, 1 dropped
}

func ExampleAutoLadder() {
	for _, r := range framegear.AutoLadder(1920, 1080, framegear.FPS(30)) {
		fmt.Printf("%dx%d %d kbit/s\n", r.Width, r.Height, r.Bitrate/1000)
	}
	// Output:
	// 1920x1080 4800 kbit/s
	// 1280x720 2600 kbit/s
	// 854x480 1200 kbit/s
	// 640x360 750 kbit/s
	// 426x240 400 kbit/s
}
