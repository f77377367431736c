package framegear

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/media"
)

// maxSegment is the longest segment. libavformat's dash muxer counts its length in 31 bits of microseconds.
const maxSegment = 30 * time.Minute

// Validate returns all faults that can be seen before the first frame, each wrapping ErrOptions or ErrLadder.
func (o Options) Validate() error {
	o = o.withDefaults()
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	if err := o.FrameRate.Validate(); err != nil {
		bad("FrameRate: %v", err)
	}
	if !o.Timebase.Valid() {
		bad("Timebase %s (want positive terms)", o.Timebase)
	}
	if o.Clock > ClockWall || o.WhenFull > DropWhenFull || o.Format > HLS || o.Container > TS || o.Stall > LeaveGap || o.Overload > GiveUpTop || o.Outage > EndAtOutage {
		bad("Clock, WhenFull, Stall, Overload, Outage, Format and Container take only the constants of their types")
	}
	if o.Container == TS && o.Format != HLS {
		bad("MPEG-TS segments are for HLS alone (want Format HLS, or fMP4 segments)")
	}
	errs = append(errs, o.validateSegments(), o.validateTexts())
	if o.Live {
		errs = append(errs, o.validateLive())
	} else if o.Overload != KeepLadder {
		bad("Overload is for live outputs (want Live or LowLatency)")
	} else if o.Window != 0 || o.ExtraWindow != 0 || o.PartDuration != 0 {
		bad("Window, ExtraWindow and PartDuration are for live outputs (want Live or LowLatency)")
	}
	if o.Queue < 1 || o.Queue > 1000 {
		bad("Queue %d (want 1 to 1000 frames)", o.Queue)
	}
	if o.BitsPerPixel < 0 || o.MaxGap < 0 {
		bad("BitsPerPixel %g, MaxGap %s (want 0 or more)", o.BitsPerPixel, o.MaxGap)
	}
	if o.Backlog < 0 || o.BacklogBytes < 0 {
		bad("Backlog %s, BacklogBytes %d (want 0 or more)", o.Backlog, o.BacklogBytes)
	}
	if o.AutoLadder && len(o.Ladder) > 0 {
		bad("Ladder and AutoLadder (want one of them)")
	}
	errs = append(errs, o.validateLadder(), o.validateHardware(), o.validateAudio())
	return errors.Join(errs...)
}

// validateSegments checks the grid. A length below a frame's is a number without a unit.
func (o *Options) validateSegments() error {
	frame := time.Duration(0)
	if o.FrameRate.Known() && !o.AudioOnly {
		frame = o.FrameRate.Frame().Duration(1)
	}
	switch {
	case o.SegmentDuration < 0 || o.SegmentDuration > maxSegment:
		return fmt.Errorf("%w: SegmentDuration %s (want at most %s)", ErrOptions, o.SegmentDuration, maxSegment)
	case 2*o.SegmentDuration < frame || o.SegmentDuration < time.Millisecond:
		return fmt.Errorf("%w: SegmentDuration %s is shorter than a frame (want a time.Duration of at least %s)",
			ErrOptions, o.SegmentDuration, max(frame, time.Millisecond))
	case o.KeyInterval < 0:
		return fmt.Errorf("%w: KeyInterval %s (want 0 or more)", ErrOptions, o.KeyInterval)
	case o.KeyInterval > o.SegmentDuration:
		return fmt.Errorf("%w: KeyInterval %s is longer than SegmentDuration %s, and every segment begins with a key frame (want KeyInterval of at "+
			"most %[3]s, or SegmentDuration %[2]s)", ErrOptions, o.KeyInterval, o.SegmentDuration)
	}
	return nil
}

// validateTexts checks what becomes file names, URLs and texts of manifests.
func (o *Options) validateTexts() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	if o.Name != "" {
		if err := checkFileName(o.Name); err != nil {
			bad("Name %q %v", o.Name, err)
		}
	}
	if o.BaseURL != "" && (!strings.HasSuffix(o.BaseURL, "/") || !oneLine(o.BaseURL) || strings.Contains(o.BaseURL, `"`)) {
		bad("BaseURL %q (want a URL that ends in a slash, without quotes)", o.BaseURL)
	}
	if u := o.UTCTiming; u != "" && u != UTCDirect && (!isURL(u) || !oneLine(u) || strings.ContainsAny(u, `" `)) {
		bad("UTCTiming %q (want an http(s) URL, or %s)", u, UTCDirect)
	}
	for i, a := range o.Audio {
		if !oneLine(a.Label) {
			bad("Audio %d: label %q (want one line of text)", i, a.Label)
		}
	}
	return errors.Join(errs...)
}

// longestName is how long a file name may be with the extension and what is before and after it while it is written.
const longestName = 200

// checkFileName says what is wrong with the name of manifests, which is a part of URLs and of other files' names.
func checkFileName(name string) error {
	switch {
	case name == "." || name == ".." || strings.ContainsAny(name, `/\`):
		return errors.New("(want a file name without extension)")
	case !oneLine(name):
		return errors.New("(want one line of text)")
	case len(name) > longestName:
		return fmt.Errorf("is %d bytes long (want at most %d)", len(name), longestName)
	}
	return nil
}

// oneLine reports whether a text can stand in a manifest: UTF-8 without control characters.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func (o *Options) validateLive() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...)))
	}
	if !o.LowLatency && o.PartDuration != 0 {
		bad("PartDuration is for LowLatency")
	}
	if o.LowLatency && o.Container == TS {
		bad("LowLatency needs fMP4 segments")
	}
	if o.PartDuration < 0 || o.LowLatency && o.FrameRate.Known() && 2*o.partDuration(o.FrameRate) > o.SegmentDuration {
		bad("PartDuration %s (want at most half a segment's %s)", o.PartDuration, o.SegmentDuration)
	}
	if o.Window != WindowAll && o.Window < 3*o.SegmentDuration {
		bad("Window %s (want at least three segments of %s, or WindowAll)", o.Window, o.SegmentDuration)
	}
	if o.ExtraWindow < 0 && o.ExtraWindow != WindowAll || o.TargetLatency < 0 {
		bad("ExtraWindow %s, TargetLatency %s (want 0 or more)", o.ExtraWindow, o.TargetLatency)
	}
	return errors.Join(errs...)
}

// validateLadder checks what does not need the source's size.
func (o *Options) validateLadder() error {
	var errs []error
	for i, r := range o.Ladder {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%w: %s: %s", ErrLadder, r.name(i), fmt.Sprintf(format, args...)))
		}
		if r.Width < 0 || r.Height < 0 || r.Width > media.MaxSide || r.Height > media.MaxSide {
			bad("sides must be 0 (the source's) to %d", media.MaxSide)
		}
		if r.Bitrate < 0 || r.MaxBitrate < 0 || r.BufferSize < 0 {
			bad("bit rates and buffers must not be negative")
		}
		if r.FrameRate != (Rate{}) {
			if err := r.FrameRate.Validate(); err != nil {
				bad("%v", err)
			}
		}
		if r.Codec != "" && r.Codec != CodecAuto && encoder.Format(r.Codec) == "" {
			bad("codec %q (want one of %v)", r.Codec, encoder.Built())
		}
	}
	if o.Codec != "" && o.Codec != CodecAuto && encoder.Format(o.Codec) == "" {
		errs = append(errs, fmt.Errorf("%w: Codec %q (want one of %v)", ErrOptions, o.Codec, encoder.Built()))
	}
	return errors.Join(errs...)
}
