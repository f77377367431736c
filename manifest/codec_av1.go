package manifest

import (
	"errors"
	"fmt"

	"github.com/framegear/framegear/internal/media"
)

// av1Config is what an AV1 codec string tells (AV1 Codec ISO Media File Format Binding section 5).
type av1Config struct {
	profile, level     uint32
	highTier, mono     bool
	depth              int
	subX, subY, sitPos uint32
	color              media.Color
	identity           bool // RGB: the matrix is 0, which media.Color has for "not known"
}

// av1String reads an av1C record or a sequence header OBU, whichever libav gives. The colour fields, which are optional as
// a whole, are written where the defaults (8 bit 4:2:0, no HDR) do not hold.
func av1String(c media.CodecParameters) (string, error) {
	cfg, err := parseAV1(c)
	if err != nil {
		return "", err
	}
	tier := "M"
	if cfg.highTier {
		tier = "H"
	}
	s := fmt.Sprintf("av01.%d.%02d%s.%02d", cfg.profile, cfg.level, tier, cfg.depth)
	if cfg.depth == 8 && !cfg.mono && cfg.subX == 1 && cfg.subY == 1 && !cfg.color.HDR() {
		return s, nil
	}
	mono := 0
	if cfg.mono {
		mono = 1
	}
	return s + fmt.Sprintf(".%d.%d%d%d", mono, cfg.subX, cfg.subY, cfg.sitPos) + colorFields("%02d", cfg.color, cfg.identity, false), nil
}

func parseAV1(c media.CodecParameters) (av1Config, error) {
	extra := c.Extradata
	isRecord := len(extra) >= 4 && extra[0] == 0x81 // marker 1, version 1; an OBU starts with a zero bit
	if !isRecord {
		return av1SequenceHeader(extra)
	}
	if cfg, err := av1SequenceHeader(extra[4:]); err == nil {
		return cfg, nil
	}
	r := bitReader{data: extra[1:4]}
	cfg := av1Config{profile: r.bits(3), level: r.bits(5), highTier: r.flag(), color: c.Color}
	cfg.depth = av1Depth(r.flag(), r.flag())
	cfg.mono = r.flag()
	cfg.subX, cfg.subY, cfg.sitPos = r.bits(1), r.bits(1), r.bits(2)
	return cfg, nil
}

func av1Depth(high, twelve bool) int {
	switch {
	case high && twelve:
		return 12
	case high:
		return 10
	}
	return 8
}

// av1SequenceHeader finds the sequence header among OBUs with sizes (AV1 specification section 5.3) and reads it.
func av1SequenceHeader(b []byte) (av1Config, error) {
	const obuSequenceHeader = 1
	for len(b) > 0 {
		r := bitReader{data: b}
		forbidden, kind, ext, hasSize := r.flag(), r.bits(4), r.flag(), r.flag()
		r.bits(1)
		if ext {
			r.bits(8)
		}
		size := uint64(len(b) - r.pos/8)
		if hasSize {
			size = r.leb128()
		}
		if forbidden || r.short || size > uint64(len(b)-r.pos/8) {
			return av1Config{}, errNoConfig
		}
		body := b[r.pos/8:][:size]
		if kind == obuSequenceHeader {
			return (&bitReader{data: body}).sequenceHeader()
		}
		b = b[r.pos/8+int(size):]
	}
	return av1Config{}, errNoConfig
}

// leb128 is section 4.10.5.
func (r *bitReader) leb128() (v uint64) {
	for i := range 8 {
		b := r.bits(8)
		v |= uint64(b&0x7f) << (7 * i)
		if b&0x80 == 0 {
			break
		}
	}
	return v
}

// sequenceHeader reads sequence_header_obu (section 5.5.1) down to its colour_config.
func (r *bitReader) sequenceHeader() (av1Config, error) {
	var c av1Config
	c.profile = r.bits(3)
	r.bits(1) // still_picture
	reduced := r.flag()
	if reduced {
		c.level = r.bits(5)
	} else {
		c.level, c.highTier = r.operatingPoints()
	}
	r.frameSize(reduced)
	r.tools(reduced)
	r.colorConfig(&c)
	if r.short {
		return c, errShort
	}
	if c.profile > 2 {
		return c, errors.New("sequence header has a reserved profile")
	}
	return c, nil
}

