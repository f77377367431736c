package scaler_test

import (
	"fmt"
	"log"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// A frame is converted once, and scaled for one rendition.
func Example() {
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatBGR24, Width: 641, Height: 361})
	if err != nil {
		log.Fatal(err)
	}
	defer in.Close()
	source := scaler.Spec{Width: in.Width(), Height: in.Height(), Layout: in.Layout(), Color: in.Color()}
	small, err := scaler.NewBranch(source, scaler.Spec{Width: 320, Height: 180, Layout: scaler.I420, Color: media.OutputColor(180)})
	if err != nil {
		log.Fatal(err)
	}
	defer small.Close()

	whole, err := in.Convert(media.Packed(media.FormatBGR24, make([]byte, 641*361*3), 641, 361))
	if err != nil {
		log.Fatal(err)
	}
	defer whole.Release()
	part, err := small.Scale(whole)
	if err != nil {
		log.Fatal(err)
	}
	defer part.Release()
	fmt.Println(whole.Width(), whole.Height(), "black is", whole.Plane(0)[0])
	fmt.Println(part.Width(), part.Height(), "black is", part.Plane(0)[0])
	// Output:
	// 642 362 black is 16
	// 320 180 black is 16
}
