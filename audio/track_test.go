package audio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// noLeaks fails the test when C objects are left at its end.
func noLeaks(t *testing.T) {
	t.Cleanup(func() { require.Empty(t, av.Live()) })
}

// beeps writes a WAV file that beeps every second.
func beeps(t *testing.T, rate, channels int, seconds float64) string {
	t.Helper()
	s := synth.Sync{Frames: media.FPS(25), Rate: rate}
	name := filepath.Join(t.TempDir(), "beeps.wav")
	pcm := s.PCM(media.SampleS16, channels, 0, int(seconds*float64(rate)))
	require.NoError(t, os.WriteFile(name, synth.WAV(rate, channels, pcm), 0o600))
	return name
}

// record runs a track in steps of 40 ms and returns what a player hears from media time zero on, on its first channel.
func record(t *testing.T, tr *audio.Track, seconds float64, step func(n int)) []float32 {
	t.Helper()
	var file bytes.Buffer
	mux, err := av.OpenMuxer(av.MuxerConfig{Format: "nut", Streams: []*av.Parameters{tr.Parameters()}, Timescales: []int64{int64(tr.Rate())}, Output: &file})
	require.NoError(t, err)
	defer mux.Close()
	next, start := int64(math.MinInt64), int64(0)
	emit := func(p *audio.Packet) error {
		if next != math.MinInt64 {
			require.Equal(t, next, p.PTS(), "packets follow each other without gap or overlap")
		} else {
			start = min(0, p.PTS())
		}
		next = p.PTS() + p.Duration()
		return mux.Write(p, 0)
	}
	end := int64(seconds * float64(tr.Rate()))
	for n := 0; ; n++ {
		until := int64(n) * int64(tr.Rate()) / 25
		if until > end {
			break
		}
		if step != nil {
			step(n)
		}
		require.NoError(t, tr.Advance(t.Context(), until, emit))
	}
	require.NoError(t, tr.Finish(t.Context(), end, emit))
	require.NoError(t, mux.Finish())
	return decode(t, file.Bytes(), tr, start)
}

// decode returns the first channel of what is in a file from media time zero on. The container begins at its own zero, which is
// start.
func decode(t *testing.T, file []byte, tr *audio.Track, start int64) []float32 {
	t.Helper()
	name := filepath.Join(t.TempDir(), "heard.nut")
	require.NoError(t, os.WriteFile(name, file, 0o600))
	in, err := av.OpenInput(t.Context(), av.InputConfig{URL: name})
	require.NoError(t, err)
	defer in.Close()
	st, err := in.Best(media.KindAudio)
	require.NoError(t, err)
	defer st.Params.Close()
	dec, err := av.OpenDecoder(st, 1, nil)
	require.NoError(t, err)
	defer dec.Close()
	p, err := av.NewPacket()
	require.NoError(t, err)
	defer p.Close()
	s, err := av.NewSamples()
	require.NoError(t, err)
	defer s.Close()
	res := av.NewResampler(tr.Rate(), 1, false)
	defer res.Close()
	var heard []float32
	first, known := int64(0), false
	for {
		err := dec.Samples(s)
		if err == nil {
			if pts, ok := s.PTS(); ok && !known {
				first, known = st.Timebase.Rescale(pts, media.Timebase{Num: 1, Den: int64(tr.Rate())}), true
			}
			heard, err = res.Convert(heard, s)
			require.NoError(t, err)
			continue
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err := in.Read(p); errors.Is(err, io.EOF) {
			require.NoError(t, dec.Send(nil))
		} else {
			require.NoError(t, err)
			require.NoError(t, dec.Send(p))
		}
	}
	require.True(t, known)
	if first += start; first > 0 {
		return append(make([]float32, first), heard...)
	}
	return heard[min(int(-first), len(heard)):]
}

// onsets returns where beeps begin, in milliseconds.
func onsets(pcm []float32, rate int) []float64 {
	var all []float64
	quiet := rate
	for i, v := range pcm {
		if v > 0.15 || v < -0.15 {
			if quiet > rate/20 {
				all = append(all, float64(i)*1000/float64(rate))
			}
			quiet = 0
		}
		quiet++
	}
	return all
}

func requireOnsets(t *testing.T, want, got []float64, within float64) {
	t.Helper()
	require.Len(t, got, len(want), "%v", got)
	for i := range want {
		require.InDelta(t, want[i], got[i], within, "beep %d of %v", i, got)
	}
}

func TestFileInTime(t *testing.T) {
	for name, c := range map[string]struct {
		rate, channels int
		opt            audio.Options
		out            int
	}{
		"48 kHz AAC":                 {48000, 2, audio.Options{}, 48000},
		"44.1 kHz AAC":               {44100, 2, audio.Options{}, 44100},
		"22.05 kHz mono":             {22050, 1, audio.Options{}, 48000},
		"Opus":                       {44100, 2, audio.Options{Codec: audio.Opus}, 48000},
		"eight channels":             {48000, 8, audio.Options{}, 48000},
		"stereo of six":              {48000, 6, audio.Options{Channels: 2}, 48000},
		"live":                       {48000, 2, audio.Options{Live: true}, 48000},
		"a file: URL, one loop only": {48000, 2, audio.Options{Loop: true}, 48000},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			o := c.opt
			o.Source.URL = beeps(t, c.rate, c.channels, 4)
			tr, err := audio.Open(t.Context(), o)
			require.NoError(t, err)
			defer tr.Close()
			require.Equal(t, c.out, tr.Rate())
			heard := record(t, tr, 3.5, nil)
			got := onsets(heard, tr.Rate())
			requireOnsets(t, []float64{0, 1000, 2000, 3000}, got, 1)
			require.InDelta(t, 3.5, float64(len(heard))/float64(tr.Rate()), 0.045)
		})
	}
}

