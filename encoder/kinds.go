package encoder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// kind is what the package knows of one kind of device. All kinds go the same way: find, check, open, upload, scale, encode.
type kind struct {
	// devices returns what there is on a machine, by names as OpenDevice takes them, and none says why that is nothing.
	devices func(m machine) []string
	none    string
	// prefix begins the names of devices of this kind.
	prefix string
	// check finds out without the driver's help why a device cannot be used, and explain says it after the driver failed.
	check   func(m machine, device string) error
	explain func(m machine, device string, err error) string
	// driver names the driver where libav cannot.
	driver func(m machine) string
	// inMemory says that the encoders take pictures from memory, and that libav opens no device for them.
	inMemory bool
	// ownSets says that drivers may write other parameter sets than libavcodec tells.
	ownSets bool
	// setsAside says that memory for references has to be there before the encoder wants it.
	setsAside bool

	// options maps options to libav's names, without rate control.
	options func(o *Options) map[string]string
	// rates returns the ways of rate control that keep what the options promise, the best first; empty when there is none.
	rates func(o *Options) []rateControl
	// presets and tunes are the names that there are. Presets that are numbers of the driver's own meaning are "numbers".
	presets, tunes []string
}

// rateControl is one way to ask a device for size or quality, in libav's options.
type rateControl map[string]string

// numbers is the list of presets that are numbers.
var numbers = []string{"a number: its driver's quality level"}

// kindNames are the kinds in the order in which they are tried where any will do.
var kindNames = []string{"vaapi", "cuda", "qsv", "amf", "videotoolbox", "v4l2m2m"}

// kinds are the kinds of device by libav's names for them. What of it works where is in the README's table.
var kinds = map[string]*kind{
	"vaapi": {
		devices: machine.renderNodes, none: noRenderNode, prefix: "/dev/", check: machine.checkNode, explain: machine.explainVAAPI,
		ownSets: true, setsAside: true, options: optionsVAAPI, rates: ratesVAAPI, presets: numbers,
	},
	"cuda": {
		devices: machine.nvidiaDevices, none: noNVIDIA, prefix: "cuda:", check: machine.checkNVIDIA, explain: machine.explainNVIDIA,
		driver: machine.nvidiaDriver, options: optionsNVENC, rates: ratesNVENC,
		presets: []string{"p1", "p2", "p3", "p4", "p5", "p6", "p7", "fast", "medium", "slow"}, tunes: []string{"hq", "ll", "ull"},
	},
	"qsv": {
		devices: machine.renderNodes, none: noRenderNode, prefix: "/dev/", check: machine.checkNode, explain: plainly,
		options: optionsQSV, rates: ratesQSV,
		presets: []string{"veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"},
	},
	"amf": {
		devices: only("amf"), prefix: "amf", check: unchecked, explain: plainly, options: optionsAMF, rates: ratesAMF,
		presets: []string{"speed", "balanced", "quality"},
	},
	"videotoolbox": {
		devices: only("videotoolbox"), prefix: "videotoolbox", check: unchecked, explain: plainly,
		options: optionsVideoToolbox, rates: ratesVideoToolbox,
	},
	"v4l2m2m": {
		devices: machine.m2mDevices, none: noM2M, prefix: anyVideo, check: machine.checkM2M, explain: plainly, inMemory: true,
		options: optionsM2M, rates: ratesM2M,
	},
}

// Kinds returns libav's names of the kinds of device that encoders of this build run on, in the order in which they are to be tried.
func Kinds() []string {
	return slices.DeleteFunc(slices.Clone(kindNames), func(kind string) bool {
		return !slices.ContainsFunc(Names(), func(name string) bool { return DeviceKind(name) == kind && Available(name) })
	})
}

// Devices returns the machine's devices of a kind by their names ("/dev/dri/renderD128", "cuda:0"), sorted; nil for an unknown kind.
func Devices(kind string) []string {
	if k := kinds[kind]; k != nil {
		return k.devices(thisMachine)
	}
	return nil
}

// NoDevice says in words to act on why the machine has no device of a kind.
func NoDevice(kind string) error {
	k := kinds[kind]
	if k == nil {
		return &DeviceError{Reason: fmt.Sprintf("there is no kind of device %q (want one of %v)", kind, kindNames)}
	}
	return &DeviceError{Reason: k.none}
}

// IsDevice reports whether a name is one of a device of a kind, whether it is there or not.
func IsDevice(kind, name string) bool {
	k := kinds[kind]
	return k != nil && strings.HasPrefix(name, k.prefix) && (k.inMemory || !strings.HasPrefix(name, "/dev/video"))
}

// TakesPreset reports whether an encoder knows a preset of that name. An empty one is the default of all.
func TakesPreset(encoder, preset string) bool {
	c := codecs[encoder]
	if k := kinds[c.device]; k != nil {
		return k.takes(k.presets, preset)
	}
	return preset == "" || c.presets == nil || slices.Contains(c.presets, preset) || isNumberBelow(preset, len(c.presets))
}

// TakesTune reports whether an encoder knows a tune of that name. An empty one is the default of all.
func TakesTune(encoder, tune string) bool {
	c := codecs[encoder]
	if k := kinds[c.device]; k != nil {
		return k.takes(k.tunes, tune)
	}
	unknown := func(name string) bool { return !slices.Contains(c.tunes, name) }
	return tune == "" || c.tunes == nil || !slices.ContainsFunc(strings.Split(tune, ","), unknown)
}

func (k *kind) takes(names []string, name string) bool {
	if len(names) > 0 && names[0] == numbers[0] {
		return name == "" || isNumberBelow(name, 1<<16)
	}
	return name == "" || slices.Contains(names, name)
}

func isNumberBelow(s string, limit int) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n < limit
}

// only is for kinds with one device, which has no name.
func only(name string) func(machine) []string {
	return func(machine) []string { return []string{name} }
}

func unchecked(machine, string) error { return nil }

// plainly repeats what libav said.
func plainly(_ machine, device string, err error) string { return fmt.Sprintf("%s: %v", device, err) }

// argument is what libav opens a device by: the part behind the kind, the path, or nothing.
func (k *kind) argument(device string) string {
	if strings.HasPrefix(device, "/") {
		return device
	}
	_, arg, _ := strings.Cut(device, ":")
	return arg
}
