package manifest

import (
	"fmt"

	"github.com/framegear/framegear/internal/media"
)

// vp9String is the string of the VP9 binding to ISO BMFF. libav gives VP9 no extradata, so that profile and level follow
// from the parameters; a WebM CodecPrivate (a list of ID, length, value) is read where there is one.
func vp9String(c media.CodecParameters) (string, error) {
	profile, level, depth := c.Profile, c.Level, max(c.BitDepth, 8)
	if profile < 0 || profile > 3 {
		profile = 0
		if depth > 8 {
			profile = 2
		}
	}
	for b := c.Extradata; len(b) >= 3 && b[1] == 1; b = b[3:] {
		switch b[0] {
		case 1:
			profile = int(b[2])
		case 2:
			level = int(b[2])
		case 3:
			depth = int(b[2])
		}
	}
	if profile > 3 || (depth != 8 && depth != 10 && depth != 12) {
		return "", fmt.Errorf("profile %d with %d bits does not exist", profile, depth)
	}
	if level <= 0 {
		level = vp9Level(c)
	}
	s := fmt.Sprintf("vp09.%02d.%02d.%02d", profile, level, depth)
	if depth > 8 || c.Color.HDR() {
		chroma := 1 // 4:2:0, samples at the luma's corner
		if profile%2 == 1 {
			chroma = 3
		}
		s += fmt.Sprintf(".%02d", chroma) + colorFields("%02d", c.Color, false, true)
	}
	return s, nil
}

// vp9Levels are the limits of the levels: luma samples per second and per picture (VP9 levels, webmproject.org).
var vp9Levels = []struct {
	level         int
	rate, picture int64
}{
	{10, 829_440, 36_864}, {11, 2_764_800, 73_728}, {20, 4_608_000, 122_880}, {21, 9_216_000, 245_760},
	{30, 20_736_000, 552_960}, {31, 36_864_000, 983_040}, {40, 83_558_400, 2_228_224}, {41, 160_432_128, 2_228_224},
	{50, 311_951_360, 8_912_896}, {51, 588_251_136, 8_912_896}, {52, 1_176_502_272, 8_912_896},
	{60, 1_176_502_272, 35_651_584}, {61, 2_353_004_544, 35_651_584},
}

func vp9Level(c media.CodecParameters) int {
	picture := int64(c.Width) * int64(c.Height)
	rate := picture * 30
	if c.FrameRate.Known() {
		rate = media.MulDiv(picture, c.FrameRate.Num, c.FrameRate.Den, 1, 1)
	}
	for _, l := range vp9Levels {
		if rate <= l.rate && picture <= l.picture {
			return l.level
		}
	}
	return 62
}

// colorFields are ".primaries.transfer.matrix.range" of the AV1 and VP9 strings; what is not stated is H.273's "unspecified".
func colorFields(format string, c media.Color, identity, wideRange bool) string {
	full := 0
	if c.Range == media.RangeFull {
		full = 1
	}
	unset := func(v uint8) uint8 {
		if v == 0 {
			return 2
		}
		return v
	}
	matrix := unset(uint8(c.Matrix))
	if identity {
		matrix = 0
	}
	rangeFormat := "%d"
	if wideRange {
		rangeFormat = format
	}
	return fmt.Sprintf("."+format+"."+format+"."+format+"."+rangeFormat, unset(c.Primaries), unset(c.Transfer), matrix, full)
}
