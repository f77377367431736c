package framegear_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	kinds "github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/internal/synth"
)

// clip makes a flash and a beep in every second.
type clip struct {
	synth.Sync
	dir string
}

func newClip(t *testing.T, fps float64, rate int) clip {
	return clip{Sync: synth.Sync{Frames: framegear.FPS(fps), Rate: rate}, dir: t.TempDir()}
}

// wav writes the sound as a file.
func (c clip) wav(t *testing.T, seconds int) string {
	t.Helper()
	name := filepath.Join(c.dir, "beeps.wav")
	require.NoError(t, os.WriteFile(name, synth.WAV(c.Rate, 2, c.PCM(kinds.SampleS16, 2, 0, seconds*c.Rate)), 0o600))
	return name
}

const sideOfClip = 64

// frame draws frame n: white during a flash, else a dim gray that changes a little.
func (c clip) frame(n int64) *framegear.Frame {
	v := byte(16 + n%8)
	if c.Flash(n) {
		v = 255
	}
	f := framegear.Gray(bytes.Repeat([]byte{v}, sideOfClip*sideOfClip), sideOfClip, sideOfClip)
	f.PTS = c.Frames.Frame().Rescale(n, framegear.Timebase{Num: 1, Den: 1_000_000})
	return f
}

// options are the smallest encode there is.
func (c clip) options(audio ...framegear.AudioTrack) framegear.Options {
	return framegear.Options{
		FrameRate: c.Frames, Preset: "ultrafast", Audio: audio, Timebase: framegear.Timebase{Num: 1, Den: 1_000_000},
		Ladder: framegear.Ladder{{Bitrate: 100_000}},
	}
}

// write feeds seconds of pictures, and of sound where it is pushed: each block of sound before the frame that it belongs to.
func (c clip) write(t *testing.T, s *framegear.Stream, seconds int, pushed bool) {
	t.Helper()
	at := int64(0)
	for n := range int64(seconds) * c.Frames.Num / c.Frames.Den {
		if pushed {
			require.NoError(t, s.WriteAudio(c.block(n, &at)))
		}
		require.NoError(t, s.WriteFrame(c.frame(n)))
	}
	require.NoError(t, s.Finish(t.Context()))
}

// block returns the sound that goes with frame n and follows what ended at a sample.
func (c clip) block(n int64, at *int64) *framegear.Samples {
	ticks := kinds.Timebase{Num: 1, Den: int64(c.Rate)}
	end := c.Frames.Frame().Rescale(n+1, ticks)
	b := framegear.Samples{Format: framegear.S16, Rate: c.Rate, Channels: 2, PTS: ticks.Rescale(*at, framegear.Timebase{Num: 1, Den: 1_000_000})}
	b.Planes[0] = c.PCM(kinds.SampleS16, 2, *at, int(end-*at))
	*at = end
	return &b
}

// apart returns by how many milliseconds each beep comes after its flash in what the system's ffmpeg makes of a presentation, for every
// track of sound.
func apart(t *testing.T, manifest string, rate int) (all [][]float64) {
	t.Helper()
	referee.Need(t)
	flashes, sounds := onsets(t, referee.Presentation(t, manifest, rate))
	require.NotEmpty(t, flashes)
	for _, beeps := range sounds {
		require.InDelta(t, len(flashes), len(beeps), 1, "flashes %v beeps %v", flashes, beeps)
		var ms []float64
		for i := range min(len(flashes), len(beeps)) {
			ms = append(ms, beeps[i]-flashes[i])
		}
		all = append(all, ms)
	}
	return all
}

