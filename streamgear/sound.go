package streamgear

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/av"
)

// gearSound collects what the attributes say of sound.
type gearSound struct {
	source   string
	list     []string
	off      bool
	copy     bool
	codec    framegear.AudioCodec
	bitrate  int64
	rate     int
	channels int
}

// soundTable are the sound's attributes.
var soundTable = map[string]*attribute{
	"-audio": {want: "a file, a URL, or a list of ffmpeg's input arguments", take: func(c *converter, v any, _ int) bool {
		if list, ok := words(v); ok {
			ok = slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "-") })
			if ok {
				c.sound.list = list
			}
			return ok
		}
		s, ok := v.(string)
		c.sound.source = s
		return ok && s != ""
	}},
	"-acodec": {want: "aac, libopus or copy", take: func(c *converter, v any, _ int) bool {
		switch v {
		case "aac":
		case "opus", "libopus":
			c.sound.codec = framegear.Opus
		case "copy":
			c.sound.copy = true
		default:
			return false
		}
		return true
	}},
	"-b:a": {want: "a bit rate such as 128k", take: func(c *converter, v any, _ int) bool {
		n, ok := bitrateOf(v)
		c.sound.bitrate = max(c.sound.bitrate, n)
		return ok
	}},
	"-ar": {want: "samples per second", take: func(c *converter, v any, _ int) bool {
		f, ok := atLeast(v, 8000)
		c.sound.rate = int(f)
		return ok
	}},
	"-ac": {want: "a number of channels", take: func(c *converter, v any, _ int) bool {
		f, ok := atLeast(v, 1)
		c.sound.channels = int(f)
		return ok
	}},
	"-an": {take: func(c *converter, _ any, _ int) bool {
		c.sound.off = true
		return true
	}},
	"-channel_layout": {note: "-ac is the number of channels; their layout is the usual one"},
	"-sample_fmt":     {note: "the encoder gets the samples that it takes"},
	"-af":             {note: "sound is resampled and mixed only; filters belong before AudioTrack.Source, or in the program that pushes PCM"},
}

// streamBitrate takes a stream's -audio_bitrate: sound is encoded once for all renditions.
func (s *gearSound) streamBitrate(c *converter, v any) {
	n, ok := bitrateOf(trimmed(v))
	if !ok {
		c.warn("-streams: -audio_bitrate %s is not used (want a bit rate such as 128k)", shown(v))
		return
	}
	if s.bitrate != 0 && s.bitrate != n {
		c.warn("-audio_bitrate: sound is encoded once for all renditions; the highest of the bit rates is taken")
	}
	s.bitrate = max(s.bitrate, n)
}

// finishSound makes the track. Sound that cannot be opened is left out, as StreamGear does, with a warning: here where that can be
// seen from outside, else when the stream opens it.
func (c *converter) finishSound() {
	s := &c.sound
	t := framegear.AudioTrack{Source: s.source, Input: s.list, Codec: s.codec, Bitrate: s.bitrate, SampleRate: s.rate, Channels: s.channels, Copy: s.copy,
		Optional: true}
	switch {
	case s.off:
		return
	case s.list != nil:
		list, loop, err := audio.CutLoop(s.list)
		if err == nil {
			_, err = audio.ParseSource(list)
		}
		if err != nil {
			c.fail("-audio: %v", err)
			return
		}
		t.Input, t.Loop = list, loop
	case s.source != "":
		if err := checkSource(s.source); err != nil {
			c.warn("-audio: there will be no sound: %v", err)
			return
		}
	case c.out.Source != "": // the source's own sound, copied unless the ladder is encoded anew
		t.Source, t.Copy = c.out.Source, s.copy || c.streams == nil && s.codec == framegear.AAC && s.bitrate == 0
	default:
		return
	}
	c.out.Options.Audio = []framegear.AudioTrack{t}
}

// checkSource reports what can be known of a file or a URL without opening it.
func checkSource(s string) error {
	scheme, _, isURL := strings.Cut(s, "://")
	if !isURL {
		_, err := os.Stat(s)
		return err
	}
	if !slices.Contains(av.Protocols, strings.ToLower(scheme)) {
		return fmt.Errorf("scheme %q (want one of %s)", scheme, strings.Join(av.Protocols, " "))
	}
	return nil
}
