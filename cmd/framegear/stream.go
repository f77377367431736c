package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/framegear/framegear"
)

// rateFlag reads "30", "29.97" or "30000/1001".
type rateFlag framegear.Rate

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *rateFlag) UnmarshalText(text []byte) error {
	rate, err := framegear.ParseRate(string(text))
	*r = rateFlag(rate)
	return err
}

type streamCmd struct {
	Input  string `arg:"" help:"File, URL, /dev/videoN, test: (a moving pattern), or - (raw frames on standard input)."`
	Output string `short:"o" required:"" help:"Folder, x.mpd, x.m3u8, or an http(s) URL to PUT to." placeholder:"OUT"`

	Format    string     `help:"Manifests: ${enum}." enum:"both,dash,hls" default:"both" group:"Output"`
	Container string     `help:"Segments: ${enum} (ts for hls alone)." enum:"fmp4,ts" default:"fmp4" group:"Output"`
	Name      string     `help:"Name of the manifests without extension." group:"Output"`
	Segment   string     `help:"Length of segments." default:"2s" placeholder:"2s" group:"Output"`
	Rung      []rungFlag `help:"One more rendition: 1280x720@2500k, 720p@1.5M@30fps, 640x360@crf23; source@2500k sets the source's own." sep:"none" placeholder:"SIZE@BITRATE" group:"Ladder"`
	Ladder    string     `help:"Renditions beside the --rung ones: none (the source's size alone) or auto." enum:"none,auto" default:"none" group:"Ladder"`
	NoPrimary bool       `help:"Leave out the rendition at the source's size." group:"Ladder"`
	Upscale   bool       `help:"Make rungs that are larger than the source." group:"Ladder"`

	FPS      rateFlag      `name:"fps" help:"Frame rate of the output (default: the source's)." placeholder:"N" group:"Time"`
	Clock    string        `help:"Where a frame's instant comes from: ${enum}." enum:"pts,wall,count" default:"pts" group:"Time"`
	Duration time.Duration `help:"Stop after this much of the input." placeholder:"10s" group:"Time"`

	Encoder  string            `help:"Video encoder: libx264, libx265, libsvtav1." default:"libx264" group:"Encoder"`
	Preset   string            `help:"The encoder's speed setting." group:"Encoder"`
	Tune     string            `help:"The encoder's tuning." group:"Encoder"`
	Profile  string            `help:"The encoder's profile." group:"Encoder"`
	CRF      float64           `name:"crf" help:"Constant quality for all rungs; bit rates become caps." group:"Encoder"`
	GOP      time.Duration     `name:"gop" help:"Distance of key frames (default: the segment's length)." placeholder:"1s" group:"Encoder"`
	BFrames  int               `name:"bframes" help:"B-frames: 0 leaves it to the preset, -1 for none." group:"Encoder"`
	Option   map[string]string `help:"Raw libav options of the encoder, KEY=VALUE." mapsep:"none" placeholder:"KEY=VALUE" group:"Encoder"`

	Size     string `help:"Size of test: and raw frames." placeholder:"1280x720" group:"Input"`
	PixFmt   string `help:"Pixel format of raw frames." placeholder:"bgr24" group:"Input"`
	Rescale  bool   `help:"Scale frames that change their size in mid-stream, instead of stopping." group:"Input"`
	NoStatus bool   `name:"quiet" short:"q" help:"No progress and no summary." group:"Input"`
}

// Run streams the input.
func (c *streamCmd) Run(e *env) error {
	src, err := c.openSource(e)
	if err != nil {
		return err
	}
	defer src.Close()
	o, err := c.options(e, src)
	if err != nil {
		return err
	}
	status := newStatus(c, e, src)
	defer status.close()
	s, err := framegear.New(c.Output, o)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := c.feed(e, src, s, status); err != nil {
		return errors.Join(err, s.Finish(e.ctx))
	}
	if err := s.Finish(e.ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			return fmt.Errorf("stopped by a second interrupt; what was published stays playable")
		}
		return err
	}
	status.summary(s)
	return nil
}

// feed passes pictures on until the source ends or the first interrupt comes.
func (c *streamCmd) feed(e *env, src source, s *framegear.Stream, status *status) error {
	var f framegear.Frame
	var first int64
	for n := int64(0); ; n++ {
		select {
		case <-e.interrupted:
			status.note("interrupted: finishing")
			return nil
		default:
		}
		switch err := src.Read(&f); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if n == 0 {
			first = f.PTS
		}
		at := src.Timebase().Duration(f.PTS - first)
		if c.Duration > 0 && at >= c.Duration {
			return nil
		}
		if err := s.WriteFrame(&f); err != nil {
			return err
		}
		status.update(at, s)
	}
}

func (c *streamCmd) options(e *env, src source) (framegear.Options, error) {
	segment, err := parseSegment(c.Segment)
	if err != nil {
		return framegear.Options{}, err
	}
	o := framegear.Options{
		FrameRate: framegear.Rate(c.FPS), Timebase: src.Timebase(), Upscale: c.Upscale, Codec: c.Encoder, Preset: c.Preset, Tune: c.Tune,
		Profile: c.Profile, CRF: c.CRF, BFrames: c.BFrames, Extra: c.Option, SegmentDuration: segment, KeyInterval: c.GOP,
		Name: c.Name, Rescale: c.Rescale, Logger: e.log,
		Format:    map[string]framegear.Format{"both": framegear.Both, "dash": framegear.DASH, "hls": framegear.HLS}[c.Format],
		Container: map[string]framegear.Container{"fmp4": framegear.FMP4, "ts": framegear.TS}[c.Container],
		Clock:     map[string]framegear.Clock{"pts": framegear.ClockPTS, "wall": framegear.ClockWall, "count": framegear.ClockCount}[c.Clock],
	}
	if !o.FrameRate.Known() {
		o.FrameRate = src.FrameRate()
	}
	if c.Ladder == "auto" {
		if len(c.Rung) > 0 || c.NoPrimary {
			return o, usagef("--ladder auto makes the whole ladder: leave out --rung and --no-primary")
		}
		o.AutoLadder = true
		return o, nil
	}
	return o, c.ladder(&o)
}

// ladder puts the rendition at the source's size before the rungs, unless one of them is it.
func (c *streamCmd) ladder(o *framegear.Options) error {
	own := false
	for _, r := range c.Rung {
		o.Ladder = append(o.Ladder, framegear.Rendition(r))
		own = own || r.Width == 0 && r.Height == 0
	}
	switch {
	case c.NoPrimary && len(c.Rung) == 0:
		return usagef("--no-primary needs at least one --rung")
	case !c.NoPrimary && !own:
		o.Ladder = append(framegear.Ladder{{}}, o.Ladder...)
	}
	return nil
}

func parseSegment(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		if d, err = time.ParseDuration(s + "s"); err != nil {
			return 0, usagef("--segment %q (want for example 2s or 0.5)", s)
		}
	}
	return d, nil
}
