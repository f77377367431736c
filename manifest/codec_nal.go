package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"strings"

	"github.com/framegear/framegear/internal/nal"
)

var (
	errShort    = errors.New("extradata is too short")
	errNoConfig = errors.New("extradata is neither a configuration record nor Annex B parameter sets")
)

// NAL unit types of sequence parameter sets.
const (
	nalSPSH264 = 7  // ISO/IEC 14496-10 table 7-1
	nalSPSHEVC = 33 // ISO/IEC 23008-2 table 7-1
)

// avcString reads profile, constraints and level: bytes 1 to 3 of an avcC record (ISO/IEC 14496-15 section 5.3.3.1) and, in
// the same order, of the parameter set itself.
func avcString(extra []byte) (string, error) {
	if len(extra) >= 7 && extra[0] == 1 {
		return fmt.Sprintf("avc1.%02x%02x%02x", extra[1], extra[2], extra[3]), nil
	}
	for unit := range annexB(extra) {
		if len(unit) >= 4 && unit[0]&0x1f == nalSPSH264 {
			return fmt.Sprintf("avc1.%02x%02x%02x", unit[1], unit[2], unit[3]), nil
		}
	}
	return "", errNoConfig
}

// hevcString reads the general profile, tier and level, 12 bytes laid out alike in an hvcC record (ISO/IEC 14496-15 section
// 8.3.3.1) and in profile_tier_level of a parameter set (ISO/IEC 23008-2 section 7.3.3).
func hevcString(extra []byte) (string, error) {
	if len(extra) >= 23 && extra[0] == 1 {
		return hevcPTL(extra[1:13]), nil
	}
	for unit := range annexB(extra) {
		if len(unit) < 2 || unit[0]>>1&0x3f != nalSPSHEVC {
			continue
		}
		if rbsp := nal.Unescape(nil, unit[2:]); len(rbsp) >= 13 {
			return hevcPTL(rbsp[1:13]), nil
		}
		return "", errShort
	}
	return "", errNoConfig
}

// hevcPTL is the string of ISO/IEC 14496-15 annex E.3.
func hevcPTL(ptl []byte) string {
	space := []string{"", "A", "B", "C"}[ptl[0]>>6]
	tier := "L"
	if ptl[0]&0x20 != 0 {
		tier = "H"
	}
	compat := uint32(ptl[1])<<24 | uint32(ptl[2])<<16 | uint32(ptl[3])<<8 | uint32(ptl[4])
	var b strings.Builder
	fmt.Fprintf(&b, "hvc1.%s%d.%X.%s%d", space, ptl[0]&0x1f, bits.Reverse32(compat), tier, ptl[11])
	for _, c := range bytes.TrimRight(ptl[5:11], "\x00") {
		fmt.Fprintf(&b, ".%X", c)
	}
	return b.String()
}

// annexB returns the NAL units of a byte stream (ISO/IEC 14496-10 annex B), none when it is none.
func annexB(b []byte) iter.Seq[[]byte] {
	if !bytes.HasPrefix(b, []byte{0, 0, 1}) && !bytes.HasPrefix(b, []byte{0, 0, 0, 1}) {
		b = nil
	}
	return nal.Units(b)
}
