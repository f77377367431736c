package manifest_test

import (
	"fmt"
	"time"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

func ExampleCodecString() {
	s, err := manifest.CodecString(media.CodecParameters{Codec: media.CodecAAC, Extradata: []byte{0x11, 0x90}})
	fmt.Println(s, err)
	// Output: mp4a.40.2 <nil>
}

func ExampleMeter() {
	m := manifest.NewMeter(2 * time.Second)
	for _, size := range []int64{400_000, 600_000, 500_000} {
		m.Add(size, 180_000, 90_000)
	}
	fmt.Printf("%+v\n", m.Rate())
	// Output: {Peak:2400000 Average:2000000}
}
