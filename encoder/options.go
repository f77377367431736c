package encoder

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// Picture is a reference-counted picture in C memory, as package scaler makes it.
type Picture = av.Picture

// Packet is one encoded picture in C memory.
type Packet = av.Packet

// Layout is the layout of a picture's samples.
type Layout = av.Layout

// Parameters describe the encoded stream.
type Parameters = av.Parameters

// Values of fields whose zero means "default".
const (
	// Lossless as a CRF asks for lossless coding, which is 0 on the encoders' own scale.
	Lossless = -1
	// NoBFrames as BFrames asks for none.
	NoBFrames = -1
)

// Options configure an [Encoder]. The zero value of every field but size, FrameRate and Timescale is a good default.
type Options struct {
	// Codec is libav's encoder name, one of [Names]: libx264, libx265, libsvtav1, or one that runs on a device: h264_vaapi, hevc_nvenc ….
	// Zero means libx264.
	Codec string
	// Device is where a hardware encoder runs. It is borrowed and must outlive the encoder.
	Device *Device
	// SourceWidth and SourceHeight are the size of the pictures that a hardware encoder is given, which it then scales on the
	// device. Zero means Width and Height.
	SourceWidth, SourceHeight int
	// Width and Height of the pictures in pixels, even.
	Width, Height int
	// Layout of the pictures. Zero means 8 bit 4:2:0; on devices with two planes, which is the only order they take.
	Layout Layout
	// Color is written into the stream.
	Color media.Color
	// HDR is written into the stream by libx264, libx265 and libsvtav1, and by muxers of its Parameters. Zero is "not stated".
	HDR media.HDR
	// FrameRate is the nominal rate: it sets levels and rate control, while times come with each picture.
	FrameRate media.Rate
	// Timescale is ticks per second of every time given and received.
	Timescale int64
	// SAR is the sample aspect ratio. Zero means square.
	SAR media.Rate

	// Bitrate is the average in bits per second; with CRF it is a cap. Zero means quality decides.
	Bitrate int64
	// MaxBitrate is the VBV rate in bits per second. Zero means Bitrate.
	MaxBitrate int64
	// BufferSize is the VBV buffer in bits. Zero means one second of MaxBitrate.
	BufferSize int64
	// CRF is the constant quality on the encoder's own scale, Lossless for 0. Zero means the codec's default when there is no Bitrate.
	CRF float64
	// GOP is the distance of key frames in frames; key frames asked for start a new one. Zero means 2 seconds.
	GOP int
	// BFrames is the number of consecutive B-frames, NoBFrames for none. Zero leaves it to the preset; none on devices, and none in GOPs
	// of fewer than four pictures, where the delay of reordering is as long as the GOP.
	BFrames int
	// Preset is the encoder's own speed setting. Zero means veryfast (x264, x265) or 10 (SVT-AV1). VA-API takes a number of
	// the driver's own meaning, NVENC p1 to p7.
	Preset string
	// Tune and Profile are the encoder's own; x264 takes several tunes with commas between them. Zero leaves them to the encoder (tune
	// zerolatency with LowLatency).
	Tune, Profile string
	// LowLatency asks for no reordering and no look-ahead: each picture comes out at once.
	LowLatency bool
	// Threads of the encoder. Zero means one for every two million pixels of a picture, at most the number of cores.
	Threads int
	// Hinted says that the caller will tell with Hint what changes from picture to picture. Only libx264 makes use of it.
	Hinted bool
	// Extra are raw libav options, which win over everything above. Unknown keys are errors.
	Extra map[string]string
	// Logger takes libav's warnings. Zero means none.
	Logger *slog.Logger

	// inBand leaves the parameter sets in a hardware encoder's packets.
	inBand bool
	// beside is the profile and level of the HEVC stream that this one goes on for, nil for a stream of its own.
	beside hevcProfile
}

// ErrOptions is wrapped by every error about options.
var ErrOptions = errors.New("encoder: bad option")

func (o Options) withDefaults() Options {
	if o.Codec == "" {
		o.Codec = "libx264"
	}
	if o.Layout == av.LayoutUnset {
		o.Layout = av.LayoutI420
		if Hardware(o.Codec) {
			o.Layout = av.LayoutNV12
		}
	}
	if o.SourceWidth == 0 || o.SourceHeight == 0 {
		o.SourceWidth, o.SourceHeight = o.Width, o.Height
	}
	if o.GOP == 0 && o.FrameRate.Known() {
		o.GOP = int(max(1, media.MulDiv(2, o.FrameRate.Num, o.FrameRate.Den, 1, 1)))
	}
	o.reorderLittle()
	if o.Threads == 0 {
		o.Threads = min(1+o.Width*o.Height/2_000_000, runtime.GOMAXPROCS(0))
	}
	if o.CRF == 0 && o.Bitrate == 0 {
		o.CRF = DefaultCRF(o.Codec)
	}
	o.fillVBV()
	o.Extra = maps.Clone(o.Extra)
	return o
}

