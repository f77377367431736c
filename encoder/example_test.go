package encoder_test

import (
	"fmt"
	"log"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// Ten pictures become ten packets, with a key frame where one was asked for.
func Example() {
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatGray8, Width: 64, Height: 48})
	if err != nil {
		log.Fatal(err)
	}
	defer in.Close()
	enc, err := encoder.New(encoder.Options{
		Width: 64, Height: 48, Color: in.Color(), FrameRate: media.FPS(25), Timescale: 90_000, Bitrate: 100_000, Preset: "ultrafast",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer enc.Close()

	emit := func(p *encoder.Packet) error {
		if p.Key() {
			fmt.Println("key frame at", p.PTS())
		}
		return nil
	}
	for n := range int64(10) {
		picture, err := in.Convert(media.Packed(media.FormatGray8, make([]byte, 64*48), 64, 48))
		if err != nil {
			log.Fatal(err)
		}
		err = enc.Encode(picture, n*3600, 3600, n%5 == 0, emit)
		picture.Release()
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := enc.Flush(emit); err != nil {
		log.Fatal(err)
	}
	// Output:
	// key frame at 0
	// key frame at 18000
}
