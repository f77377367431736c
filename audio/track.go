package audio

import (
	"cmp"
	"context"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// Track is one track of sound at work. One goroutine at a time; Stats may be called by the same one only.
type Track struct {
	opt    Options
	feed   feed
	reader *reader // nil for pushed PCM
	rate   int
	params *av.Parameters
	out    output

	origin  int64 // of the source's timeline, in samples
	offset  int64
	held    *block // belongs so far behind what was asked for that it waits
	begun   bool
	attach  bool   // the next block belongs to the present
	floats  bool   // live, and its instants are its own
	late    *int64 // where the sound was when blocks began to come too late, nil while they do not
	over    bool   // the source ended for good
	closed  bool
	endless bool
	stats   Stats
}

// output is what becomes of the blocks: they are encoded, or passed on as they are.
type output interface {
	// begin makes the sound go on from an instant, apart from what was.
	begin(t *Track, at int64) error
	// end is where the sound ends that was taken so far.
	end() int64
	// take places a block that belongs at an instant.
	take(t *Track, b block, at int64) error
	// silence fills up to an instant.
	silence(t *Track, until int64) error
	// coded counts the samples that were given out.
	coded() int64
	// emit gives out what lies before an instant, in whole frames.
	emit(until int64, emit func(*Packet) error) error
	// finish gives out everything before an instant; the last frame is filled up.
	finish(end int64, emit func(*Packet) error) error
	close()
}

// Open opens the source, reads as much as it takes to know it, and opens the encoder. Nothing is written anywhere. Errors wrap
// ErrOptions or ErrSource. When the context ends the source cannot be read any more. The caller closes the track, which closes the PCM.
func Open(ctx context.Context, o Options) (*Track, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	t := &Track{opt: o.withDefaults()}
	if err := t.open(ctx); err != nil {
		t.Close()
		return nil, err
	}
	t.stats.Rate, t.offset = t.rate, ticks(t.opt.Offset, t.rate)
	return t, nil
}

func (t *Track) open(ctx context.Context) error {
	if t.opt.Source.PCM != nil {
		return t.openPCM()
	}
	in, err := openInput(ctx, &t.opt)
	if err != nil {
		return err
	}
	src := in.stream.Params.CodecParameters
	copies := t.opt.Copy && fits(src, t.opt.CopyCodecs)
	if t.opt.Copy && !copies && t.opt.Logger != nil {
		t.opt.Logger.Warn("sound is encoded: its packets do not fit the container", "source", t.opt.Source.String(), "codec", string(src.Codec))
	}
	t.endless = t.opt.Source.Device() || t.opt.Loop || t.opt.Source.isURL() && in.track.Duration() == 0
	t.rate = t.opt.outputRate(src.SampleRate)
	if copies {
		t.rate = src.SampleRate
		err = t.openCopy(in)
	} else {
		err = t.openEncoder(src)
	}
	if err == nil {
		t.reader, err = newReader(ctx, &t.opt, in, t.rate, copies)
	}
	if err != nil {
		in.close()
		return err
	}
	t.feed = t.reader
	t.floats = t.opt.Live && t.opt.Timing != TimingWall && t.opt.Source.Demuxed == nil
	return nil
}

func (t *Track) openPCM() error {
	p := t.opt.Source.PCM
	p.mu.Lock()
	spec := p.spec
	p.mu.Unlock()
	if spec == [2]int{} {
		spec = [2]int{defaultRate, 2}
	}
	t.rate = t.opt.outputRate(spec[0])
	if err := t.openEncoder(media.CodecParameters{Kind: media.KindAudio, SampleRate: spec[0], Channels: spec[1]}); err != nil {
		return err
	}
	t.feed = p
	return p.attach(t.rate)
}

func (t *Track) openEncoder(src media.CodecParameters) error {
	channels := t.opt.outputChannels(src.Channels)
	bitrate := t.opt.Bitrate
	if bitrate == 0 {
		bitrate = DefaultBitrate(src, t.opt.PictureWidth, channels)
	}
	e, err := newEncoded(t, func() (*frames, error) { return newFrames(&t.opt, t.rate, channels, bitrate) }, channels)
	if err == nil {
		t.out = e
	}
	return err
}

func (t *Track) openCopy(in *input) error {
	p, err := in.stream.Params.Clone()
	if err != nil {
		return err
	}
	t.params = p
	t.out = newCopied(p, t.opt.Priming == PrimingRemove)
	return withoutPreSkip(p)
}

// Parameters returns what the track is; it belongs to the track.
func (t *Track) Parameters() *Parameters { return t.params }

// Rate returns samples per second: the ticks of every time given and received.
func (t *Track) Rate() int { return t.rate }

// Timing returns where the instants of its source come from.
func (t *Track) Timing() Timing { return t.opt.Timing }

// Arrived receives after sound was pushed. It is nil, and never receives, when the source is not PCM.
func (t *Track) Arrived() <-chan struct{} {
	if t.opt.Source.PCM == nil {
		return nil
	}
	return t.opt.Source.PCM.arrived
}

// End returns where the sound ends that was taken from the source so far.
func (t *Track) End() int64 { return t.out.end() }

// Endless reports whether nobody knows that the source ends by itself: a device, a loop, a URL without a length. Pushed PCM is not endless.
func (t *Track) Endless() bool { return t.endless }

// Hurry says that the track is to come to its end: from now on a source that gives nothing for so long is taken for ended, also by an
// Advance that waits for it. Files of this machine are waited for unless patience is zero. It may be called from any goroutine; the first call
// counts.
func (t *Track) Hurry(patience time.Duration) {
	if t.opt.Source.Demuxed != nil {
		t.opt.Source.Demuxed.Solo()
	}
	if t.reader != nil && (patience == 0 || !t.opt.Source.prompt()) {
		t.reader.hurry(patience)
	}
}

// Over reports whether the track has given out all that it will, because its source ended and nothing is to follow.
func (t *Track) Over() bool { return t.endsHere() }

// FrameSize returns the samples of one packet, zero when packets are copied.
func (t *Track) FrameSize() int {
	if e, ok := t.out.(*encoded); ok {
		return e.frames.size
	}
	return 0
}

// Early returns how many samples before its beginning the first packet may begin: a decoder needs it, and it is not to be heard.
func (t *Track) Early() int {
	if _, ok := t.out.(*copied); ok && t.opt.Priming == PrimingSignal {
		return copiedEarly
	}
	return t.params.Priming
}

// Start says which instant of the source's timeline is media time zero, in ticks of a timebase: the wall clock since 1970 for
// TimingWall, the timestamps of PCM for TimingSource, and with both the timeline of a Demuxed source. It is called before the first Advance,
// where there is such an instant, and when that has moved.
func (t *Track) Start(instant int64, base media.Timebase) {
	t.origin = base.Rescale(instant, media.Timebase{Num: 1, Den: int64(t.rate)})
}

// Begin makes the sound begin at a later instant than media time zero, in samples. It is called before the first Advance, and
// needs PrimingRemove where the container cannot say what comes before. Sources whose instants nobody knows but by their order, files and counted sound, begin there.
func (t *Track) Begin(at int64) error {
	if t.closed {
		return ErrClosed
	}
	if t.opt.Timing == TimingCount || t.opt.Timing == TimingSource && t.opt.Source.PCM == nil && t.opt.Source.Demuxed == nil {
		t.origin -= at
	}
	return t.out.begin(t, at)
}

// Jump gives out everything before one instant, and goes on at a later one with packets that refer to nothing before it: the
// picture's timeline is broken there. It needs PrimingRemove as Begin does.
func (t *Track) Jump(ctx context.Context, end, to int64, emit func(*Packet) error) error {
	if t.closed {
		return ErrClosed
	}
	t.begin()
	if err := t.pull(ctx, end, t.opt.patient() && !t.opt.Source.Device(), emit); err != nil {
		return err
	}
	if err := t.rest(ctx, end, emit); err != nil {
		return err
	}
	t.attach = t.opt.Source.Device() && t.opt.Timing != TimingWall
	return t.out.begin(t, to)
}

// Advance takes sound from the source up to an instant and gives out the packets that lie before it, in order. A
// source is waited for unless the track is live and the source is not a file of this machine; pushed PCM never is. Errors of emit are returned as they are.
func (t *Track) Advance(ctx context.Context, until int64, emit func(*Packet) error) error {
	if t.closed {
		return ErrClosed
	}
	t.begin()
	if err := t.pull(ctx, until, t.opt.patient(), emit); err != nil {
		return err
	}
	if slack := ticks(t.opt.Slack, t.rate); t.opt.Live && !t.opt.patient() && t.out.end() < until-slack && !t.endsHere() {
		if err := t.silence(ctx, until-slack, until, emit); err != nil {
			return err
		}
	}
	return t.out.emit(until, emit)
}

// begin throws away what a device captured before the first picture, where its samples have no instants of their own.
func (t *Track) begin() {
	if t.begun {
		return
	}
	t.begun = true
	if !t.opt.Source.Device() || t.opt.Timing == TimingWall {
		return
	}
	t.attach = true
	for range readAhead {
		b, ok, err := t.feed.next(context.Background(), false)
		if !ok || err != nil {
			return
		}
		if b.end {
			t.over = true
			return
		}
		t.feed.recycle(b)
	}
}

// pull takes blocks until there is sound up to an instant, and gives out on the way what would take too much memory.
func (t *Track) pull(ctx context.Context, until int64, wait bool, emit func(*Packet) error) error {
	for given := t.out.end(); t.out.end() < until && !t.over; {
		b, ok, err := t.next(ctx, wait)
		if err != nil || !ok {
			return err
		}
		if at := t.instant(b); at-max(until, t.out.end()) > t.farAhead() {
			t.held = &b
			return t.silence(ctx, until, until, emit)
		} else if at-t.out.end() > t.farAhead() {
			err = t.silence(ctx, at, until, emit)
		}
		if err == nil {
			err = t.place(b, until)
		}
		t.feed.recycle(b)
		if err == nil && t.out.end()-given > int64(t.rate) {
			given = t.out.end()
			err = cmp.Or(t.out.emit(until, emit), ctx.Err())
		}
		if err != nil {
			return err
		}
	}
	if t.over && !t.endsHere() {
		return t.silence(ctx, until, until, emit)
	}
	return nil
}

// next returns the block that was held, or the source's next one.
func (t *Track) next(ctx context.Context, wait bool) (block, bool, error) {
	if t.held == nil {
		return t.feed.next(ctx, wait)
	}
	b := *t.held
	t.held = nil
	return b, true, nil
}

// farAhead is how much silence is made at once at the most.
func (t *Track) farAhead() int64 { return 10 * int64(t.rate) }

// instant returns where a block belongs, which is here when it does not say.
func (t *Track) instant(b block) int64 {
	if b.end || !b.known || b.again || t.attach {
		return t.out.end()
	}
	return b.at - t.origin + t.offset
}

// silence fills up to an instant, and gives out what lies before another one on the way: hours of it take no memory.
func (t *Track) silence(ctx context.Context, to, until int64, emit func(*Packet) error) error {
	for end := t.out.end(); end < to; end = t.out.end() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.out.silence(t, min(to, end+int64(t.rate))); err != nil {
			return err
		}
		if t.out.end() <= end || t.out.end() >= to { // packets that are copied know no silence
			return nil
		}
		if err := t.out.emit(min(until, t.out.end()), emit); err != nil {
			return err
		}
	}
	return nil
}

