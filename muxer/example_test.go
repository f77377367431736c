package muxer_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/scaler"
)

// Gray pictures become CMAF segments in memory.
func Example() {
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatGray8, Width: 64, Height: 48})
	if err != nil {
		log.Fatal(err)
	}
	defer in.Close()
	enc, err := encoder.New(encoder.Options{
		Width: 64, Height: 48, Color: in.Color(), FrameRate: media.FPS(25), Timescale: 90_000, Preset: "ultrafast",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer enc.Close()
	params, err := enc.Parameters()
	if err != nil {
		log.Fatal(err)
	}
	defer params.Close()

	objects := sink.NewMemory()
	mux, err := muxer.New(context.Background(), muxer.Options{
		Track: "v0", Streams: []*muxer.Parameters{params}, Timescales: []int64{90_000}, Segment: time.Second, Sink: objects,
		OnSegment: func(s muxer.Segment) { fmt.Println(s.Name, "has", s.Frames, "frames from", s.Start) },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer mux.Close()

	emit := func(p *encoder.Packet) error { return mux.Write(p, 0) }
	for n := range int64(40) {
		picture, err := in.Convert(media.Packed(media.FormatGray8, make([]byte, 64*48), 64, 48))
		if err != nil {
			log.Fatal(err)
		}
		err = enc.Encode(picture, n*3600, 3600, n%25 == 0, emit)
		picture.Release()
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := enc.Flush(emit); err != nil {
		log.Fatal(err)
	}
	if err := mux.Finish(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(objects.Names())
	// Output:
	// v0/1.m4s has 25 frames from 0
	// v0/2.m4s has 15 frames from 90000
	// [v0/1.m4s v0/2.m4s v0/init.mp4]
}
