package framegear

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// Rendition is one rung of a ladder: one size and quality of the same pictures. The zero value is the source's own size at the
// default quality.
type Rendition struct {
	// Width and Height in pixels. Both zero: the source's size. One zero: computed from the source's aspect ratio. Odd sizes
	// become the next even ones. Another aspect ratio than the source's is kept right for viewers by the sample aspect ratio.
	Width, Height int
	// Bitrate is the average in bits per second; with CRF it is a cap. Zero with a FrameRate: FormulaBitrate. Zero
	// without: the default quality, capped by FormulaBitrate.
	Bitrate int64
	// MaxBitrate and BufferSize are the VBV buffer's, in bits per second and bits. Zero: derived from Bitrate.
	MaxBitrate, BufferSize int64
	// CRF is a constant quality on the encoder's own scale; encoder.Lossless for 0.
	CRF float64
	// FrameRate is the rendition's own. Zero: the stream's. Key frames stay at the stream's instants; a rate whose frames do not fit
	// evenly between them has a longer or shorter last frame there, and no B-frames.
	FrameRate Rate
	// Codec is libav's encoder name. Zero: Options.Codec.
	Codec string
	// Preset, Tune and Profile are the encoder's own. Zero: Options'.
	Preset, Tune, Profile string
	// Filter is a chain of libavfilter for this rendition alone, after scaling and Options.Filter.
	Filter string
	// BFrames is the number of B-frames, encoder.NoBFrames for none. Zero: the preset's.
	BFrames int
	// Threads of the encoder. Zero: shared out by size.
	Threads int
	// Extra are raw libav options of the encoder; unknown keys are errors. They win over Options.Extra.
	Extra map[string]string
}

// Ladder is the renditions of one stream. Nil is one rendition at the source's size.
type Ladder []Rendition

// DefaultBitsPerPixel is the factor of FormulaBitrate.
const DefaultBitsPerPixel = 0.1

// FormulaBitrate returns a bit rate from size and frame rate, width * height * bitsPerPixel * fps rounded to whole kbit/s: the rule that
// StreamGear uses.
func FormulaBitrate(width, height int, rate Rate, bitsPerPixel float64) int64 {
	return int64(math.RoundToEven(float64(width)*float64(height)*bitsPerPixel*rate.Float()/1000)) * 1000
}

// autoRungs are the shorter sides of [AutoLadder] with bit rates for H.264 at up to 30 frames per second.
var autoRungs = []struct {
	side    int
	bitrate int64
}{{2160, 12_000_000}, {1440, 7_500_000}, {1080, 4_800_000}, {720, 2_600_000}, {480, 1_200_000}, {360, 750_000}, {240, 400_000}}

// AutoLadder returns a ladder for a source: its own size and each usual height (of a portrait: width) that is at most three quarters of
// the one above, with bit rates for H.264. Rates above 30 frames per second get half as much again.
func AutoLadder(width, height int, rate Rate) Ladder {
	width, height = scaler.Even(width, height)
	scale := func(b int64) int64 {
		if rate.Float() > 31 {
			return b * 3 / 2
		}
		return b
	}
	ladder := Ladder{{Width: width, Height: height, Bitrate: scale(autoBitrate(width, height))}}
	short, long := min(width, height), max(width, height)
	above := short
	for _, r := range autoRungs {
		if r.side*4 > above*3 {
			continue
		}
		w, h := evenNear(float64(r.side)*float64(long)/float64(short)), r.side
		if height > width {
			w, h = h, w
		}
		ladder = append(ladder, Rendition{Width: w, Height: h, Bitrate: scale(autoBitrate(w, h))})
		above = r.side
	}
	return ladder
}

// autoBitrate interpolates the table by the number of pixels of a 16:9 picture.
func autoBitrate(width, height int) int64 {
	pixels := float64(width * height)
	best := autoRungs[len(autoRungs)-1]
	for _, r := range autoRungs {
		if float64(r.side*r.side)*16/9 <= pixels*1.001 {
			best = r
			break
		}
	}
	ratio := pixels / (float64(best.side*best.side) * 16 / 9)
	if math.Abs(ratio-1) < 0.02 { // 854x480 is meant by 480 lines
		return best.bitrate
	}
	return int64(math.Round(float64(best.bitrate)*math.Pow(ratio, 0.75)/1000)) * 1000
}

func evenNear(v float64) int { return 2 * int(math.Round(v/2)) }

// rung is a rendition with everything decided.
type rung struct {
	Rendition
	id     string
	sar    Rate
	color  Color
	hdr    HDR // where the colour is
	layout scaler.Layout
	parent int // index of the rung whose pictures it scales, -1 for the source's
}

// String names the rung in errors: "v1 640x360".
func (r *rung) String() string { return fmt.Sprintf("%s %dx%d", r.id, r.Width, r.Height) }

