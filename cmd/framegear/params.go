package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/streamgear"
)

// besideParams are the flags of stream that --params leaves open; everything else is said by the file.
var besideParams = []string{"params", "output", "format", "name", "serve", "tls-cert", "tls-key", "token", "fps", "clock", "max-gap", "duration", "size",
	"pix-fmt", "rescale", "rescale-mode", "quiet", "copy", "hw", "hw-device", "hw-timeout", "log-format", "verbose", "help"}

// AfterApply remembers which flags were given.
func (c *streamCmd) AfterApply(k *kong.Context) error {
	for _, p := range k.Path {
		if p.Flag == nil || p.Resolved {
			continue
		}
		if c.Params != "" && !slices.Contains(besideParams, p.Flag.Name) {
			return fmt.Errorf("--params says it all: leave out --%s, or give it in the file", p.Flag.Name)
		}
		if p.Flag.Name == "format" {
			c.formatGiven = true
		}
		c.given = append(c.given, p.Flag.Name)
	}
	return nil
}

// readParams reads --params, and takes the input and the output from it that the command line leaves out.
func (c *streamCmd) readParams() error {
	if c.Params == "" {
		return nil
	}
	b, err := os.ReadFile(c.Params)
	if err != nil {
		return usageError{err}
	}
	if err := json.Unmarshal(b, &c.gear); err != nil {
		return usagef("--params %s: %w (want one JSON object of StreamGear's attributes)", c.Params, err)
	}
	if c.gear == nil {
		return usagef("--params %s: null (want one JSON object of StreamGear's attributes)", c.Params)
	}
	if c.formatGiven {
		c.gear["format"] = c.Format.String()
	}
	if c.Output != "" {
		c.gear["output"] = c.Output
	}
	p, _, err := streamgear.Parse(c.gear, framegear.Rate(c.FPS))
	if err != nil {
		return err
	}
	if c.Input == "" {
		c.Input = p.Source
	} else if p.Source != "" && p.Source != c.Input {
		return usagef("INPUT %s and -video_source %s (want one of them)", c.Input, p.Source)
	}
	if c.Output == "" {
		c.Output = p.Output
	}
	if _, given := c.gear["-input_framerate"]; given && p.Source == "" && !framegear.Rate(c.FPS).Known() {
		c.FPS = rateFlag(p.Options.FrameRate)
	}
	return nil
}

// gearOptions makes the options from --params.
func (c *streamCmd) gearOptions(e *env, src source) (framegear.Options, error) {
	rate := framegear.Rate(c.FPS)
	if !rate.Known() {
		rate = src.FrameRate()
	}
	p, warnings, err := streamgear.Parse(c.gear, rate)
	for _, w := range warnings {
		e.log.Warn(w)
	}
	o := p.Options
	o.Timebase, o.Clock, o.Rescale, o.Logger = src.Timebase(), c.clock(src, o.Live || o.LowLatency), c.Rescale, e.log
	o.MaxGap, o.RescaleMode = c.MaxGap, c.RescaleMode
	if c.Name != "" {
		o.Name = c.Name
	}
	c.Device = cmp.Or(c.Device, o.HWDevice)
	c.hardwareFlags.apply(&o)
	if len(o.Audio) == 1 && o.Audio[0].Source == p.Source && p.Source != "" { // its own sound, as far as it has any
		own, ok := framegear.AudioTrack{}, false
		if in, is := src.(sounding); is {
			own, ok = in.Audio()
		}
		as := o.Audio[0]
		own.Copy, own.Codec, own.Bitrate, own.SampleRate, own.Channels = as.Copy, as.Codec, as.Bitrate, as.SampleRate, as.Channels
		if o.Audio[0] = own; !ok {
			o.Audio = nil
		}
	}
	c.Copy = c.Copy || p.Copy
	c.Live = o.Live
	return o, err
}

// copyInput passes the input's packets on until it ends or the first interrupt comes.
func (c *streamCmd) copyInput(e *env, src source, s *framegear.Stream, st *status) error {
	in, ok := src.(*framegear.Input)
	if !ok {
		return usagef("--copy needs a file or a URL")
	}
	defer st.follow(s)()
	return s.Copy(e.reading, in)
}
