package media_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

func allFormats() (all []media.PixelFormat) {
	for f := media.FormatUnset + 1; f.Valid(); f++ {
		all = append(all, f)
	}
	return all
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		format media.PixelFormat
		name   string
		planes int
		bits   int
		rgb    bool
		alpha  bool
		size   int // of 5x3 pixels
	}{
		{media.FormatGray8, "gray8", 1, 8, true, false, 15},
		{media.FormatGray16, "gray16", 1, 16, true, false, 30},
		{media.FormatYA8, "ya8", 1, 8, true, true, 30},
		{media.FormatBGR24, "bgr24", 1, 8, true, false, 45},
		{media.FormatRGB24, "rgb24", 1, 8, true, false, 45},
		{media.FormatBGRA, "bgra", 1, 8, true, true, 60},
		{media.FormatRGBA, "rgba", 1, 8, true, true, 60},
		{media.FormatBGR0, "bgr0", 1, 8, true, false, 60},
		{media.FormatRGB0, "rgb0", 1, 8, true, false, 60},
		{media.FormatBGR48, "bgr48", 1, 16, true, false, 90},
		{media.FormatYA16, "ya16", 1, 16, true, true, 60},
		{media.FormatBGRA64, "bgra64", 1, 16, true, true, 120},
		{media.FormatI420, "i420", 3, 8, false, false, 15 + 6 + 6},
		{media.FormatNV12, "nv12", 2, 8, false, false, 15 + 12},
		{media.FormatYUV422P, "yuv422p", 3, 8, false, false, 15 + 9 + 9},
		{media.FormatYUV444P, "yuv444p", 3, 8, false, false, 45},
		{media.FormatP010, "p010", 2, 10, false, false, 30 + 24},
		{media.FormatI010, "yuv420p10", 3, 10, false, false, 30 + 12 + 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.True(t, c.format.Valid())
			require.Equal(t, c.name, c.format.String())
			require.Equal(t, c.planes, c.format.Planes())
			require.Equal(t, c.bits, c.format.Bits())
			require.Equal(t, c.rgb, c.format.RGBLike())
			require.Equal(t, c.alpha, c.format.HasAlpha())
			require.Equal(t, c.size, c.format.Size(5, 3))
			parsed, err := media.ParsePixelFormat(" " + c.name + "\n")
			require.NoError(t, err)
			require.Equal(t, c.format, parsed)
		})
	}
	require.Len(t, media.PixelFormatNames(), len(allFormats()))
	require.False(t, media.FormatUnset.Valid())
	require.Equal(t, "PixelFormat(200)", media.PixelFormat(200).String())
}