// sourceSpec is what the first frame decides.
type sourceSpec struct {
	width, height int // even
	color         Color
	hdr           HDR
	layout        scaler.Layout
	rgb           bool
}

func (src sourceSpec) spec() scaler.Spec {
	return scaler.Spec{Width: src.width, Height: src.height, Layout: src.layout, Color: src.color}
}

// resolve turns the ladder into rungs. Warnings are about rungs that were changed or left out.
func (o *Options) resolve(src sourceSpec) (rungs []rung, warnings []string, err error) {
	ladder := o.Ladder
	if len(ladder) == 0 {
		ladder = Ladder{{}}
	}
	var errs []error
	for i, r := range ladder {
		g, warn, err := o.resolveRung(i, r, src)
		if warn != "" {
			warnings = append(warnings, warn)
		}
		switch {
		case err != nil:
			errs = append(errs, err)
		case g != nil:
			g.id = fmt.Sprintf("v%d", len(rungs))
			rungs = append(rungs, *g)
		}
	}
	errs = append(errs, duplicates(rungs)...)
	if len(rungs) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("%w: every rung is larger than the source's %dx%d (want a smaller one, or Options.Upscale)",
			ErrLadder, src.width, src.height))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, warnings, err
	}
	if i := slices.IndexFunc(rungs, func(g rung) bool { return g.layout.Bits() == 8 && g.color.HDR() }); i >= 0 {
		warnings = append(warnings, fmt.Sprintf("%s: HDR in the 8 bits of %s shows bands, and many players refuse it (libx265 and libsvtav1 keep 10 bits)", &rungs[i], rungs[i].Codec))
	}
	shareThreads(rungs, runtime.GOMAXPROCS(0), o.LowLatency)
	setParents(rungs, src)
	return rungs, warnings, nil
}

func (o *Options) resolveRung(i int, r Rendition, src sourceSpec) (*rung, string, error) {
	name := r.name(i)
	wanted := [2]int{r.Width, r.Height}
	r.size(src)
	var warn string
	if wanted[0]%2+wanted[1]%2 != 0 {
		warn = fmt.Sprintf("%s becomes %dx%d: 4:2:0 needs even sides", name, r.Width, r.Height)
	}
	if (r.Width > src.width || r.Height > src.height) && !o.Upscale {
		return nil, fmt.Sprintf("%s is left out: it is larger than the source's %dx%d", name, src.width, src.height), nil
	}
	if r.Width < 16 || r.Height < 16 || r.Width > media.MaxSide || r.Height > media.MaxSide {
		return nil, warn, fmt.Errorf("%w: %s: sides of %dx%d (want 16 to %d)", ErrLadder, name, r.Width, r.Height, media.MaxSide)
	}
	o.fillRung(&r)
	g := &rung{Rendition: r, sar: o.sampleAspect(src, r.Width, r.Height), color: src.color, layout: src.layout}
	if src.rgb && o.Color == (Color{}) {
		g.color = media.OutputColor(r.Height)
	}
	if g.color.HDR() {
		g.hdr = src.hdr
	}
	g.fitDevice(src)
	if encoder.MaxBits(r.Codec) < g.layout.Bits() {
		g.layout = scaler.I420
	}
	if err := o.encoderOptions(g).Validate(); err != nil {
		return nil, warn, fmt.Errorf("%w: %s: %w", ErrLadder, name, err)
	}
	return g, warn, nil
}

// name is the rendition's before its size is settled.
func (r *Rendition) name(i int) string {
	switch {
	case r.Width == 0 && r.Height == 0:
		return fmt.Sprintf("rung %d (the source's size)", i)
	case r.Width == 0:
		return fmt.Sprintf("rung %d (%dp)", i, r.Height)
	case r.Height == 0:
		return fmt.Sprintf("rung %d (%d wide)", i, r.Width)
	}
	return fmt.Sprintf("rung %d (%dx%d)", i, r.Width, r.Height)
}

// size fills in missing sides and makes them even.
func (r *Rendition) size(src sourceSpec) {
	switch {
	case r.Width == 0 && r.Height == 0:
		r.Width, r.Height = src.width, src.height
	case r.Width == 0:
		r.Width = evenNear(float64(r.Height) * float64(src.width) / float64(src.height))
	case r.Height == 0:
		r.Height = evenNear(float64(r.Width) * float64(src.height) / float64(src.width))
	}
	r.Width, r.Height = scaler.Even(r.Width, r.Height)
}

