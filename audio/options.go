package audio

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/framegear/framegear/internal/media"
)

// Codec is a coding format for sound.
type Codec uint8

// The codecs.
const (
	AAC  Codec = iota // AAC-LC
	Opus              // fMP4 only
)

// String returns "aac" or "opus".
func (c Codec) String() string {
	if c == Opus {
		return "opus"
	}
	return "aac"
}

// Ends says what follows when the source is shorter than the picture.
type Ends uint8

// The ways to end.
const (
	// EndsSilent goes on with silence.
	EndsSilent Ends = iota
	// EndsThere ends the track with the source.
	EndsThere
)

// Priming says what becomes of the samples that an encoder puts before the first one.
type Priming uint8

// The ways with priming.
const (
	// PrimingSignal leaves them, in packets at earlier times.
	PrimingSignal Priming = iota
	// PrimingRemove drops them: the first packet is at time zero. The first 20 ms of sound fade in then.
	PrimingRemove
)

// Timing says where the instants of a source's blocks come from.
type Timing uint8

// The timings.
const (
	// TimingSource takes the timestamps of the file or URL, or those that PCM is written with.
	TimingSource Timing = iota
	// TimingCount counts samples.
	TimingCount
	// TimingWall takes capture instants from the wall clock (devices, and PCM written with such instants).
	TimingWall
)

// Options configure a [Track]. The zero value of every field but Source is a good default.
type Options struct {
	// Source of the sound.
	Source Source
	// Timing of its blocks.
	Timing Timing
	// Origin is the instant on the source's own timeline that is media time zero. Nil means its first sample.
	Origin *time.Duration
	// Offset moves the sound: positive later, negative earlier.
	Offset time.Duration
	// Loop starts a source that can be opened again from its beginning when it ends.
	Loop bool
	// Ends says what follows when the source is shorter than the picture.
	Ends Ends

	// Codec to encode with.
	Codec Codec
	// Bitrate in bits per second. Zero follows the source: see DefaultBitrate.
	Bitrate int64
	// PictureWidth is the width of the largest picture, for the default bitrate. Zero: not known.
	PictureWidth int
	// Rate in samples per second. Zero means the source's where it is 44100 or 48000, else 48000. Opus has 48000 always.
	Rate int
	// Channels 1 to 8. Zero means the source's.
	Channels int
	// MostChannels is what the container can say, 0 for no bound: a source with more is mixed down.
	MostChannels int
	// Copy passes packets on without encoding when their codec is one of CopyCodecs; else the sound is encoded, with a warning.
	Copy bool
	// CopyCodecs are the codecs that the container takes.
	CopyCodecs []media.Codec
	// Priming says what becomes of the encoder's delay.
	Priming Priming

	// Alone says that no picture goes beside: the present is where the sound is.
	Alone bool
	// Live never waits for a URL, a device or the program: what is missing for longer than Slack becomes silence, and a source that ends is opened again.
	Live bool
	// Slack is how late sound may come in live. Zero means 500 ms.
	Slack time.Duration
	// OpenTimeout is how long opening a source may take. Zero means 20 s.
	OpenTimeout time.Duration
	// Strict makes a source that becomes bad later an error of Advance instead of silence.
	Strict bool
	// Notify is called when a source fails, ends and comes back, on a goroutine of the track; it must not block. It may be nil.
	Notify func(Event)
	// Logger takes libav's warnings. Nil means none.
	Logger *slog.Logger
}

// Event is a change of a source's state.
type Event struct {
	// Source in words.
	Source string
	// Err is what happened to the source, nil when it is back.
	Err error
	// Attempts counts how often it was opened again.
	Attempts int
}