// operatingPoints returns level and tier of the first operating point, which is the whole stream.
func (r *bitReader) operatingPoints() (level uint32, highTier bool) {
	decoderModel, delayBits := false, 0
	if r.flag() { // timing_info_present_flag
		decoderModel, delayBits = r.timingInfo()
	}
	displayDelay := r.flag()
	for i := range int(r.bits(5)) + 1 {
		r.bits(12) // operating_point_idc
		l, high := r.bits(5), false
		if l > 7 {
			high = r.flag()
		}
		if decoderModel && r.flag() {
			r.bits(delayBits)
			r.bits(delayBits)
			r.bits(1)
		}
		if displayDelay && r.flag() {
			r.bits(4)
		}
		if i == 0 {
			level, highTier = l, high
		}
	}
	return level, highTier
}

func (r *bitReader) timingInfo() (decoderModel bool, delayBits int) {
	r.bits(32)
	r.bits(32)
	if r.flag() { // equal_picture_interval
		r.uvlc()
	}
	if !r.flag() { // decoder_model_info_present_flag
		return false, 0
	}
	delayBits = int(r.bits(5)) + 1
	r.bits(32)
	r.bits(10)
	return true, delayBits
}

// uvlc is section 4.10.3.
func (r *bitReader) uvlc() {
	zeros := 0
	for !r.short && !r.flag() {
		zeros++
	}
	if zeros < 32 {
		r.bits(zeros)
	}
}

func (r *bitReader) frameSize(reduced bool) {
	w, h := int(r.bits(4))+1, int(r.bits(4))+1
	r.bits(w)
	r.bits(h)
	if !reduced && r.flag() { // frame_id_numbers_present_flag
		r.bits(7)
	}
}

// tools skips the coding tools between the frame size and the colours.
func (r *bitReader) tools(reduced bool) {
	r.bits(3) // 128x128 superblocks, filter intra, intra edge filter
	if !reduced {
		r.bits(4) // interintra, masked compound, warped motion, dual filter
		orderHint := r.flag()
		if orderHint {
			r.bits(2)
		}
		force := uint32(2) // SELECT_SCREEN_CONTENT_TOOLS
		if choose := r.flag(); !choose {
			force = r.bits(1)
		}
		if force > 0 && !r.flag() { // seq_choose_integer_mv
			r.bits(1)
		}
		if orderHint {
			r.bits(3)
		}
	}
	r.bits(3) // superres, cdef, restoration
}

// colorConfig is section 5.5.2.
func (r *bitReader) colorConfig(c *av1Config) {
	high := r.flag()
	c.depth = av1Depth(high, c.profile == 2 && high && r.flag())
	c.mono = c.profile != 1 && r.flag()
	c.color = media.Color{Primaries: 2, Transfer: 2, Matrix: media.MatrixUnknown}
	if r.flag() {
		c.color.Primaries, c.color.Transfer, c.color.Matrix = uint8(r.bits(8)), uint8(r.bits(8)), media.Matrix(r.bits(8))
		c.identity = c.color.Matrix == 0
	}
	isSRGB := c.color.Primaries == 1 && c.color.Transfer == 13 && c.identity
	if isSRGB && !c.mono {
		c.color.Range = media.RangeFull
		return
	}
	c.color.Range = media.RangeLimited
	if r.flag() {
		c.color.Range = media.RangeFull
	}
	r.subsampling(c)
}

func (r *bitReader) subsampling(c *av1Config) {
	switch {
	case c.mono || c.profile == 0:
		c.subX, c.subY = 1, 1
	case c.profile == 2 && c.depth == 12:
		if c.subX = r.bits(1); c.subX == 1 {
			c.subY = r.bits(1)
		}
	case c.profile == 2:
		c.subX = 1
	}
	if c.subX == 1 && c.subY == 1 && !c.mono {
		c.sitPos = r.bits(2)
	}
}
