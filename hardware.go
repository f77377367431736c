package framegear

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// CodecAuto as Options.Codec takes a hardware H.264 encoder that works here, tried with real frames, else libx264.
const CodecAuto = "auto"

// ErrHardware is wrapped by every error about hardware that cannot be used; the error says why and what to do.
var ErrHardware = encoder.ErrDevice

// HWPolicy says what becomes of hardware encoders that do not work.
type HWPolicy uint8

// The policies.
const (
	// HWPrefer goes on in software, with a warning and an event, at the start and, for H.264 and HEVC, in mid-stream.
	HWPrefer HWPolicy = iota
	// HWRequire ends with an error wrapping ErrHardware, at the start and in mid-stream.
	HWRequire
	// HWOff uses no hardware: CodecAuto means libx264, and naming a hardware encoder is an error.
	HWOff
)

// EncoderInfo says that software encodes instead of hardware.
type EncoderInfo struct {
	// Rendition is the rung ("v1 640x360"), empty when it is about the whole ladder.
	Rendition string
	// From and To are libav's encoder names.
	From, To string
	// Reason is why, in words to act on.
	Reason string
}

// ladderDevice is the device of a stream, one for the whole ladder.
type ladderDevice struct {
	chosen bool
	dev    *encoder.Device
	// shallow says that it takes 8 bits only, though its encoders' kind knows more.
	shallow bool
}

func (d *ladderDevice) close(s *Stream) {
	if d.dev == nil {
		return
	}
	if err := d.dev.Close(); err != nil {
		s.opt.Logger.Warn("the device was given up", "device", d.dev.Path(), "err", err)
	}
	d.dev = nil
}

func (o *Options) validateHardware() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	if o.HW > HWOff || o.HWTimeout < 0 {
		bad("HW %d, HWTimeout %s (want one of HWPolicy's constants, 0 or more)", o.HW, o.HWTimeout)
	}
	names := o.codecNames()
	named := slices.IndexFunc(names, encoder.Hardware)
	switch {
	case o.HW == HWOff && named >= 0:
		bad("codec %s with HW off", names[named])
	case o.HW == HWRequire && named < 0 && !slices.Contains(names, CodecAuto):
		bad("HW require with software encoders alone (want %s or one of %v)", CodecAuto, slices.DeleteFunc(encoder.Built(), func(n string) bool { return !encoder.Hardware(n) }))
	}
	return errors.Join(errs...)
}

// codecNames returns the encoder of every rendition.
func (o *Options) codecNames() []string {
	first := cmp.Or(o.Codec, "libx264")
	if len(o.Ladder) == 0 {
		return []string{first}
	}
	names := make([]string, 0, len(o.Ladder))
	for _, r := range o.Ladder {
		names = append(names, cmp.Or(r.Codec, first))
	}
	return names
}

// chooseEncoders opens the device that the ladder needs, and settles what "auto" is and what software does instead.
func (s *Stream) chooseEncoders(f *Frame) error {
	o := &s.opt
	names := o.codecNames()
	if s.hw.chosen || !slices.Contains(names, CodecAuto) && !slices.ContainsFunc(names, encoder.Hardware) {
		return nil
	}
	chosen := "libx264"
	if o.HW != HWOff {
		hw, auto, err := o.openHardware(names, f)
		switch {
		case err == nil:
			s.hw, chosen = hw, cmp.Or(auto, chosen)
			if hw.shallow {
				s.warn(hw.dev.Path() + ": its driver encodes 8 bits only: the pictures' further bits are lost")
			}
		case errors.Is(err, encoder.ErrOptions):
			return fmt.Errorf("%w: %w", ErrLadder, err)
		case o.HW == HWRequire:
			return fmt.Errorf("framegear: %w", err)
		default:
			if err := s.withoutHardware(names, err); err != nil {
				return err
			}
		}
	}
	s.hw.chosen = true
	o.replaceCodec(CodecAuto, chosen)
	return nil
}

// openHardware returns the first device on which every hardware encoder of the ladder works, tried at the largest size, and what
// "auto" is there.
func (o *Options) openHardware(names []string, f *Frame) (d ladderDevice, auto string, err error) {
	kinds, err := o.kinds(names)
	if err != nil {
		return d, "", err
	}
	var errs []error
	for _, kind := range kinds {
		devices := encoder.Devices(kind)
		if o.HWDevice != "" {
			devices = []string{o.HWDevice}
		}
		if len(devices) == 0 {
			errs = append(errs, encoder.NoDevice(kind))
		}
		for _, name := range devices {
			d, auto, err := o.openDevice(kind, name, names, f)
			if err == nil {
				return d, auto, nil
			}
			errs = append(errs, err)
		}
	}
	return d, "", errors.Join(errs...)
}

