package encoder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// ProbeOptions say what encoders are tried with.
type ProbeOptions struct {
	// Width and Height of the frames in pixels, even. Zero means 1280x720.
	Width, Height int
	// Frames is how many frames are encoded. Zero means 12.
	Frames int
	// Devices are tried with the hardware encoders of their kind, by names of [Devices]. Nil means all of the machine.
	Devices []string
	// Encoders are the ones to try. Nil means all.
	Encoders []string
	// Limit is how long a call into a driver may take. Zero means DefaultLimit.
	Limit time.Duration
}

// ProbeResult is what became of trying one encoder, on one device if it is a hardware encoder.
type ProbeResult struct {
	Encoder string      `json:"encoder"`
	Codec   media.Codec `json:"codec"`
	// Device is the path of the device and Driver what its driver calls itself.
	Device string `json:"device,omitempty"`
	Driver string `json:"driver,omitempty"`
	// Bits is the most per sample: tried on devices, known of software.
	Bits  int  `json:"bits"`
	Works bool `json:"works"`
	// Reason is why it does not work, in words to act on.
	Reason string `json:"reason,omitempty"`
	// OpenMilliseconds is how long opening took and FramesPerSecond the speed on the tried frames, with one thread in software: orders of
	// magnitude.
	OpenMilliseconds float64 `json:"openMilliseconds,omitempty"`
	FramesPerSecond  float64 `json:"framesPerSecond,omitempty"`
}

func (o ProbeOptions) withDefaults() ProbeOptions {
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 1280, 720
	}
	if o.Frames == 0 {
		o.Frames = 12
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.Encoders == nil {
		o.Encoders = Names()
	}
	return o
}

// Probe tries every encoder of [Names] with real frames: software once, hardware on every device. Those that this build does not have
// come last.
func Probe(ctx context.Context, o ProbeOptions) []ProbeResult {
	o = o.withDefaults()
	var results, missing []ProbeResult
	hardware := map[string][]string{}
	for _, name := range o.Encoders {
		switch kind := DeviceKind(name); {
		case ctx.Err() != nil:
			return results
		case !Available(name):
			missing = append(missing, notInThisBuild(name))
		case kind != "":
			hardware[kind] = append(hardware[kind], name)
		default:
			r := ProbeResult{Encoder: name, Codec: Format(name), Bits: MaxBits(name)}
			r.tried(try(o.encoder(name, nil), o))
			results = append(results, r)
		}
	}
	for _, kind := range kindNames {
		if names := hardware[kind]; len(names) > 0 {
			results = append(results, probeKind(ctx, kind, names, o)...)
		}
	}
	return append(results, missing...)
}

// probeKind tries the hardware encoders of one kind on every device of that kind.
func probeKind(ctx context.Context, kind string, names []string, o ProbeOptions) []ProbeResult {
	var results []ProbeResult
	devices := o.devices(kind)
	if len(devices) == 0 && len(o.Devices) == 0 {
		for _, name := range names {
			r := ProbeResult{Encoder: name, Codec: Format(name), Bits: MaxBits(name)}
			r.fail(NoDevice(kind))
			results = append(results, r)
		}
	}
	for _, device := range devices {
		if ctx.Err() == nil {
			results = append(results, probeDevice(ctx, device, names, o)...)
		}
	}
	return results
}

// devices returns the devices of a kind that are to be tried.
func (o ProbeOptions) devices(kind string) []string {
	if o.Devices == nil {
		return Devices(kind)
	}
	return slices.DeleteFunc(slices.Clone(o.Devices), func(name string) bool { return !IsDevice(kind, name) })
}

func notInThisBuild(name string) ProbeResult {
	r := ProbeResult{Encoder: name, Codec: Format(name), Bits: MaxBits(name), Reason: "this build of libav does not have it"}
	if r.Codec == "" {
		r.Reason = fmt.Sprintf("no such encoder (want one of %v)", Built())
	}
	return r
}

// probeDevice tries the hardware encoders on one device.
func probeDevice(ctx context.Context, path string, names []string, o ProbeOptions) []ProbeResult {
	var results []ProbeResult
	var dev *Device
	var broken error
	for _, name := range names {
		r := ProbeResult{Encoder: name, Codec: Format(name), Device: path, Bits: MaxBits(name)}
		if dev == nil && broken == nil {
			if dev, broken = OpenDevice(DeviceKind(name), path, o.Limit); broken == nil {
				defer dev.Close()
			}
		}
		if broken != nil {
			r.fail(broken)
		} else if ctx.Err() != nil {
			break
		} else {
			r.Driver = dev.Driver()
			r.tryDepths(o, dev)
		}
		results = append(results, r)
	}
	return results
}

