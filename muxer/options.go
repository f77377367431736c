package muxer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"regexp"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer/sink"
)

// Packet is one encoded access unit.
type Packet = av.Packet

// Parameters describe an encoded stream.
type Parameters = av.Parameters

// Container is the format of the segments.
type Container uint8

// The containers.
const (
	FMP4 Container = iota // CMAF segments (ISO/IEC 23000-19) with an initialization segment
	TS                    // MPEG-TS segments (ISO/IEC 13818-1)
)

// Options configure a [Muxer].
type Options struct {
	// Track names the track; every object is in its folder ("v0/init.mp4", "v0/1.m4s").
	Track string
	// Container of the segments.
	Container Container
	// Streams are the track's streams and Timescale the ticks per second of their packets, one each. fMP4 has one stream; TS has
	// a video stream first and may have sound second.
	Streams    []*Parameters
	Timescales []int64
	// Segment is the nominal duration: a segment ends at the first key frame at or after a multiple of it.
	Segment time.Duration
	// Part is the longest duration of a part. Zero: no parts, segments appear when they are complete.
	Part time.Duration
	// FirstNumber is the number of the first segment. Zero means 1.
	FirstNumber int64
	// Early is how long before time zero the first packet may begin, in ticks: a sound encoder's priming. Players are told not to
	// let it be heard. Packets that are earlier are errors in low latency; without it libavformat looks for itself.
	Early int64
	// Continues says that the first packet is not near time zero: the timestamps go on from an earlier run's.
	Continues bool
	// Exact is for packets that were encoded elsewhere, at times of their own: a segment ends at the first key frame when it has lasted for
	// Segment, and is described by when its pictures are seen. OnSegment is called some packets later. Without Part.
	Exact bool
	// Begins, with Exact, says instead whether a packet of the first stream begins a segment.
	Begins func(p *Packet) bool
	// Extra are raw options for the container's libavformat muxer (mp4 or mpegts). Unknown keys are errors.
	Extra map[string]string
	// Sink takes the objects.
	Sink sink.Sink
	// Parts takes every part as an object of its own. Nil: parts are only flushed into the growing segment.
	Parts sink.Sink
	// OnInit is called with the name of the initialization segment once it can be read, OnPart after each part, OnSegment after each
	// segment; all on the goroutine that writes. Each may be nil.
	OnInit    func(name string)
	OnPart    func(Part)
	OnSegment func(Segment)
	// Logger takes libav's warnings. Nil means none.
	Logger *slog.Logger
}

// Segment is a complete segment, as measured from the packets that are in it.
type Segment struct {
	// Number counts from Options.FirstNumber.
	Number int64
	// Start is the presentation time of the first packet and Duration the sum of all, in ticks of the first stream.
	Start, Duration int64
	// Leading is set, with Options.Exact, when the segment begins with a key frame beyond which pictures may refer (an open GOP).
	Leading bool
	// Frames is the number of packets of the first stream.
	Frames int
	Bytes  int64
	// Name is the object's name in the sink.
	Name string
	// Parts are the parts it was published in, none without low latency.
	Parts []Part
}

// Part is one CMAF chunk of the segment Number.
type Part struct {
	Number, Index   int64
	Name            string
	Start, Duration int64 // ticks
	Bytes           int64
	// Independent is set when the part starts with a key frame.
	Independent bool
}

var (
	// ErrOptions is wrapped by every error about options.
	ErrOptions = errors.New("muxer: bad option")
	// ErrClosed is returned by the methods of a closed or finished muxer.
	ErrClosed = errors.New("muxer: closed")
	// ErrOrder is wrapped when packets of a stream do not have increasing decoding times, or the first one is not a key frame.
	ErrOrder = errors.New("muxer: packets out of order")
)

