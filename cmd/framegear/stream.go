package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/framegear/framegear"
)

type streamCmd struct {
	Input  string `arg:"" optional:"" help:"File or URL (with pictures or with sound alone), /dev/videoN, alsa:DEVICE (sound), test: (a moving pattern), or - (raw frames on standard input)."`
	Output string `short:"o" help:"Folder, x.mpd, x.m3u8, or an http(s) URL to PUT to. With --serve nothing is needed: memory." placeholder:"OUT"`

	Params    string              `help:"StreamGear's attributes as one JSON object, such as {\"output\": \"dash_out.mpd\", \"-gop\": 60}." placeholder:"FILE.json"`
	Clear     bool                `help:"Delete what an earlier stream left in the output's folder." group:"Output"`
	Filter    string              `help:"Filters of libavfilter before the pictures are scaled." placeholder:"CHAIN" group:"Output"`
	Aspect    aspectFlag          `help:"Display aspect ratio, such as 16/9 (default: the source's)." placeholder:"W/H" group:"Output"`
	Format    framegear.Format    `help:"Manifests: ${enum}." enum:"both,dash,hls" default:"both" group:"Output"`
	Container framegear.Container `help:"Segments: ${enum} (ts for hls alone)." enum:"fmp4,ts" default:"fmp4" group:"Output"`
	Name      string              `help:"Name of the manifests without extension." group:"Output"`
	Segment   string              `help:"Length of segments." default:"2s" placeholder:"2s" group:"Output"`
	outageFlags
	Rung      []rungFlag `help:"One more rendition: 1280x720@2500k, 720p@1.5M@30fps, 640x360@crf23; source@2500k sets the source's own." sep:"none" placeholder:"SIZE@BITRATE" group:"Ladder"`
	Ladder    string     `help:"Renditions beside the --rung ones: none (the source's size alone) or auto." enum:"none,auto" default:"none" group:"Ladder"`
	NoPrimary bool       `help:"Leave out the rendition at the source's size." group:"Ladder"`
	Upscale   bool       `help:"Make rungs that are larger than the source." group:"Ladder"`

	Live          bool                     `help:"A sliding window instead of a recording." group:"Live"`
	LowLatency    bool                     `help:"Live in parts that players get at once (LL-HLS and LL-DASH)." group:"Live"`
	Window        string                   `help:"How much is listed: segments (15), a time (30s), or all." default:"30s" placeholder:"N" group:"Live"`
	ExtraWindow   string                   `help:"How much is kept after it left the list, in the same ways (default: as long as players may ask for it)." placeholder:"N" group:"Live"`
	Part          time.Duration            `help:"Length of parts." default:"200ms" group:"Live"`
	TargetLatency time.Duration            `help:"What players are told to hold (default: from the parts' length)." group:"Live"`
	UTCTiming     string                   `name:"utc-timing" help:"Clock for players of the MPD: a URL that answers with the date, or direct (the time at which the MPD was written)." placeholder:"URL" group:"Live"`
	Stall         framegear.StallPolicy    `help:"While a live source stalls: ${enum}." enum:"repeat,gap" default:"repeat" group:"Live"`
	Overload      framegear.OverloadPolicy `help:"When the machine is too slow for the ladder for long: ${enum}." enum:"keep-ladder,give-up-top" default:"keep-ladder" group:"Live"`
	RemoveAtExit  bool                     `help:"Delete everything at the end." group:"Live"`
	BurnClock     bool                     `help:"Draw the capture instant into the picture, as blocks a machine can read." group:"Live"`

	Serve string `help:"Serve the output and a player page at this address." placeholder:"127.0.0.1:8080" group:"Server"`
	serverFlags

	FPS      rateFlag        `name:"fps" help:"Frame rate of the output (default: the source's)." placeholder:"N" group:"Time"`
	Clock    framegear.Clock `help:"Where a frame's instant comes from: ${enum}; auto is the source's timestamps, and live the wall clock for a source that has none." enum:"auto,pts,wall,count" default:"auto" group:"Time"`
	MaxGap   time.Duration   `help:"Longest gap between pictures that is filled with the one before." default:"10s" group:"Time"`
	Duration time.Duration   `help:"Stop after this much of the input." placeholder:"10s" group:"Time"`

	Encoder string `help:"Video encoder: libx264, libx265, libsvtav1, h264_vaapi, hevc_nvenc … (framegear probe lists them), or auto (hardware where it works)." default:"libx264" group:"Encoder"`
	hardwareFlags
	Preset  string            `help:"The encoder's speed setting; streamgear for StreamGear's own settings." group:"Encoder"`
	Tune    string            `help:"The encoder's tuning." group:"Encoder"`
	Profile string            `help:"The encoder's profile." group:"Encoder"`
	CRF     crfFlag           `name:"crf" help:"Constant quality for all rungs, 0 for lossless; bit rates become caps." placeholder:"N" group:"Encoder"`
	GOP     string            `name:"gop" help:"Distance of key frames: frames (30) or a time (1s); default: the segment's length." placeholder:"N" group:"Encoder"`
	BFrames int               `name:"bframes" help:"B-frames: 0 leaves it to the preset, -1 for none." group:"Encoder"`
	Option  map[string]string `help:"Raw libav options of the encoder, KEY=VALUE." mapsep:"none" placeholder:"KEY=VALUE" group:"Encoder"`

	audioFlags

	Size        string                `help:"Size of test: and raw frames." placeholder:"1280x720" group:"Input"`
	PixFmt      string                `help:"Pixel format of raw frames." placeholder:"bgr24" group:"Input"`
	Rescale     bool                  `help:"Scale frames that change their size in mid-stream, instead of stopping." group:"Input"`
	RescaleMode framegear.RescaleMode `enum:"fit,crop,stretch" help:"What becomes of the shape of frames that --rescale scales: fit (black bars), crop or stretch." default:"fit" group:"Input"`
	Every       bool                  `name:"every-pixel" help:"Encode every frame as if all of it had changed since the one before." group:"Encoder"`
	Copy        bool                  `help:"Pass the input's packets on as they are: one rendition, nothing is encoded." group:"Input"`
	NoStatus    bool                  `name:"quiet" short:"q" help:"No progress and no summary." group:"Input"`

	gear        map[string]any // of --params
	formatGiven bool
	given       []string // names of the flags
	wall        bool     // the pictures are counted, and shown when they come
	primary     bool     // the rendition at the source's size is there without a --rung
}

