package framegear_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// The values that StreamGear computes.
func TestFormulaBitrate(t *testing.T) {
	for _, c := range []struct {
		width, height int
		fps           float64
		kbps          int64
	}{
		{1280, 720, 25, 2304}, {1280, 720, 30, 2765}, {1280, 720, 29.97, 2762}, {1280, 720, 23.976, 2210}, {1920, 1080, 25, 5184}, {1920, 1080, 30, 6221},
		{640, 360, 30, 691}, {640, 360, 60, 1382}, {320, 240, 20, 154}, {320, 240, 30, 230}, {3840, 2160, 30, 24883}, {4, 4, 25, 0},
	} {
		require.Equal(t, c.kbps*1000, framegear.FormulaBitrate(c.width, c.height, framegear.FPS(c.fps), framegear.DefaultBitsPerPixel), "%+v", c)
	}
}

func TestAutoLadder(t *testing.T) {
	sizes := func(l framegear.Ladder) (all [][2]int) {
		for _, r := range l {
			all = append(all, [2]int{r.Width, r.Height})
		}
		return all
	}
	rate := framegear.FPS(30)
	require.Equal(t, [][2]int{{1920, 1080}, {1280, 720}, {854, 480}, {640, 360}, {426, 240}}, sizes(framegear.AutoLadder(1920, 1080, rate)))
	require.Equal(t, [][2]int{{1280, 720}, {854, 480}, {640, 360}, {426, 240}}, sizes(framegear.AutoLadder(1280, 720, rate)))
	require.Equal(t, [][2]int{{608, 1080}, {360, 640}, {240, 426}}, sizes(framegear.AutoLadder(607, 1080, rate)), "upright, odd")
	require.Equal(t, [][2]int{{100, 100}}, sizes(framegear.AutoLadder(100, 100, rate)), "too small for a second rung")
	for _, size := range [][2]int{{16, 16}, {7680, 4320}, {16000, 16}, {50, 5000}, {641, 361}} {
		ladder := framegear.AutoLadder(size[0], size[1], rate)
		fast := framegear.AutoLadder(size[0], size[1], framegear.FPS(60))
		for i, r := range ladder {
			require.Zero(t, r.Width%2+r.Height%2)
			require.Greater(t, fast[i].Bitrate, r.Bitrate, "more pictures cost more")
			if i > 0 {
				require.Less(t, r.Bitrate, ladder[i-1].Bitrate, "%v: each rung is cheaper than the one above", size)
				require.LessOrEqual(t, 4*r.Height, 3*ladder[i-1].Height)
			}
		}
	}
}

func TestShareThreads(t *testing.T) {
	ladder := func(preset string, heights ...int) (l []framegear.Rendition) {
		for _, h := range heights {
			l = append(l, framegear.Rendition{Width: h * 16 / 9, Height: h, Codec: "libx264", Preset: preset})
		}
		return l
	}
	for _, c := range []struct {
		name       string
		cores      int
		lowLatency bool
		ladder     []framegear.Rendition
		threads    []int
	}{
		{"two thirds of the pixels are hardly more than a core's share", 2, false, ladder("veryfast", 1080, 720, 360), []int{1, 1, 1}},
		{"most of the pixels", 2, false, ladder("veryfast", 1080, 540), []int{2, 1}},
		{"alone", 2, false, ladder("ultrafast", 1080), []int{2}},
		{"one core", 1, false, ladder("veryfast", 1080, 720), []int{1, 1}},
		{"many cores", 16, false, ladder("veryfast", 1080, 720, 360), []int{10, 5, 1}},
		{"low latency, as many rungs as cores", 2, true, ladder("ultrafast", 1080, 720), []int{1, 1}},
		{"low latency, alone", 2, true, ladder("veryfast", 1080), []int{2}},
		{"as asked for", 2, false, []framegear.Rendition{{Width: 640, Height: 360, Threads: 7}}, []int{7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.threads, framegear.ShareThreads(c.cores, c.lowLatency, c.ladder...))
		})
	}
}

func TestParents(t *testing.T) {
	full, hd, sd := framegear.Rendition{Width: 1920, Height: 1080}, framegear.Rendition{Width: 1280, Height: 720}, framegear.Rendition{Width: 640, Height: 360}
	for _, c := range []struct {
		name   string
		ladder framegear.Ladder
		want   []int
	}{
		{"the source's own pictures need nobody between", framegear.Ladder{full, hd, sd}, []int{-1, -1, 1}},
		{"in any order", framegear.Ladder{sd, full, hd}, []int{2, -1, -1}},
		{"smaller than the source", framegear.Ladder{hd, sd}, []int{-1, 0}},
		{"one size twice", framegear.Ladder{hd, {Width: 1280, Height: 720, Bitrate: 1e6}}, []int{-1, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := framegear.Options{Ladder: c.ladder, FrameRate: framegear.FPS(30)}
			parents, err := framegear.Parents(o, 1920, 1080)
			require.NoError(t, err)
			require.Equal(t, c.want, parents)
		})
	}
}

// resolve starts a stream with a ladder and tells what became of it.
func resolve(t *testing.T, opt framegear.Options, width, height int) (*output, error) {
	t.Helper()
	s, out := open(t, opt)
	return out, s.WriteFrame(pattern(width, height)(0))
}

