package framegear

import "time"

// maxBehind is how far sound may stay behind the picture. Programs that push faster than real time would run away from the encoder of sound.
const maxBehind = 10 * time.Second

// awaitSound waits while pushed sound is too far behind, where a full pipeline blocks. Nobody waits for a source: it may never come.
func (p *pipeline) awaitSound() {
	if p.s.opt.WhenFull != BlockWhenFull {
		return
	}
	for _, st := range p.sound {
		if st.opt.PCM {
			st.await()
		}
	}
}

func (st *soundTrack) await() {
	st.mu.Lock()
	defer st.mu.Unlock()
	for st.behind() && !st.gone {
		st.stepped.Wait()
	}
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
