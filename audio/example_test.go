package audio_test

import (
	"context"
	"fmt"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/media"
)

// A second of pushed silence becomes packets of AAC.
func ExampleOpen() {
	pcm := new(audio.PCM)
	track, err := audio.Open(context.Background(), audio.Options{Source: audio.Source{PCM: pcm}, Channels: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer track.Close()
	block := media.Samples{Format: media.SampleS16, Rate: 48000, Channels: 1}
	block.Planes[0] = make([]byte, 2*48000)
	if err := pcm.Write(&block, 0, media.Nanosecond, true); err != nil {
		fmt.Println(err)
	}
	packets, first := 0, int64(0)
	emit := func(p *audio.Packet) error {
		if packets == 0 {
			first = p.PTS()
		}
		packets++
		return nil
	}
	if err := track.Finish(context.Background(), 48000, emit); err != nil {
		fmt.Println(err)
	}
	fmt.Println(packets, "packets of", track.FrameSize(), "samples, the first at", first)
	// Output: 48 packets of 1024 samples, the first at -1024
}

func ExampleParseSource() {
	s, err := audio.ParseSource([]string{"-f", "alsa", "-i", "hw:1"})
	fmt.Println(s, err)
	_, err = audio.ParseSource([]string{"-f", "avfoundation", "-audio_device_index", "0"})
	fmt.Println(err)
	// Output:
	// alsa hw:1 <nil>
	// audio: list [-f avfoundation -audio_device_index 0]: there is no -i with the device, file or URL (want for example -f alsa -i hw:1)
}
