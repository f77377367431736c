package framegear

import (
	"log/slog"
	"time"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// Format says which manifests an output has.
type Format uint8

// The formats. Both is one set of segments with an MPD and playlists over it.
const (
	Both Format = iota
	DASH
	HLS
)

// Container is the format of the segments.
type Container uint8

// The containers. FMP4 is CMAF and serves DASH and HLS; TS is MPEG-TS, for HLS alone.
const (
	FMP4 Container = iota
	TS
)

// Clock says where a frame's instant comes from.
type Clock uint8

// The clocks.
const (
	// ClockAuto is ClockWall for live outputs and ClockCount for recorded ones.
	ClockAuto Clock = iota
	// ClockCount counts: frame n is at n/FrameRate, whenever it comes.
	ClockCount
	// ClockPTS takes Frame.PTS in ticks of Options.Timebase, from the first frame on. A PTS that goes back by more than Options.MaxGap
	// begins anew, as [Stream.Discontinuity] says of the next one.
	ClockPTS
	// ClockWall takes the wall clock at WriteFrame. In a live output it is the one that never falls behind, whatever the source does.
	ClockWall
)

// FullPolicy says what WriteFrame does when the machine is too slow.
type FullPolicy uint8

// The policies.
const (
	// FullAuto blocks recorded outputs and drops in live ones.
	FullAuto FullPolicy = iota
	// BlockWhenFull makes WriteFrame wait.
	BlockWhenFull
	// DropWhenFull drops the frame from all renditions and returns ErrDropped, so that WriteFrame does not wait. The first frame
	// is the exception: it waits for the encoders to open (see [Stream.WriteFrame]).
	DropWhenFull
)

// StallPolicy says what a live output does while its source gives nothing.
type StallPolicy uint8

// The policies.
const (
	// RepeatLast shows the last picture on, so that players go on.
	RepeatLast StallPolicy = iota
	// LeaveGap makes nothing: players stop at the end of what there is, and go on after a discontinuity when the stall
	// was longer than Options.MaxGap.
	LeaveGap
)

// OverloadPolicy says what becomes of a live output's ladder when the machine cannot hold it for long.
type OverloadPolicy uint8

// The policies.
const (
	// KeepLadder keeps every rendition; what the machine cannot do is dropped from all of them, and Events.Overloaded tells.
	KeepLadder OverloadPolicy = iota
	// GiveUpTop gives the largest rendition up when the machine was too slow for twenty seconds, and again, down to the smallest.
	// Viewers of it go on with the next smaller one of the same codec, in the same playlist; the multivariant playlist and the MPD
	// do not offer it any more. It stays away until the output is started anew.
	GiveUpTop
)

// UTCDirect as Options.UTCTiming writes the time itself into the MPD. Players are as far behind as the file is old when they read it, up to a
// segment.
const UTCDirect = manifest.UTCDirect

// WindowAll as Options.Window keeps and lists everything of a live output.
const WindowAll = time.Duration(-1)

// Options configure a [Stream]. The zero value records one rendition at the source's size and 25 frames per second as fMP4
// segments of two seconds with both manifests.
type Options struct {
	// FrameRate is the constant rate of the output. Frames are repeated or dropped so that it holds. Zero means 25.
	FrameRate Rate
	// Clock says where a frame's instant comes from. A live output keeps to the wall clock whichever it is, as long as it may drop frames
	// (WhenFull): where ClockCount or ClockPTS fall more than a second behind, the last picture is shown on until they are right again, which
	// Stats.CaughtUp counts and a warning says once; what comes in a burst afterwards is dropped.
	Clock Clock
	// Timebase of Frame.PTS. Zero means nanoseconds (time.Duration).
	Timebase Timebase
	// MaxGap is the longest gap between frames that is filled with repeats of the last one. After a longer one (a clock that
	// jumped, a machine that slept) a recorded output goes on without the gap, and a live one in real time after a
	// discontinuity; both are counted in Stats.Jumps. Zero means 10 seconds.
	MaxGap time.Duration
	// Stall says what a live output that keeps to the wall clock does while no frames come.
	Stall StallPolicy

	// Ladder are the renditions. Nil means one at the source's size.
	Ladder Ladder
	// AutoLadder makes the ladder from the first frame's size instead (see [AutoLadder]).
	AutoLadder bool
	// Upscale makes rungs that are larger than the source, which are left out with a warning otherwise.
	Upscale bool
	// Codec, Preset, Tune, Profile, CRF, BFrames and Extra are for the renditions that do not have their own.
	// Codec is libav's encoder name: libx264, libx265, libsvtav1, h264_vaapi, hevc_nvenc … (encoder.Names), or CodecAuto. Zero means
	// libx264. Preset may be PresetStreamGear. Extra goes to whichever encoder is named, not to one that takes its place.
	Codec                 string
	Preset, Tune, Profile string
	CRF                   float64
	BFrames               int
	Extra                 map[string]string
	// BitsPerPixel is the factor of bit rates that are derived from frame rates. Zero means DefaultBitsPerPixel.
	BitsPerPixel float64

	// HW says what becomes of hardware encoders (CodecAuto, h264_vaapi …) that do not work.
	HW HWPolicy
	// HWDevice is the device, such as /dev/dri/renderD128 or cuda:0 (encoder.Devices). Zero means the first one on which the ladder works.
	HWDevice string
	// HWTimeout is how long a call into a driver may take before the driver counts as dead. Zero means 5 seconds.
	HWTimeout time.Duration

	// Filter is a chain of libavfilter in ffmpeg's words ("hflip,eq=contrast=1.2") that every frame goes through before it is
	// scaled. It must give one picture for each that it takes; another size is then the source's size.
	Filter string
	// Aspect is the display aspect ratio as a fraction, such as 16/9. Zero: the source's, with square pixels.
	Aspect Rate
	// Color of the output for RGB and gray frames. Zero: limited-range BT.709 from 720 lines up, BT.601 below.
	Color Color

	// Format says which manifests to write.
	Format Format
	// Container of the segments.
	Container Container
	// ContainerExtra are raw options of the libav muxer inside the segments (mp4 or mpegts); unknown keys are errors.
	ContainerExtra map[string]string
	// SegmentDuration is the wanted length of segments; the nearest whole number of frames is taken. Zero means 2 s, or a frame where that is longer.
	SegmentDuration time.Duration
	// KeyInterval is the wanted distance of key frames, at most SegmentDuration. Zero means one per segment.
	KeyInterval time.Duration
	// Live makes a sliding window instead of a recording: old segments leave the manifests and then the sink. In a folder a
	// live output goes on from the run before, finished or killed: with higher numbers, after a discontinuity.
	Live bool
	// LowLatency makes a live output in parts of PartDuration that players get at once: LL-HLS and LL-DASH over the same
	// bytes, served by [Stream.Handler]. Files and remote sinks get the same segments with plain manifests.
	LowLatency bool
	// PartDuration is the longest part, of which the whole frames that fit are taken; down to one frame. Zero means 200 ms.
	PartDuration time.Duration
	// Window is how much of a live output is listed. Zero means 30 s; WindowAll lists everything, and keeps it.
	Window time.Duration
	// ExtraWindow is how long a segment is kept after it left the list. Zero means as long as players may still ask for it: its own length
	// and that of the list (RFC 8216bis section 6.2.2); less is done with a warning.
	ExtraWindow time.Duration
	// RemoveAtExit deletes everything that was published when the stream ends.
	RemoveAtExit bool
	// TargetLatency is what players are told to hold behind the capture clock. Zero: derived from PartDuration.
	TargetLatency time.Duration
	// UTCTiming tells players of the MPD what time it is, whose own clocks may be wrong: the http(s) URL of a clock that answers with an ISO
	// 8601 date, or UTCDirect for the instant at which the MPD was written. Zero: none in files and behind a URL, where nothing answers; the
	// MPD of [Stream.Handler] names its own clock.
	UTCTiming string
	// BurnClock draws the capture instant of each frame into the picture's top left corner, as blocks a machine can read.
	BurnClock bool

	// Audio are the sound tracks. Each is encoded once, whatever the number of renditions.
	Audio []AudioTrack
	// AudioOnly makes an output without pictures; see [Stream.PlayAudio].
	AudioOnly bool

	// Name is the manifests' name without extension. Zero means the output's, else "stream" ("live" for live outputs).
	Name string
	// ClearPrevious deletes what an earlier stream left in the output's folder before the first frame: its segments,
	// initialization segments, playlists, temporary files, and manifests of this name or an automatic one; nothing else.
	ClearPrevious bool
	// BaseURL is put before every URI in the manifests. Zero: relative URIs.
	BaseURL string

	// Rescale scales and converts frames whose size or format differs from the first one's, instead of ErrChanged.
	Rescale bool
	// RescaleMode says what becomes of the shape of such frames. Zero keeps it, with black bars.
	RescaleMode RescaleMode
	// WhenFull says what WriteFrame does when the machine is too slow.
	WhenFull FullPolicy
	// Overload says what becomes of a live output's ladder when the machine is too slow for long.
	Overload OverloadPolicy
	// EveryPixel encodes every frame as if all of it were new. Otherwise parts that did not change since the frame before cost less, and frames
	// without a change next to nothing.
	EveryPixel bool
	// Queue is how many frames may be inside the pipeline. Zero means 3, enough to keep all encoders busy, and 8 for live outputs, where
	// it is how late the machine may be before frames are dropped.
	Queue int

	// Outage says what becomes of the stream when its output cannot be written to.
	Outage OutagePolicy
	// Backlog is how long what is finished may wait for an output that is slow or away, and BacklogBytes how much, in memory: what has
	// waited longer becomes a gap of a live output, and ends a recording. Where WriteFrame may wait (WhenFull) it does from a quarter of
	// the bytes on. Zero means 30 s and 256 MiB.
	Backlog      time.Duration
	BacklogBytes int64

	// Sink takes the objects instead of the output's own place. It is borrowed and not closed.
	Sink sink.Sink
	// Logger takes what happens. Nil means nothing is logged.
	Logger *slog.Logger
	// Events are called as things happen.
	Events Events

	// now is the wall clock; tests set it. work, if any, is called for each segment of a rendition, on its goroutine: a machine that is slow.
	now  func() time.Time
	work func(track string)
}

func (o Options) withDefaults() Options {
	if o.AudioOnly {
		o.FrameRate = Rate{Num: 1000, Den: 1} // milliseconds are the grid of its segments
	}
	if !o.FrameRate.Known() && o.FrameRate == (Rate{}) {
		o.FrameRate = Rate{Num: 25, Den: 1}
	}
	if o.Timebase == (Timebase{}) {
		o.Timebase = media.Nanosecond
	}
	if o.MaxGap == 0 {
		o.MaxGap = 10 * time.Second
	}
	if o.SegmentDuration == 0 {
		o.SegmentDuration = 2 * time.Second
		if o.FrameRate.Known() {
			o.SegmentDuration = max(o.SegmentDuration, o.FrameRate.Frame().Duration(1))
		}
	}
	o.fillStreamGear()
	o.fillLive()
	if o.Queue == 0 {
		o.Queue = 3
		if o.Live {
			o.Queue = 8
		}
	}
	if o.Backlog == 0 {
		o.Backlog = defaultBacklog
	}
	if o.BacklogBytes == 0 {
		o.BacklogBytes = defaultBacklogBytes
	}
	if o.Clock == ClockAuto {
		o.Clock = ClockCount
	}
	if o.WhenFull == FullAuto {
		o.WhenFull = BlockWhenFull
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.now == nil {
		o.now = steadyClock()
	}
	return o
}

// steadyClock is the wall clock as it was set when a stream began. What a stream says about time and what its origin answers at /time then
// agree, when the machine's clock is set meanwhile.
func steadyClock() func() time.Time {
	began := time.Now()
	return func() time.Time { return began.Add(time.Since(began)) }
}

// fillLive sets what live outputs do differently.
func (o *Options) fillLive() {
	if o.LowLatency {
		o.Live = true
		if o.PartDuration == 0 {
			o.PartDuration = 200 * time.Millisecond
		}
	}
	if !o.Live {
		return
	}
	if o.Clock == ClockAuto {
		o.Clock = ClockWall
	}
	if o.WhenFull == FullAuto {
		o.WhenFull = DropWhenFull
	}
	if o.Window == 0 {
		o.Window = 30 * time.Second
	}
	if o.ExtraWindow == 0 && o.Window == WindowAll {
		o.ExtraWindow = WindowAll
	}
}

// partDuration returns how long the parts of a rendition are: as many whole frames as fit into the wanted length, at least
// one. It is what manifests call the target, since a part must have 85 % of that (RFC 8216bis section 4.4.4.9).
func (o *Options) partDuration(rate Rate) time.Duration {
	if o.PartDuration == 0 {
		return 0
	}
	n := media.Nanosecond.Rescale(int64(o.PartDuration), rate.Frame())
	if rate.Frame().Duration(n) > o.PartDuration+time.Microsecond {
		n--
	}
	return rate.Frame().Duration(max(n, 1))
}

// encoderOptions returns what one rung's encoder is opened with.
func (o *Options) encoderOptions(g *rung) encoder.Options {
	opt := encoder.Options{
		Codec: g.Codec, Width: g.Width, Height: g.Height, Layout: g.layout, Color: g.color, HDR: g.hdr, FrameRate: g.FrameRate,
		Timescale: o.timescale(), SAR: g.sar, Bitrate: g.Bitrate, MaxBitrate: g.MaxBitrate, BufferSize: g.BufferSize, CRF: g.CRF,
		BFrames: g.BFrames, LowLatency: o.LowLatency, Preset: g.Preset, Tune: g.Tune, Profile: g.Profile, Threads: g.Threads, Hinted: !o.EveryPixel, Extra: g.Extra,
		Logger: o.Logger,
	}
	if grid, err := o.grid(); err == nil {
		opt.GOP = int(max(1, media.MulDiv(grid.KeyFrames, g.FrameRate.Num, g.FrameRate.Den, o.FrameRate.Num, o.FrameRate.Den)))
	}
	return opt
}

// timescale is one for all renditions, so that the same instant is the same number everywhere.
func (o *Options) timescale() int64 {
	rates := []Rate{o.FrameRate}
	for _, r := range o.Ladder {
		if r.FrameRate.Known() {
			rates = append(rates, r.FrameRate)
		}
	}
	return media.Timescale(rates...)
}

func (o *Options) grid() (encoder.Grid, error) {
	return encoder.NewGrid(o.FrameRate, o.SegmentDuration, o.KeyInterval, o.timescale())
}
