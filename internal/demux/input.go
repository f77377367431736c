package demux

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// Config says what to open.
type Config struct {
	av.InputConfig
	// Now is the clock of live inputs. Nil means the machine's.
	Now func() time.Time
}

// Input is an opened input. It reads on a goroutine of its own whenever somebody waits for a packet, and keeps those
// of the others. Its methods may be called from any goroutine. It is freed when it and all its tracks are closed.
type Input struct {
	in      *av.Input
	name    string
	live    bool
	regular bool
	length  time.Duration
	mends   bool
	mender  mender
	logger  *slog.Logger
	jumps   int

	stop context.CancelFunc
	done sync.WaitGroup

	mu      sync.Mutex
	wake    *sync.Cond // over mu: whatever somebody may wait for
	tracks  []*Track
	free    []*av.Packet
	users   int
	running bool
	solo    bool  // nobody is waited for any more
	err     error // why nothing more comes
}

// Open opens an input and reads as much as it takes to know its streams, until the context ends, which has no say
// afterwards. The caller closes it.
func Open(ctx context.Context, c Config) (*Input, error) {
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	opening := context.AfterFunc(ctx, stop)
	raw, err := av.OpenInput(own, c.InputConfig)
	if !opening() && err == nil {
		raw.Close()
		err = ctx.Err()
	}
	if err != nil {
		stop()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	in := &Input{in: raw, name: c.URL, stop: stop, users: 1, logger: c.Logger}
	in.length, in.live = raw.Duration(), raw.Lasting()
	info, err := os.Stat(c.URL)
	in.regular = err == nil && info.Mode().IsRegular()
	in.mends = raw.Jumps() || in.live
	in.mender = mender{live: in.live, now: c.Now, tell: in.mended}
	if c.Now == nil {
		in.mender.now = time.Now
	}
	in.wake = sync.NewCond(&in.mu)
	return in, nil
}

// Best returns the stream of a kind that a player would choose; the caller closes its Params.
func (in *Input) Best(kind media.Kind) (av.InputStream, error) { return in.in.Best(kind) }

// Has reports whether there is a stream of a kind, of which nothing else need be known.
func (in *Input) Has(kind media.Kind) bool {
	all, err := in.in.Streams(kind)
	for _, st := range all {
		st.Params.Close()
	}
	return err == nil && len(all) > 0
}

// Duration returns the length, zero when it is not known or endless.
func (in *Input) Duration() time.Duration { return in.length }

// Tiled reports whether the input is a picture whose parts are streams of their own.
func (in *Input) Tiled() bool { return in.in.Tiled() }

// Image reports whether the input is a picture and not a film.
func (in *Input) Image() bool { return in.in.Image() }

// Times returns the presentation times of the first packets of a stream, before anything is read, which Read gives
// all the same.
func (in *Input) Times(stream, most int) []int64 { return in.in.Times(stream, most) }

// Timed reports whether the container gives packets times. Without, libav counts them at a rate that is stated or
// guessed.
func (in *Input) Timed() bool { return in.in.Timed() }

// Live reports whether the input is of the present: a device, or a URL without a length.
func (in *Input) Live() bool { return in.live }

// Take returns a track with the packets of a stream that are read from now on. Pictures are waited for; sound, which
// nobody waits for, is dropped where too much of it waits itself. The caller closes the track, which takes the
// stream's Params over.
func (in *Input) Take(st av.InputStream) *Track {
	in.mu.Lock()
	defer in.mu.Unlock()
	t := &Track{in: in, stream: st, most: maxPictures}
	if st.Params.Kind == media.KindAudio {
		t.lossy, t.most = true, maxSound
	}
	for _, other := range in.tracks {
		if other.stream.Index == st.Index {
			t.at = other.at
		}
	}
	if t.at == nil {
		t.at = in.mender.add(st.Timebase, in.in.WrapBits(st.Index))
	}
	in.tracks = append(in.tracks, t)
	in.users++
	return t
}

// Close closes the input for this user.
func (in *Input) Close() { in.leave() }

// leave frees everything with the last user.
func (in *Input) leave() {
	in.mu.Lock()
	in.users--
	last := in.users == 0
	in.wake.Broadcast()
	in.mu.Unlock()
	if !last {
		return
	}
	in.stop()
	in.done.Wait()
	in.in.Close()
	for _, p := range in.free {
		p.Close()
	}
	in.free = nil
}

// read gives packets to the tracks while somebody waits for one.
func (in *Input) read() {
	p, err := av.NewPacket()
	if err != nil {
		in.over(err)
		return
	}
	defer p.Close()
	for in.wanted() {
		asked := in.mender.now()
		err := in.in.Read(p)
		in.mender.waited(in.mender.now().Sub(asked))
		switch {
		case errors.Is(err, av.ErrAgain):
		case errors.Is(err, av.ErrEncrypted):
			in.lock(p.Stream(), err)
		case err != nil:
			in.over(err)
			return
		default:
			in.file(p)
		}
	}
}

// wanted waits until somebody waits for a packet, and reports whether there is anybody left.
func (in *Input) wanted() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.users > 0 && !in.useful() {
		in.wake.Wait()
	}
	return in.users > 0
}

