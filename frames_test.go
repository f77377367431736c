package framegear_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// Every frame that cannot be taken gives a typed error; nothing of it is written, and the stream goes on as if it had not been.
func TestBadFrames(t *testing.T) {
	leaktest.Check(t)
	good := pattern(96, 64)
	one := framegear.Options{Ladder: framegear.Ladder{{Threads: 1}}}
	want := recorded(t, one, 12, good)

	s, out := open(t, one)
	bad := []struct {
		name  string
		frame *framegear.Frame
		is    error
	}{
		{"no format", &framegear.Frame{Width: 96, Height: 64}, framegear.ErrFrame},
		{"no planes", &framegear.Frame{Format: framegear.BGR24, Width: 96, Height: 64}, framegear.ErrFrame},
		{"too short", framegear.BGR(make([]byte, 96*64*3-1), 96, 64), framegear.ErrFrame},
		{"negative", framegear.BGR(nil, -96, 64), framegear.ErrFrame},
		{"too wide", framegear.BGR(make([]byte, 10), 1<<20, 1), framegear.ErrFrame},
		{"bad stride", &framegear.Frame{Format: framegear.BGR24, Width: 96, Height: 64, Planes: [4][]byte{make([]byte, 96*64*3)}, Strides: [4]int{95 * 3}}, framegear.ErrFrame},
	}
	changed := []struct {
		name  string
		frame *framegear.Frame
		is    error
	}{
		{"another size", pattern(64, 64)(0), framegear.ErrChanged},
		{"another format", framegear.RGB(make([]byte, 96*64*3), 96, 64), framegear.ErrChanged},
	}
	for _, b := range bad {
		require.ErrorIs(t, s.WriteFrame(b.frame), b.is, "%s as the first frame", b.name)
	}
	require.NoError(t, s.WriteFrame(nil))
	for n := range 12 {
		require.NoError(t, s.WriteFrame(good(n)))
		for _, b := range append(bad, changed...) {
			require.ErrorIs(t, s.WriteFrame(b.frame), b.is, b.name)
		}
		require.NoError(t, s.WriteFrame(nil), "a nil frame is skipped")
	}
	require.NoError(t, s.Finish(t.Context()))
	require.Equal(t, int64(12), s.Stats().FramesIn)
	for _, seg := range want.segments["v0"] {
		require.True(t, bytes.Equal(want.read(t, seg.Name), out.read(t, seg.Name)), "the same bytes as without the bad frames")
	}
}

func TestNothingWritten(t *testing.T) {
	leaktest.Check(t)
	s, out := open(t, framegear.Options{})
	require.NoError(t, s.WriteFrame(nil))
	require.ErrorIs(t, s.WriteFrame(&framegear.Frame{}), framegear.ErrFrame)
	require.NoError(t, s.Finish(t.Context()))
	require.Empty(t, out.Names())
}

// Frames of another size, format or colour become part of the same stream when that is asked for.
func TestRescale(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	flat := func(f framegear.PixelFormat, w, h int, sample ...byte) *framegear.Frame {
		pix := make([]byte, f.Size(w, h))
		for i := range pix {
			pix[i] = sample[i%len(sample)]
		}
		return framegear.Packed(f, pix, w, h)
	}
	frames := []*framegear.Frame{
		flat(framegear.BGR24, 96, 64, 40, 80, 160), flat(framegear.BGR24, 33, 71, 40, 80, 160), flat(framegear.RGBA, 96, 64, 160, 80, 40, 9),
		flat(framegear.BGR24, 192, 128, 40, 80, 160), flat(framegear.BGR24, 96, 64, 40, 80, 160),
	}
	out := recorded(t, framegear.Options{Rescale: true, RescaleMode: framegear.RescaleCrop, CRF: 5}, len(frames), func(n int) *framegear.Frame { return frames[n] })
	segment := out.playable(t, out.segments["v0"][0])
	require.Len(t, referee.Frames(t, segment), len(frames))
	for n := range frames {
		pix := referee.RGB(t, segment, n)
		requireColour(t, [3]float64{160, 80, 40}, mean(pix, 96, 8, 8, 80, 48), 3, fmt.Sprintf("frame %d", n))
	}
}

