package framegear

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer"
)

// soundTrack is one track of sound at work: a goroutine that follows the picture. What it encodes, once, goes into segments of its
// own, or into those of every rendition (MPEG-TS).
type soundTrack struct {
	p      *pipeline
	id     string
	opt    *AudioTrack
	track  *audio.Track
	index  int          // in the publisher, when it has segments of its own
	mux    *muxer.Muxer // nil when it has not
	part   time.Duration
	joins  []*joiner
	params *muxer.Parameters // of what the renditions' segments have inside, the same in every run
	emit   func(*muxer.Packet) error

	mu    sync.Mutex
	goal  soundGoal
	cuts  []soundCut  // still to come, in their order
	turns []soundGoal // still to be reached before the clock jumped
	wake  chan struct{}
	stats audio.Stats

	reached soundGoal  // of the last step
	gone    bool       // there are no more steps
	stepped *sync.Cond // over mu: reached or gone has changed

	bounds []int64 // where the pictures begin segments of packets that are passed on, in samples; over mu
	bound  bool    // the packet that is written begins one

	begun bool
	zero  zeros
	next  int64 // number of the segment after the last complete one
	end   int64 // of the present run in samples, once it is known
	slots int64 // of the present run, once its end is known
	over  bool  // the end is known
}

// soundGoal is how far the picture has come.
type soundGoal struct {
	tick   int64 // in ticks of the grid
	slots  int64 // of the present run
	zero   zeros
	count  int64 // of goals
	ending bool
}

// soundCut is where the picture's timeline goes on elsewhere.
type soundCut struct {
	end, begin int64 // ticks of the grid
	slots      int64 // of the run that ends
	zero       zeros
}

// openSound makes the tracks' muxers. The tracks themselves are the stream's.
func (p *pipeline) openSound() error {
	for i, t := range p.s.sound.tracks {
		st := &soundTrack{p: p, id: fmt.Sprintf("a%d", i), opt: &p.s.opt.Audio[i], track: t, wake: make(chan struct{}, 1), next: p.first}
		st.emit, st.stepped = st.write, sync.NewCond(&st.mu)
		st.watchHunger()
		p.sound = append(p.sound, st)
		if err := st.open(); err != nil {
			return &StageError{Stage: "audio", Rendition: st.id, Err: err}
		}
	}
	return nil
}

func (st *soundTrack) open() error {
	params := st.track.Parameters()
	pub, o := st.p.publisher, &st.p.s.opt
	if _, err := manifest.CodecString(params.CodecParameters); err != nil {
		return err
	}
	if o.Container == TS && !o.AudioOnly {
		return st.join()
	}
	st.index = pub.addSound(st)
	return st.openMuxer(st.p.earlier != nil)
}

// openMuxer begins segments of the track's own.
func (st *soundTrack) openMuxer(continues bool) (err error) {
	pub, o := st.p.publisher, &st.p.s.opt
	st.mux, err = muxer.New(st.p.ctx, muxer.Options{
		Track: st.id, Container: muxer.Container(o.Container), Streams: []*muxer.Parameters{st.track.Parameters()},
		Timescales: []int64{int64(st.track.Rate())}, Segment: st.p.grid.Duration(), Sink: st.p.s.place.sink, Logger: o.Logger,
		Part: st.part, Parts: st.p.s.place.parts, FirstNumber: st.next, Continues: continues, Early: int64(st.track.Early()),
		Exact: st.p.copies, Begins: st.begins(),
		OnInit: func(name string) { pub.initReady(st.index, name) },
		OnPart: func(part muxer.Part) { pub.partReady(st.index, part) },
		OnSegment: func(seg muxer.Segment) {
			st.next = seg.Number + 1
			pub.segmentReady(st.index, seg)
		},
	})
	return err
}

// inside reports whether the sound is in the renditions' segments. That is settled before anything runs.
func (st *soundTrack) inside() bool { return len(st.joins) > 0 }

// join puts the sound into the segments of every rendition.
func (st *soundTrack) join() (err error) {
	if st.params, err = st.track.Parameters().Clone(); err != nil {
		return err
	}
	for _, r := range st.p.renditions {
		r.join.add(int64(st.track.Rate()))
		st.joins = append(st.joins, r.join)
	}
	return nil
}

// undetermined is the language of sound that nobody named (BCP 47, ISO 639-2).
const undetermined = "und"