// tryDepths tries 8 bit and, where the encoder knows it, 10.
func (r *ProbeResult) tryDepths(o ProbeOptions, dev *Device) {
	opt := o.encoder(r.Encoder, dev)
	r.tried(try(opt, o))
	if !r.Works || r.Bits == 8 {
		return
	}
	opt.Layout = av.LayoutP010
	if _, _, err := try(opt, o); err != nil {
		r.Bits = 8
	}
}

func (r *ProbeResult) tried(opening, encoding time.Duration, err error) {
	if err != nil {
		r.fail(err)
		return
	}
	r.Works = true
	r.OpenMilliseconds = float64(opening.Microseconds()) / 1000
	r.FramesPerSecond = 1 / max(encoding.Seconds(), 1e-9)
}

func (r *ProbeResult) fail(err error) {
	r.Reason = err.Error()
	if e, ok := errors.AsType[*DeviceError](err); ok {
		r.Reason = e.Reason
	}
}

func (o ProbeOptions) encoder(name string, dev *Device) Options {
	opt := Options{
		Codec: name, Device: dev, Width: o.Width, Height: o.Height, FrameRate: media.FPS(30), Timescale: 90_000, Threads: 1,
		LowLatency: true, Color: media.OutputColor(o.Height),
	}
	if dev != nil { // a quality alone is not what every device can promise
		opt.Bitrate = int64(o.Width) * int64(o.Height) * 3
	}
	return opt
}

// Try encodes a few frames with the options' encoder and returns nil when all came out. Errors about devices are DeviceErrors.
func Try(o Options, limit time.Duration) error {
	_, _, err := try(o, ProbeOptions{Frames: 3, Limit: cmp.Or(limit, DefaultLimit)})
	return err
}

// anEncoder is what probing needs of Encoder and Guarded.
type anEncoder interface {
	Encode(pic *Picture, pts, duration int64, key bool, emit func(*Packet) error) error
	Flush(emit func(*Packet) error) error
}

// try encodes frames and returns how long opening and each frame took.
func try(opt Options, o ProbeOptions) (opening, perFrame time.Duration, err error) {
	opt = opt.withDefaults()
	started := time.Now()
	var e anEncoder
	if Hardware(opt.Codec) {
		g, err := NewGuarded(opt, o.Limit)
		if err != nil {
			return 0, 0, err
		}
		defer g.Close()
		e = g
	} else {
		s, err := New(opt)
		if err != nil {
			return 0, 0, err
		}
		defer s.Close()
		e = s
	}
	opening = time.Since(started)
	started = time.Now()
	if err := tryFrames(e, opt, o.Frames); err != nil {
		return 0, 0, err
	}
	return opening, time.Since(started) / time.Duration(o.Frames), nil
}

func tryFrames(e anEncoder, opt Options, frames int) error {
	pool, err := av.NewPool(opt.SourceWidth, opt.SourceHeight, opt.Layout, opt.Color)
	if err != nil {
		return err
	}
	defer pool.Close()
	packets := 0
	emit := func(*Packet) error { packets++; return nil }
	for i := range int64(frames) {
		if err := tryFrame(e, pool, i, emit); err != nil {
			return err
		}
	}
	if err := e.Flush(emit); err != nil {
		return err
	}
	if packets != frames {
		return fmt.Errorf("%d of %d frames came out", packets, frames)
	}
	return nil
}

func tryFrame(e anEncoder, pool *av.Pool, n int64, emit func(*Packet) error) error {
	pic, err := pool.Get()
	if err != nil {
		return err
	}
	defer pic.Release()
	planes := 3
	if l := pic.Layout(); l == av.LayoutNV12 || l == av.LayoutP010 {
		planes = 2
	}
	for plane := range planes {
		p := pic.Plane(plane)
		for i := range p {
			p[i] = byte(i) + byte(n)*3
		}
	}
	return e.Encode(pic, n*3000, 3000, n == 0, emit)
}