var trackName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (o Options) validate() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	if !trackName.MatchString(o.Track) {
		bad("track %q (want letters, digits, hyphens, underscores)", o.Track)
	}
	if o.Sink == nil {
		bad("no sink")
	}
	if n := len(o.Streams); n < 1 || n > 2 || n == 2 && o.Container != TS || n != len(o.Timescales) {
		bad("%d streams and %d timescales (want one stream; MPEG-TS may have sound beside the picture)", n, len(o.Timescales))
	}
	for _, scale := range o.Timescales {
		if scale < 1 {
			bad("timescale %d", scale)
		}
	}
	if o.Early < 0 || o.Early > math.MaxInt32 {
		bad("packets %d ticks before time zero (want 0 to %d)", o.Early, math.MaxInt32)
	}
	if o.Segment <= 0 || o.Part < 0 || o.Part > o.Segment {
		bad("segments of %s with parts of %s (want positive, parts at most as long as segments)", o.Segment, o.Part)
	}
	if o.Exact && o.Part > 0 {
		bad("parts of packets at times of their own")
	}
	if o.Part > 0 && o.Container != FMP4 {
		bad("parts need fMP4 segments")
	}
	return errors.Join(errs...)
}

// names of the track's objects. Numbers are not padded: an output may run for years.
func (o Options) initName() string { return o.Track + "/init.mp4" }

func (o Options) segmentName(n int64) string {
	return fmt.Sprintf("%s/%d.%s", o.Track, n, o.extension())
}

func (o Options) partName(n, index int64) string {
	return fmt.Sprintf("%s/%d.%d.%s", o.Track, n, index, o.extension())
}

func (o Options) extension() string {
	if o.Container == TS {
		return "ts"
	}
	return "m4s"
}

// micros is the segment duration in libavformat's own unit, rounded down: a key frame that lies exactly on the grid must not
// be taken for an early one. MPEG-TS rounds each time to its own ticks, of 11.1 microseconds, which may make it look earlier by one.
func (o Options) micros() int64 {
	us := o.Segment.Microseconds()
	if o.Container == TS && mpegTicks%o.Timescales[0] != 0 {
		us -= 12
	}
	return us
}

// mpegTicks are the ticks per second of MPEG-TS (ISO/IEC 13818-1 section 2.4.2.1).
const mpegTicks = 90_000

// grid returns the segment duration as the writer compares it, and how many of its units are a second. What we cut ourselves does
// not add up a rounding error over months. A duration that was rounded up to whole nanoseconds must not make a key frame look early.
func (o Options) grid() (length, perSecond int64) {
	if o.Part > 0 {
		return max(1, o.Segment.Nanoseconds()-1), 1_000_000_000
	}
	return o.micros(), 1_000_000
}

// origin returns where segments are counted from: the first packet. Sound does not meet the grid: in a segment of its own, the frame
// that contains the segment's first instant begins it, or the one before where they meet exactly. So it is counted from one frame
// before the beginning of the segment that the first packet belongs to, priming or not.
func (o Options) origin(p *Packet) int64 {
	if o.Part == 0 || o.Streams[0].Kind != media.KindAudio {
		return p.PTS()
	}
	length, unit := o.grid()
	segments, ticks := media.Timebase{Num: length, Den: unit}, tickbase(o.Timescales[0])
	return segments.Rescale(ticks.Rescale(p.PTS(), segments), ticks) - p.Duration()
}

// writer is one way of writing segments; each is driven by [Muxer].
type writer interface {
	// write takes a packet; cut says that it begins a new segment.
	write(p *Packet, stream int, cut bool) error
	// finish writes what is left.
	finish() error
	// close frees everything; half a segment is not published.
	close()
}

func newWriter(ctx context.Context, m *Muxer) (writer, error) {
	switch {
	case m.opt.Container == TS:
		return newHLS(ctx, m)
	case m.opt.Part > 0:
		return newCMAF(ctx, m)
	case m.opt.Exact:
		return newWhole(ctx, m)
	}
	return newDASH(ctx, m)
}

func tickbase(scale int64) media.Timebase { return media.Timebase{Num: 1, Den: scale} }