// reorderLittle leaves out B-frames where they are not worth their delay. That is two pictures of x264 and x265 however short
// a GOP is: as long as a segment of two, which players then take for a gap. A closed GOP of two pictures has no place for one.
func (o *Options) reorderLittle() {
	if o.GOP > 0 && (o.BFrames == 0 && o.GOP < 4 || o.BFrames > 0 && o.GOP < 3) {
		o.BFrames = NoBFrames
	}
}

// fillVBV bounds the bitrate tightly: with a maximum of the average and a buffer of one second, a clip of ten seconds is within a
// few per cent of what was asked; a quarter more and two seconds were 12 % off.
func (o *Options) fillVBV() {
	if o.MaxBitrate == 0 {
		o.MaxBitrate = o.Bitrate
	}
	if o.BufferSize == 0 {
		o.BufferSize = o.MaxBitrate
	}
}

// Validate returns all faults at once, each wrapping ErrOptions.
func (o Options) Validate() error {
	o = o.withDefaults()
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	if o.Width < 1 || o.Height < 1 || o.Width > media.MaxSide || o.Height > media.MaxSide || o.Width%2+o.Height%2 != 0 {
		bad("size %dx%d (want even sides of at most %d)", o.Width, o.Height, media.MaxSide)
	}
	if err := o.FrameRate.Validate(); err != nil {
		bad("%v", err)
	}
	if o.Timescale < 1 || o.Timescale > 1<<31-1 {
		bad("timescale %d (want 1 to 2^31-1 ticks per second)", o.Timescale)
	}
	if o.Bitrate < 0 || o.MaxBitrate < 0 || o.BufferSize < 0 || o.Bitrate > 0 && o.Bitrate < 1000 {
		bad("bitrate %d, maximum %d, buffer %d (want bits per second, at least 1000)", o.Bitrate, o.MaxBitrate, o.BufferSize)
	}
	if o.BufferSize > 1<<31-1 {
		bad("VBV buffer of %d bits (want at most 2^31-1)", o.BufferSize)
	}
	if o.MaxBitrate > 0 && o.MaxBitrate < o.Bitrate {
		bad("maximum bitrate %d is below the bitrate %d", o.MaxBitrate, o.Bitrate)
	}
	if o.CRF != Lossless && (o.CRF < 0 || o.CRF > 63) {
		bad("CRF %g (want 0 to 63; encoder.Lossless for 0)", o.CRF)
	}
	if o.BFrames < NoBFrames || o.BFrames > 16 {
		bad("%d B-frames (want 1 to 16, encoder.NoBFrames for none)", o.BFrames)
	}
	if o.GOP < 0 || o.Threads < 0 || o.Threads > 128 {
		bad("GOP %d, threads %d (want 0 or more, at most 128 threads)", o.GOP, o.Threads)
	}
	switch _, known := codecs[o.Codec]; {
	case !known:
		bad("codec %q (want one of %v)", o.Codec, Built())
	case !Available(o.Codec):
		bad("codec %s is not in this build of libav (it has %v)", o.Codec, Built())
	default:
		errs = append(errs, o.validateFor(codecs[o.Codec]))
	}
	return errors.Join(errs...)
}

// validateFor checks what depends on the encoder.
func (o Options) validateFor(c codec) error {
	var errs []error
	if o.Layout.Bits() > c.bits {
		errs = append(errs, fmt.Errorf("%w: codec %s takes %d bits, the pictures have %d", ErrOptions, o.Codec, c.bits, o.Layout.Bits()))
	}
	if o.Width < c.least || o.Height < c.least {
		errs = append(errs, fmt.Errorf("%w: size %dx%d (%s wants sides of at least %d)", ErrOptions, o.Width, o.Height, o.Codec, c.least))
	}
	if !Hardware(o.Codec) && !TakesPreset(o.Codec, o.Preset) { // numbers are the presets' places in the list
		errs = append(errs, fmt.Errorf("%w: preset %q of %s (want one of %v)", ErrOptions, o.Preset, o.Codec, c.presets))
	}
	if Hardware(o.Codec) {
		return errors.Join(append(errs, o.validateHardware()...)...)
	}
	if !TakesTune(o.Codec, o.Tune) {
		errs = append(errs, fmt.Errorf("%w: tune %q of %s (want %s)", ErrOptions, o.Tune, o.Codec, oneOf(c.tunes)))
	}
	if o.Profile != "" && c.profiles != nil && !slices.Contains(c.profiles, o.Profile) {
		errs = append(errs, fmt.Errorf("%w: profile %q of %s (want %s)", ErrOptions, o.Profile, o.Codec, oneOf(c.profiles)))
	}
	return errors.Join(errs...)
}
