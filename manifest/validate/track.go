package validate

import (
	"time"

	"github.com/Eyevinn/mp4ff/mp4"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// ref names bytes: a file or URL, or a part of one.
type ref struct {
	url  string
	part ByteRange
}

// track is one rendition, as its manifest tells it and as its segments are.
type track struct {
	name       string // playlist or representation, for findings
	ladder     string // tracks of the same ladder show the same pictures; empty for sound
	live       bool
	codecs     []string // declared
	bandwidth  int64    // declared, zero when not
	width      int
	height     int
	rate       string
	language   string
	aligned    bool // the manifest promises aligned segments that start with key frames
	dash       *dashTrack
	playlist   *playlist
	listed     int
	channels   int           // declared, zero when not
	length     time.Duration // of all segments, as the manifest says
	lastLength time.Duration // of the last segment
	computed   bool          // the number of segments follows from the length of the period
	next       *segment      // the one after the last of a track whose segments are computed
	segments   []segment     // those to read, oldest first

	init  *initFacts
	facts []facts // parallel to segments
	meter *manifest.Meter
	rates manifest.BitRate
}

// segment is what a manifest says of one.
type segment struct {
	ref
	number        int64
	duration      time.Duration
	start         int64 // media time in ticks of the MPD's timescale, where hasStart
	hasStart      bool
	nominal       bool // start is computed from a constant duration, exact to half a segment only
	date          time.Time
	discontinuity bool
	gap           bool
	encrypted     bool
	init          *ref
	parts         []part
}

type part struct {
	ref
	duration    time.Duration
	independent bool
	gap         bool
}

// facts are what was found in a segment. Times are ticks of the track's own timescale.
type facts struct {
	ok         bool // times are known
	seen       bool // it was read, and has no times
	tb         media.Timebase
	start, end int64 // of decoding; in MPEG-TS moved to where the first picture is shown
	shown      int64 // presentation time of the first picture
	frames     int
	bytes      int64
	frame      int64 // the longest sample
	shortest   int64 // sample that is not empty
	key        bool  // starts with a key frame
	lastKey    int64
	keyGap     int64 // the longest way from one key frame to the next, or to the end
}

func (f *facts) duration() time.Duration { return f.tb.Duration(f.end) - f.tb.Duration(f.start) }

// frameTime is the longest sample: how exact times can be.
func (f *facts) frameTime() time.Duration { return f.tb.Duration(f.frame) }

// initFacts are what was found in an initialization segment, or in the first segment of MPEG-TS.
type initFacts struct {
	kind       string // "video", "audio", "video+audio", "other"
	codecs     []string
	entry      string // sample entry type
	timescale  int64
	aspect     float64 // of the samples (pasp), zero when not stated
	width      int
	height     int
	rotated    bool // the track is shown turned
	channels   int  // zero when not known
	sampleRate int
	doubled    bool // SBR may double the sampling rate
	trackID    uint32
	trex       *mp4.TrexBox
	edits      bool
	lengths    int // bytes of a NAL unit's length, zero when there are none
}

// isTransport reports a track of MPEG-TS, which has no sample entry.
func (t *track) isTransport() bool {
	return t.init.entry == "" && t.init.timebase() == transportTimebase
}

func (i *initFacts) timebase() media.Timebase { return media.Timebase{Num: 1, Den: i.timescale} }

func (i *initFacts) hasVideo() bool { return i.kind == "video" || i.kind == "video+audio" }
