package framegear

import "github.com/framegear/framegear/muxer"

// Where packets are passed on as they are, segments are as long as the input's key frames allow, and those of the sound follow them.

// boundSound tells the sound where the pictures begin a segment.
func (p *pipeline) boundSound(tick int64) {
	if p.copied { // where they end
		return
	}
	for _, st := range p.sound {
		at := st.samples(tick)
		st.mu.Lock()
		st.bounds = append(st.bounds, at)
		st.mu.Unlock()
	}
}

// passBounds forgets the bounds before the end of a packet and reports whether there were any.
func (st *soundTrack) passBounds(end int64) (any bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for len(st.bounds) > 0 && end > st.bounds[0] {
		st.bounds, any = st.bounds[1:], true
	}
	return any
}

// begins is muxer.Options.Begins of sound that follows pictures: nil where it keeps to a grid.
func (st *soundTrack) begins() func(*muxer.Packet) bool {
	if !st.p.copies {
		return nil
	}
	return func(*muxer.Packet) bool { return st.bound }
}