// useful reports whether a packet is waited for and there is room for whatever comes.
func (in *Input) useful() bool {
	wanted, room := false, true
	for _, t := range in.tracks {
		wanted = wanted || t.wants()
		room = room && (t.lossy || in.solo || t.waiting || !t.full())
	}
	for _, t := range in.tracks {
		t.starve(!room && t.wants())
	}
	return wanted && room
}

func (in *Input) over(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.err = err
	in.wake.Broadcast()
}

// lock ends the tracks of a stream that is encrypted.
func (in *Input) lock(stream int, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, t := range in.tracks {
		if t.stream.Index == stream {
			t.err = err
		}
	}
	in.wake.Broadcast()
}

// file puts a packet on the timeline and gives it to those who want it.
func (in *Input) file(p *av.Packet) {
	in.mu.Lock()
	defer in.mu.Unlock()
	placed := false
	for _, t := range in.tracks {
		if t.stream.Index != p.Stream() {
			continue
		}
		if !placed {
			in.place(t, p)
			placed = true
		}
		if err := t.keep(p); err != nil {
			in.err = err
		}
	}
	in.wake.Broadcast()
}

// noTime is libav's word for a time that is not known.
const noTime = -1 << 63

// place mends the packet's times.
func (in *Input) place(t *Track, p *av.Packet) {
	pts, dts := p.PTS(), p.DTS()
	at := dts
	if at == noTime {
		at = pts
	}
	if !in.mends || at == noTime {
		return
	}
	shift := in.mender.shift(t.at, at, p.Duration())
	if pts != noTime {
		pts += shift
	}
	if dts != noTime {
		dts += shift
	}
	p.SetTimes(pts, dts, p.Duration())
}

// maxTold is how many jumps are told of: a broken input may have one with every packet.
const maxTold = 10

// mended tells of a jump.
func (in *Input) mended(at, by time.Duration) {
	in.jumps++
	if in.logger == nil || in.jumps > maxTold {
		return
	}
	more := ""
	if in.jumps == maxTold {
		more = "; further jumps are mended without a word"
	}
	in.logger.Warn(fmt.Sprintf("the timestamps of %s jump by %s: pictures and sound go on without it%s", in.name,
		by.Round(time.Millisecond), more), "at", at.Round(time.Millisecond))
}

// packet returns an empty packet. The caller holds the lock.
func (in *Input) packet() (*av.Packet, error) {
	if n := len(in.free); n > 0 {
		p := in.free[n-1]
		in.free = in.free[:n-1]
		return p, nil
	}
	return av.NewPacket()
}

// maxFree is how many empty packets are kept.
const maxFree = 64

func (in *Input) recycle(p *av.Packet) {
	if len(in.free) >= maxFree {
		p.Close()
		return
	}
	p.Unref()
	in.free = append(in.free, p)
}

func (in *Input) forget(t *Track) {
	in.tracks = slices.DeleteFunc(in.tracks, func(other *Track) bool { return other == t })
}
