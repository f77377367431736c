package encoder

import (
	"fmt"
	"strconv"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// InSoftware returns options of a software encoder for what a hardware encoder was to make. What only the device understands (preset,
// raw options) is left out. ok is false when this build has none for the format.
func InSoftware(o Options) (soft Options, ok bool) {
	o.Codec = Software(Format(o.Codec))
	o.Device, o.SourceWidth, o.SourceHeight, o.Preset, o.Extra = nil, 0, 0, "", nil
	bits := o.Layout.Bits()
	o.Layout = av.LayoutI420
	if bits > 8 && MaxBits(o.Codec) > 8 {
		o.Layout = av.LayoutI42010
	}
	return o, o.Codec != ""
}

// Standby returns options of a software encoder that can go on in the middle of a hardware encoder's stream, under the same
// initialization segment, and the parameters of a stream that both may write. ok is false when that cannot be done: it takes H.264, whose avcC record
// holds any number of parameter sets (ISO/IEC 14496-15 section 5.3.3.1); the software encoder's have the identifier 1. The caller
// closes the parameters.
func Standby(o Options, hardware *Parameters) (soft Options, both *Parameters, ok bool, err error) {
	sets := parameterSets(media.CodecH264, hardware.Extradata)
	soft, ok = InSoftware(o)
	if !ok || soft.Codec != "libx264" || len(sets) == 0 || len(sets[0]) < 4 {
		return soft, nil, false, nil
	}
	// Profile, constraints and level of the record are the hardware's, so the other stream must stay within them.
	soft.Profile = map[byte]string{66: "baseline", 77: "main"}[sets[0][1]]
	soft.BFrames = NoBFrames
	soft.Extra = map[string]string{"level": strconv.Itoa(int(sets[0][3])), "x264-params": "sps-id=1"}
	e, err := New(soft)
	if err != nil {
		return soft, nil, false, err
	}
	defer e.Close()
	own, err := e.Parameters()
	if err != nil {
		return soft, nil, false, err
	}
	defer own.Close()
	if both, err = hardware.Clone(); err != nil {
		return soft, nil, false, err
	}
	sets = append(sets, parameterSets(media.CodecH264, own.Extradata)...)
	if err := both.SetExtradata(annexB(sets)); err != nil {
		both.Close()
		return soft, nil, false, fmt.Errorf("encoder: %w", err)
	}
	return soft, both, true, nil
}