// mean returns the mean R, G, B of a rectangle of a packed RGB picture.
func mean(pix []byte, width, x0, y0, w, h int) (m [3]float64) {
	for y := y0; y < y0+h; y++ {
		for x := x0; x < x0+w; x++ {
			for i := range m {
				m[i] += float64(pix[3*(y*width+x)+i])
			}
		}
	}
	for i := range m {
		m[i] /= float64(w * h)
	}
	return m
}

func requireColour(t *testing.T, want, got [3]float64, tolerance float64, what string) {
	t.Helper()
	for i, channel := range "RGB" {
		require.InDelta(t, want[i], got[i], tolerance, "%s: %c", what, channel)
	}
}

// Presentation times: what goes back is refused, gaps repeat, what is too fast is dropped, and jumps are closed.
func TestPresentationTimes(t *testing.T) {
	leaktest.Check(t)
	s, out := open(t, framegear.Options{
		FrameRate: framegear.FPS(10), Clock: framegear.ClockPTS, Timebase: framegear.Timebase{Num: 1, Den: 1000}, MaxGap: time.Second, SegmentDuration: time.Second,
	})
	frame := pattern(96, 64)
	at := func(ms int64) error {
		f := frame(0)
		f.PTS = ms
		return s.WriteFrame(f)
	}
	for _, ms := range []int64{5000, 5100, 5200} {
		require.NoError(t, at(ms))
	}
	require.ErrorIs(t, at(5200), framegear.ErrPTS)
	require.ErrorIs(t, at(5100), framegear.ErrPTS)
	require.ErrorIs(t, at(-1<<63), framegear.ErrPTS)
	require.NoError(t, at(5230), "dropped, which is no error")
	require.NoError(t, at(5500), "two slots are repeats")
	require.NoError(t, at(99_500), "a jump")
	require.NoError(t, at(99_600))
	require.NoError(t, s.Finish(t.Context()))
	st := s.Stats()
	require.Equal(t, int64(7), st.FramesIn)
	require.Equal(t, int64(1), st.Dropped)
	require.Equal(t, int64(2), st.Repeated)
	require.Equal(t, int64(1), st.Jumps)
	require.Equal(t, int64(8), st.FramesOut)
	require.Equal(t, 800*time.Millisecond, st.Duration)
	require.Len(t, out.segments["v0"], 1)
	require.Equal(t, 8, out.segments["v0"][0].Frames)
}

// Images of all kinds show what they show, whole or in part.
func TestImages(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	const w, h = 96, 64
	want := color.RGBA{R: 200, G: 60, B: 90, A: 255}
	frames := map[string]image.Image{
		"RGBA": image.NewRGBA(image.Rect(0, 0, w, h)), "NRGBA": image.NewNRGBA(image.Rect(0, 0, w, h)), "RGBA64": image.NewRGBA64(image.Rect(0, 0, w, h)),
		"paletted": image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{want}), "uniform": image.NewUniform(want),
		"part of RGBA": image.NewRGBA(image.Rect(0, 0, w+40, h+20)), "elsewhere": image.NewRGBA(image.Rect(-50, -30, w-50, h-30)),
	}
	y, cb, cr := color.RGBToYCbCr(want.R, want.G, want.B)
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411,
	} {
		m := image.NewYCbCr(image.Rect(0, 0, w+8, h+8), ratio)
		fill(m.Y, y)
		fill(m.Cb, cb)
		fill(m.Cr, cr)
		frames[ratio.String()] = m.SubImage(image.Rect(4, 4, w+4, h+4))
		frames[ratio.String()+" at an odd place"] = m.SubImage(image.Rect(3, 5, w+3, h+5))
	}
	for name, img := range frames {
		switch m := img.(type) {
		case interface {
			image.Image
			Set(x, y int, c color.Color)
		}:
			for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
				for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
					m.Set(x, y, want)
				}
			}
		case *image.Uniform:
			continue // endless
		}
		if name == "part of RGBA" {
			img = img.(*image.RGBA).SubImage(image.Rect(17, 13, w+17, h+13))
		}
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			out := recorded(t, framegear.Options{CRF: 5}, 1, func(int) *framegear.Frame { return framegear.FromImage(img) })
			pix := referee.RGB(t, out.playable(t, out.segments["v0"][0]), 0)
			requireColour(t, [3]float64{200, 60, 90}, mean(pix, w, 8, 8, w-16, h-16), 2.5, name)
		})
	}
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

