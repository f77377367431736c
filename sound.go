package framegear

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"time"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/media"
)

// AudioTrack is one track of sound. Exactly one of Source, Input and PCM says where it comes from. The zero value of everything else
// is a good default.
type AudioTrack struct {
	// Source is a file or a URL (file, http, https, tls, tcp, udp, rtp, rtsp, srt as built).
	Source string
	// Input is StreamGear's list form, the input part of an ffmpeg command line: "-f", "alsa", "-i", "hw:1". For devices. "-stream_loop", "-1"
	// is Loop.
	Input []string
	// PCM is sound that the program pushes with [Stream.WriteAudio].
	PCM bool

	// Offset moves the sound: positive later, negative earlier. Zero starts a file at the first frame.
	Offset time.Duration
	// Origin is the instant on the source's own timeline that belongs to the first frame. Nil means its first sample. A track of [Input.Audio]
	// keeps to the pictures' timeline by itself.
	Origin *time.Duration
	// Loop starts a file again when it ends.
	Loop bool
	// Ends says what follows when the sound is shorter than the picture; longer sound is cut at the last frame.
	Ends AudioEnds

	// Codec to encode with.
	Codec AudioCodec
	// Bitrate in bits per second. Zero takes that of a compressed source, else 128 kbit/s, or 96 where no rung is wider than 800.
	Bitrate int64
	// SampleRate in samples per second. Zero means 44100 where the source has it, else 48000.
	SampleRate int
	// Channels 1 to 8. Zero means the source's, 2 for PCM.
	Channels int
	// Copy passes packets on as they are where their codec fits the container; else the sound is encoded, with a warning.
	Copy bool

	// Language is a BCP 47 tag, Label a text for people.
	Language, Label string
	// Default marks the track that plays when nobody chooses. Without any, it is the first one.
	Default bool
	// Optional leaves the track out with a warning (Events.Warning) when its source cannot be opened; otherwise that is New's error.
	Optional bool
	// Strict ends the stream when the source becomes bad later. Otherwise silence takes its place and Events.Audio tells.
	Strict bool

	own *ownSound // of an opened input, whose name is Source
}

// AudioEnds says what follows when sound is shorter than the picture.
type AudioEnds = audio.Ends

// AudioCodec is a coding format for sound.
type AudioCodec = audio.Codec

// The ways sound ends, and its codecs.
const (
	// AudioEndsSilent goes on with silence.
	AudioEndsSilent = audio.EndsSilent
	// AudioEndsThere ends the track.
	AudioEndsThere = audio.EndsThere
	// AAC is AAC-LC.
	AAC = audio.AAC
	// Opus needs fMP4 segments.
	Opus = audio.Opus
)

// AudioStats is what one track of sound has done. Lengths are counted in samples of Rate.
type AudioStats = audio.Stats

// AudioInfo is a change of a source of sound.
type AudioInfo struct {
	// Track is the index in Options.Audio.
	Track int
	// Source in words.
	Source string
	// Err is what happened, nil when the source is back.
	Err error
	// Attempts counts how often it was opened again.
	Attempts int
}

// languageShape is that of a language tag (RFC 5646 section 2.1).
var languageShape = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// mostInTS is how many channels of AAC its header in MPEG-TS can name (ISO/IEC 13818-7 section 6.2: three bits, of which libavcodec's eight
// channels are none).
const mostInTS = 6

