package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/framegear/framegear"
)

type audioFlags struct {
	Audio         []string      `help:"Sound: a file, a URL, alsa:DEVICE, or an ffmpeg input (--audio='-f alsa -i hw:1'). Repeat for more tracks." sep:"none" placeholder:"SRC" group:"Sound"`
	NoAudio       bool          `help:"Leave the input's own sound out." group:"Sound"`
	CopyAudio     bool          `help:"Pass sound on without encoding where its codec fits." group:"Sound"`
	AudioCodec    string        `help:"Sound encoder: ${enum}." enum:"aac,opus" default:"aac" group:"Sound"`
	AudioBitrate  string        `help:"Bit rate of sound (default: the source's, or 128k)." placeholder:"128k" group:"Sound"`
	AudioOffset   time.Duration `help:"Move the sound: positive later, negative earlier." placeholder:"20ms" group:"Sound"`
	AudioLoop     bool          `help:"Start sound files again when they end." group:"Sound"`
	AudioEnds     string        `help:"What follows when sound is shorter than the picture: ${enum} (end: its track is over; cut: silence). While the input's own sound is longer, the first and last picture stand; cut leaves it out there, as what is longer of other sound." enum:"silence,end,cut" default:"silence" group:"Sound"`
	AudioLanguage []string      `help:"Language of each track, a BCP 47 tag. Repeat as --audio." sep:"none" placeholder:"en" group:"Sound"`
	AudioDefault  int           `help:"Which track plays when nobody chooses, from 1." default:"1" placeholder:"N" group:"Sound"`
	AudioLabel    []string      `help:"Name of each track for people. Repeat as --audio." sep:"none" placeholder:"TEXT" group:"Sound"`
}

// sounding is a source with sound of its own.
type sounding interface {
	// Audio returns the track, and false when there is no sound after all.
	Audio() (framegear.AudioTrack, bool)
}

// pushing is a source whose sound is pushed beside its pictures.
type pushing interface {
	// WriteSound pushes the sound up to the picture that was read last.
	WriteSound(s *framegear.Stream) error
}

// sound sets the tracks: those given, else the input's own.
func (c *streamCmd) sound(e *env, o *framegear.Options, src source) error {
	if c.NoAudio && len(c.Audio) > 0 {
		return usagef("--audio and --no-audio (want one of them)")
	}
	for _, a := range c.Audio {
		t, err := parseAudio(a)
		if err != nil {
			return err
		}
		o.Audio = append(o.Audio, t)
	}
	if alone, ok := src.(*soundSource); ok {
		o.Audio = append([]framegear.AudioTrack{alone.track}, o.Audio...)
	} else if own, ok := src.(sounding); ok && len(c.Audio) == 0 && !c.NoAudio {
		if t, ok := own.Audio(); ok {
			o.Audio = append(o.Audio, t)
			if test, ok := src.(*testSource); ok {
				test.sounds = true
			}
		}
	}
	if len(c.AudioLanguage) > len(o.Audio) || len(c.AudioLabel) > len(o.Audio) {
		return usagef("%d --audio-language and %d --audio-label for %d sound tracks (want at most one of each for a track)", len(c.AudioLanguage), len(c.AudioLabel), len(o.Audio))
	}
	if n := len(o.Audio); c.AudioDefault < 1 || c.AudioDefault > max(1, n) {
		return usagef("--audio-default %d of %d sound tracks (want 1 for the first)", c.AudioDefault, n)
	}
	for i := range o.Audio {
		o.Audio[i].Default = i+1 == c.AudioDefault
		if err := c.setTrack(&o.Audio[i], i); err != nil {
			return err
		}
	}
	return nil
}

func (c *streamCmd) setTrack(t *framegear.AudioTrack, i int) (err error) {
	t.Copy, t.Offset, t.Loop = (c.CopyAudio || c.Copy) && !t.PCM, c.AudioOffset, c.AudioLoop && len(t.Input) == 0 && !t.PCM
	if c.AudioEnds == "end" {
		t.Ends = framegear.AudioEndsThere
	}
	if c.AudioCodec == "opus" {
		t.Codec = framegear.Opus
	}
	if c.AudioBitrate != "" {
		if t.Bitrate, err = parseBitrate(c.AudioBitrate); err != nil {
			return usagef("--audio-bitrate: %w", err)
		}
	}
	if i < len(c.AudioLanguage) && c.AudioLanguage[i] != "" {
		t.Language = c.AudioLanguage[i]
	}
	if i < len(c.AudioLabel) && c.AudioLabel[i] != "" {
		t.Label = c.AudioLabel[i]
	}
	return nil
}

// captureFormats may stand before a device's name.
var captureFormats = []string{"alsa", "pulse", "oss", "sndio", "jack", "dshow", "avfoundation"}

// parseAudio reads --audio: an ffmpeg input in one argument or as a JSON list (StreamGear's form), FORMAT:DEVICE, a file or a URL.
func parseAudio(s string) (framegear.AudioTrack, error) {
	if strings.HasPrefix(s, "[") {
		var list []string
		if err := json.Unmarshal([]byte(s), &list); err != nil {
			return framegear.AudioTrack{}, usagef(`--audio %s: %w (want for example ["-f","alsa","-i","hw:1"])`, s, err)
		}
		return framegear.AudioTrack{Input: list}, nil
	}
	if s == "-" {
		return framegear.AudioTrack{}, usagef("--audio - (want /dev/stdin for a file such as WAV on standard input)")
	}
	if strings.HasPrefix(s, "-") {
		return framegear.AudioTrack{Input: strings.Fields(s)}, nil
	}
	for _, f := range captureFormats {
		if name, ok := strings.CutPrefix(s, f+":"); ok && !strings.HasPrefix(name, "//") {
			return framegear.AudioTrack{Input: []string{"-f", f, "-i", name}}, nil
		}
	}
	return framegear.AudioTrack{Source: s}, nil
}

func writeSound(src source, s *framegear.Stream) error {
	if p, ok := src.(pushing); ok {
		return p.WriteSound(s)
	}
	return nil
}

// Audio is the beep that goes with the pattern.
func (s *testSource) Audio() (framegear.AudioTrack, bool) {
	return framegear.AudioTrack{PCM: true, Channels: 1, Label: "Beep"}, true
}

// WriteSound writes the beep up to the end of the last frame. A test source without a track of its own is silent.
func (s *testSource) WriteSound(st *framegear.Stream) error {
	if !s.sounds {
		return nil
	}
	tb := framegear.Timebase{Num: 1, Den: int64(s.beep.Rate)}
	end := s.Timebase().Rescale(s.n, tb)
	b := framegear.Samples{Format: framegear.S16, Rate: s.beep.Rate, Channels: 1, PTS: s.n - 1}
	from := s.Timebase().Rescale(s.n-1, tb)
	b.Planes[0] = s.beep.PCM(framegear.S16, 1, from, int(end-from))
	return st.WriteAudio(&b)
}