// addSound lists a track of sound and returns its index.
func (pub *publisher) addSound(st *soundTrack) int {
	o := &pub.p.s.opt
	extension := map[Container]string{FMP4: "m4s", TS: "ts"}[o.Container]
	t := manifest.Track{
		ID: st.id, Params: st.track.Parameters().CodecParameters, Container: manifest.Container(o.Container),
		Timescale: int64(st.track.Rate()), Playlist: st.id + "/media.m3u8", SegmentTemplate: st.id + "/$Number$." + extension,
		Language: cmp.Or(canonicalLanguage(st.opt.Language), undetermined), Label: st.opt.Label, Default: o.isDefault(st.opt),
	}
	if frame := int64(st.track.FrameSize()); o.LowLatency && frame > 0 {
		ticks := soundPart(t.Timebase().Ticks(o.PartDuration), t.Timebase().Ticks(pub.p.grid.Duration()), frame)
		t.PartDuration = t.Timebase().Duration(ticks)
	}
	st.part = cmp.Or(t.PartDuration, o.PartDuration)
	pub.mu.Lock()
	defer pub.mu.Unlock()
	// Players hold back by the longest part of all (RFC 8216bis section 4.4.3.8).
	pub.base.PartDuration = max(pub.base.PartDuration, t.PartDuration)
	pub.tracks = append(pub.tracks, track{Track: t, meter: manifest.NewMeter(pub.p.grid.Duration())})
	pub.addStock(&pub.tracks[len(pub.tracks)-1])
	return len(pub.tracks) - 1
}

// soundPart returns the length of parts of sound: whole frames, as many as fit, or some fewer where a segment's last part would be
// very short otherwise. Players that look for what comes next with a tolerance would miss it.
func soundPart(limit, segment, frame int64) int64 {
	most := max(1, limit/frame)
	best, longest := most, int64(0)
	for n := most; 4*n > 3*most; n-- {
		// A segment has this many frames, or one more.
		rest := min((segment/frame-1)%n, segment/frame%n) + 1
		if rest > longest {
			best, longest = n, rest
		}
	}
	return best * frame
}

// isDefault reports whether a track plays when nobody chooses: the marked one, else the first.
func (o *Options) isDefault(a *AudioTrack) bool {
	for i := range o.Audio {
		if o.Audio[i].Default {
			return a.Default
		}
	}
	return a == &o.Audio[0]
}

// advanceSound tells every track how far the picture has come. It does not wait.
func (p *pipeline) advanceSound(tick, slots int64, zero zeros) {
	for _, st := range p.sound {
		st.advance(soundGoal{tick: tick, slots: slots, zero: zero})
	}
}

func (st *soundTrack) advance(goal soundGoal) {
	st.mu.Lock()
	if st.goal.count > 0 && st.goal.zero.jumps != goal.zero.jumps && len(st.cuts) == 0 {
		st.turns = append(st.turns, st.goal)
	}
	goal.count, goal.ending = st.goal.count+1, st.goal.ending
	st.goal = goal
	st.mu.Unlock()
	st.poke()
}

// cutSound tells every track that the picture goes on at a slot, after a discontinuity. The caller holds the stream's lock.
func (p *pipeline) cutSound(slot int64) {
	c := soundCut{end: p.grid.Tick(p.line.next), begin: p.grid.Tick(slot), slots: p.line.next - p.line.slot, zero: p.s.zeros()}
	for _, st := range p.sound {
		st.mu.Lock()
		st.cuts = append(st.cuts, c)
		st.mu.Unlock()
	}
}

// endSound lets the tracks run dry. Recordings wait for their sources, while they give something.
func (p *pipeline) endSound() {
	p.hurry(finishPatience)
	for _, st := range p.sound {
		st.mu.Lock()
		st.goal.ending = true
		st.mu.Unlock()
		st.poke()
	}
}

func (st *soundTrack) poke() {
	select {
	case st.wake <- struct{}{}:
	default:
	}
}

// run follows the picture until it ends. Afterwards the renditions know that no sound comes any more.
func (st *soundTrack) run() {
	defer st.leave()
	defer st.stop()
	var arrived <-chan struct{}
	for {
		select {
		case <-st.wake:
			if st.p.s.opt.Live {
				// Sound goes on its way as soon as it is there: with the next picture it would be late by a picture's length.
				arrived = st.track.Arrived()
			}
		case <-arrived:
		case <-st.p.s.soundCtx.Done():
			return
		}
		if st.p.abort.Load() {
			return
		}
		done, err := st.step()
		stats := st.track.Stats()
		st.mu.Lock()
		st.stats = stats
		st.stepped.Broadcast()
		st.mu.Unlock()
		if err != nil && st.p.s.soundCtx.Err() == nil {
			st.p.fail(asSound(err, st))
		}
		if done || err != nil {
			return
		}
	}
}

func asSound(err error, st *soundTrack) error {
	if _, ok := errors.AsType[*StageError](err); ok {
		return err
	}
	return &StageError{Stage: "audio", Rendition: st.id, Err: err}
}

// step takes the sound up to where the picture is, and reports whether that was all.
func (st *soundTrack) step() (done bool, err error) {
	st.mu.Lock()
	goal, cuts, turns := st.goal, st.cuts, st.turns
	st.cuts, st.turns = nil, nil
	st.mu.Unlock()
	for _, before := range turns {
		st.align(before.zero)
		if err := st.track.Advance(st.p.s.soundCtx, st.samples(before.tick), st.emit); err != nil {
			return false, err
		}
	}
	for _, c := range cuts {
		if err := st.cut(c); err != nil {
			return false, err
		}
	}
	st.align(goal.zero)
	until := st.samples(goal.tick)
	if !goal.ending {
		if err := st.track.Advance(st.p.s.soundCtx, until, st.emit); err != nil {
			return false, err
		}
		st.mu.Lock()
		st.reached = goal
		st.mu.Unlock()
		if !st.track.Over() {
			return false, nil
		}
	}
	st.slots = goal.slots
	return true, st.finish(until)
}