func (o *Options) validateAudio() error {
	var errs []error
	defaults := 0
	for i, a := range o.Audio {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%w: Audio %d: %s", ErrOptions, i, fmt.Sprintf(format, args...)))
		}
		given := 0
		for _, g := range []bool{a.Source != "", len(a.Input) > 0, a.PCM} {
			if g {
				given++
			}
		}
		if given != 1 {
			bad("want one of Source, Input and PCM")
			continue
		}
		if o.Container == TS && a.Codec == Opus {
			bad("Opus needs fMP4 segments")
		}
		if o.Container == TS && a.Channels > mostInTS {
			bad("%d channels need fMP4 segments (MPEG-TS: at most %d)", a.Channels, mostInTS)
		}
		if a.Language != "" && !languageShape.MatchString(a.Language) {
			bad("language %q (want a BCP 47 tag such as en or pt-BR)", a.Language)
		}
		if a.Default {
			defaults++
		}
		if ao, err := o.audioOptions(i); err != nil {
			bad("%v", err)
		} else if err := ao.Validate(); err != nil && !(a.Optional && errors.Is(err, audio.ErrSource) && !errors.Is(err, audio.ErrOptions)) {
			errs = append(errs, fmt.Errorf("%w: Audio %d: %w", ErrOptions, i, err))
		}
	}
	if defaults > 1 {
		errs = append(errs, fmt.Errorf("%w: %d default sound tracks (want one)", ErrOptions, defaults))
	}
	if o.Container == TS && len(o.Audio) > 1 && !o.AudioOnly {
		errs = append(errs, fmt.Errorf("%w: %d sound tracks in MPEG-TS (want one, or fMP4 segments)", ErrOptions, len(o.Audio)))
	}
	if o.AudioOnly && len(o.Audio) == 0 {
		errs = append(errs, fmt.Errorf("%w: AudioOnly needs a sound track", ErrOptions))
	}
	if o.AudioOnly && o.Live && o.Clock != ClockAuto && o.Clock != ClockWall {
		errs = append(errs, fmt.Errorf("%w: a live output with AudioOnly follows the wall clock (want ClockWall)", ErrOptions))
	}
	return errors.Join(errs...)
}

// audioOptions returns what a track is opened with, its PCM left out.
func (o *Options) audioOptions(i int) (audio.Options, error) {
	a := &o.Audio[i]
	ao := audio.Options{
		Offset: a.Offset, Origin: a.Origin, Loop: a.Loop, Ends: a.Ends, Codec: a.Codec, Bitrate: a.Bitrate, Rate: a.SampleRate,
		Channels: a.Channels, Copy: a.Copy, Live: o.Live, Strict: a.Strict, PictureWidth: o.widest(), Logger: o.Logger,
		CopyCodecs: []media.Codec{media.CodecAAC, media.CodecMP3, media.CodecAC3, media.CodecEAC3},
	}
	if o.Container == FMP4 {
		ao.CopyCodecs = append(ao.CopyCodecs, media.CodecOpus)
	}
	if o.Container == TS {
		ao.MostChannels = mostInTS
	}
	if o.LowLatency {
		ao.Slack = 200 * time.Millisecond
	}
	if o.Live && !o.LowLatency && o.Container == FMP4 {
		// libavformat's edit list, which says what comes before the first sample, would be wrong for a run that goes on later. That of low
		// latency is the same in every run.
		ao.Priming = audio.PrimingRemove
	}
	if o.AudioOnly {
		ao.Ends, ao.Alone = audio.EndsThere, true
	}
	var err error
	switch {
	case a.PCM:
		ao.Source.PCM = new(audio.PCM)
	case len(a.Input) > 0:
		ao.Source, ao.Loop, err = parseInput(a)
	default:
		ao.Source.URL = a.Source
		if a.own != nil {
			ao.Source.Demuxed = a.own.track
		}
	}
	ao.Timing = o.audioTiming(&ao)
	return ao, err
}

// parseInput reads the list form of a source, in which -stream_loop is the track's Loop.
func parseInput(a *AudioTrack) (audio.Source, bool, error) {
	args, loop, err := audio.CutLoop(a.Input)
	if err != nil {
		return audio.Source{}, false, err
	}
	src, err := audio.ParseSource(args)
	return src, a.Loop || loop, err
}

