// Package streamgear reads the parameters of vidgear's StreamGear as [framegear.Options], so that a Python program's dictionary or JSON file
// can be taken as it is.
package streamgear

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/nearest"
)

// Params is what a StreamGear program says, in Framegear's terms.
type Params struct {
	// Output is for [New]: the parameter "output", empty when it was not given.
	Output string
	// Options are for [New].
	Options framegear.Options
	// Source is -video_source (Single-Source Mode), empty in Real-time Frames Mode.
	Source string
	// Copy is set when the source's packets are to be passed on as they are: -vcodec copy in Single-Source Mode.
	Copy bool
}

// ErrParams is wrapped by errors about StreamGear's parameters that cannot be carried out. Such errors wrap ErrOptions too.
var ErrParams = fmt.Errorf("%w: StreamGear parameter", framegear.ErrOptions)

// Parse reads the parameters of StreamGear's constructor: output, format, logging, custom_ffmpeg, and every attribute of
// stream_params ("-streams", "-livestream" …) with the names and types of its documentation, as encoding/json or Go code gives them.
// Other attributes are taken as options of libav's and go to the encoder or the container that has them. source is the frame
// rate of the pictures where that is known, zero otherwise; -input_framerate wins in Real-time Frames Mode.
//
// A value of the wrong kind is left out with a warning, as StreamGear does without one. An attribute that means something else
// here, or nothing, gives one warning that says what to use instead. What cannot be carried out is an error wrapping
// ErrParams, all of them at once; unknown attributes come with the nearest known name. params is not changed.
func Parse(params map[string]any, source framegear.Rate) (p Params, warnings []string, err error) {
	c := &converter{format: framegear.DASH, codec: "libx264", source: source}
	clean := make(map[string]any, len(params))
	for name, v := range params {
		clean[strings.TrimSpace(name)] = trimmed(v)
	}
	c.first(clean, "-vcodec", "-c:v", "-codec:v")
	for _, name := range slices.Sorted(maps.Keys(clean)) {
		c.set(name, clean[name], -1)
	}
	c.finish()
	return c.out, c.warnings, errors.Join(c.errs...)
}

// converter collects what the attributes say until all are known.
type converter struct {
	out      Params
	warnings []string
	errs     []error

	format       framegear.Format
	hlsPlaylists bool // -hls_playlist: the dash muxer's way to both formats
	codec        string
	source, rate framegear.Rate
	live         bool
	gop          *float64
	dashTime     *float64
	hlsTime      *float64
	window       *float64
	extraWindow  *float64
	listSize     *float64
	container    *framegear.Container
	inside       map[string]string // options of the segments' container
	streams      any
	settings     []setting
	rungs        []framegear.Rendition // primary first
	sound        gearSound
	partDuration *float64
}

// setting is something that is said of one rendition, or of all that do not say it themselves.
type setting struct {
	rung  int // -1 for all
	apply func(r *framegear.Rendition)
}

func (c *converter) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

func (c *converter) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%w %s", ErrParams, fmt.Sprintf(format, args...)))
}

// each applies a setting once all renditions are known.
func (c *converter) each(rung int, apply func(r *framegear.Rendition)) {
	c.settings = append(c.settings, setting{rung, apply})
}

// first handles an attribute that decides what others mean.
func (c *converter) first(params map[string]any, names ...string) {
	for _, name := range names {
		if v, ok := params[name]; ok {
			c.set(name, v, -1)
			delete(params, name)
		}
	}
}

// set carries out one attribute for a rendition (-1: all).
func (c *converter) set(name string, v any, rung int) {
	if strings.HasPrefix(name, "-core") {
		name = "-clones" // both splice raw arguments
	}
	a, spec := findAttribute(name)
	if a == nil {
		c.passThrough(name, v, rung)
		return
	}
	if n, ok := specRung(spec); !ok {
		c.fail("%s: stream specifier %q (want v, v:N or a)", name, spec)
		return
	} else if n >= 0 {
		rung = n
	}
	if a.note != "" {
		c.warn("%s: %s", name, a.note)
	}
	if a.take != nil && !a.take(c, v, rung) {
		c.warn("%s: %s is not used (want %s)", name, shown(v), a.want)
	}
}

// findAttribute looks a name up in the table, as it is and without its stream specifier.
func findAttribute(name string) (a *attribute, spec string) {
	if a := attributes[name]; a != nil {
		return a, ""
	}
	base, spec, _ := strings.Cut(name, ":")
	if a := attributes[base+":a"]; a != nil && (spec == "a" || strings.HasPrefix(spec, "a:")) {
		return a, ""
	}
	return attributes[base], spec
}

// specRung reads "", "v" and "v:N"; N counts the renditions, of which 0 is the primary one.
func specRung(spec string) (rung int, ok bool) {
	switch {
	case spec == "" || spec == "v":
		return -1, true
	case strings.HasPrefix(spec, "v:"):
		n, ok := number(spec[2:])
		return int(n), ok && n >= 0 && n == float64(int(n))
	}
	return -1, false
}

// passThrough gives an option of libav's to whoever has it.
func (c *converter) passThrough(name string, v any, rung int) {
	key, spec, _ := strings.Cut(strings.TrimPrefix(name, "-"), ":")
	n, ok := specRung(spec)
	if n >= 0 {
		rung = n
	}
	text, simple := scalar(v)
	switch {
	case !strings.HasPrefix(name, "-") || key == "":
		c.unknown(name)
	case !ok:
		c.fail("%s: stream specifier %q (want v or v:N)", name, spec)
	case !simple && c.knows(key):
		c.fail("%s: %s (want one value)", name, shown(v))
	case !simple:
		c.unknown(name)
	case slices.Contains(av.EncoderOptions(c.codec), key):
		c.each(rung, func(r *framegear.Rendition) { r.Extra = with(r.Extra, key, text) })
	case knows("mp4", key), knows("mpegts", key):
		c.inside = with(c.inside, key, text) // which of the two it is, is known at the end
	case slices.Contains(av.MuxerOptions("dash"), key), slices.Contains(av.MuxerOptions("hls"), key):
		c.warn("%s: libav's dash and hls muxers know it, but manifests and segment names are Framegear's own here", name)
	default:
		c.unknown(name)
	}
}

// knows reports whether somebody of libav's has an option.
func (c *converter) knows(key string) bool {
	return slices.Contains(slices.Concat(av.EncoderOptions(c.codec), av.MuxerOptions("dash"), av.MuxerOptions("hls")), key) || knows("mp4", key) || knows("mpegts", key)
}

// knows reports whether a container has an option.
func knows(container, key string) bool {
	return av.CheckMuxerOptions(container, map[string]string{key: ""}) == nil
}

func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

func (c *converter) unknown(name string) {
	known := slices.Sorted(maps.Keys(attributes))
	for _, o := range av.EncoderOptions(c.codec) {
		known = append(known, "-"+o)
	}
	hint := ""
	if near := nearest.Name(name, known); near != "" {
		hint = fmt.Sprintf(", did you mean %s", near)
	}
	c.fail("%s is unknown to StreamGear, to %s and to the containers%s", name, c.codec, hint)
}