// cut ends a run and begins another one with a new encoder and muxer, as the pictures do.
func (st *soundTrack) cut(c soundCut) error {
	st.align(c.zero)
	st.end, st.slots, st.over = st.samples(c.end), c.slots, true
	if err := st.track.Jump(st.p.s.soundCtx, st.end+int64(st.track.FrameSize()), st.samples(c.begin), st.emit); err != nil {
		return err
	}
	st.over = false
	if st.mux == nil {
		return st.cutJoins()
	}
	if err := st.mux.Finish(); err != nil {
		return err
	}
	st.mux.Close()
	st.p.publisher.cut(st.index, st.next)
	return st.openMuxer(true)
}

func (st *soundTrack) cutJoins() error {
	for _, j := range st.joins {
		if err := j.cut(1); err != nil {
			return err
		}
	}
	return nil
}

// forever is later than any sound.
const forever = 1 << 60

// align tells a captured track which instant is media time zero.
func (st *soundTrack) align(zero zeros) {
	if st.begun && zero == st.zero {
		return
	}
	st.begun, st.zero = true, zero
	timing := st.track.Timing()
	switch {
	case st.opt.own != nil:
		if !st.p.s.opt.AudioOnly {
			st.track.Start(zero.own, media.Nanosecond)
		}
	case timing == audio.TimingWall:
		st.track.Start(zero.clock, media.Nanosecond)
	case timing == audio.TimingSource && st.opt.PCM:
		st.track.Start(zero.clock, st.p.s.opt.Timebase)
	}
}

func (st *soundTrack) samples(tick int64) int64 {
	if tick >= forever {
		return forever
	}
	return media.Timebase{Num: 1, Den: st.p.grid.Timescale}.Rescale(tick, media.Timebase{Num: 1, Den: int64(st.track.Rate())})
}

// finish gives out the rest. One frame more than there is picture is asked for: write takes of it what the last segment needs.
func (st *soundTrack) finish(end int64) error {
	st.end, st.over = end, true
	if st.p.s.opt.AudioOnly && (st.track.Over() || st.opt.PCM && !st.p.s.opt.Live) {
		st.end = min(end, st.track.End())
	}
	if err := st.track.Finish(st.p.s.soundCtx, end+int64(st.track.FrameSize()), st.emit); err != nil {
		return err
	}
	if st.mux == nil {
		return nil
	}
	if err := st.mux.Finish(); err != nil {
		return err
	}
	st.p.publisher.soundOver(st.index)
	return nil
}

// soundOver marks a track that has all its segments, so that others go on without it.
func (pub *publisher) soundOver(i int) {
	pub.mu.Lock()
	defer pub.mu.Unlock()
	t := &pub.tracks[i].Track
	if t.Over = true; neverBegan(*t) {
		pub.p.s.opt.Logger.Warn("sound is left out: none of it lies beside the pictures", "track", t.ID)
	}
	if pub.current != nil {
		pub.replace()
	}
}

// write takes a packet of the track.
func (st *soundTrack) write(p *muxer.Packet) error {
	if st.over && st.past(p) {
		return nil
	}
	if st.mux != nil {
		st.bound = st.passBounds(p.PTS() + p.Duration())
		return st.mux.Write(p, 0)
	}
	for _, j := range st.joins {
		if err := j.write(p, 1); err != nil {
			return err
		}
	}
	return nil
}

// past reports whether a packet lies behind the picture: it would begin a segment that the picture does not have, or the picture is over and
// has no more segments than the sound.
func (st *soundTrack) past(p *muxer.Packet) bool {
	if st.mux == nil {
		return p.PTS() >= st.end
	}
	if st.p.copies { // it never cuts by itself
		return p.PTS() >= st.end
	}
	if st.p.s.opt.AudioOnly {
		// There is no segment for the sake of one frame: hls.js, which counts the priming into the first one, waits for it for ever.
		return p.PTS() >= st.end || st.mux.Cuts(p) && p.PTS()+p.Duration() >= st.end
	}
	segments := (st.slots-1)/st.p.grid.SegmentFrames + 1
	return (st.mux.Cuts(p) || p.PTS() >= st.end) && st.mux.Segments() >= segments
}

// leave tells the renditions that the sound is over.
func (st *soundTrack) leave() {
	for _, j := range st.joins {
		if st.p.abort.Load() {
			j.abandon() // a rendition may wait for the sound
			continue
		}
		if err := j.end(1); err != nil {
			st.p.fail(asSound(err, st))
		}
	}
}

func (st *soundTrack) free() {
	if st.mux != nil {
		st.mux.Close()
	}
	st.params.Close()
}

// neverBegan reports whether a track is over before anything of it was made: sound that is copied has no silence before it, so that what
// begins after the end of the pictures gives nothing. There is nothing to list then, and the other tracks must not wait for it.
func neverBegan(t manifest.Track) bool {
	return t.Over && t.Init == "" && len(t.Segments) == 0
}