func TestLadderRules(t *testing.T) {
	for _, c := range []struct {
		name          string
		opt           framegear.Options
		width, height int
		want          []string // sizes of the renditions
		warns         []string
	}{
		{"none is the source", framegear.Options{}, 96, 64, []string{"96x64"}, nil},
		{"odd source", framegear.Options{}, 97, 63, []string{"98x64"}, nil},
		{"auto", framegear.Options{AutoLadder: true}, 480, 320, []string{"480x320", "360x240"}, nil},
		{"primary left out", framegear.Options{Ladder: framegear.Ladder{{Width: 48, Height: 32}}}, 96, 64, []string{"48x32"}, nil},
		{"larger than the source", framegear.Options{Ladder: framegear.Ladder{{}, {Width: 192, Height: 128}, {Width: 48, Height: 32}}}, 96, 64,
			[]string{"96x64", "48x32"}, []string{"rung 1 (192x128) is left out"}},
		{"larger but wanted", framegear.Options{Upscale: true, Ladder: framegear.Ladder{{Width: 192, Height: 128}}}, 96, 64, []string{"192x128"}, nil},
		{"odd rung", framegear.Options{Ladder: framegear.Ladder{{Width: 47, Height: 31}}}, 96, 64, []string{"48x32"}, []string{"rung 0 (47x31) becomes 48x32"}},
		{"one side", framegear.Options{Ladder: framegear.Ladder{{Height: 32}, {Width: 36}}}, 96, 64, []string{"48x32", "36x24"}, nil},
		{"same size, other bitrate", framegear.Options{Ladder: framegear.Ladder{{Bitrate: 100_000}, {Bitrate: 200_000}}}, 96, 64, []string{"96x64", "96x64"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			out := recorded(t, c.opt, 2, pattern(c.width, c.height))
			master := string(out.read(t, "stream.m3u8"))
			for _, size := range c.want {
				require.Contains(t, master, "RESOLUTION="+size)
			}
			require.Len(t, out.tracks(), len(c.want))
			require.Len(t, out.warnings, len(c.warns))
			for i, w := range c.warns {
				require.Contains(t, out.warnings[i], w)
			}
		})
	}
}

// A ladder that cannot be made names the rung, and leaves nothing behind.
func TestLadderFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		ladder framegear.Ladder
		says   []string
	}{
		{"the same twice", framegear.Ladder{{}, {}}, []string{"v1 96x64 is the same as v0 96x64"}},
		{"the same by rounding", framegear.Ladder{{Width: 48, Height: 32}, {Width: 47, Height: 31}}, []string{"v1 48x32 is the same as v0 48x32"}},
		{"too small", framegear.Ladder{{}, {Width: 8, Height: 8}}, []string{"rung 1 (8x8)", "want 16"}},
		{"all larger than the source", framegear.Ladder{{Width: 960, Height: 640}}, []string{"every rung is larger", "96x64", "Upscale"}},
		{"too small for the codec", framegear.Ladder{{}, {Width: 48, Height: 32, Codec: "libsvtav1", Preset: "12"}}, []string{"rung 1 (48x32)", "libsvtav1 wants sides of at least 64"}},
		{"unknown option", framegear.Ladder{{Extra: map[string]string{"no_such": "1"}}}, []string{"v0 96x64", "no_such"}},
		{"unknown preset", framegear.Ladder{{}, {Bitrate: 1e6, Preset: "warp"}}, []string{"rung 1", "warp", "ultrafast"}},
		{"unknown preset of SVT-AV1", framegear.Ladder{{}, {Codec: "libsvtav1", Preset: "warp"}}, []string{"v1 96x64", "warp"}},
		{"two faults", framegear.Ladder{{Width: 8, Height: 8}, {CRF: 99}}, []string{"rung 0 (8x8)", "rung 1", "CRF 99"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			out, err := resolve(t, framegear.Options{Ladder: c.ladder}, 96, 64)
			require.Error(t, err)
			for _, part := range c.says {
				require.ErrorContains(t, err, part)
			}
			require.Empty(t, out.Names(), "nothing was written")
			require.Zero(t, out.Stats().Unended)
		})
	}
}

// 8 bits of PQ are possible, and hardly ever what is wanted.
func TestHDRInEightBitsIsWarnedOf(t *testing.T) {
	leaktest.Check(t)
	for codec, want := range map[string]int{"libx264": 1, "libx265": 0} {
		var warnings []string
		o := framegear.Options{Codec: codec, Preset: "ultrafast"}
		o.Events.Warning = func(w framegear.WarningInfo) { warnings = append(warnings, w.Text) }
		s, err := framegear.New("", o)
		require.NoError(t, err)
		f := framegear.Packed(framegear.P010, make([]byte, 96*64*3), 96, 64)
		f.Color = framegear.Color{Matrix: 9, Range: 1, Primaries: 9, Transfer: 16}
		require.NoError(t, s.WriteFrame(f))
		require.NoError(t, s.Close())
		require.Len(t, warnings, want, codec)
		if want > 0 {
			require.Contains(t, warnings[0], "v0 96x64: HDR in the 8 bits of libx264")
		}
	}
}

// After a first frame that no ladder can be made for, a better one may come.
func TestLadderFaultIsNotTheEnd(t *testing.T) {
	leaktest.Check(t)
	s, out := open(t, framegear.Options{Ladder: framegear.Ladder{{Width: 48, Height: 32}}})
	require.ErrorIs(t, s.WriteFrame(pattern(32, 16)(0)), framegear.ErrLadder)
	for n := range 12 {
		require.NoError(t, s.WriteFrame(pattern(96, 64)(n)))
	}
	require.NoError(t, s.Finish(t.Context()))
	require.Len(t, out.segments["v0"], 2)
}

// Another shape than the source's is seen in the source's shape.
func TestSampleAspectRatio(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	out := recorded(t, framegear.Options{Ladder: framegear.Ladder{{Width: 96, Height: 96}}}, 2, pattern(192, 96))
	require.Contains(t, string(out.read(t, "stream.mpd")), `sar="2:1"`)
}
