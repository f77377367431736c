package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/framegear/framegear"
)

// soundSource is an input without pictures.
type soundSource struct {
	name   string
	track  framegear.AudioTrack
	length time.Duration
	in     *framegear.Input // nil for a device, which the stream opens by itself
}

// newSoundSource takes an input over that has sound alone.
func newSoundSource(name string, in *framegear.Input) (*soundSource, error) {
	track, ok := in.Audio()
	if !ok {
		return nil, errors.Join(in.Close(), framegear.ErrInput)
	}
	return &soundSource{name: name, track: track, length: in.Duration(), in: in}, nil
}

// captures understands alsa:hw:1 and the like as INPUT.
func captures(input string) (*soundSource, bool) {
	format, device, ok := strings.Cut(input, ":")
	if !ok || strings.HasPrefix(device, "//") || !slices.Contains(captureFormats, format) {
		return nil, false
	}
	return &soundSource{name: input, track: framegear.AudioTrack{Input: []string{"-f", format, "-i", device}}}, true
}

// Read is at its end: there are no pictures.
func (s *soundSource) Read(*framegear.Frame) error         { return io.EOF }
func (s *soundSource) FrameRate() framegear.Rate           { return framegear.Rate{} }
func (s *soundSource) Timebase() framegear.Timebase        { return framegear.Timebase{} }
func (s *soundSource) Duration() time.Duration             { return s.length }
func (s *soundSource) Audio() (framegear.AudioTrack, bool) { return s.track, true }

// Close gives the input up.
func (s *soundSource) Close() error {
	if s.in == nil {
		return nil
	}
	return s.in.Close()
}

// soundOnly makes the options of an output without pictures from those of one with.
func (c *streamCmd) soundOnly(o *framegear.Options, src *soundSource) error {
	switch {
	case c.NoAudio:
		return usagef("--no-audio: %s has nothing but sound", src.name)
	case len(c.Rung) > 0 || c.NoPrimary || c.Ladder != "none" || c.Filter != "" || c.BurnClock:
		return usagef("--rung, --ladder, --no-primary, --filter and --burn-clock are for pictures: %s has none", src.name)
	case c.AudioLoop && c.Duration == 0 && !o.Live:
		return usagef("--audio-loop of %s has no end (want --duration, or --live)", src.name)
	}
	o.AudioOnly, o.Clock, o.Ladder = true, framegear.ClockAuto, nil
	return nil
}
