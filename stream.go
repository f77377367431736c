package framegear

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/framegear/framegear/scaler"
)

// Stream turns frames into one adaptive presentation. WriteFrame, Finish and Close may be called from several goroutines;
// frames are taken one at a time.
type Stream struct {
	opt    Options
	place  place
	outlet outlet

	mu     sync.Mutex // held while a frame is taken, never across an encoder's work
	clock  *gridClock
	inputs inputs
	first  *Frame // format and size of the first frame, without planes
	unable error  // why no first frame could be taken yet
	pipe   *pipeline
	hw     ladderDevice
	last   *scaler.Picture // the newest picture, for repeats
	ended  bool

	closing  chan struct{}   // closed by Close: whoever waits for room gives up
	ctx      context.Context // of everything that is written; ended by Close: a sink that waits for a network or a disk gives up
	stop     context.CancelFunc
	released sync.Once
	closed   sync.Once
	pacing   sync.WaitGroup
	origin   originState
	overload overload
	timing   timing
	counters counters

	sound      sound
	alone      alone
	ownZero    int64      // see zeros
	soundMu    sync.Mutex // held while a block of sound is taken
	soundStart atomic.Pointer[time.Time]
	soundCtx   context.Context // of the sources; ends with stopSound
	stopSound  context.CancelFunc
}

type counters struct {
	in, out, repeated, same, dropped, jumps, caughtUp, replaced, givenUp, segments, bytes atomic.Int64

	copied atomic.Int64 // end of what Copy has passed on, in nanoseconds
}

// New returns a stream whose objects go to output: a folder, the path of an .mpd or .m3u8 file in one, an http(s) URL of
// either (objects are PUT), or "" for memory. The encoders open with the first frame, which sets the source's size. Errors wrap ErrOptions
// or ErrLadder and list every fault. The caller closes the stream.
//
// Sources of sound are opened here, which takes up to 20 seconds each where nothing answers; see [NewContext].
func New(output string, o Options) (*Stream, error) {
	return NewContext(context.Background(), output, o)
}

// NewContext is New with a context that gives the opening up, with its error. Once the stream is there the context has no say in it.
func NewContext(ctx context.Context, output string, o Options) (*Stream, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	s := &Stream{opt: o, closing: make(chan struct{})}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.soundCtx, s.stopSound = context.WithCancel(s.ctx)
	if err := s.openSoundWithin(ctx); err != nil {
		s.stop()
		return nil, err
	}
	s.clock = newGridClock(&s.opt)
	p, err := openOutput(output, &s.opt)
	if err != nil {
		s.stop()
		s.closeSound()
		return nil, err
	}
	s.place = p
	s.openOutlet()
	s.place.readBack()
	if least := s.opt.Window + s.opt.SegmentDuration; s.opt.ExtraWindow > 0 && s.opt.ExtraWindow < least {
		s.warn(fmt.Sprintf("segments are deleted %s after they left the list: players may ask for them for %s (RFC 8216 section 6.2.2)",
			s.opt.ExtraWindow, least))
	}
	s.origin.changed = make(chan struct{})
	return s, nil
}

// WriteFrame gives the stream one frame, which is borrowed for the call: it is converted before WriteFrame returns, without a copy.
// A nil frame is skipped.
//
// The first frame's size opens the scalers and encoders of the whole ladder within the call, whatever Options.WhenFull says:
// milliseconds for small ladders, seconds for large ones or on a busy machine, and up to Options.HWTimeout for each call into
// a driver. What comes after it waits only where WhenFull lets it.
//
// Errors that wrap ErrFrame, ErrChanged, ErrPTS or ErrDropped are about this frame alone: nothing of it was written and the
// stream goes on. An error of the first frame, for whose size the encoders are opened (ErrLadder,
// ErrHardware, a StageError), leaves room for a better one. Any other error has ended the stream. Finish returns it too.
func (s *Stream) WriteFrame(f *Frame) error {
	if f == nil {
		return nil
	}
	arrived := s.opt.now() // before anything that takes time: opening encoders takes some
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return ErrClosed
	}
	if err := s.accept(f, arrived); err != nil {
		return err
	}
	at, err := s.clock.place(f, arrived)
	if err != nil {
		return err
	}
	if at.drop {
		s.clock.commit(f, at)
		s.counters.in.Add(1)
		s.drop(DropRate)
		return nil
	}
	return s.write(f, at)
}

// WriteFrames gives the stream every frame of a sequence such as [Input.Frames], until the sequence or the context ends; that the
// context ends is no error, so that an interrupt leaves a whole output behind when Finish follows. A frame that a live output drops
// because the machine is too slow is none either. Any other error, the sequence's or WriteFrame's, ends the loop and is returned.
func (s *Stream) WriteFrames(ctx context.Context, frames iter.Seq2[*Frame, error]) error {
	for f, err := range frames {
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			err = s.WriteFrame(f)
		}
		if err != nil && !errors.Is(err, ErrDropped) {
			return err
		}
	}
	return nil
}

// accept checks a frame against itself and the first one, and builds the pipeline for the first one.
func (s *Stream) accept(f *Frame, arrived time.Time) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if s.opt.AudioOnly {
		return fmt.Errorf("%w: a frame for an output with AudioOnly", ErrOptions)
	}
	if s.first == nil && s.pipe != nil {
		return fmt.Errorf("%w: a frame after Copy", ErrOptions)
	}
	if s.first == nil {
		s.unable = s.begin(f, arrived)
		return s.unable
	}
	if err := s.pipe.err(); err != nil {
		return err
	}
	if same := f.Format == s.first.Format && f.Width == s.first.Width && f.Height == s.first.Height; same || s.opt.Rescale {
		return nil
	}
	return fmt.Errorf("%w: %s %dx%d after %s %dx%d (Options.Rescale takes it)", ErrChanged, f.Format, f.Width, f.Height,
		s.first.Format, s.first.Width, s.first.Height)
}

