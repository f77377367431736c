package av_test

import (
	"bytes"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/synth"
	"github.com/framegear/framegear/scaler"
)

const hdWidth, hdHeight = 1920, 1080

// way is one way of making the pictures of a ladder out of a frame. look, if not nil, is shown the largest.
type way func(f *media.Frame, look func(p *av.Picture))

// inTurn are so many frames that each has left the caches, and the CPU's list of pages, when its turn comes again.
const inTurn = 64

var camera = sync.OnceValue(func() (frames []*media.Frame) {
	pix := synth.NewCamera(hdWidth, hdHeight).Frame(0)
	for range inTurn {
		frames = append(frames, media.Packed(media.FormatBGR24, bytes.Clone(pix), hdWidth, hdHeight))
	}
	return frames
})

// benchmark does the same frame again and again ("hot"), then many in turn ("cold").
func benchmark(b *testing.B, w way) {
	for name, frames := range map[string][]*media.Frame{"hot": camera()[:1], "cold": camera()} {
		b.Run(name, func(b *testing.B) {
			quality := 0.0
			w(frames[0], func(p *av.Picture) { quality = psnr(frames[0], p) })
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				w(frames[n%len(frames)], nil)
			}
			b.ReportMetric(quality, "dB") // of luma in the largest picture; the nearest codes have 58.9
		})
	}
}

// psnr compares luma with that of the definition (ITU-R BT.709-6 clause 3) in double precision.
func psnr(f *media.Frame, p *av.Picture) float64 {
	sum := 0.0
	for y := range hdHeight {
		for x := range hdWidth {
			at := f.Planes[0][3*(y*hdWidth+x):]
			exact := 16 + 219*(0.2126*float64(at[2])+0.7152*float64(at[1])+0.0722*float64(at[0]))/255
			d := float64(p.Plane(0)[y*p.Stride(0)+x]) - exact
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255*hdWidth*hdHeight/sum)
}

func newPool(b *testing.B, w, h int) *av.Pool {
	pool, err := av.NewPool(w, h, av.LayoutI420, media.OutputColor(hdHeight))
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	return pool
}

// ours makes the pictures of a ladder as a stream does, quick as one that has cores to spare.
func ours(b *testing.B, quick bool, sizes ...[2]int) way {
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatBGR24, Width: hdWidth, Height: hdHeight, Quick: quick})
	require.NoError(b, err)
	b.Cleanup(in.Close)
	from := scaler.Spec{Width: hdWidth, Height: hdHeight, Layout: scaler.I420, Color: in.Color()}
	var branches []*scaler.Branch
	for _, s := range sizes {
		to := scaler.Spec{Width: s[0], Height: s[1], Layout: scaler.I420, Color: media.OutputColor(s[1])}
		branch, err := scaler.NewBranch(from, to)
		require.NoError(b, err)
		b.Cleanup(branch.Close)
		branches, from = append(branches, branch), to
	}
	return func(f *media.Frame, look func(p *av.Picture)) {
		pic, err := in.Convert(f)
		require.NoError(b, err)
		if look != nil {
			look(pic)
		}
		for _, branch := range branches {
			next, err := branch.Scale(pic)
			require.NoError(b, err)
			pic.Release()
			pic = next
		}
		pic.Release()
	}
}

// swscale makes them as ffmpeg does with StreamGear's arguments: format=yuv420p and -s for each rendition on its own.
func swscale(b *testing.B, convert func() *av.Scaler, sizes ...[2]int) way {
	c := convert()
	b.Cleanup(c.Close)
	whole := newPool(b, hdWidth, hdHeight)
	var scalers []*av.Scaler
	var pools []*av.Pool
	for _, s := range sizes {
		color := media.OutputColor(hdHeight)
		one, err := av.NewPictureScaler(hdWidth, hdHeight, av.LayoutI420, color, s[0], s[1], av.LayoutI420, color, av.FilterBicubic)
		require.NoError(b, err)
		b.Cleanup(one.Close)
		scalers, pools = append(scalers, one), append(pools, newPool(b, s[0], s[1]))
	}
	one := func(f *media.Frame) *av.Picture {
		pic, err := whole.Get()
		require.NoError(b, err)
		require.NoError(b, c.Input(f, pic))
		return pic
	}
	return func(f *media.Frame, look func(p *av.Picture)) {
		pic := one(f)
		if look != nil {
			look(pic)
		}
		pic.Release()
		for i := range scalers {
			pic := one(f)
			small, err := pools[i].Get()
			require.NoError(b, err)
			require.NoError(b, scalers[i].Picture(pic, small))
			pic.Release()
			small.Release()
		}
	}
}

// plain is swscale as ffmpeg uses it, exact with the flags for its best quality.
func plain(b *testing.B) func() *av.Scaler {
	return func() *av.Scaler {
		s, err := av.NewPlainScaler(media.FormatBGR24, hdWidth, hdHeight, hdWidth, hdHeight, media.OutputColor(hdHeight))
		require.NoError(b, err)
		return s
	}
}

func exact(b *testing.B) func() *av.Scaler {
	return func() *av.Scaler {
		color := media.OutputColor(hdHeight)
		from := media.Color{Range: media.RangeFull, Matrix: color.Matrix}
		s, err := av.NewInputScaler(media.FormatBGR24, hdWidth, hdHeight, from, hdWidth, hdHeight, av.LayoutI420, color, av.FilterBicubic)
		require.NoError(b, err)
		return s
	}
}

// BenchmarkConversion is BGR24 to 4:2:0 at 1080p.
func BenchmarkConversion(b *testing.B) {
	b.Run("ours", func(b *testing.B) { benchmark(b, ours(b, false)) })
	b.Run("ours-two-cores", func(b *testing.B) { benchmark(b, ours(b, true)) })
	b.Run("swscale", func(b *testing.B) { benchmark(b, swscale(b, plain(b))) })
	b.Run("swscale-exact", func(b *testing.B) { benchmark(b, swscale(b, exact(b))) })
}

// BenchmarkPreparation is a BGR24 frame of 1080p to the pictures of 1080p, 720p and 360p.
func BenchmarkPreparation(b *testing.B) {
	sizes := [][2]int{{1280, 720}, {640, 360}}
	b.Run("ours", func(b *testing.B) { benchmark(b, ours(b, false, sizes...)) })
	b.Run("streamgear", func(b *testing.B) { benchmark(b, swscale(b, plain(b), sizes...)) })
}
