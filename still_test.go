package framegear_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/internal/synth"
)

// A screen looks the same whether unchanged parts are encoded again or not, in every rendition and at every moment.
func TestScreenLooksTheSame(t *testing.T) {
	referee.Need(t)
	const n = 120
	base := framegear.Options{
		FrameRate: framegear.FPS(30), SegmentDuration: 2 * time.Second, Preset: "veryfast", CRF: 20,
		Ladder: framegear.Ladder{{Width: 640, Height: 360}, {Width: 320, Height: 180}, {Width: 160, Height: 90, FrameRate: framegear.FPS(15)}},
	}
	variants := map[string]func(o *framegear.Options){
		"preset's own B-frames": func(*framegear.Options) {},
		"no B-frames":           func(o *framegear.Options) { o.BFrames = -1 },
		"StreamGear's":          func(o *framegear.Options) { o.BFrames, o.Tune = 1, "zerolatency" },
		"without CABAC":         func(o *framegear.Options) { o.BFrames, o.Preset = -1, "ultrafast" },
		"low latency": func(o *framegear.Options) {
			o.LowLatency, o.Clock, o.WhenFull = true, framegear.ClockCount, framegear.BlockWhenFull
		},
	}
	for name, vary := range variants {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			opt := base
			vary(&opt)
			got := recorded(t, opt, n, screen(640, 360))
			opt.EveryPixel = true
			want := recorded(t, opt, n, screen(640, 360))
			for i, id := range want.tracks() {
				a, b := referee.Pictures(t, got.whole(t, id)), referee.Pictures(t, want.whole(t, id))
				require.Len(t, a, len(b), id)
				size := opt.Ladder[i].Width * opt.Ladder[i].Height * 3 / 2
				for at := 0; at < len(b); at += size {
					require.Greater(t, likeness(a[at:at+size], b[at:at+size]), 33.0, "%s picture %d", id, at/size)
				}
			}
		})
	}
}

func screen(width, height int) func(n int) *framegear.Frame {
	s := synth.NewScreen(width, height)
	return func(n int) *framegear.Frame { return framegear.BGR(s.Frame(int64(n)), width, height) }
}

// whole returns all of a rendition as one file.
func (o *output) whole(t testing.TB, id string) []byte {
	var b bytes.Buffer
	for i, seg := range o.segments[id] {
		data := o.playable(t, seg)
		if i > 0 {
			data = o.read(t, seg.Name)
		}
		b.Write(data)
	}
	return b.Bytes()
}

// likeness is the PSNR in dB of one picture against another.
func likeness(a, b []byte) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a))/max(sum, 1e-9))
}

// Frames like the one before are counted, and are what Options.EveryPixel says otherwise.
func TestSameFramesAreCounted(t *testing.T) {
	leaktest.Check(t)
	for _, every := range []bool{false, true} {
		s, err := framegear.New("", framegear.Options{Preset: "ultrafast", EveryPixel: every})
		require.NoError(t, err)
		defer s.Close()
		frame := pattern(128, 96)
		for i := range 10 {
			require.NoError(t, s.WriteFrame(frame(i/5)))
		}
		require.NoError(t, s.Finish(t.Context()))
		st := s.Stats()
		require.EqualValues(t, 10, st.FramesOut)
		require.Equal(t, map[bool]int64{false: 8, true: 0}[every], st.Same)
	}
}

// A filter that moves the picture is not taken for a picture that stands still.
func TestFilteredPicturesChange(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	for filter, still := range map[string]bool{"hflip": true, "rotate=n/20": false} {
		opt := framegear.Options{FrameRate: framegear.FPS(30), Filter: filter, Preset: "ultrafast", BFrames: -1, CRF: 15}
		frame := screen(320, 180)(0)
		out := recorded(t, opt, 30, func(int) *framegear.Frame { return frame })
		pictures, size := referee.Pictures(t, out.whole(t, "v0")), 320*180*3/2
		require.Len(t, pictures, 30*size)
		require.Equal(t, still, likeness(pictures[:size], pictures[29*size:]) > 40, filter)
	}
}