// begin builds the pipeline. When that fails nothing was written and a better first frame may come.
func (s *Stream) begin(f *Frame, arrived time.Time) error {
	if err := s.chooseEncoders(f); err != nil {
		return err
	}
	src, err := s.inputs.open(f, &s.opt, s.hw.shallow)
	if err != nil {
		return err
	}
	pipe, err := newPipeline(s, src, arrived)
	if err != nil {
		s.inputs.close()
		return err
	}
	s.pipe = pipe
	s.origin.begin(pipe.publisher)
	s.first = &Frame{Format: f.Format, Width: f.Width, Height: f.Height}
	return nil
}

// write converts the frame and sends it on, after the repeats that fill the time before it.
func (s *Stream) write(f *Frame, at placement) error {
	if err := s.fill(at.repeats); err != nil {
		return s.refused(err)
	}
	at.repeats = 0
	if err := s.pipe.admit(); err != nil {
		return s.refused(err)
	}
	began := s.opt.now()
	pic, err := s.picture(f, at)
	if err != nil {
		s.pipe.leave()
		s.pipe.fail(err)
		return err
	}
	s.pipe.converted.add(s.opt.now().Sub(began))
	if !s.clock.started {
		s.start(f, at)
	}
	s.pipe.send(pic, max(s.clock.next, at.cut), at.at, at.cut > 0)
	s.last.Release()
	s.last = pic
	s.clock.commit(f, at)
	s.counters.in.Add(1)
	s.counters.out.Add(1)
	s.load(at.at, false)
	if s.opt.Live {
		s.keepTime(at)
	}
	if at.jumped {
		s.counters.jumps.Add(1)
	}
	s.followInput(at.at)
	s.pullSound()
	return nil
}

// picture converts a frame and notes what has changed in it since the last one. When nothing has, it is the last picture again: all that
// follows then takes it for a repeat.
func (s *Stream) picture(f *Frame, at placement) (*scaler.Picture, error) {
	before := s.last
	if s.opt.EveryPixel {
		before = nil
	}
	pic, err := s.inputs.picture(f, before, s.opt.BurnClock)
	if err != nil {
		return nil, err
	}
	if s.opt.BurnClock {
		burn(pic, captured(f, at.at))
	}
	if (s.opt.BurnClock || s.inputs.filter != nil) && scaler.Compare(pic, before) {
		pic.Release()
		pic = before.Retain()
	}
	if pic == before {
		s.counters.same.Add(1)
	}
	return pic, nil
}

// fill shows the last picture for n more slots. When a live output has no room it returns ErrDropped and the slots stay owed:
// the next frame or tick of the clock fills them, which costs far less than new pictures would.
func (s *Stream) fill(n int64) error {
	for range n {
		if err := s.pipe.admit(); err != nil {
			return err
		}
		s.pipe.send(s.last, s.clock.next, s.opt.now(), false)
		s.clock.skip(1)
		s.timing.next.Store(s.clock.next)
		s.counters.out.Add(1)
		s.counters.repeated.Add(1)
	}
	if n > 0 {
		s.pullSound()
	}
	return nil
}

// standLast shows the last picture of a recording for as long as it says. What ends that early has ended the stream.
func (s *Stream) standLast(ctx context.Context) error {
	if s.opt.Live || s.last == nil {
		return nil
	}
	for n := s.clock.rest(); n > 0 && ctx.Err() == nil; n-- {
		if err := s.fill(1); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stream) refused(err error) error {
	if errors.Is(err, ErrDropped) {
		s.drop(DropFull)
		s.load(s.opt.now(), true)
	}
	return err
}

func (s *Stream) drop(why DropReason) {
	s.counters.dropped.Add(1)
	if s.opt.Events.FrameDropped != nil {
		s.opt.Events.FrameDropped(DropInfo{Reason: why, At: s.opt.now()})
	}
}

// Finish drains the encoders, publishes the last segment and the final manifests (ENDLIST, static MPD), and waits for all of
// it or for the context; when the context ends first the output stays as it is and ctx.Err() is returned. It returns the error that
// ended the stream, or the one for which no frame was ever taken. Without any frame nothing is written, which is no error. Afterwards every method returns ErrClosed, except Close and Stats; the output can still be read through
// Handler until Close.
func (s *Stream) Finish(ctx context.Context) error {
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return ErrClosed
	}
	s.ended = true
	var err error
	if s.opt.AudioOnly {
		err = s.finishAlone()
	} else if err = s.unable; err == nil {
		err = s.standLast(ctx)
	}
	pipe := s.pipe
	s.mu.Unlock()
	if pipe != nil && err == nil {
		err = pipe.finish(ctx)
	}
	s.release()
	return err
}

// Close stops at once: what is not published yet is lost, what is published stays playable. It frees everything, waits for
// every goroutine, is safe to defer after Finish and may be called again.
func (s *Stream) Close() error {
	var err error
	s.closed.Do(func() {
		s.release()
		s.origin.close()
		if s.pipe != nil && s.opt.RemoveAtExit {
			err = s.pipe.publisher.remove()
		}
		err = errors.Join(err, s.place.close())
	})
	return err
}

// release ends the pipeline and frees all C memory.
func (s *Stream) release() {
	s.released.Do(func() {
		s.stop()
		close(s.closing) // a WriteFrame that waits for room returns and gives up the lock
		s.mu.Lock()
		s.ended = true
		s.mu.Unlock()
		s.pacing.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.pipe != nil {
			s.pipe.close()
		}
		s.closeSound()
		s.last.Release()
		s.last = nil
		s.inputs.close()
		s.hw.close(s)
	})
}
