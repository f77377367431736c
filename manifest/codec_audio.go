package manifest

import (
	"errors"
	"fmt"

	"github.com/framegear/framegear/internal/media"
)

// MPEG-4 audio object types (ISO/IEC 14496-3 table 1.17).
const (
	aotSBR = 5
	aotPS  = 29
)

// aacString reads the audio object type of an AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1). Without one, as in
// MPEG-TS, libav's profile number is the object type less one.
func aacString(c media.CodecParameters) (string, error) {
	if len(c.Extradata) == 0 {
		if c.Profile < 0 {
			return "", errors.New("neither an AudioSpecificConfig nor a profile is given")
		}
		return fmt.Sprintf("mp4a.40.%d", c.Profile+1), nil
	}
	r := bitReader{data: c.Extradata}
	aot := r.objectType()
	r.frequency()
	channels := r.bits(4)
	if r.short {
		return "", errShort
	}
	if aot == 0 {
		return "", errors.New("audio object type 0 means nothing")
	}
	if isGeneralAudio(aot) && channels != 0 {
		aot = r.extension(aot)
	}
	return fmt.Sprintf("mp4a.40.%d", aot), nil
}

// isGeneralAudio says which object types go on with a GASpecificConfig that has no fields of its own kind.
func isGeneralAudio(aot uint32) bool { return aot >= 1 && aot <= 4 }

func (r *bitReader) objectType() uint32 {
	if t := r.bits(5); t != 31 {
		return t
	}
	return 32 + r.bits(6)
}

func (r *bitReader) frequency() {
	if r.bits(4) == 15 {
		r.bits(24)
	}
}

// extension looks for SBR and PS announced behind the configuration, where older decoders do not look (section 1.6.6.2).
func (r *bitReader) extension(aot uint32) uint32 {
	r.bits(1) // frameLengthFlag
	if r.bits(1) == 1 {
		r.bits(14) // coreCoderDelay
	}
	r.bits(1) // extensionFlag
	if r.bits(11) != 0x2b7 || r.bits(5) != aotSBR || r.bits(1) == 0 || r.short {
		return aot
	}
	r.frequency()
	if r.bits(11) == 0x548 && r.bits(1) == 1 && !r.short {
		return aotPS
	}
	return aotSBR
}
