package streamgear

import (
	"cmp"
	"fmt"
	"maps"
	"strings"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/nearest"
)

// attribute is one row of the table: what StreamGear or ffmpeg calls it and what becomes of it here.
type attribute struct {
	// want is what a right value looks like.
	want string
	// take carries the value out, for one rendition or for all (-1). False: the value is of another kind and the default stays.
	take func(c *converter, v any, rung int) bool
	// note is the warning about an attribute that means something else here, or nothing.
	note string
}

// attributes are all names with a meaning of their own; docs/from-streamgear.md has a row for each.
var attributes map[string]*attribute

func init() {
	attributes = map[string]*attribute{}
	for _, table := range []map[string]*attribute{constructorTable, exclusiveTable, codecTable, dashTable, hlsTable, ffmpegTable, soundTable} {
		maps.Copy(attributes, table)
	}
	for alias, name := range aliases {
		attributes[alias] = attributes[name]
	}
}

// aliases are ffmpeg's other names. A name with a stream specifier ("-crf:v:1") is found by the part before it.
var aliases = map[string]string{
	"-c:v": "-vcodec", "-codec": "-vcodec", "-c": "-vcodec", "-filter": "-vf", "-c:a": "-acodec", "-codec:a": "-acodec",
	"-vprofile": "-profile", "-vframes": "-frames", "-q": "-qscale", "-vtag": "-tag", "-ch_layout": "-channel_layout", "-ab": "-b:a", "-vb": "-b", "-g": "-gop", "-keyint": "-gop",
}

var constructorTable = map[string]*attribute{
	"output": {want: "a folder, a .mpd or .m3u8 file, or an http(s) URL", take: func(c *converter, v any, _ int) bool {
		s, ok := v.(string)
		if !ok || s == "" {
			c.fail("output: %s (want a folder, a .mpd or .m3u8 file, or an http(s) URL)", shown(v))
		}
		c.out.Output = s
		return true
	}},
	"format": {take: func(c *converter, v any, _ int) bool {
		c.setFormat("format", v)
		return true
	}},
	"logging":       {note: "what is logged, and where to, is Options.Logger (command: -v)"},
	"custom_ffmpeg": {note: "no ffmpeg program is used: libav is in this one"},
}

func (c *converter) setFormat(name string, v any) {
	s, ok := v.(string)
	f, err := framegear.ParseFormat(s)
	switch {
	case !ok:
		c.fail("%s: %s (want dash, hls or both)", name, shown(v))
	case err != nil:
		c.fail("%s%s", name, strings.TrimPrefix(err.Error(), "format"))
	}
	c.format = f
}

// gearMost is more segments, seconds or frames than anybody means; what they are multiplied with stays a time.Duration.
const gearMost = 1e6

// keep returns a take that stores a number from a limit to gearMost.
func keep(field func(c *converter) **float64, limit float64) func(*converter, any, int) bool {
	return func(c *converter, v any, _ int) bool {
		f, ok := atLeast(v, limit)
		if ok = ok && f <= gearMost; ok {
			*field(c) = &f
		}
		return ok
	}
}