// Stats is what a track has done so far. Durations are counted in samples of the track's rate.
type Stats struct {
	// Rate is samples per second of the counts below.
	Rate int
	// Encoded counts samples that were encoded or copied, Silent those that were made up, Trimmed those that were cut away.
	Encoded, Silent, Trimmed int64
	// Late is how far the source was behind its place at last (negative: ahead of it).
	Late int64
	// Stretch is the present correction of the speed in millionths; positive plays slower.
	Stretch int
	// Reconnects counts how often the source was opened again.
	Reconnects int64
}

const (
	defaultSlack = 500 * time.Millisecond
	defaultOpen  = 20 * time.Second
	defaultRate  = 48000
)

func (o Options) withDefaults() Options {
	if o.Slack == 0 {
		o.Slack = defaultSlack
	}
	if o.OpenTimeout == 0 {
		o.OpenTimeout = defaultOpen
	}
	if o.Codec == Opus {
		o.Rate = defaultRate
	}
	return o
}

// Validate returns all faults at once, each wrapping ErrOptions or ErrSource.
func (o Options) Validate() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	errs = append(errs, o.Source.validate())
	if o.Codec > Opus || o.Ends > EndsThere || o.Priming > PrimingRemove || o.Timing > TimingWall {
		bad("Codec, Ends, Priming and Timing take only the constants of their types")
	}
	if o.Bitrate < 0 || o.Bitrate > 0 && o.Bitrate < 6000 || o.Bitrate > 2_000_000 {
		bad("bitrate %d (want 6000 to 2000000 bits per second)", o.Bitrate)
	}
	if o.Rate != 0 && (o.Rate < 8000 || o.Rate > 96000) {
		bad("rate %d (want 8000 to 96000 samples per second)", o.Rate)
	}
	if o.Channels < 0 || o.Channels > media.MaxChannels {
		bad("%d channels (want 1 to %d)", o.Channels, media.MaxChannels)
	}
	if o.Slack < 0 || o.OpenTimeout < 0 {
		bad("slack %s, open timeout %s (want 0 or more)", o.Slack, o.OpenTimeout)
	}
	if o.Source.PCM != nil && (o.Loop || o.Copy) {
		bad("pushed PCM can be neither looped nor copied")
	}
	if o.Source.Device() && (o.Loop || o.Copy) {
		bad("a device can be neither looped nor copied")
	}
	return errors.Join(errs...)
}

// patient reports whether the source is waited for. A file of this machine is there at once, live or not.
func (o *Options) patient() bool {
	return !o.Live || o.Source.prompt()
}

// outputRate is the rate to encode with.
func (o *Options) outputRate(source int) int {
	switch {
	case o.Rate != 0:
		return o.Rate
	case source == 44100:
		return source
	}
	return defaultRate
}

// outputChannels is the number of channels to encode. AAC has no seven of its own, and eight would be invented: six remain.
func (o *Options) outputChannels(source int) int {
	n := o.Channels
	if n == 0 {
		n = source
	}
	if n == 7 && o.Codec == AAC {
		n = 6
	}
	if o.MostChannels > 0 {
		n = min(n, o.MostChannels)
	}
	return n
}

// DefaultBitrate is StreamGear's rule with its accidents removed: the rate that a compressed source has, else 128 kbit/s, or 96
// where the largest picture is at most 800 wide. StreamGear takes what a PCM source has, too, which no encoder needs; here the
// result stays between 32 and 160 kbit/s per channel.
func DefaultBitrate(source media.CodecParameters, width, channels int) int64 {
	rate := int64(128_000)
	if width > 0 && width <= 800 {
		rate = 96_000
	}
	lossy := map[media.Codec]bool{media.CodecAAC: true, media.CodecMP3: true, media.CodecOpus: true, "vorbis": true,
		media.CodecAC3: true, media.CodecEAC3: true, "mp2": true}
	if lossy[source.Codec] && source.Bitrate > 0 {
		rate = source.Bitrate
	} else if channels > 2 {
		rate = rate / 2 * int64(channels)
	}
	return min(max(rate, 32_000*int64(channels)), 160_000*int64(channels))
}