// Run streams the input.
func (c *streamCmd) Run(e *env) error {
	if err := c.readParams(); err != nil {
		return err
	}
	if c.Input == "" {
		return usagef("what to stream? (want an INPUT, or --params with -video_source)")
	}
	if err := c.contradictions(); err != nil {
		return err
	}
	for _, text := range c.idle() {
		e.log.Warn(text)
	}
	src, err := c.openSource(e)
	if err != nil {
		return err
	}
	defer src.Close()
	o, err := c.options(e, src)
	if err != nil {
		return err
	}
	if !c.Copy {
		shape(&o, src)
	}
	s, err := framegear.NewContext(e.reading, c.Output, o)
	if err != nil {
		return err
	}
	defer s.Close()
	server, err := c.serve(e, s)
	if err != nil {
		return err
	}
	defer server.stop()
	status := newStatus(c, e, src)
	defer status.close()
	err = c.feed(e, src, s, status)
	if e.reading.Err() != nil && errors.Is(err, context.Canceled) {
		status.note("interrupted: finishing")
		err = nil
	}
	if err != nil {
		if late := s.Finish(e.ctx); !errors.Is(err, late) {
			err = errors.Join(err, late)
		}
		return c.explained(err)
	}
	if err := s.Finish(e.ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			return fmt.Errorf("stopped by a second interrupt; what was published stays playable")
		}
		return err
	}
	status.summary(s)
	server.linger(e, status)
	return s.Close()
}

// contradictions finds what no flag alone does wrong.
func (c *streamCmd) contradictions() error {
	ext := strings.ToLower(filepath.Ext(c.Output))
	switch {
	case c.Output == "" && c.Serve == "":
		return usagef("where to? (want -o OUT, or --serve ADDR)")
	case c.Name != "" && (ext == ".mpd" || ext == ".m3u8"):
		return usagef("--name %s and -o %s both name the manifests (want one of them)", c.Name, c.Output)
	case c.Copy && c.Duration > 0:
		return usagef("--copy passes all of the input on (leave out --duration, or cut the input)")
	case c.Duration < 0:
		return usagef("--duration %s (want for example 10s)", c.Duration)
	case c.MaxGap <= 0:
		return usagef("--max-gap %s (want more than none, for example 10s)", c.MaxGap)
	}
	if c.Serve == "" {
		return nil
	}
	return checkAddress("--serve", c.Serve)
}

// idle names the flags that were given and change nothing.
func (c *streamCmd) idle() (texts []string) {
	raw := c.Input == "-"
	for _, of := range []struct {
		flags string
		used  bool
		needs string
	}{
		{"window extra-window target-latency stall utc-timing", c.Live || c.LowLatency, "--live"},
		{"part", c.LowLatency, "--low-latency"},
		{"tls-cert tls-key token title cors host max-per-address", c.Serve != "", "--serve"},
		{"size", raw || strings.HasPrefix(c.Input, "test:"), "the input test: or -"},
		{"pix-fmt", raw, "the input -"},
	} {
		for flag := range strings.FieldsSeq(of.flags) {
			if !of.used && slices.Contains(c.given, flag) {
				texts = append(texts, fmt.Sprintf("--%s does nothing without %s", flag, of.needs))
			}
		}
	}
	return texts
}