// fillRung takes what the rendition leaves open from the stream's options.
func (o *Options) fillRung(r *Rendition) {
	r.Codec = cmp.Or(r.Codec, o.Codec, "libx264")
	r.Preset, r.Tune, r.Profile = cmp.Or(r.Preset, o.Preset), cmp.Or(r.Tune, o.Tune), cmp.Or(r.Profile, o.Profile)
	r.BFrames = cmp.Or(r.BFrames, o.BFrames)
	r.CRF = cmp.Or(r.CRF, o.CRF)
	own := r.FrameRate.Known()
	if !own {
		r.FrameRate = o.FrameRate
	}
	formula := max(100_000, FormulaBitrate(r.Width, r.Height, r.FrameRate, cmp.Or(o.BitsPerPixel, DefaultBitsPerPixel)))
	if r.Preset == PresetStreamGear {
		r.streamGear(formula)
	} else if r.Bitrate == 0 && r.MaxBitrate == 0 {
		r.Bitrate = formula
		if r.CRF == 0 && !own {
			r.CRF = encoder.DefaultCRF(r.Codec)
		}
	}
	extra := make(map[string]string, len(o.Extra)+len(r.Extra))
	for _, m := range []map[string]string{o.Extra, r.Extra} {
		maps.Copy(extra, m)
	}
	r.Extra = extra
}

// wantsDeepColor reports whether an encoder of the ladder takes more than 8 bits.
func (o *Options) wantsDeepColor() bool {
	names := []string{cmp.Or(o.Codec, "libx264")}
	for _, r := range o.Ladder {
		names = append(names, r.Codec)
	}
	return slices.ContainsFunc(names, func(n string) bool { return encoder.MaxBits(n) > 8 })
}

// sampleAspect keeps the display aspect ratio. Differences below 2 % come from rounding sizes and stay square.
func (o *Options) sampleAspect(src sourceSpec, width, height int) Rate {
	num, den := int64(src.width)*int64(height), int64(src.height)*int64(width)
	if o.Aspect.Known() {
		num, den = o.Aspect.Num*int64(height), o.Aspect.Den*int64(width)
	}
	if d := float64(num)/float64(den) - 1; math.Abs(d) < 0.02 {
		return Rate{}
	}
	r, err := media.ParseRate(fmt.Sprintf("%d/%d", num, den))
	if err != nil && !r.Known() {
		return Rate{}
	}
	return r
}

func duplicates(rungs []rung) []error {
	type key struct {
		w, h    int
		bitrate int64
		crf     float64
		rate    Rate
		codec   string
	}
	seen := map[key]int{}
	var errs []error
	for i := range rungs {
		r := &rungs[i]
		k := key{r.Width, r.Height, r.Bitrate, r.CRF, r.FrameRate, r.Codec}
		if j, ok := seen[k]; ok {
			errs = append(errs, fmt.Errorf("%w: %s is the same as %s", ErrLadder, r, &rungs[j]))
		}
		seen[k] = i
	}
	return errs
}

// shareThreads gives the rungs that leave it open the cores in proportion to their pixels. Where the whole ladder is not bound to a latency
// shares are rounded up: encoders that work on several frames at once cost 2 % more CPU than one thread, and the largest rung alone
// would otherwise be what all wait for while cores idle. Pictures of low latency are cut into slices for threads
// instead, which costs a tenth, so there each rung has one thread as soon as there are as many rungs as cores.
func shareThreads(rungs []rung, cores int, lowLatency bool) {
	const spare = 0.3 // of a core: what is over by less is not worth a thread
	total := 0
	for i := range rungs {
		total += rungs[i].Width * rungs[i].Height
	}
	for i := range rungs {
		r := &rungs[i]
		switch share := float64(cores*r.Width*r.Height) / float64(total); {
		case r.Threads != 0:
		case !lowLatency:
			r.Threads = min(16, max(1, int(math.Ceil(share-spare))))
		case len(rungs) >= cores:
			r.Threads = 1
		default:
			r.Threads = min(16, max(1, int(math.Round(share))))
		}
	}
}

// setParents lets every rung scale the smallest rung that is at least as large as itself, instead of the source. A rung that takes the source's
// pictures as they are has nothing to hand on: those below it have them from the source too, while they are in the caches.
func setParents(rungs []rung, src sourceSpec) {
	order := make([]int, len(rungs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(rungs[b].Width*rungs[b].Height, rungs[a].Width*rungs[a].Height)
	})
	for pos, i := range order {
		r := &rungs[i]
		r.parent = -1
		if r.hardware() {
			continue // a device scales from the source's own picture, which is uploaded once for all
		}
		for _, j := range order[:pos] {
			p := &rungs[j]
			if !p.hardware() && p.Width >= r.Width && p.Height >= r.Height && p.layout.Bits() >= r.layout.Bits() {
				r.parent = j
			}
		}
		if r.parent >= 0 && rungs[r.parent].spec() == src.spec() {
			r.parent = -1
		}
	}
}