// audioTiming is the picture's clock where sound is captured; a file has its own timestamps.
func (o *Options) audioTiming(ao *audio.Options) audio.Timing {
	captured := ao.Source.Device() || ao.Source.PCM != nil || ao.Source.Demuxed != nil && o.Clock == ClockWall && !o.AudioOnly
	switch {
	case captured && o.Clock == ClockWall:
		return audio.TimingWall
	case ao.Source.PCM != nil && o.Clock == ClockPTS, !captured:
		return audio.TimingSource
	}
	return audio.TimingCount
}

// widest returns the width of the largest rung that states one, zero when the source's size is among them.
func (o *Options) widest() int {
	w := 0
	for _, r := range o.Ladder {
		if r.Width == 0 {
			return 0
		}
		w = max(w, r.Width)
	}
	return w
}

// sound is the sound of a stream: its opened tracks.
type sound struct {
	tracks []*audio.Track
	pcm    []*audio.PCM // by index in Options.Audio, nil for others
	last   []int64      // PTS of the last block
}

// openSound opens every source before anything is written. Options.Audio keeps the tracks that are there.
func (s *Stream) openSound() error {
	var there []AudioTrack
	for i := range s.opt.Audio {
		ao, err := s.opt.audioOptions(i)
		if err != nil {
			return fmt.Errorf("framegear: %w", err)
		}
		ao.Notify = func(e audio.Event) { s.audioChanged(i, e) }
		s.sound.pcm = append(s.sound.pcm, ao.Source.PCM)
		s.sound.last = append(s.sound.last, math.MinInt64)
		t, err := audio.Open(s.soundCtx, ao)
		switch {
		case err != nil && s.opt.Audio[i].Optional && !s.opt.AudioOnly:
			s.warn(fmt.Sprintf("sound is left out: %v", err))
			continue
		case err != nil:
			s.closeSound()
			return fmt.Errorf("framegear: %w", err)
		}
		s.sound.tracks = append(s.sound.tracks, t)
		there = append(there, s.opt.Audio[i])
	}
	s.opt.Audio = there
	return nil
}

// openSoundWithin is openSound until the context ends.
func (s *Stream) openSoundWithin(ctx context.Context) error {
	given := context.AfterFunc(ctx, s.stopSound)
	err := s.openSound()
	if given() {
		return err
	}
	if err == nil {
		s.closeSound()
	}
	return ctx.Err()
}

func (s *Stream) closeSound() {
	for _, t := range s.sound.tracks {
		t.Close()
	}
}

func (s *Stream) audioChanged(track int, e audio.Event) {
	if e.Err != nil {
		s.opt.Logger.Warn("sound is lost, silence takes its place", "source", e.Source, "err", e.Err, "attempts", e.Attempts)
	} else {
		s.opt.Logger.Info("sound is back", "source", e.Source, "attempts", e.Attempts)
	}
	if s.opt.Events.Audio != nil {
		s.opt.Events.Audio(AudioInfo{Track: track, Source: e.Source, Err: e.Err, Attempts: e.Attempts})
	}
}

// WriteAudio gives the stream a block of sound for its first PCM track; see WriteAudioTrack.
func (s *Stream) WriteAudio(b *Samples) error {
	for i, p := range s.sound.pcm {
		if p != nil {
			return s.WriteAudioTrack(i, b)
		}
	}
	return fmt.Errorf("%w: no track of Options.Audio has PCM", ErrOptions)
}