func FuzzParsePixelFormat(f *testing.F) {
	for _, s := range append(media.PixelFormatNames(), "YUV420P", "bgr", "unset", "", "nv21", " gray ") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := media.ParsePixelFormat(s)
		if err != nil {
			require.False(t, p.Valid())
			require.ErrorContains(t, err, "want one of")
			return
		}
		require.True(t, p.Valid())
		again, err := media.ParsePixelFormat(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func TestPackedFramesAreValid(t *testing.T) {
	for _, format := range allFormats() {
		for _, size := range [][2]int{{1, 1}, {2, 2}, {5, 3}, {16, 9}, {641, 361}} {
			w, h := size[0], size[1]
			pix := make([]byte, format.Size(w, h))
			require.NoError(t, media.Packed(format, pix, w, h).Validate(), "%s %v", format, size)
			require.ErrorIs(t, media.Packed(format, pix[:len(pix)-1], w, h).Validate(), media.ErrFrame, "%s %v one byte short", format, size)
		}
	}
}

// The buffer of a packed frame has one right length. What it would be right for is said.
func TestPackedLength(t *testing.T) {
	for _, c := range []struct {
		format media.PixelFormat
		bytes  int
		says   string
	}{
		{media.FormatBGR24, 16 * 8 * 4, "16x8 bgr24 is 384 bytes, the buffer has 512 (as frames of BGRA, RGBA, BGR0, RGB0, YA16 have: Packed takes those)"},
		{media.FormatGray8, 16 * 8 * 3, "(as frames of BGR24, RGB24, YUV444P, P010, I010 have: Packed takes those)"},
		{media.FormatBGR24, 16 * 8, "(as frames of Gray8 have: Packed takes those)"},
		{media.FormatI420, 16*8*3/2 + 1, "16x8 i420 is 192 bytes, the buffer has 193 (give the first 192 if the rest is padding)"},
		{media.FormatNV12, 16*8*3/2 - 1, "16x8 nv12 is 192 bytes, the buffer has 191"},
		{media.FormatNV12, 16 * 8 * 3, "(as frames of BGR24, RGB24, YUV444P, P010, I010 have: Packed takes those)"},
	} {
		f := media.Packed(c.format, make([]byte, c.bytes), 16, 8)
		err := f.Validate()
		require.ErrorIs(t, err, media.ErrFrame)
		wrong, ok := errors.AsType[*media.LengthError](err)
		require.True(t, ok)
		require.Equal(t, [2]int{c.bytes, c.format.Size(16, 8)}, [2]int{wrong.Got, wrong.Want})
		require.ErrorContains(t, err, c.says)
	}
	f := media.Packed(media.FormatBGR24, make([]byte, 64*8), 16, 8)
	f.Strides[0] = 64
	require.NoError(t, f.Validate(), "with a stride it is not packed any more")
}

// A region's samples are the frame's.
func TestFrameRegion(t *testing.T) {
	for _, format := range allFormats() {
		pix := make([]byte, format.Size(20, 12))
		for i := range pix {
			pix[i] = byte(i * 7)
		}
		f := media.Packed(format, pix, 20, 12)
		r := f.Region(4, 6, 13, 5)
		require.NoError(t, r.Validate())
		whole, part := f.Region(0, 0, 20, 12), r.Region(2, 2, 3, 1)
		require.Equal(t, whole.Planes[0], f.Planes[0])
		require.Equal(t, f.Planes[0][8*f.Stride(0)+6*format.RowBytes(0, 2)/2:][:2], part.Planes[0][:2], format.String())
	}
}

func TestFrameValidate(t *testing.T) {
	good := func() *media.Frame { return media.Packed(media.FormatI420, make([]byte, 16*8*3/2), 16, 8) }
	require.NoError(t, good().Validate())
	for _, c := range []struct {
		name string
		bend func(f *media.Frame)
		says string
	}{
		{"no format", func(f *media.Frame) { f.Format = 0 }, "format unset"},
		{"unknown format", func(f *media.Frame) { f.Format = 99 }, "format PixelFormat(99)"},
		{"no width", func(f *media.Frame) { f.Width = 0 }, "size 0x8"},
		{"negative height", func(f *media.Frame) { f.Height = -8 }, "size 16x-8"},
		{"too wide", func(f *media.Frame) { f.Width = media.MaxSide + 1 }, "size 16385x8"},
		{"short plane", func(f *media.Frame) { f.Planes[1] = f.Planes[1][1:] }, "plane 1 has 31 bytes"},
		{"no plane", func(f *media.Frame) { f.Planes[2] = nil }, "plane 2 has 0 bytes"},
		{"small stride", func(f *media.Frame) { f.Strides[0] = 15 }, "plane 0 has a stride of 15 bytes"},
		{"negative stride", func(f *media.Frame) { f.Strides[0] = -16 }, "plane 0 has a stride of -16 bytes"},
		{"large stride", func(f *media.Frame) { f.Strides[0] = 17 }, "plane 0 has 128 bytes"},
		{"huge stride", func(f *media.Frame) { f.Strides[0] = math.MaxInt64 / 4 }, "plane 0"},
		{"stride that overflows", func(f *media.Frame) { f.Strides[0] = math.MaxInt64 / 3 }, "plane 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := good()
			c.bend(f)
			err := f.Validate()
			require.ErrorIs(t, err, media.ErrFrame)
			require.ErrorContains(t, err, c.says)
		})
	}
}

// A region of a larger image ends with its last row, without the rest of that row.
func TestFrameValidateRegion(t *testing.T) {
	whole := make([]byte, 100*3*20)
	f := &media.Frame{Format: media.FormatBGR24, Width: 10, Height: 5, Planes: [4][]byte{whole[(15*100+90)*3:]}, Strides: [4]int{300}}
	require.NoError(t, f.Validate())
	f.Planes[0] = f.Planes[0][1:]
	require.ErrorIs(t, f.Validate(), media.ErrFrame)
}

func TestPackedRefusesNonsenseLater(t *testing.T) {
	for _, f := range []*media.Frame{
		media.Packed(media.FormatUnset, nil, 4, 4), media.Packed(media.FormatI420, nil, -1, 4), media.Packed(media.FormatI420, nil, 4, 1<<40),
		media.Packed(99, nil, 4, 4), media.Packed(media.FormatNV12, nil, 4, 4),
	} {
		require.ErrorIs(t, f.Validate(), media.ErrFrame)
	}
}

func TestOutputColor(t *testing.T) {
	require.Equal(t, media.MatrixBT601, media.OutputColor(719).Matrix)
	require.Equal(t, media.MatrixBT709, media.OutputColor(720).Matrix)
	require.Equal(t, media.RangeLimited, media.OutputColor(2160).Range)
	require.False(t, media.OutputColor(720).HDR())
	require.True(t, media.Color{Transfer: media.TransferPQ}.HDR())
	require.True(t, media.Color{Transfer: media.TransferHLG}.HDR())
}