// onsets returns when flashes, and beeps in every track of sound, begin, in milliseconds.
func onsets(t *testing.T, file string) (flashes []float64, beeps [][]float64) {
	t.Helper()
	in, err := av.OpenInput(t.Context(), av.InputConfig{URL: file})
	require.NoError(t, err)
	defer in.Close()
	detectors := map[int]*detector{}
	var order []*detector
	zero := math.Inf(-1)
	for _, kind := range []kinds.Kind{kinds.KindVideo, kinds.KindAudio} {
		streams, err := in.Streams(kind)
		require.NoError(t, err)
		for _, st := range streams {
			d := &detector{kind: kind, rate: st.Params.SampleRate, zero: zero, last: -1e9, scale: st.Timebase.Seconds(1) * 1000}
			if kind == kinds.KindVideo {
				zero = float64(st.Start) * d.scale
			}
			detectors[st.Index], order = d, append(order, d)
			st.Params.Close()
		}
	}
	p, err := av.NewPacket()
	require.NoError(t, err)
	defer p.Close()
	for {
		if err := in.Read(p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		detectors[p.Stream()].take(p)
	}
	for _, d := range order {
		if d.kind == kinds.KindVideo {
			flashes = d.found
		} else {
			beeps = append(beeps, d.found)
		}
	}
	return flashes, beeps
}

// detector looks for loud or bright places half a second apart.
type detector struct {
	kind  kinds.Kind
	rate  int
	zero  float64 // the first picture; what is before it is not to be heard
	found []float64
	last  float64
	scale float64
}

func (d *detector) take(p *av.Packet) {
	at, data := float64(p.PTS())*d.scale, p.Data()
	if d.kind == kinds.KindVideo {
		if data[len(data)/2] > 128 {
			d.hit(at)
		}
		return
	}
	for i := 0; i+4 <= len(data); i += 4 {
		// A sample whose exponent says at least 1/8.
		e := uint16(data[i+3])<<1&0xff | uint16(data[i+2])>>7
		if at := at + float64(i/4)*1000/float64(d.rate); e >= 124 && at >= d.zero-0.1 {
			d.hit(at)
		}
	}
}

func (d *detector) hit(at float64) {
	if at-d.last > 400 {
		d.found = append(d.found, at)
	}
	d.last = at
}

func requireInTime(t *testing.T, ms []float64) {
	t.Helper()
	worst := 0.0
	for i, v := range ms {
		require.InDelta(t, 0, v, 10, "second %d of %v", i, ms)
		worst = max(worst, v, -v)
	}
	t.Logf("%d flashes and beeps: first %.1f ms apart, last %.1f, worst %.1f", len(ms), ms[0], ms[len(ms)-1], worst)
}

// Containers and codecs that TestSoundStaysInTime leaves out.
func TestSoundInTime(t *testing.T) {
	ts := func(o *framegear.Options) { o.Format, o.Container = framegear.HLS, framegear.TS }
	opus := func(o *framegear.Options) { o.Audio[0].Codec = framegear.Opus }
	for name, c := range map[string]struct {
		fps    float64
		rate   int
		pushed bool
		set    []func(*framegear.Options)
	}{
		"opus":             {30, 48000, false, []func(*framegear.Options){opus}},
		"opus low latency": {29.97, 44100, false, []func(*framegear.Options){lowLatency, opus}},
		"ts":               {29.97, 48000, false, []func(*framegear.Options){ts}},
		"ts 44.1k":         {24, 44100, false, []func(*framegear.Options){ts}},
		"ts pushed":        {60, 48000, true, []func(*framegear.Options){ts}},
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			const seconds = 12
			cl := newClip(t, c.fps, c.rate)
			track := framegear.AudioTrack{PCM: true}
			if !c.pushed {
				track = framegear.AudioTrack{Source: cl.wav(t, seconds+1)}
			}
			o := cl.options(track)
			for _, set := range c.set {
				set(&o)
			}
			out := t.TempDir()
			s, err := framegear.New(out, o)
			require.NoError(t, err)
			defer s.Close()
			cl.write(t, s, seconds, c.pushed)
			require.NoError(t, s.Close())
			requireInTime(t, apart(t, manifestOf(t, out, "m3u8"), c.rate)[0])
			if o.Format != framegear.HLS {
				requireInTime(t, apart(t, manifestOf(t, out, "mpd"), c.rate)[0])
			}
		})
	}
}

func manifestOf(t *testing.T, dir, ext string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*."+ext))
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}