// WriteAudioTrack gives the stream a block of sound for the PCM track with an index in Options.Audio. The block is borrowed for the
// call. Its instant follows the stream's clock as a frame's does: PTS in ticks of Options.Timebase (ClockPTS), the wall clock at the
// call (ClockWall), or the number of samples before it (ClockCount), where sample 0 belongs to the first frame. Sound and pictures are
// written side by side, in any order; sound that is more than a minute ahead is refused with ErrAudioAhead.
//
// Rate, channels and format of blocks may differ from the track's and change from one to the next: they are converted. A nil block is
// skipped.
//
// It may be called before the first frame, and at the same time as WriteFrame. Errors that wrap ErrSamples, ErrPTS or ErrAudioAhead are
// about this block alone.
func (s *Stream) WriteAudioTrack(track int, b *Samples) error {
	if b == nil {
		return nil
	}
	if track < 0 || track >= len(s.sound.pcm) || s.sound.pcm[track] == nil {
		return fmt.Errorf("%w: track %d of Options.Audio is no PCM track", ErrOptions, track)
	}
	now := s.opt.now()
	s.soundMu.Lock()
	defer s.soundMu.Unlock()
	at, base, known := int64(0), media.Nanosecond, false
	switch s.opt.Clock {
	case ClockPTS:
		at, base, known = b.PTS, s.opt.Timebase, true
		if last := s.sound.last[track]; at <= last && base.Duration(last-at) <= s.opt.MaxGap {
			return fmt.Errorf("%w: sound at %d after %d (ticks of %s s)", ErrPTS, at, s.sound.last[track], base)
		}
	case ClockWall:
		length := media.Timebase{Num: 1, Den: int64(max(1, b.Rate))}.Duration(int64(b.Count()))
		at, known = s.wall(now).Add(-length).UnixNano(), true
	}
	switch err := s.sound.pcm[track].Write(b, at, base, known); {
	case errors.Is(err, audio.ErrClosed):
		return ErrClosed
	case err != nil:
		return prefixed(err)
	}
	s.sound.last[track] = b.PTS
	if s.opt.AudioOnly {
		return s.pushedAlone()
	}
	return nil
}

// wall puts an instant on the clock that started with the first frame, which is not moved when the machine's clock is set.
func (s *Stream) wall(now time.Time) time.Time {
	if start := s.soundStart.Load(); start != nil {
		return time.Unix(0, start.UnixNano()+int64(now.Sub(*start)))
	}
	return now
}

// pullSound lets the sound follow the picture up to the next free slot.
func (s *Stream) pullSound() {
	if len(s.pipe.sound) == 0 {
		return
	}
	if s.soundStart.Load() == nil && s.clock.started {
		start := s.clock.start
		s.soundStart.Store(&start)
	}
	s.pipe.advanceSound(s.pipe.grid.Tick(s.clock.next), s.clock.next-s.pipe.line.slot, s.zeros())
	s.pipe.awaitSound()
}

// zeros are the instants of media time zero.
type zeros struct {
	clock int64 // see gridClock.zero
	own   int64 // on the timeline of an input, in nanoseconds
	jumps int64 // of the clock so far
}

// zeros returns where media time zero is now. The caller holds the stream's lock.
func (s *Stream) zeros() zeros {
	z := zeros{clock: s.clock.zero(), own: s.ownZero, jumps: s.counters.jumps.Load()}
	if s.clock.mode == ClockPTS {
		z.own = int64(s.clock.base.Duration(z.clock))
	}
	return z
}

// followInput notes which instant of an input is media time zero, where pictures have instants of another clock than the input's: the picture
// that was read last came at the given one.
func (s *Stream) followInput(at time.Time) {
	for i := range s.opt.Audio {
		own := s.opt.Audio[i].own
		switch {
		case own == nil || s.clock.mode == ClockPTS || s.clock.mode == ClockCount && s.counters.in.Load() > 1:
			continue
		case s.clock.mode == ClockCount:
			s.ownZero = own.shown.Load() - int64(s.clock.rate.Frame().Duration(s.clock.next-1))
		default:
			s.ownZero = own.shown.Load() - int64(at.Sub(s.clock.start)) - int64(s.clock.rate.Frame().Duration(s.clock.offset))
		}
		return
	}
}

// zero returns the instant of media time zero on the clock that sound is captured by: ticks of PTS, or nanoseconds since 1970.
func (c *gridClock) zero() int64 {
	if c.mode == ClockPTS {
		return c.pts0 - c.rate.Frame().Rescale(c.offset, c.base)
	}
	return c.start.UnixNano() - c.rate.Frame().Rescale(c.offset, media.Nanosecond)
}
