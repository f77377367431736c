package framegear_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/leaktest"
)

// display is a display with the primaries of Display P3, from 0.005 to 1,000 cd/m².
var display = framegear.HDR{
	Red: [2]uint16{34000, 16000}, Green: [2]uint16{13250, 34500}, Blue: [2]uint16{7500, 3000}, White: [2]uint16{15635, 16450},
	MaxLuminance: 10_000_000, MinLuminance: 50, MaxCLL: 1000, MaxFALL: 400,
}

func hdrFrame(transfer uint8) *framegear.Frame {
	f := framegear.Packed(framegear.I010, make([]byte, framegear.I010.Size(128, 96)), 128, 96)
	f.Color = framegear.Color{Matrix: 9, Range: 1, Primaries: 9, Transfer: transfer}
	f.HDR = display
	return f
}

// What HDR10 says about the display is in the coded stream, in the boxes of the container, and in what is read back; in every rendition.
func TestHDRMetadata(t *testing.T) {
	leaktest.Check(t)
	for _, codec := range []string{"libx264", "libx265", "libsvtav1"} {
		t.Run(codec, func(t *testing.T) {
			if !encoder.Available(codec) {
				t.Skip(codec + " is not in this build")
			}
			preset := "ultrafast"
			if codec == "libsvtav1" {
				preset = "12"
			}
			out := recorded(t, framegear.Options{Codec: codec, Preset: preset, Ladder: framegear.Ladder{{}, {Width: 64, Height: 64}}}, 3,
				func(int) *framegear.Frame { return hdrFrame(16) })
			for _, id := range out.tracks() {
				init := out.read(t, path.Join(id, "init.mp4"))
				// ISO/IEC 14496-12 sections 12.1.5 and following: green, blue and red, in this order; both are big-endian.
				require.Equal(t, []uint16{13250, 34500, 7500, 3000, 34000, 16000, 15635, 16450}, boxWords(t, init, "mdcv", 8))
				require.Equal(t, []uint16{1000, 400}, boxWords(t, init, "clli", 2))
				film := filepath.Join(t.TempDir(), "film.mp4")
				require.NoError(t, os.WriteFile(film, out.playable(t, out.segments[id][0]), 0o600))
				require.Equal(t, display, readBack(t, film).HDR)
				bare := bytes.NewBuffer(bytes.ReplaceAll(out.playable(t, out.segments[id][0]), []byte("mdcv"), []byte("free")))
				require.NoError(t, os.WriteFile(film, bytes.ReplaceAll(bare.Bytes(), []byte("clli"), []byte("free")), 0o600))
				require.Equal(t, display, readBack(t, film).HDR, "without the boxes: what the coded stream says")
			}
		})
	}
}

// Pictures that are no HDR have no display to speak of.
func TestHDRMetadataOfSDR(t *testing.T) {
	leaktest.Check(t)
	out := recorded(t, framegear.Options{Codec: "libx265"}, 2, func(int) *framegear.Frame { return hdrFrame(1) })
	require.NotContains(t, string(out.read(t, "v0/init.mp4")), "mdcv")
}

// Packets that are passed on keep what their container says.
func TestHDRMetadataOfCopies(t *testing.T) {
	leaktest.Check(t)
	out := recorded(t, framegear.Options{Codec: "libx265"}, 10, func(int) *framegear.Frame { return hdrFrame(16) })
	film := filepath.Join(t.TempDir(), "film.mp4")
	require.NoError(t, os.WriteFile(film, out.playable(t, out.segments["v0"][0]), 0o600))
	in, err := framegear.OpenInput(t.Context(), film, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	s, copied := open(t, framegear.Options{})
	require.NoError(t, s.Copy(t.Context(), in))
	require.NoError(t, s.Finish(t.Context()))
	init := copied.read(t, "v0/init.mp4")
	require.Equal(t, []uint16{13250, 34500}, boxWords(t, init, "mdcv", 2))
	require.Equal(t, []uint16{1000, 400}, boxWords(t, init, "clli", 2))
}

// boxWords returns the first 16-bit numbers of a box.
func boxWords(t *testing.T, data []byte, box string, n int) (all []uint16) {
	t.Helper()
	_, body, ok := bytes.Cut(data, []byte(box))
	require.True(t, ok, "no box %s", box)
	for i := range n {
		all = append(all, binary.BigEndian.Uint16(body[2*i:]))
	}
	return all
}

// readBack returns the first picture of a file.
func readBack(t *testing.T, file string) framegear.Frame {
	t.Helper()
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	var f framegear.Frame
	require.NoError(t, in.Read(&f))
	return f
}
