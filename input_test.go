package framegear_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
)

// A phone's file, whose pictures lie on their side and have oblong pixels, is seen as it was meant.
func TestTurnedInput(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	const width, height = 96, 64
	out := recorded(t, framegear.Options{Aspect: framegear.Rate{Num: 2, Den: 1}, CRF: 5}, 5, func(int) *framegear.Frame {
		pix := make([]byte, width*height*3) // the left half is blue: above when turned to the right
		for i := range pix {
			if i/3%width < width/2 && i%3 == 0 {
				pix[i] = 255
			}
		}
		return framegear.BGR(pix, width, height)
	})
	film := out.playable(t, out.segments["v0"][0])
	file := filepath.Join(t.TempDir(), "film.mp4")
	require.NoError(t, os.WriteFile(file, turned(t, film), 0o600))

	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	require.Equal(t, "transpose=clock", in.Upright())
	require.Equal(t, framegear.Rate{Num: 1, Den: 2}, in.Aspect())

	s, upright := open(t, framegear.Options{Filter: in.Upright(), Aspect: in.Aspect(), CRF: 5})
	for f, err := range in.Frames() {
		require.NoError(t, err)
		require.NoError(t, s.WriteFrame(f))
	}
	require.NoError(t, s.Finish(t.Context()))
	segment := upright.playable(t, upright.segments["v0"][0])
	picture := referee.Frames(t, segment)[0]
	require.Equal(t, [2]int{height, width}, [2]int{picture.Width, picture.Height})
	pix := referee.RGB(t, segment, 0)
	requireColour(t, [3]float64{0, 0, 255}, mean(pix, height, 4, 4, 56, 40), 6, "above")
	requireColour(t, [3]float64{0, 0, 0}, mean(pix, height, 4, 52, 56, 40), 6, "below")
}

// What can be decoded of a file that was cut off or has a hole is decoded, as every player does it.
func TestDamagedInput(t *testing.T) {
	leaktest.Check(t)
	whole, err := os.ReadFile("testdata/clip.mp4") // 240 pictures; its index is at the beginning
	require.NoError(t, err)
	media := bytes.Index(whole, []byte("mdat")) + 4
	hole := bytes.Clone(whole)
	copy(hole[100_000:], bytes.Repeat([]byte{0xff}, 1000))
	junk := append(bytes.Clone(whole[:media]), bytes.Repeat([]byte{0xff}, len(whole)-media)...)
	for name, c := range map[string]struct {
		file        []byte
		least, most int
	}{
		"cut off": {whole[:100_000], 120, 140}, "with a hole": {hole, 200, 240}, "junk": {junk, 0, 0},
	} {
		file := filepath.Join(t.TempDir(), "film.mp4")
		require.NoError(t, os.WriteFile(file, c.file, 0o600))
		in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
		require.NoError(t, err, name)
		pictures := 0
		for _, err = range in.Frames() {
			if err == nil {
				pictures++
			}
		}
		if c.most == 0 {
			require.ErrorIs(t, err, framegear.ErrInput, name)
			require.ErrorContains(t, err, "no picture of it can be decoded", name)
		} else {
			require.NoError(t, err, name)
		}
		require.GreaterOrEqual(t, pictures, c.least, name)
		require.LessOrEqual(t, pictures, c.most, name)
		require.NoError(t, in.Close())
	}
}

// What television makes is said to be so, and the command warns of it.
func TestInterlacedInput(t *testing.T) {
	leaktest.Check(t)
	for params, want := range map[string]bool{"tff=1": true, "keyint=5": false} {
		out := recorded(t, framegear.Options{Extra: map[string]string{"x264-params": params}}, 5, pattern(96, 64))
		file := filepath.Join(t.TempDir(), "film.mp4")
		require.NoError(t, os.WriteFile(file, out.playable(t, out.segments["v0"][0]), 0o600))
		in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
		require.NoError(t, err)
		require.Equal(t, want, in.Interlaced(), params)
		in.Close()
	}
}

// turned returns an MP4 whose track is to be seen a quarter turned to the right.
func turned(t *testing.T, film []byte) []byte {
	t.Helper()
	matrix := func(a, b, c, d uint32) (m []byte) {
		for _, v := range []uint32{a, b, 0, c, d, 0, 0, 0, 1 << 30} {
			m = binary.BigEndian.AppendUint32(m, v)
		}
		return m
	}
	header := bytes.Index(film, []byte("tkhd"))
	require.Positive(t, header)
	at := bytes.Index(film[header:], matrix(1<<16, 0, 0, 1<<16))
	require.Positive(t, at)
	film = bytes.Clone(film)
	copy(film[header+at:], matrix(0, 1<<16, 0xffff0000, 0))
	return film
}