func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		opt     audio.Options
		seconds float64
		want    []float64
		length  float64
	}{
		"silence after a short file": {audio.Options{}, 4.2, []float64{0, 1000}, 4.2},
		"over with a short file":     {audio.Options{Ends: audio.EndsThere}, 4.2, []float64{0, 1000}, 1.9},
		"loop":                       {audio.Options{Loop: true}, 4.2, []float64{0, 1000, 1900, 2900, 3800}, 4.2},
		"later":                      {audio.Options{Offset: 500 * time.Millisecond}, 4.2, []float64{500, 1500}, 4.2},
		"earlier":                    {audio.Options{Offset: -500 * time.Millisecond}, 4.2, []float64{500}, 4.2},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			o := c.opt
			o.Source.URL = beeps(t, 48000, 1, 1.9)
			tr, err := audio.Open(t.Context(), o)
			require.NoError(t, err)
			defer tr.Close()
			heard := record(t, tr, c.seconds, nil)
			requireOnsets(t, c.want, onsets(heard, tr.Rate()), 3)
			require.InDelta(t, c.length, float64(len(heard))/float64(tr.Rate()), 0.05)
		})
	}
}

func TestPushed(t *testing.T) {
	s := synth.Sync{Frames: media.FPS(25), Rate: 44100}
	for name, c := range map[string]struct {
		format media.SampleFormat
		known  bool
		skip   [2]int // blocks that are never written
		want   []float64
	}{
		"s16, counted":          {media.SampleS16, false, [2]int{}, []float64{0, 1000, 2000}},
		"f32, timestamps":       {media.SampleF32, true, [2]int{}, []float64{0, 1000, 2000}},
		"a gap is silence":      {media.SampleS16, true, [2]int{20, 30}, []float64{0, 2000}},
		"a gap when one counts": {media.SampleS16, false, [2]int{20, 30}, []float64{0, 1600}},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			pcm := new(audio.PCM)
			tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{PCM: pcm}})
			require.NoError(t, err)
			defer tr.Close()
			heard := record(t, tr, 2.9, func(n int) {
				if n >= c.skip[0] && n < c.skip[1] {
					return
				}
				const count = 1764 // 40 ms
				b := media.Samples{Format: c.format, Rate: 44100, Channels: 2}
				b.Planes[0] = s.PCM(c.format, 2, int64(n)*count, count)
				require.NoError(t, pcm.Write(&b, int64(n)*40, media.Timebase{Num: 1, Den: 1000}, c.known))
			})
			requireOnsets(t, c.want, onsets(heard, tr.Rate()), 3)
		})
	}
}

func TestBadSources(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.mp3")
	require.NoError(t, os.WriteFile(text, bytes.Repeat([]byte("no sound at all\n"), 400), 0o600))
	empty := filepath.Join(dir, "empty.wav")
	require.NoError(t, os.WriteFile(empty, synth.WAV(48000, 2, nil), 0o600))
	nine := filepath.Join(dir, "nine.wav")
	require.NoError(t, os.WriteFile(nine, synth.WAV(48000, 9, make([]byte, 9*2*4800)), 0o600))
	for name, c := range map[string]struct {
		source audio.Source
		cause  error
		text   string
	}{
		"missing":         {audio.Source{URL: filepath.Join(dir, "none.wav")}, fs.ErrNotExist, "none.wav"},
		"not media":       {audio.Source{URL: text}, nil, "text.mp3"},
		"no samples":      {audio.Source{URL: empty}, audio.ErrNoSound, "empty.wav"},
		"no such scheme":  {audio.Source{URL: "gopher://host/x"}, av.ErrProtocol, "gopher"},
		"dshow":           {audio.Source{Format: "dshow", URL: "audio=Mic"}, nil, "Windows"},
		"avfoundation":    {audio.Source{Format: "avfoundation", URL: ":0"}, nil, "macOS"},
		"missing device":  {audio.Source{Format: "alsa", URL: "nosuchdevice"}, nil, "nosuchdevice"},
		"unknown option":  {audio.Source{URL: beeps(t, 48000, 2, 1), Options: map[string]string{"nonsense": "1"}}, av.ErrOption, "nonsense"},
		"too many layers": {audio.Source{URL: nine}, audio.ErrLayout, "9 channels"},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			_, err := audio.Open(t.Context(), audio.Options{Source: c.source})
			require.ErrorIs(t, err, audio.ErrSource)
			require.ErrorContains(t, err, c.text)
			if c.cause != nil {
				require.ErrorIs(t, err, c.cause)
			}
		})
	}
}

func TestFinishDoesNotWait(t *testing.T) {
	noLeaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	tr, err := audio.Open(ctx, audio.Options{Source: audio.Source{URL: beeps(t, 48000, 2, 1)}, Loop: true})
	require.NoError(t, err)
	heard := record(t, tr, 1.5, nil)
	require.NotEmpty(t, heard)
	tr.Close()
	cancel()
	require.ErrorIs(t, tr.Advance(t.Context(), 0, nil), audio.ErrClosed)
}
