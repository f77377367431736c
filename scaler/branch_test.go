package scaler_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

func branch(t *testing.T, from, to scaler.Spec) *scaler.Branch {
	t.Helper()
	b, err := scaler.NewBranch(from, to)
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return b
}

func scale(t *testing.T, b *scaler.Branch, p *scaler.Picture) *scaler.Picture {
	t.Helper()
	out, err := b.Scale(p)
	require.NoError(t, err)
	t.Cleanup(out.Release)
	return out
}

// source returns a flat picture of a spec.
func source(t *testing.T, s scaler.Spec, c rgb) *scaler.Picture {
	t.Helper()
	format := media.FormatI420
	if s.Layout.Bits() > 8 {
		format = media.FormatI010
	}
	in := input(t, scaler.InputOptions{Format: format, Width: s.Width, Height: s.Height, Layout: s.Layout, Color: s.Color})
	return convert(t, in, flat(format, s.Width, s.Height, 0, c, s.Color.Matrix))
}

// From HD to SD and back the codes change so that the colour does not: against the formulas of H.273 in double precision.
func TestBranchMatrix(t *testing.T) {
	hd, sd := media.OutputColor(720), media.OutputColor(480)
	uhd := media.Color{Matrix: media.MatrixBT2020, Range: media.RangeLimited, Primaries: 9, Transfer: 14}
	for _, layout := range layouts {
		for _, c := range []struct {
			name     string
			from, to media.Color
		}{{"709 to 601", hd, sd}, {"601 to 709", sd, hd}, {"2020 to 709", uhd, hd}} {
			for _, size := range [][2]int{{32, 32}, {16, 16}, {24, 18}, {64, 48}} {
				t.Run(fmt.Sprintf("%s %s %v", layout, c.name, size), func(t *testing.T) {
					leaktest.Check(t)
					from := scaler.Spec{Width: 32, Height: 32, Layout: layout, Color: c.from}
					to := scaler.Spec{Width: size[0], Height: size[1], Layout: layout, Color: c.to}
					b := branch(t, from, to)
					for _, patch := range patches {
						out := scale(t, b, source(t, from, patch))
						require.Equal(t, c.to, out.Color())
						// One rounding of the source's codes, amplified at most twice by the matrices, and one of ours.
						tolerance := 2.0
						if layout == scaler.NV12 {
							tolerance = 3 // swscale goes through 8-bit RGB
						}
						requireFlat(t, patch.yuv(c.to.Matrix), out, tolerance, fmt.Sprint(patch))
					}
				})
			}
		}
	}
}

// Layouts that differ in depth: 8-bit renditions of a 10-bit ladder are dithered, which keeps the mean of what 8 bits cannot say.
func TestBranchDithers(t *testing.T) {
	leaktest.Check(t)
	from := scaler.Spec{Width: 64, Height: 64, Layout: scaler.I42010, Color: media.OutputColor(64)}
	to := from
	to.Layout = scaler.I420
	b := branch(t, from, to)
	in := input(t, scaler.InputOptions{Format: media.FormatI010, Width: 64, Height: 64, Layout: scaler.I42010})
	for _, code := range []int{400, 401, 402, 403} {
		f := frame(media.FormatI010, 64, 64, 0, func(plane, _, i int) byte {
			v := code
			if plane > 0 {
				v = 512
			}
			return byte(v >> (8 * (i % 2)))
		})
		sum, seen := 0.0, map[float64]bool{}
		for _, row := range codes(scale(t, b, convert(t, in, f)), 0) {
			for _, v := range row {
				sum += v
				seen[v] = true
			}
		}
		require.InDelta(t, float64(code)/4, sum/64/64, 0.13, "mean of code %d", code)
		if code%4 != 0 {
			require.Len(t, seen, 2, "code %d lies between two 8-bit codes", code)
		}
	}
}

func TestBranchOfTheSameSpecAddsAReference(t *testing.T) {
	leaktest.Check(t)
	s := scaler.Spec{Width: 32, Height: 32, Layout: scaler.I420, Color: media.OutputColor(32)}
	p := source(t, s, patches[3])
	require.Same(t, p, scale(t, branch(t, s, s), p))
}

// A ramp stays a ramp in any size: no shift, no ringing at the ends, no lost samples.
func TestBranchKeepsARamp(t *testing.T) {
	leaktest.Check(t)
	from := scaler.Spec{Width: 128, Height: 64, Layout: scaler.I420, Color: media.OutputColor(64)}
	in := input(t, scaler.InputOptions{Format: media.FormatI420, Width: 128, Height: 64})
	ramp := frame(media.FormatI420, 128, 64, 0, func(plane, _, i int) byte {
		if plane > 0 {
			return 128
		}
		return byte(32 + i)
	})
	p := convert(t, in, ramp)
	for _, w := range []int{16, 32, 64, 96, 120, 160, 256} {
		to := from
		to.Width, to.Height = w, w/2
		for _, row := range codes(scale(t, branch(t, from, to), p), 0) {
			for x := 2; x < w-2; x++ {
				want := 32 + (float64(x)+0.5)*128/float64(w) - 0.5
				require.LessOrEqual(t, math.Abs(row[x]-want), 1.0, "width %d at %d: %g, want %g", w, x, row[x], want)
			}
		}
	}
}

func TestBranchRefuses(t *testing.T) {
	leaktest.Check(t)
	s := scaler.Spec{Width: 32, Height: 32, Layout: scaler.I420, Color: media.OutputColor(32)}
	half := s
	half.Width, half.Height = 16, 16
	b := branch(t, s, half)
	other := s
	other.Layout = scaler.NV12
	for _, wrong := range []scaler.Spec{half, other} {
		_, err := b.Scale(source(t, wrong, patches[0]))
		require.ErrorIs(t, err, scaler.ErrMismatch)
	}
	b.Close()
	b.Close()
	_, err := b.Scale(source(t, s, patches[0]))
	require.Error(t, err, "closed")
}

func TestBranchAllocatesNothing(t *testing.T) {
	leaktest.Check(t)
	s := scaler.Spec{Width: 64, Height: 48, Layout: scaler.I420, Color: media.OutputColor(1080)}
	half := scaler.Spec{Width: 32, Height: 24, Layout: scaler.I420, Color: media.OutputColor(24)}
	b, p := branch(t, s, half), source(t, s, patches[9])
	use := func() {
		out, err := b.Scale(p)
		if err != nil {
			t.Fatal(err)
		}
		out.Release()
	}
	use()
	require.Zero(t, testing.AllocsPerRun(50, use))
}