// feed passes pictures on until the source ends, or returns context.Canceled when the first interrupt comes.
func (c *streamCmd) feed(e *env, src source, s *framegear.Stream, status *status) error {
	var f framegear.Frame
	if _, ok := src.(*soundSource); ok {
		defer status.follow(s)()
		return s.PlayAudio(e.reading, c.Duration)
	}
	if c.Copy {
		return c.copyInput(e, src, s, status)
	}
	pace := newPacer(c.Live || c.LowLatency || c.Clock == framegear.ClockWall && ready(src), waits(src))
	for n := 0; ; n++ {
		switch err := src.Read(&f); {
		case errors.Is(err, io.EOF) && n == 0:
			return fmt.Errorf("input %s: it has no pictures", c.Input)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		due := pace.offset(src.Timebase(), f.PTS)
		at := due
		if c.wall {
			at = pace.elapsed()
		}
		if c.Duration > 0 && at >= c.Duration {
			return nil
		}
		if err := pace.wait(e.reading, due); err != nil {
			return err
		}
		if err := writeSound(src, s); err != nil {
			return err
		}
		switch err := s.WriteFrame(&f); {
		case err == nil || errors.Is(err, framegear.ErrDropped):
		default:
			return err
		}
		status.update(at, s)
	}
}

func (c *streamCmd) options(e *env, src source) (framegear.Options, error) {
	if c.Params != "" {
		return c.gearOptions(e, src)
	}
	rate := framegear.Rate(c.FPS)
	if !rate.Known() {
		rate = src.FrameRate()
	}
	segment, err := c.segment(rate)
	if err != nil {
		return framegear.Options{}, err
	}
	o := framegear.Options{
		FrameRate: rate, Timebase: src.Timebase(), Upscale: c.Upscale, Codec: c.Encoder, Preset: c.Preset, Tune: c.Tune,
		Profile: c.Profile, CRF: float64(c.CRF), BFrames: c.BFrames, Extra: c.Option, SegmentDuration: segment,
		Name: c.Name, Rescale: c.Rescale, RescaleMode: c.RescaleMode, EveryPixel: c.Every, Logger: e.log,
		Format: c.Format, Container: c.Container, Clock: c.clock(src, c.Live || c.LowLatency), MaxGap: c.MaxGap, Filter: c.Filter, Aspect: framegear.Rate(c.Aspect), ClearPrevious: c.Clear,
	}
	c.hardwareFlags.apply(&o)
	c.outageFlags.apply(&o)
	if err := c.liveOptions(&o); err != nil {
		return o, err
	}
	if err := c.sound(e, &o, src); err != nil {
		return o, err
	}
	if sound, ok := src.(*soundSource); ok {
		return o, c.soundOnly(&o, sound)
	}
	if o.KeyInterval, err = parseCount("--gop", c.GOP, o.FrameRate.Frame().Duration(1)); err != nil {
		return o, err
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

// segment returns the length of segments. Two seconds are not said by anybody, so a slower picture makes them longer.
func (c *streamCmd) segment(rate framegear.Rate) (time.Duration, error) {
	d, err := parseDuration("--segment", c.Segment)
	if err == nil && rate.Known() && !slices.Contains(c.given, "segment") {
		d = max(d, rate.Frame().Duration(1))
	}
	return d, err
}

func (c *streamCmd) liveOptions(o *framegear.Options) error {
	o.Live, o.LowLatency = c.Live || c.LowLatency, c.LowLatency
	o.Stall, o.Overload = c.Stall, c.Overload
	o.RemoveAtExit, o.BurnClock = c.RemoveAtExit, c.BurnClock
	if !o.Live {
		return nil
	}
	o.TargetLatency, o.UTCTiming = c.TargetLatency, c.UTCTiming
	if c.LowLatency {
		o.PartDuration = c.Part
	}
	var err error
	if o.Window, err = parseCount("--window", c.Window, o.SegmentDuration); err != nil {
		return err
	}
	o.ExtraWindow, err = parseCount("--extra-window", c.ExtraWindow, o.SegmentDuration)
	return err
}

// parseCount reads a number of units, a time, or "all".
func parseCount(flag, s string, unit time.Duration) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if s == "all" {
		return framegear.WindowAll, nil
	}
	if n, err := strconv.Atoi(s); err == nil && n > 0 && n < 1e6 {
		return time.Duration(n) * unit, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, usagef("%s %q (want a number, or a time such as 10s)", flag, s)
	}
	return d, nil
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
		o.Ladder, c.primary = append(framegear.Ladder{{}}, o.Ladder...), true
	}
	return nil
}

// explained says where a rendition comes from that nobody asked for.
func (c *streamCmd) explained(err error) error {
	if c.primary && errors.Is(err, framegear.ErrLadder) && strings.Contains(err.Error(), "is the same as v0 ") {
		return fmt.Errorf("%w (v0 is the source's own size: --no-primary leaves it out)", err)
	}
	return err
}

// parseDuration reads "2s" or plain seconds, more than none.
func parseDuration(flag, s string) (time.Duration, error) {
	d, err := readDuration(s)
	if err != nil || d <= 0 {
		return 0, usagef("%s %q (want for example 2s or 0.5)", flag, s)
	}
	return d, nil
}