// endsHere reports whether the track is over with its source.
func (t *Track) endsHere() bool { return t.over && t.opt.Ends == EndsThere }

func (t *Track) place(b block, until int64) error {
	if b.end {
		t.over = true
		if b.err != nil && t.opt.Strict {
			return b.err
		}
		return nil
	}
	if b.again || t.attach {
		t.attach = false
		// A source that came back belongs to the present.
		present := max(t.out.end(), until)
		if t.opt.Alone && !t.opt.Live {
			present = max(0, t.out.end())
		}
		t.origin = b.at + t.offset - present
	}
	trimmed, end := t.stats.Trimmed, t.out.end()
	err := t.out.take(t, b, b.at-t.origin+t.offset)
	t.watch(t.stats.Trimmed > trimmed && t.out.end() == end, end)
	return err
}

// watch is told of every block whether it came too late as a whole. A live source that paused, and whose instants do not tell so, is late for
// ever: after a second of that its next block belongs to the present.
func (t *Track) watch(late bool, end int64) {
	switch {
	case !late || !t.floats:
		t.late = nil
	case t.late == nil:
		t.late = &end
	case end-*t.late > int64(t.rate):
		t.late, t.attach = nil, true
	}
}

// Finish takes what there is up to the end of the picture, which is where the sound is cut, and gives out the rest. Only Close and
// Stats are allowed afterwards. It does not wait for a live source.
func (t *Track) Finish(ctx context.Context, end int64, emit func(*Packet) error) error {
	if t.closed {
		return ErrClosed
	}
	if err := t.pull(ctx, end, t.opt.patient() && !t.opt.Source.Device(), emit); err != nil {
		return err
	}
	t.over = t.over || t.opt.Source.PCM != nil
	t.closed = true
	return t.rest(ctx, end, emit)
}

// rest gives out what was taken and lies before an instant.
func (t *Track) rest(ctx context.Context, end int64, emit func(*Packet) error) error {
	if t.endsHere() {
		end = min(end, t.out.end())
	} else if err := t.silence(ctx, end, end, emit); err != nil {
		return err
	}
	return t.out.finish(end, emit)
}

// Stats returns what the track has done so far.
func (t *Track) Stats() Stats {
	s := t.stats
	if t.out != nil {
		s.Encoded = t.out.coded()
	}
	if t.reader != nil {
		s.Reconnects = t.reader.reconnects.Load()
	}
	return s
}

// Close frees everything and waits for the track's goroutine. Closing twice is harmless.
func (t *Track) Close() {
	t.closed = true
	switch {
	case t.feed != nil:
		if t.held != nil {
			t.feed.recycle(*t.held)
			t.held = nil
		}
		t.feed.close()
		t.feed = nil
	case t.opt.Source.PCM != nil:
		t.opt.Source.PCM.close()
	}
	if t.out != nil {
		t.out.close()
		t.out = nil
	}
}
