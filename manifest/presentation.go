package manifest

import (
	"time"

	"github.com/framegear/framegear/internal/media"
)

// State is how far an output has come.
type State uint8

// The states of an output.
const (
	// StateRecording is a recorded output that still grows: every segment stays.
	StateRecording State = iota
	// StateLive is a live output: a sliding window, or everything so far when Window is zero.
	StateLive
	// StateEnded is an output that will not change any more and is complete from its first listed segment on.
	StateEnded
)

// Container is the format of a track's segments.
type Container uint8

// The containers.
const (
	ContainerFMP4 Container = iota // CMAF: ISO/IEC 23000-19
	ContainerTS                    // MPEG-TS: ISO/IEC 13818-1, HLS only
)

// UTCDirect as Presentation.UTCTiming writes Published itself as the time that it is (urn:mpeg:dash:utc:direct:2014).
const UTCDirect = "direct"

// Presentation is everything that one MPD or one multivariant playlist describes, at one moment. It is a value that never
// changes once it is published: a new state is a new Presentation, which may share the slices of the old one.
type Presentation struct {
	State State
	// Start is the wall-clock instant of media time zero on the capture clock: availabilityStartTime and the base of every
	// EXT-X-PROGRAM-DATE-TIME. The zero value leaves both out (recordings without a clock).
	Start time.Time
	// Published is when this state came to be. It never goes back.
	Published time.Time
	// SegmentDuration is the nominal length of a segment. Constant over the life of an output.
	SegmentDuration time.Duration
	// PartDuration is the longest a part of any track can be: the target of the video's. Zero: no low latency. Constant over the life of an output.
	PartDuration time.Duration
	// Window is how much of the past is listed. Zero: all of it.
	Window time.Duration
	// TargetLatency is what players should hold behind the capture clock. Zero: their own choice.
	TargetLatency time.Duration
	// UTCTiming is the URL of a clock for players, relative or absolute (urn:mpeg:dash:utc:http-xsdate:2014), or UTCDirect. Empty: none.
	UTCTiming string
	// BaseURL, which ends in a slash, is put before every URI of the playlists and into the MPD's BaseURL. Empty: relative.
	BaseURL string
	// Tracks are the renditions and sound tracks, in their order.
	Tracks []Track
}

// Track is one rendition or one sound track.
type Track struct {
	// ID is the track's name in paths and manifests ("v0", "a0"): letters, digits, hyphen, underscore.
	ID     string
	Params media.CodecParameters
	// MuxedAudio is the sound inside the same segments (MPEG-TS only), nil when there is none.
	MuxedAudio *media.CodecParameters
	Container  Container
	// Timescale is ticks per second of every time below.
	Timescale int64
	// Init is the path of the initialization segment. Empty for MPEG-TS.
	Init string
	// Playlist is the path of the track's media playlist, from the multivariant playlist's folder.
	// Paths of segments in the playlist are relative to its own folder.
	Playlist string
	// SegmentTemplate is the path of segment $Number$, from the MPD's folder: "v0/$Number$.m4s".
	SegmentTemplate string
	// Language is a BCP 47 tag, Label a text for people. Sound only.
	Language, Label string
	// Default marks the sound track that plays when nobody chooses.
	Default bool
	// OpenGOP is set when segments begin with a key frame, but pictures are seen before it that need the segment before.
	OpenGOP bool
	// Over is set when the track has all its segments though others may go on: sound that ends before the picture.
	Over bool
	// Heir is the ID of the track whose segments take this one's place from HeirFrom on: a rendition that was given up under load.
	// Its playlist goes on with those segments after a discontinuity, which all tracks have there; nothing else names it
	// any more. It has no segments of its own once they have left the window. Empty: none.
	Heir     string
	HeirFrom int64
	// Segments are the listed segments, oldest first, numbers without gaps. Number of the first one is at least 1.
	Segments []Segment
	// Open is the segment in the making (low latency only), nil when there is none yet. It has parts or none.
	Open *Segment
	// Discontinuities counts discontinuities that left the window (EXT-X-DISCONTINUITY-SEQUENCE).
	Discontinuities int64
	// RunStart is the Start of the segment with which the unbroken run of the first listed segment began: the last
	// Discontinuity, or the first segment after the last Gap, that is not listed any more. It is the start of an MPD's
	// Period, which has to stay while segments leave. Not looked at when the first listed segment is number 1 or a Discontinuity.
	RunStart int64
	// PartDuration is the target length of this track's parts where it is shorter than the presentation's (sound, whose
	// frames do not fit evenly). Zero: Presentation.PartDuration. Constant over the life of an output.
	PartDuration time.Duration
	// Rate is the measured bit rate of everything made so far, expired segments included.
	Rate BitRate
}

// Segment is one segment, complete unless it is Track.Open.
type Segment struct {
	// Number counts from 1; equal numbers are the same instant in all tracks.
	Number int64
	// Start is the presentation time of the first sample in ticks (the tfdt of the first fragment), Duration the sum of its samples.
	Start, Duration int64
	// Frames is the number of samples.
	Frames int
	// Bytes is the size of the whole segment.
	Bytes int64
	// URI is the path from the MPD's folder: "v0/7.m4s".
	URI string
	// Discontinuity is set when the segment does not continue the timestamps or parameters of the one before.
	Discontinuity bool
	// Gap is set when the segment has no bytes that can be loaded (EXT-X-GAP).
	Gap bool
	// Parts are its CMAF chunks (low latency only). Dropped once they are too old to be listed.
	Parts []Part
}

// Part is a CMAF chunk: one moof and one mdat.
type Part struct {
	// URI is the path from the MPD's folder: "v0/7.2.m4s".
	URI string
	// Start and Duration are in ticks.
	Start, Duration int64
	Bytes           int64
	// Independent is set when the part starts with a key frame.
	Independent bool
}

// BitRate is measured, in bits per second. Zero before the first segment.
type BitRate struct {
	// Peak is the highest rate of any window of 0.5 to 1.5 target durations of whole segments (RFC 8216 section 4.3.4.2, BANDWIDTH).
	Peak int64
	// Average is all bits over all time (AVERAGE-BANDWIDTH).
	Average int64
}
