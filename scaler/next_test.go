package scaler_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// A picture of which only the changed parts were scaled is the same as one that was scaled as a whole, and what it says of its own changes is
// true.
func TestScalingChangesAloneGivesTheSamePicture(t *testing.T) {
	leaktest.Check(t)
	for _, s := range [][4]int{{960, 540, 640, 360}, {640, 360, 640, 360}, {640, 360, 320, 180}, {322, 182, 100, 50}, {320, 180, 640, 360}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) { changesAlone(t, s) })
	}
}

func changesAlone(t *testing.T, s [4]int) {
	r := rand.New(rand.NewPCG(7, 8))
	in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatBGR24, Width: s[0], Height: s[1], Quick: true})
	require.NoError(t, err)
	defer in.Close()
	from := scaler.Spec{Width: s[0], Height: s[1], Layout: scaler.I420, Color: in.Color()}
	to := scaler.Spec{Width: s[2], Height: s[3], Layout: scaler.I420, Color: media.OutputColor(s[3])}
	branch, err := scaler.NewBranch(from, to)
	require.NoError(t, err)
	defer branch.Close()

	pix := make([]byte, s[0]*s[1]*3)
	for i := range pix {
		pix[i] = byte(r.Uint32())
	}
	var seen, made *scaler.Picture
	defer func() { seen.Release(); made.Release() }()
	for range 5 {
		x, y := r.IntN(s[0]-8), r.IntN(s[1]-8)
		for i := range 8 {
			for k := range 24 {
				pix[3*((y+i)*s[0]+x)+k] = byte(r.Uint32())
			}
		}
		frame := media.Packed(media.FormatBGR24, pix, s[0], s[1])
		pic, err := in.ConvertNext(frame, seen)
		require.NoError(t, err)
		require.NotSame(t, seen, pic)
		direct, err := in.Convert(frame)
		require.NoError(t, err)
		for plane := range 3 {
			requireSameRows(t, direct, pic, plane)
		}
		if seen != nil {
			require.NotNil(t, pic.Changes(seen))
			requireTrue(t, pic, seen)
		}
		direct.Release()
		next, err := branch.ScaleNext(pic, seen, made)
		require.NoError(t, err)
		whole, err := branch.Scale(pic)
		require.NoError(t, err)
		for plane := range 3 {
			requireSameRows(t, whole, next, plane)
		}
		if seen != nil {
			require.NotNil(t, next.Changes(made))
			requireTrue(t, next, made)
		}
		whole.Release()
		seen.Release()
		made.Release()
		seen, made = pic, next
	}
	same, err := in.ConvertNext(media.Packed(media.FormatBGR24, pix, s[0], s[1]), seen)
	require.NoError(t, err)
	require.Same(t, seen, same)
	same.Release()
	for i := range pix { // busy from one frame to the next
		pix[i] ^= 0x80
	}
	frame := media.Packed(media.FormatBGR24, pix, s[0], s[1])
	busy, err := in.ConvertNext(frame, seen)
	require.NoError(t, err)
	defer busy.Release()
	require.Nil(t, busy.Changes(seen))
	direct, err := in.Convert(frame)
	require.NoError(t, err)
	defer direct.Release()
	for plane := range 3 {
		requireSameRows(t, direct, busy, plane)
	}
}

func requireSameRows(t *testing.T, a, b *scaler.Picture, plane int) {
	width, height := a.Width()/min(2, plane+1), a.Height()/min(2, plane+1)
	for y := range height {
		require.Equal(t, a.Plane(plane)[y*a.Stride(plane):][:width], b.Plane(plane)[y*b.Stride(plane):][:width], "plane %d row %d", plane, y)
	}
}

// requireTrue checks that every sample that differs lies in a block that is said to.
func requireTrue(t *testing.T, now, before *scaler.Picture) {
	blocks, cols := now.Changes(before).Blocks()
	for plane := range 3 {
		side := 16 / min(2, plane+1)
		for y := range now.Height() / min(2, plane+1) {
			for x := range now.Width() / min(2, plane+1) {
				if now.Plane(plane)[y*now.Stride(plane)+x] != before.Plane(plane)[y*before.Stride(plane)+x] {
					require.EqualValues(t, 1, blocks[y/side*cols+x/side], "plane %d at %d, %d", plane, x, y)
				}
			}
		}
	}
}

// Whoever converts the strips, the pictures are the same, and unchanged frames give the picture before: all of the frame new, nothing new,
// something in the first strip, the last or one between, at sizes that end within a strip.
func TestQuickConversionGivesTheSamePictures(t *testing.T) {
	leaktest.Check(t)
	const width, height = 1001, 601
	inputs := map[bool]*scaler.Input{}
	seen := map[bool]*scaler.Picture{}
	for _, quick := range []bool{false, true} {
		in, err := scaler.NewInput(scaler.InputOptions{Format: media.FormatBGR24, Width: width, Height: height, Quick: quick})
		require.NoError(t, err)
		defer in.Close()
		inputs[quick] = in
	}
	pix := make([]byte, width*height*3)
	r := rand.New(rand.NewPCG(1, 2))
	all := func() {
		for i := range pix {
			pix[i] = byte(r.Uint32())
		}
	}
	row := func(y int) func() {
		return func() { copy(pix[y*width*3:], []byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}) }
	}
	nothing := func() {}
	for i, change := range []func(){all, nothing, row(0), nothing, row(height - 1), row(300), all, row(128), nothing, row(64), row(63)} {
		change()
		frame := media.Packed(media.FormatBGR24, pix, width, height)
		for quick, in := range inputs {
			pic, err := in.ConvertNext(frame, seen[quick])
			require.NoError(t, err)
			require.Equal(t, i == 1 || i == 3 || i == 8, pic == seen[quick], "step %d", i)
			seen[quick].Release()
			seen[quick] = pic
		}
		for plane := range 3 {
			requireSameRows(t, seen[false], seen[true], plane)
		}
	}
	for _, pic := range seen {
		pic.Release()
	}
}
