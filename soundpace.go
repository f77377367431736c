package framegear

import (
	"context"
	"time"
)

// maxBehind is how far sound may stay behind the picture. Programs that push faster than real time would run away from the encoder of sound.
const maxBehind = 10 * time.Second

// awaitSound waits while pushed sound, or that of the pictures' own input, is too far behind, where a full pipeline blocks. Nobody waits for
// another source: it may never come.
func (p *pipeline) awaitSound() {
	if p.s.opt.WhenFull != BlockWhenFull {
		return
	}
	for _, st := range p.sound {
		if st.opt.PCM || st.opt.own != nil {
			st.await()
		}
	}
}

func (st *soundTrack) await() {
	st.mu.Lock()
	defer st.mu.Unlock()
	for st.behind() && !st.gone && !st.starved() {
		st.stepped.Wait()
	}
}

// watchHunger lets nobody wait for sound that comes after more pictures, in an input that has both.
func (st *soundTrack) watchHunger() {
	if st.opt.own == nil {
		return
	}
	st.opt.own.track.OnStarve(func() {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.stepped.Broadcast()
	})
}

// starved reports whether the sound waits for pictures to be read.
func (st *soundTrack) starved() bool { return st.opt.own != nil && st.opt.own.track.Starved() }

// hurry tells the tracks how long to wait for their sources from now on.
func (p *pipeline) hurry(patience time.Duration) {
	for _, st := range p.sound {
		st.track.Hurry(patience)
	}
}

// awaitTick waits until the track has come to an instant or the context ends, and reports whether it goes no further.
func (st *soundTrack) awaitTick(ctx context.Context, tick int64) (over bool) {
	defer context.AfterFunc(ctx, func() {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.stepped.Broadcast()
	})()
	st.mu.Lock()
	defer st.mu.Unlock()
	for st.reached.tick < tick && !st.gone && ctx.Err() == nil {
		st.stepped.Wait()
	}
	return st.gone
}

// behind reports whether the sound is too far behind its goal. Sound alone has no picture to follow: it takes what was pushed.
func (st *soundTrack) behind() bool {
	if st.p.s.opt.AudioOnly {
		return st.reached.count < st.goal.count
	}
	return time.Duration(st.goal.tick-st.reached.tick)*time.Second/time.Duration(st.p.grid.Timescale) > maxBehind
}

// stop says that the sound goes no further.
func (st *soundTrack) stop() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.gone = true
	st.stepped.Broadcast()
}