// exclusiveTable are StreamGear's own attributes.
var exclusiveTable = map[string]*attribute{
	"-streams": {want: "a list of streams, each with -resolution and -video_bitrate or -framerate", take: func(c *converter, v any, _ int) bool {
		c.streams = v
		return isList(v)
	}},
	"-livestream": {want: "true or false", take: func(c *converter, v any, _ int) bool {
		b, ok := boolean(v)
		c.live = b
		return ok
	}},
	"-input_framerate": {want: "frames per second, such as 30 or 29.97; 25 is taken", take: func(c *converter, v any, _ int) bool {
		if f, ok := number(v); ok && f == 0 {
			return true
		}
		r, ok := rateOf(v)
		if ok {
			c.rate = r
		}
		return ok
	}},
	"-video_source": {want: "a file or a URL", take: func(c *converter, v any, _ int) bool {
		s, ok := v.(string)
		if ok = ok && len(s) > 1; ok {
			c.out.Source = s
		}
		return ok
	}},
	"-gop": {want: "a number of frames; two seconds are taken", take: keep(func(c *converter) **float64 { return &c.gop }, 0)},
	"-bpp": {want: "0.001 or more; 0.1 is taken", take: func(c *converter, v any, _ int) bool {
		f, ok := atLeast(v, 0.001)
		if ok {
			c.out.Options.BitsPerPixel = f
		}
		return ok
	}},
	"-clear_prev_assets": {want: "true or false", take: func(c *converter, v any, _ int) bool {
		b, ok := boolean(v)
		c.out.Options.ClearPrevious = b
		return ok
	}},
	"-ffmpeg_download_path":      {note: "no ffmpeg program is used, so none is downloaded"},
	"-enable_force_termination":  {note: "Stream.Close stops at once and in bounded time; Stream.Finish with a context ends orderly"},
	"-disable_force_termination": {note: "it is WriteGear's; Stream.Close always ends in bounded time"},
	"-clones": {want: `a list of ffmpeg's arguments, such as ["-crf:v:1", "28"]`, take: func(c *converter, v any, rung int) bool {
		list, ok := words(v)
		if ok {
			c.splice(list, rung)
		}
		return ok
	}},
}

// splice reads raw arguments of an ffmpeg command line: names with a dash, each with one value or none.
func (c *converter) splice(list []string, rung int) {
	for i := 0; i < len(list); i++ {
		name := list[i]
		if !strings.HasPrefix(name, "-") {
			c.fail("-clones: %q has no name before it", name)
			continue
		}
		var v any = true
		if i+1 < len(list) && (!strings.HasPrefix(list[i+1], "-") || isNumber(list[i+1])) {
			i++
			v = list[i]
		}
		c.set(name, v, rung)
	}
}

func isNumber(s string) bool {
	_, ok := number(s)
	return ok
}

// text returns a take that stores a string of the encoder's.
func text(field func(r *framegear.Rendition) *string) func(*converter, any, int) bool {
	return func(c *converter, v any, rung int) bool {
		s, ok := scalar(v)
		c.each(rung, func(r *framegear.Rendition) { *field(r) = cmp.Or(*field(r), s) })
		return ok && s != ""
	}
}

// bits returns a take that stores a bit rate.
func bits(field func(r *framegear.Rendition) *int64) func(*converter, any, int) bool {
	return func(c *converter, v any, rung int) bool {
		n, ok := bitrateOf(v)
		if ok {
			c.each(rung, func(r *framegear.Rendition) { *field(r) = cmp.Or(*field(r), n) })
		}
		return ok
	}
}

const wantBits = "a bit rate such as 4000k or 4M"

