package streamgear

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/framegear/framegear"
)

func isList(v any) bool {
	switch v.(type) {
	case []any, []map[string]any, []map[string]string:
		return true
	}
	return false
}

func listOf(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []map[string]any:
		return anys(v)
	case []map[string]string:
		return anys(v)
	}
	return nil
}

func anys[T any](list []T) []any {
	all := make([]any, len(list))
	for i, e := range list {
		all[i] = e
	}
	return all
}

// streamKeys are a stream's own attributes; besides them every option of an encoder is taken for its rendition.
var streamKeys = map[string]bool{"-resolution": true, "-video_bitrate": true, "-framerate": true, "-audio_bitrate": true}

// addStreams makes a rendition of each stream, after the primary one. A stream that cannot be one is left out, as StreamGear
// does, with a warning.
func (c *converter) addStreams() {
	c.rungs = []framegear.Rendition{{}}
	for i, s := range listOf(c.streams) {
		m, ok := attributesOf(s)
		if !ok {
			c.warn("-streams: stream %d is left out: %s (want attributes such as -resolution)", i, shown(s))
			continue
		}
		r, err := c.stream(m)
		if err != nil {
			c.warn("-streams: stream %d is left out: %v", i, err)
			continue
		}
		if slices.ContainsFunc(c.rungs[1:], func(o framegear.Rendition) bool {
			return o.Width == r.Width && o.Height == r.Height && o.Bitrate == r.Bitrate && o.FrameRate == r.FrameRate
		}) {
			c.warn("-streams: stream %d is left out: another one has the same size, bit rate and frame rate", i)
			continue
		}
		c.rungs = append(c.rungs, r)
		c.streamOptions(m, len(c.rungs)-1)
	}
}

// stream reads what StreamGear knows of a stream.
func (c *converter) stream(m map[string]any) (r framegear.Rendition, err error) {
	var ok bool
	if r.Width, r.Height, ok = sizeOf(trimmed(m["-resolution"])); !ok {
		return r, fmt.Errorf("-resolution %s (want for example 1280x720)", shown(m["-resolution"]))
	}
	if v, given := m["-video_bitrate"]; given {
		if r.Bitrate, ok = bitrateOf(trimmed(v)); !ok {
			c.warn("-streams: -video_bitrate %s is not used (want %s)", shown(v), wantBits)
			r.Bitrate = 0
		}
	}
	if v, given := m["-framerate"]; given {
		if r.FrameRate, ok = rateOf(trimmed(v)); !ok {
			c.warn("-streams: -framerate %s is not used (want a frame rate such as 30)", shown(v))
			r.FrameRate = framegear.Rate{}
		}
	}
	if r.Bitrate == 0 && !r.FrameRate.Known() {
		return r, fmt.Errorf("neither -video_bitrate nor -framerate says what it may cost")
	}
	if v, given := m["-audio_bitrate"]; given {
		c.sound.streamBitrate(c, v)
	}
	return r, nil
}

// streamOptions gives a stream's other attributes to its rendition.
func (c *converter) streamOptions(m map[string]any, rung int) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		name, v := strings.TrimSpace(name), trimmed(m[name])
		if streamKeys[name] {
			continue
		}
		if codecTable[canonical(name)] == nil && attributes[canonical(name)] != nil {
			c.warn("-streams: %s is for all renditions, not for one; give it beside -streams", name)
			continue
		}
		c.set(name, v, rung)
	}
}

// canonical is the name that the table has for a name without stream specifier.
func canonical(name string) string {
	name, _, _ = strings.Cut(name, ":")
	if a, ok := aliases[name]; ok {
		return a
	}
	return name
}

// aspects warns about renditions of another shape than the primary one's, where that is known.
func (c *converter) aspects() {
	p := c.rungs[0]
	if p.Width == 0 || p.Height == 0 {
		return
	}
	for i, r := range c.rungs[1:] {
		if d := float64(r.Width*p.Height)/float64(r.Height*p.Width) - 1; math.Abs(d) >= 0.02 {
			c.warn("-streams: stream %d of %dx%d has another shape than the primary one; players are told the right aspect ratio", i, r.Width, r.Height)
		}
	}
}
