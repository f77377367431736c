package framegear

import (
	"context"
	"fmt"
	"time"

	"github.com/framegear/framegear/internal/media"
)

// An output without pictures has its sound alone to follow: a recording takes it as fast as it comes, a live one by the wall clock.

// soundTick is how often a live output without pictures looks at the clock: about the length of a frame of sound.
const soundTick = 20 * time.Millisecond

// finishPatience is how long Finish waits for a source that gives nothing. People who end a program wait two seconds at most.
const finishPatience = 1500 * time.Millisecond

// PlayAudio lets an output with AudioOnly take the sound of its files, URLs and devices until all of them have ended, up to an instant of
// media time (zero: no limit), or until the context ends, which is no error: Finish follows and closes the last segment. A recording
// goes as fast as its sources, a live output in real time, where a URL that breaks and a device never end. Without it Finish of a recording takes
// all there is of sources that are known to end.
func (s *Stream) PlayAudio(ctx context.Context, until time.Duration) error {
	if !s.opt.AudioOnly || until < 0 {
		return fmt.Errorf("%w: PlayAudio is for AudioOnly, and up to 0 or more", ErrOptions)
	}
	p, limit, err := s.beginPlay(until)
	if err != nil {
		return err
	}
	if s.opt.Live {
		p.awaitSources(ctx, limit)
		return p.err()
	}
	step := p.grid.Tick(p.grid.SegmentFrames)
	for goal, over := int64(0), false; !over && goal < limit; {
		goal = min(goal+step, limit)
		for _, st := range p.sound {
			if !st.opt.PCM {
				st.advance(soundGoal{tick: goal})
			}
		}
		over = p.awaitSources(ctx, goal)
		if ctx.Err() != nil {
			p.hurry(0)
			break
		}
	}
	return p.err()
}

// awaitSources waits until all sources have come to an instant, ended, or the context has, and reports whether no source goes any further.
// Pushed sound alone is no source; a live output waits for it all the same.
func (p *pipeline) awaitSources(ctx context.Context, tick int64) (over bool) {
	over = true
	for _, st := range p.sound {
		if !st.opt.PCM || p.s.opt.Live {
			over = st.awaitTick(ctx, tick) && over
		}
	}
	return over
}

// beginPlay begins the output if it has not begun, and returns where to stop in ticks of the grid.
func (s *Stream) beginPlay(until time.Duration) (*pipeline, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, 0, ErrClosed
	}
	for i := range s.opt.Audio {
		if s.opt.Audio[i].Loop && until == 0 && !s.opt.Live {
			return nil, 0, fmt.Errorf("%w: a recording of a loop has no end (want PlayAudio up to an instant)", ErrOptions)
		}
	}
	s.alone.played = true
	if err := s.beginAlone(); err != nil {
		return nil, 0, err
	}
	p := s.pipe
	s.alone.end = forever
	if until > 0 {
		s.alone.end = p.grid.Tick(p.line.slot) + media.Nanosecond.Rescale(int64(until), media.Timebase{Num: 1, Den: p.grid.Timescale})
	}
	return p, s.alone.end, nil
}

// alone is what only an output without pictures has; under the stream's lock.
type alone struct {
	played bool  // by PlayAudio
	end    int64 // of the output in ticks of the grid, 0 while that is not known
}

// pushedAlone follows what was pushed: a recording takes it at once, a live output takes it in its time.
func (s *Stream) pushedAlone() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return ErrClosed
	}
	if err := s.beginAlone(); err != nil {
		return err
	}
	if err := s.pipe.err(); err != nil || s.opt.Live {
		return err
	}
	s.pipe.advanceSound(forever, 0, zeros{})
	s.pipe.awaitSound()
	return nil
}

// finishAlone sets the goal of Finish: all that was pushed, and all there is of sources that end by themselves, if PlayAudio has
// set none. The caller holds the stream's lock.
func (s *Stream) finishAlone() error {
	if s.opt.Live || s.alone.played {
		return nil
	}
	if err := s.beginAlone(); err != nil {
		return err
	}
	for _, st := range s.pipe.sound {
		if !st.track.Endless() {
			st.advance(soundGoal{tick: forever})
		}
	}
	return nil
}

// beginAlone builds the pipeline of an output without pictures, once.
func (s *Stream) beginAlone() error {
	if s.pipe != nil {
		return nil
	}
	grid, err := s.opt.grid()
	if err != nil {
		return err
	}
	p := emptyPipeline(s, grid)
	if err := p.buildAlone(s.opt.now()); err != nil {
		p.free()
		return err
	}
	p.start()
	s.pipe = p
	s.origin.begin(p.publisher)
	if s.opt.Live {
		s.pacing.Add(1)
		go s.pace(soundTick, s.followClock)
	}
	return nil
}

func (p *pipeline) buildAlone(now time.Time) error {
	if err := p.lookBack(); err != nil {
		return err
	}
	p.publisher = newPublisher(p, nil)
	if err := p.openSound(); err != nil {
		return err
	}
	s := p.s
	if p.earlier != nil {
		if err := p.resume(now); err != nil {
			return err
		}
	}
	s.clock.begin(now)
	p.line.begin(s.clock.next, p.first, p.grid.SegmentFrames)
	if s.opt.Live {
		p.publisher.setStart(s.clock.start)
		s.soundStart.Store(&s.clock.start)
	}
	return nil
}

// followClock takes the sound up to now and reports whether the stream goes on. After a long sleep it goes on with the segment that is due,
// after a discontinuity.
func (s *Stream) followClock() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	now, p, clock := s.opt.now(), s.pipe, s.clock
	if cut := clock.due(now); cut > 0 {
		p.cutSound(cut)
		p.line.cut(cut)
		s.counters.jumps.Add(1)
	}
	clock.next = max(clock.next, clock.slotAt(now))
	p.line.next = clock.next
	tick := p.grid.Tick(clock.next)
	if s.alone.end > 0 {
		tick = min(tick, s.alone.end)
	}
	p.advanceSound(tick, 0, s.zeros())
	return true
}