// Images whose memory has the right shape are taken as they are.
func TestImagesAreNotCopied(t *testing.T) {
	rgba, gray := image.NewRGBA(image.Rect(0, 0, 8, 8)), image.NewGray(image.Rect(0, 0, 8, 8))
	ycc := image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio420)
	require.Nil(t, framegear.FromImage(nil))
	require.Same(t, &rgba.Pix[0], &framegear.FromImage(rgba).Planes[0][0])
	require.Same(t, &gray.Pix[0], &framegear.FromImage(gray).Planes[0][0])
	require.Same(t, &ycc.Cb[0], &framegear.FromImage(ycc).Planes[1][0])
	require.ErrorIs(t, framegear.FromImage(image.NewRGBA(image.Rectangle{})).Validate(), framegear.ErrFrame)
	require.ErrorIs(t, framegear.FromImage(image.NewYCbCr(image.Rectangle{}, image.YCbCrSubsampleRatio420)).Validate(), framegear.ErrFrame)
}

// Ten bits reach the encoders that take ten bits, and are dithered for the others of the same ladder.
func TestTenBits(t *testing.T) {
	referee.Need(t)
	for _, codec := range []string{"libx265", "libsvtav1"} {
		t.Run(codec, func(t *testing.T) {
			leaktest.Check(t)
			preset := map[string]string{"libx265": "ultrafast", "libsvtav1": "12"}[codec]
			const w, h, code = 96, 64, 401 // between two codes of 8 bits
			pix := make([]byte, framegear.P010.Size(w, h))
			for i := 0; i < len(pix); i += 2 {
				v := uint16(code)
				if i >= w*h*2 {
					v = 512
				}
				binary.LittleEndian.PutUint16(pix[i:], v<<6)
			}
			opt := framegear.Options{Ladder: framegear.Ladder{{Codec: codec, Preset: preset, CRF: 4}, {CRF: 1}}}
			out := recorded(t, opt, 3, func(int) *framegear.Frame { return framegear.Packed(framegear.P010, pix, w, h) })
			for id, want := range map[string]struct {
				format string
				scale  float64
			}{"v0": {"yuv420p10le", 1}, "v1": {"yuv420p", 4}} {
				segment := out.playable(t, out.segments[id][0])
				require.Equal(t, want.format, referee.Frames(t, segment)[0].PixFmt)
				luma := referee.Luma(t, segment, 0)
				sum, n := 0.0, w*h
				for i := range n {
					if want.scale == 1 {
						sum += float64(binary.LittleEndian.Uint16(luma[2*i:]))
					} else {
						sum += float64(luma[i]) * want.scale
					}
				}
				require.InDelta(t, code, sum/float64(n), 0.9, id)
			}
		})
	}
}

// Every format makes a stream, of even and of odd size.
func TestEveryFormat(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	for f := framegear.Gray8; f.Valid(); f++ {
		for _, size := range [][2]int{{96, 64}, {95, 63}} {
			pix := make([]byte, f.Size(size[0], size[1]))
			fill(pix, 90)
			out := recorded(t, framegear.Options{}, 2, func(int) *framegear.Frame { return framegear.Packed(f, pix, size[0], size[1]) })
			frames := referee.Frames(t, out.playable(t, out.segments["v0"][0]))
			require.Len(t, frames, 2, f.String())
			require.Equal(t, [2]int{96, 64}, [2]int{frames[0].Width, frames[0].Height}, f.String())
		}
	}
}

// The frame's memory is the caller's again as soon as WriteFrame returns.
func TestFramesAreBorrowed(t *testing.T) {
	leaktest.Check(t)
	one := framegear.Options{Ladder: framegear.Ladder{{Threads: 1}}}
	want := recorded(t, one, 6, pattern(96, 64))
	s, out := open(t, one)
	frame := pattern(96, 64)
	for n := range 6 {
		f := frame(n)
		require.NoError(t, s.WriteFrame(f))
		fill(f.Planes[0], 0xEE)
	}
	require.NoError(t, s.Finish(context.Background()))
	require.True(t, bytes.Equal(want.read(t, "v0/1.m4s"), out.read(t, "v0/1.m4s")))
}
