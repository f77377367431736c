package framegear_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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
func (c clip) write(t *testing.T, s *framegear.Stream, seconds int, pushed bool, blocks func(b *framegear.Samples)) {
	t.Helper()
	ticks := kinds.Timebase{Num: 1, Den: int64(c.Rate)}
	at := int64(0)
	for n := range int64(seconds) * c.Frames.Num / c.Frames.Den {
		if pushed {
			end := c.Frames.Frame().Rescale(n+1, ticks)
			b := framegear.Samples{Format: framegear.S16, Rate: c.Rate, Channels: 2, PTS: ticks.Rescale(at, framegear.Timebase{Num: 1, Den: 1_000_000})}
			b.Planes[0] = c.PCM(kinds.SampleS16, 2, at, int(end-at))
			at = end
			if blocks != nil {
				blocks(&b)
			}
			require.NoError(t, s.WriteAudio(&b))
		}
		require.NoError(t, s.WriteFrame(c.frame(n)))
	}
	require.NoError(t, s.Finish(t.Context()))
}

// apart returns by how many milliseconds each beep comes after its flash in what the system's ffmpeg makes of a presentation.
func apart(t *testing.T, manifest string, rate int) []float64 {
	t.Helper()
	referee.Need(t)
	out := referee.Presentation(t, manifest, rate)
	flashes, beeps := onsets(t, out, kinds.KindVideo), onsets(t, out, kinds.KindAudio)
	require.NotEmpty(t, flashes)
	require.InDelta(t, len(flashes), len(beeps), 1, "flashes %v beeps %v", flashes, beeps)
	var all []float64
	for i := range min(len(flashes), len(beeps)) {
		all = append(all, beeps[i]-flashes[i])
	}
	return all
}

// onsets returns when a flash or a beep begins, in milliseconds.
func onsets(t *testing.T, file string, kind kinds.Kind) []float64 {
	t.Helper()
	in, err := av.OpenInput(t.Context(), av.InputConfig{URL: file})
	require.NoError(t, err)
	defer in.Close()
	st, err := in.Best(kind)
	require.NoError(t, err)
	defer st.Params.Close()
	d := detector{last: -1e9, scale: st.Timebase.Seconds(1) * 1000}
	p, err := av.NewPacket()
	require.NoError(t, err)
	defer p.Close()
	for {
		if err := in.Read(p); errors.Is(err, io.EOF) {
			return d.found
		} else {
			require.NoError(t, err)
		}
		if p.Stream() == st.Index {
			d.take(p, kind, st.Params.SampleRate)
		}
	}
}

// detector looks for loud or bright places half a second apart.
type detector struct {
	found []float64
	last  float64
	scale float64
}

func (d *detector) take(p *av.Packet, kind kinds.Kind, rate int) {
	at, data := float64(p.PTS())*d.scale, p.Data()
	if kind == kinds.KindVideo {
		if data[len(data)/2] > 128 {
			d.hit(at)
		}
		return
	}
	for i := 0; i+4 <= len(data); i += 4 {
		// A sample whose exponent says at least 1/8.
		if e := uint16(data[i+3])<<1&0xff | uint16(data[i+2])>>7; e >= 124 {
			d.hit(at + float64(i/4)*1000/float64(rate))
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

func TestSoundInTime(t *testing.T) {
	recorded := func(*framegear.Options) {}
	ts := func(o *framegear.Options) { o.Format, o.Container = framegear.HLS, framegear.TS }
	low := func(o *framegear.Options) {
		o.LowLatency, o.Window, o.WhenFull, o.Clock = true, framegear.WindowAll, framegear.BlockWhenFull, framegear.ClockPTS
	}
	opus := func(o *framegear.Options) { o.Audio[0].Codec = framegear.Opus }
	both := func(fs ...func(*framegear.Options)) func(*framegear.Options) {
		return func(o *framegear.Options) {
			for _, f := range fs {
				f(o)
			}
		}
	}
	for name, c := range map[string]struct {
		fps     float64
		rate    int
		source  string
		seconds int
		set     func(*framegear.Options)
	}{
		"file 24 48k":                {24, 48000, "file", 12, recorded},
		"file 29.97 44.1k":           {29.97, 44100, "file", 12, recorded},
		"file 60 48k":                {60, 48000, "file", 12, recorded},
		"file, a minute":             {29.97, 44100, "file", 60, recorded},
		"file opus":                  {30, 48000, "file", 8, opus},
		"file ts":                    {29.97, 48000, "file", 12, ts},
		"file ts 44.1k":              {24, 44100, "file", 12, ts},
		"file low latency":           {29.97, 44100, "file", 12, low},
		"opus low latency":           {30, 48000, "file", 8, both(low, opus)},
		"url 60 44.1k":               {60, 44100, "url", 12, recorded},
		"pushed 24 44.1k":            {24, 44100, "pcm", 12, recorded},
		"pushed 60 48k ts":           {60, 48000, "pcm", 8, ts},
		"pushed low latency 29.97":   {29.97, 48000, "pcm", 12, low},
		"pushed low latency, longer": {60, 44100, "pcm", 30, low},
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			cl := newClip(t, c.fps, c.rate)
			track := framegear.AudioTrack{PCM: true}
			switch c.source {
			case "file":
				track = framegear.AudioTrack{Source: cl.wav(t, c.seconds+1)}
			case "url":
				cl.wav(t, c.seconds+1)
				srv := httptest.NewServer(http.FileServer(http.Dir(cl.dir)))
				defer srv.Close()
				track = framegear.AudioTrack{Source: srv.URL + "/beeps.wav"}
			}
			o := cl.options(track)
			c.set(&o)
			out := t.TempDir()
			s, err := framegear.New(out, o)
			require.NoError(t, err)
			defer s.Close()
			cl.write(t, s, c.seconds, c.source == "pcm", nil)
			require.NoError(t, s.Close())
			if o.Format != framegear.DASH {
				requireInTime(t, afterFadeIn(o, apart(t, manifestOf(t, out, "m3u8"), c.rate)))
			}
			if o.Format != framegear.HLS {
				requireInTime(t, afterFadeIn(o, apart(t, manifestOf(t, out, "mpd"), c.rate)))
			}
		})
	}
}

// afterFadeIn leaves out the first beep of a low-latency output, whose first 20 ms fade in.
func afterFadeIn(o framegear.Options, ms []float64) []float64 {
	if o.LowLatency {
		return ms[1:]
	}
	return ms
}

func manifestOf(t *testing.T, dir, ext string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*."+ext))
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}