// kinds returns the kinds of device that would do for the ladder, the best first.
func (o *Options) kinds(names []string) ([]string, error) {
	kinds := encoder.Kinds()
	for _, name := range names {
		if kind := encoder.DeviceKind(name); kind != "" {
			kinds = slices.DeleteFunc(kinds, func(k string) bool { return k != kind })
		}
	}
	if o.HWDevice != "" {
		kinds = slices.DeleteFunc(kinds, func(k string) bool { return !encoder.IsDevice(k, o.HWDevice) })
	}
	if len(kinds) > 0 {
		return kinds, nil
	}
	named := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !encoder.Hardware(n) })
	if o.HWDevice != "" {
		return nil, &encoder.DeviceError{Path: o.HWDevice, Reason: fmt.Sprintf("%s: no encoder of this build runs on such a device %v (framegear probe lists both)", o.HWDevice, named)}
	}
	return nil, &encoder.DeviceError{Reason: fmt.Sprintf("no device runs %v: one ladder, one kind of device, whose encoders this build has (framegear probe lists them)", named)}
}

func (o *Options) openDevice(kind, name string, names []string, f *Frame) (d ladderDevice, auto string, err error) {
	dev, err := encoder.OpenDevice(kind, name, o.HWTimeout)
	if err != nil {
		return d, "", err
	}
	d.dev = dev
	if auto, err = o.tryOn(&d, names, f); err != nil {
		_ = dev.Close()
	}
	return d, auto, err
}

// tryOn tries the ladder's hardware encoders on a device with real frames, at the depth of the frames where that works.
func (o *Options) tryOn(d *ladderDevice, names []string, f *Frame) (auto string, err error) {
	try := func(o *Options, name string, layout scaler.Layout) error {
		return encoder.Try(o.trial(d, name, f, layout), o.HWTimeout)
	}
	tried := map[string]bool{}
	for _, name := range names {
		if encoder.Hardware(name) && !tried[name] {
			tried[name] = true
			if err := try(o, name, scaler.NV12); err != nil {
				return "", err
			}
			d.shallow = d.shallow || f.Format.Bits() > 8 && encoder.MaxBits(name) > 8 && try(o, name, scaler.P010) != nil
		}
	}
	if !slices.Contains(names, CodecAuto) {
		return "", nil
	}
	for _, name := range encoder.Names() {
		if encoder.DeviceKind(name) == d.dev.Kind() && encoder.Available(name) && encoder.Format(name) == media.CodecH264 {
			with := *o
			with.replaceCodec(CodecAuto, name)
			if err = try(&with, name, scaler.NV12); err == nil {
				return name, nil
			}
			if errors.Is(err, encoder.ErrOptions) { // that it does not know what was asked of "auto" is a reason, not a fault
				err = &encoder.DeviceError{Path: d.dev.Path(), Reason: d.dev.Path() + ": " + err.Error(), Err: err}
			}
		}
	}
	return "", err
}

// trial returns what the largest rendition with a hardware encoder asks of it.
func (o *Options) trial(d *ladderDevice, name string, f *Frame, layout scaler.Layout) encoder.Options {
	src := sourceSpec{layout: layout}
	src.width, src.height = scaler.Even(f.Width, f.Height)
	g := rung{layout: layout, color: media.OutputColor(src.height)}
	ladder := o.Ladder
	if len(ladder) == 0 {
		ladder = Ladder{{}}
	}
	names := o.codecNames()
	for i, r := range ladder {
		r.size(src)
		fits := o.Upscale || r.Width <= src.width && r.Height <= src.height
		if names[i] == name && fits && r.Width*r.Height > g.Width*g.Height {
			g.Rendition = r
		}
	}
	if g.Width == 0 { // no rendition is left, which others will say
		g.size(src)
	}
	g.Codec = name
	o.fillRung(&g.Rendition)
	opt := o.encoderOptions(&g)
	opt.Device, opt.SourceWidth, opt.SourceHeight, opt.Logger = d.dev, src.width, src.height, nil
	return opt
}

