package encoder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/nal"
)

// x265 gives all its parameter sets the identifier 0, as devices do. For a stream that goes on in a device's place they are renumbered:
// its VPS and SPS become 1, its PPS 15. That number takes nine bits where 0 takes one (ISO/IEC 23008-2 section 9.2): in the header
// of a slice everything behind it moves by a whole byte, so neither the rest of the header, which ends at a byte, nor the coded samples
// change or have to be understood.

// errNotBeside is about parameter sets that cannot stand beside a device's.
var errNotBeside = errors.New("the software's parameter sets do not fit beside the device's")

// hevcProfile is the general part of profile_tier_level (ISO/IEC 23008-2 section 7.3.3): space, tier and profile, compatibility,
// constraints, level.
type hevcProfile []byte

const (
	hevcProfileSize  = 12
	atProfileOfVPS   = 4 // bytes into the RBSP
	atProfileOfSPS   = 1
	firstIRAP        = 16 // types of NAL units, ISO/IEC 23008-2 table 7-1
	lastIRAP         = 23
	firstOfOthers    = 32 // all before it are slices
	unitVPS, unitSPS = 32, 33
)

func unitType(unit []byte) int { return int(unit[0] >> 1 & 0x3f) }

// profileOf returns what the sequence parameter set among the sets says, nil without one.
func profileOf(sets [][]byte) hevcProfile {
	for _, unit := range sets {
		if rbsp := nal.Unescape(nil, unit[min(2, len(unit)):]); unitType(unit) == unitSPS && len(rbsp) >= atProfileOfSPS+hevcProfileSize {
			return rbsp[atProfileOfSPS:][:hevcProfileSize]
		}
	}
	return nil
}

func (p hevcProfile) profile() int {
	if p == nil {
		return 0
	}
	return int(p[0] & 0x1f)
}

func (p hevcProfile) level() int {
	if p == nil {
		return 0
	}
	return int(p[11])
}

// covers reports whether a stream that says q may say p as well.
func (p hevcProfile) covers(q hevcProfile) bool {
	compatible := func(p hevcProfile) uint32 { return binary.BigEndian.Uint32(p[1:]) }
	return p.profile() == q.profile() && p[0]&0x20 >= q[0]&0x20 && p.level() >= q.level() && compatible(p)&^compatible(q) == 0
}

// renumberSets returns the sets with other identifiers and with the profile and level p, so that the decoder configuration of both streams
// says what the first one's does.
func (p hevcProfile) renumberSets(stream []byte) ([]byte, error) {
	sets := parameterSets(media.CodecHEVC, stream)
	if own := profileOf(sets); own == nil || !p.covers(own) {
		return nil, fmt.Errorf("%w: profile, tier and level % x instead of % x", errNotBeside, []byte(own), []byte(p))
	}
	for i, unit := range sets {
		rbsp, err := p.renumberSet(unitType(unit), nal.Unescape(nil, unit[2:]))
		if err != nil {
			return nil, err
		}
		sets[i] = nal.Escape(slices.Clone(unit[:2]), rbsp)
	}
	return nal.Stream(nil, sets...), nil
}

// renumberSet takes the RBSP of one parameter set (ISO/IEC 23008-2 section 7.3.2).
func (p hevcProfile) renumberSet(unitType int, rbsp []byte) ([]byte, error) {
	const (
		one, fifteen = "010", "000010000" // as ue(v), which has "1" for zero
		spsID        = 8 * (atProfileOfSPS + hevcProfileSize)
	)
	atProfile := atProfileOfSPS
	switch {
	case unitType == unitVPS && len(rbsp) > atProfileOfVPS+hevcProfileSize && rbsp[0]>>4 == 0:
		atProfile = atProfileOfVPS
	case unitType == unitSPS && len(rbsp) > spsID/8 && rbsp[0]>>1 == 0: // VPS 0, one sub-layer
	case unitType > unitSPS && len(rbsp) > 0 && rbsp[0]>>6 == 3: // PPS 0 of SPS 0
		return bytesOf(fifteen + one + bitsOf(rbsp)[2:]), nil
	default:
		return nil, fmt.Errorf("%w: NAL unit of type %d: % x", errNotBeside, unitType, rbsp)
	}
	rbsp[0] |= 1 << 4
	copy(rbsp[atProfile:], p)
	if unitType == unitVPS {
		return rbsp, nil
	}
	bits := bitsOf(rbsp)
	if len(bits) <= spsID || bits[spsID] != '1' {
		return nil, fmt.Errorf("%w: a sequence parameter set of its own number: % x", errNotBeside, rbsp)
	}
	return bytesOf(bits[:spsID] + one + bits[spsID+1:]), nil
}

// bitsOf returns the bits of an RBSP as digits, without the trailing ones.
func bitsOf(rbsp []byte) string {
	var b strings.Builder
	for _, c := range rbsp {
		fmt.Fprintf(&b, "%08b", c)
	}
	return b.String()[:strings.LastIndexByte(b.String(), '1')]
}

// bytesOf adds the trailing bits (ISO/IEC 23008-2 section 7.3.2.11).
func bytesOf(bits string) []byte {
	bits += "1"
	rbsp := make([]byte, (len(bits)+7)/8)
	for i := range len(bits) {
		rbsp[i/8] |= (bits[i] - '0') << (7 - i%8)
	}
	return rbsp
}

// renumberPacket makes the slices of a picture refer to the renumbered sets.
func renumberPacket(p *Packet) error {
	stream := make([]byte, 0, p.Size()+64)
	for unit := range nal.Units(p.Data()) {
		unit, err := renumberSlice(unit)
		if err != nil {
			return err
		}
		stream = nal.Stream(stream, unit)
	}
	pts, dts, duration, key := p.PTS(), p.DTS(), p.Duration(), p.Key()
	if err := p.SetData(stream); err != nil {
		return err
	}
	p.SetTimes(pts, dts, duration)
	p.SetKey(key)
	return nil
}

// renumberSlice returns other NAL units than slices as they are.
func renumberSlice(unit []byte) ([]byte, error) {
	kind := unitType(unit)
	if kind >= firstOfOthers || len(unit) < 3 {
		return unit, nil
	}
	before := 1 // bits before slice_pic_parameter_set_id (ISO/IEC 23008-2 section 7.3.6.1)
	if kind >= firstIRAP && kind <= lastIRAP {
		before = 2
	}
	rbsp := nal.Unescape(nil, unit[2:])
	first, rest := rbsp[0], byte(0x7f)>>before
	if first&(0x80>>before) == 0 {
		return nil, fmt.Errorf("a slice with another parameter set than the first: % x", unit[:3])
	}
	wide := append(make([]byte, 0, len(rbsp)+1), first&^(rest|0x80>>before)|0x08>>before, first&rest)
	return nal.Escape(slices.Clone(unit[:2]), append(wide, rbsp[1:]...)), nil
}
