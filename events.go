package framegear

import "time"

// Events are called as things happen, on the pipeline's own goroutines: a function must not block and must not call the
// stream. Nil functions are skipped.
type Events struct {
	// Warning is called for what a person should know: a rung left out, an odd size.
	Warning func(WarningInfo)
	// SoftwareInstead is called when software encodes what a device was to encode, at the start or in mid-stream.
	SoftwareInstead func(EncoderInfo)
	// SegmentReady is called when a segment can be read: low latency from its Handler, everything else from the output's place.
	SegmentReady func(SegmentInfo)
	// OutputLost is called when the output's place cannot be written to, a second attempt included, and OutputBack when it can again.
	// See Options.Outage.
	OutputLost func(error)
	OutputBack func(OutageInfo)
	// Overloaded is called when the machine does not keep up for long: at most every ten seconds, with what was lost since
	// the last time.
	Overloaded func(OverloadInfo)
	// RenditionGivenUp is called when the largest rendition is given up after that, if Options.Overload says so. With low latency it
	// still has the segments that come before the players of the MPD have heard of it, for four seconds or two segments.
	RenditionGivenUp func(RenditionInfo)
	// Audio is called when a source of sound fails, ends or comes back.
	Audio func(AudioInfo)
	// FrameDropped is called when a frame is dropped from all renditions.
	FrameDropped func(DropInfo)
}

// WarningInfo is one warning.
type WarningInfo struct {
	// Text names what it is about, without a line break; the logger has it too.
	Text string
}

// SegmentInfo is one segment.
type SegmentInfo struct {
	// Track is the rendition's name ("v0"), Number counts from 1.
	Track  string
	Number int64
	// Name is the object's name in the sink.
	Name string
	// Start is the presentation time of the first frame and Duration the length, in ticks of Timebase.
	Start, Duration int64
	Timebase        Timebase
	// Frames and Bytes are the number of frames and the size.
	Frames int
	Bytes  int64
}

// warn reports what a person should know.
func (s *Stream) warn(text string) {
	s.opt.Logger.Warn(text)
	if s.opt.Events.Warning != nil {
		s.opt.Events.Warning(WarningInfo{Text: text})
	}
}

// readable counts segments and tells whoever wants to know.
func (s *Stream) readable(infos []SegmentInfo) {
	for _, info := range infos {
		s.counters.segments.Add(1)
		s.counters.bytes.Add(info.Bytes)
		if s.opt.Events.SegmentReady != nil {
			s.opt.Events.SegmentReady(info)
		}
	}
}

// OverloadInfo says how far a live output falls behind.
type OverloadInfo struct {
	// Dropped of Frames frames found the queue full during Period.
	Dropped, Frames int64
	Period          time.Duration
	// Slowest is the rendition that takes longest, and Encode its encoder's time per picture. The ladder holds when the
	// times of all renditions fit into the frame time of the cores there are.
	Slowest string
	Encode  time.Duration
}

// DropReason says why a frame was dropped.
type DropReason string

// The reasons.
const (
	// DropFull: the queue was full.
	DropFull DropReason = "queue full"
	// DropRate: the source is faster than the output's rate.
	DropRate DropReason = "faster than the frame rate"
)

// DropInfo is one dropped frame.
type DropInfo struct {
	Reason DropReason
	// At is when it was dropped, by the wall clock.
	At time.Time
}