// withoutHardware puts software encoders in the place of the ladder's hardware encoders, and says so once.
func (s *Stream) withoutHardware(names []string, why error) error {
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		to := "libx264"
		if encoder.Hardware(name) {
			to = encoder.Software(encoder.Format(name))
		} else if name != CodecAuto {
			continue
		}
		if to == "" {
			return fmt.Errorf("framegear: %w (and this build has no software encoder for %s)", why, encoder.Format(name))
		}
		s.opt.replaceCodec(name, to)
		s.softwareInstead(EncoderInfo{From: name, To: to, Reason: reason(why)})
	}
	return nil
}

// reason is a hardware error without the words that all of them begin with. Where there are devices, what is said of others that are not
// there is left out.
func reason(err error) string {
	var there, all []string
	for _, d := range deviceErrors(err) {
		all = append(all, d.Reason)
		if d.Path != "" {
			there = append(there, d.Reason)
		}
	}
	switch {
	case len(all) == 0:
		return err.Error()
	case len(there) > 0:
		all = there
	}
	return strings.Join(all, "; ")
}

// deviceErrors returns the device errors of a tree, none of them inside another.
func deviceErrors(err error) (found []*encoder.DeviceError) {
	switch e := err.(type) { //nolint:errorlint // it walks the tree itself
	case *encoder.DeviceError:
		return []*encoder.DeviceError{e}
	case interface{ Unwrap() error }:
		return deviceErrors(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			found = append(found, deviceErrors(err)...)
		}
	}
	return found
}

// softwareInstead warns and tells whoever wants to know.
func (s *Stream) softwareInstead(info EncoderInfo) {
	text := info.From + " cannot be used"
	if info.From == CodecAuto {
		text = "no hardware encoder can be used"
	}
	if info.Rendition != "" {
		text = info.Rendition + ": " + text
		s.counters.replaced.Add(1)
	}
	s.warn(fmt.Sprintf("%s, %s encodes instead: %s", text, info.To, info.Reason))
	if s.opt.Events.SoftwareInstead != nil {
		s.opt.Events.SoftwareInstead(info)
	}
}

// replaceCodec puts one encoder in the place of another, without what only the other one understands.
func (o *Options) replaceCodec(from, to string) {
	common := o.Codec == from
	o.Ladder = slices.Clone(o.Ladder)
	for i := range o.Ladder {
		if r := &o.Ladder[i]; r.Codec == from || r.Codec == "" && common {
			r.Codec = to
			r.Preset, r.Tune = presetFor(from, to, cmp.Or(r.Preset, o.Preset)), tuneFor(from, to, cmp.Or(r.Tune, o.Tune))
			if encoder.Hardware(from) {
				r.Extra = nil
			}
		}
	}
	if !common {
		return
	}
	o.Codec = to
	o.Preset, o.Tune = presetFor(from, to, o.Preset), tuneFor(from, to, o.Tune)
	if encoder.Hardware(from) {
		o.Extra = nil
	}
}

// presetFor keeps a preset that the other encoder understands; what a device's numbers and names mean is its own.
func presetFor(from, to, preset string) string {
	if preset == PresetStreamGear || !encoder.Hardware(from) && encoder.TakesPreset(to, preset) {
		return preset
	}
	return ""
}

func tuneFor(from, to, tune string) string {
	if !encoder.Hardware(from) && encoder.TakesTune(to, tune) {
		return tune
	}
	return ""
}

// inputLayout returns the layout that pictures have: two planes where a device takes them. shallow is ladderDevice's.
func (o *Options) inputLayout(bits int, shallow bool) scaler.Layout {
	deep := bits > 8 && o.wantsDeepColor() && !shallow
	for _, name := range o.codecNames() {
		if encoder.Hardware(name) {
			if deep && !slices.ContainsFunc(o.codecNames(), onlyEightBitDevice) {
				return scaler.P010
			}
			return scaler.NV12
		}
	}
	if deep {
		return scaler.I42010
	}
	return scaler.I420
}

func onlyEightBitDevice(name string) bool {
	return encoder.Hardware(name) && encoder.MaxBits(name) == 8
}

// hardware reports whether the rung is encoded on a device.
func (g *rung) hardware() bool { return encoder.Hardware(g.Codec) }

// fitDevice settles layout and colour: pictures go to a device as the source's are, and scaling there keeps their matrix, since drivers
// differ in whether they would convert it.
func (g *rung) fitDevice(src sourceSpec) {
	switch {
	case g.hardware():
		g.layout, g.color = src.layout, src.color
	case g.layout == scaler.NV12:
		g.layout = scaler.I420
	case g.layout == scaler.P010:
		g.layout = scaler.I42010
	}
}