// codecTable are the video encoder's.
var codecTable = map[string]*attribute{
	"-vcodec":  {want: "an encoder's name, or copy with -video_source", take: (*converter).setCodec},
	"-preset":  {want: "a preset of the encoder's, or streamgear", take: text(func(r *framegear.Rendition) *string { return &r.Preset })},
	"-tune":    {want: "a tuning of the encoder's", take: text(func(r *framegear.Rendition) *string { return &r.Tune })},
	"-profile": {want: "a profile of the encoder's", take: text(func(r *framegear.Rendition) *string { return &r.Profile })},
	"-crf": {want: "a quality from 0 to 63", take: func(c *converter, v any, rung int) bool {
		f, ok := number(v)
		if ok = ok && f >= 0 && f <= 63; ok {
			if f == 0 {
				f = encoder.Lossless
			}
			c.each(rung, func(r *framegear.Rendition) { r.CRF = cmp.Or(r.CRF, f) })
		}
		return ok
	}},
	"-bf": {want: "0 to 16", take: func(c *converter, v any, rung int) bool {
		f, ok := number(v)
		if ok = ok && f >= 0 && f <= 16; ok {
			n := int(f)
			if n == 0 {
				n = encoder.NoBFrames
			}
			c.each(rung, func(r *framegear.Rendition) { r.BFrames = cmp.Or(r.BFrames, n) })
		}
		return ok
	}},
	"-b":       {want: wantBits, take: bits(func(r *framegear.Rendition) *int64 { return &r.Bitrate })},
	"-maxrate": {want: wantBits, take: bits(func(r *framegear.Rendition) *int64 { return &r.MaxBitrate })},
	"-bufsize": {want: "a size such as 8000k or 8M", take: bits(func(r *framegear.Rendition) *int64 { return &r.BufferSize })},
	"-threads": {want: "0 to 128", take: func(c *converter, v any, rung int) bool {
		f, ok := number(v)
		if ok = ok && f >= 0 && f <= 128; ok {
			c.each(rung, func(r *framegear.Rendition) { r.Threads = cmp.Or(r.Threads, int(f)) })
		}
		return ok
	}},
	"-s": {want: "a size such as 1280x720", take: func(c *converter, v any, rung int) bool {
		w, h, ok := sizeOf(v)
		if ok {
			c.each(max(rung, 0), func(r *framegear.Rendition) { r.Width, r.Height = w, h })
		}
		return ok
	}},
	"-r": {want: "a frame rate", take: func(c *converter, v any, rung int) bool {
		rate, ok := rateOf(v)
		if ok {
			c.each(rung, func(r *framegear.Rendition) { r.FrameRate = cmp.Or(r.FrameRate, rate) })
		}
		return ok
	}},
	"-vf": {want: "a chain of filters", take: (*converter).setFilter},
	"-aspect": {want: "an aspect ratio such as 16:9", take: func(c *converter, v any, _ int) bool {
		r, ok := ratioOf(v)
		if ok {
			c.out.Options.Aspect = r
		}
		return ok
	}},
	"-sc_threshold": {want: "0", take: func(_ *converter, v any, _ int) bool { f, ok := number(v); return ok && f == 0 }},
	"-keyint_min":   {note: "key frames are at the same instants in all renditions, -gop frames apart, and nowhere else"},
	"-pix_fmt": {want: "yuv420p; frames with more than 8 bits per sample make 10-bit streams by themselves where the encoder can",
		take: func(_ *converter, v any, _ int) bool { return v == "yuv420p" }},
}

var noFilter = map[string]bool{"format=yuv420p": true, "format=pix_fmts=yuv420p": true, "null": true}

// setFilter leaves out what the pipeline does anyway: the conversion to 4:2:0, and the upload of a hardware encoder.
func (c *converter) setFilter(v any, rung int) bool {
	s, ok := v.(string)
	if !ok || s == "" {
		return false
	}
	if i := strings.Index(s, "hwupload"); i >= 0 {
		c.warn("-vf: hwupload and the format before it are left out: hardware encoders get their pictures where they need them")
		s = strings.TrimRight(s[:i], ",")
		if j := strings.LastIndex(s, ","); strings.HasPrefix(s[j+1:], "format=") {
			s = s[:max(j, 0)]
		}
	}
	if s == "" || noFilter[s] {
		return true
	}
	if rung < 0 {
		c.out.Options.Filter = s
		return true
	}
	c.each(rung, func(r *framegear.Rendition) { r.Filter = s })
	return true
}

// setCodec takes the encoder of one rendition or of all.
func (c *converter) setCodec(v any, rung int) bool {
	s, ok := v.(string)
	switch {
	case !ok || s == "":
		return false
	case s == "copy":
		c.out.Copy = true // whether that is possible is known at the end
		return true
	case s == "libx264rgb":
		c.warn("-vcodec: libx264rgb makes streams that browsers do not play; libx264 is used")
		return true
	case encoder.Format(s) == "":
		hint := ""
		if near := nearest.Name(s, encoder.Names()); near != "" {
			hint = fmt.Sprintf(", did you mean %s", near)
		}
		c.fail("-vcodec: encoder %q (want one of %s%s)", s, strings.Join(encoder.Built(), " "), hint)
		return true
	}
	if rung < 0 {
		c.codec = s
	}
	c.each(rung, func(r *framegear.Rendition) { r.Codec = cmp.Or(r.Codec, s) })
	return true
}
