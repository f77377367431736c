package encoder

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/nal"
)

// InSoftware returns options of a software encoder for what a hardware encoder was to make. What only the device understands (preset,
// raw options) is left out. ok is false when this build has none for the format.
func InSoftware(o Options) (soft Options, ok bool) {
	o.Codec = Software(Format(o.Codec))
	o.Device, o.SourceWidth, o.SourceHeight, o.Preset, o.Hinted, o.Extra = nil, 0, 0, "", false, nil
	bits := o.Layout.Bits()
	o.Layout = av.LayoutI420
	if bits > 8 && MaxBits(o.Codec) > 8 {
		o.Layout = av.LayoutI42010
	}
	return o, o.Codec != ""
}

// Standby returns options of a software encoder that can go on in the middle of a hardware encoder's stream, under the same
// initialization segment, and the parameters of a stream that both may write. ok is false when that cannot be done: it takes H.264 or HEVC,
// whose decoder configurations hold any number of parameter sets (ISO/IEC 14496-15 sections 5.3.3.1 and 8.3.3.1), so that the software's
// come with identifiers of their own. The caller closes the parameters.
func Standby(o Options, hardware *Parameters) (soft Options, both *Parameters, ok bool, err error) {
	format := Format(o.Codec)
	sets := parameterSets(format, hardware.Extradata)
	soft, ok = InSoftware(o)
	if !ok || !soft.standBy(sets) {
		return soft, nil, false, nil
	}
	quiet := soft
	quiet.Logger = nil // what it warns about is news once it is needed
	e, err := New(quiet)
	if err != nil {
		return soft, nil, false, err
	}
	defer e.Close()
	own, err := e.Parameters()
	if errors.Is(err, errNotBeside) {
		return soft, nil, false, nil
	}
	if err != nil {
		return soft, nil, false, err
	}
	defer own.Close()
	if both, err = hardware.Clone(); err != nil {
		return soft, nil, false, err
	}
	sets = append(sets, parameterSets(format, own.Extradata)...)
	if err := both.SetExtradata(nal.Stream(nil, sets...)); err != nil {
		both.Close()
		return soft, nil, false, fmt.Errorf("encoder: %w", err)
	}
	return soft, both, true, nil
}

// standBy sets what keeps a software encoder's stream within profile and level of a device's, whose parameter sets are given. It returns
// false where the software cannot.
func (o *Options) standBy(sets [][]byte) bool {
	o.BFrames = NoBFrames
	switch o.Codec {
	case "libx264":
		if len(sets) == 0 || len(sets[0]) < 4 {
			return false
		}
		o.Profile = map[byte]string{66: "baseline", 77: "main"}[sets[0][1]]
		o.Extra = map[string]string{"level": strconv.Itoa(int(sets[0][3])), "x264-params": "sps-id=1"}
		return true
	case "libx265":
		o.beside = profileOf(sets)
		o.Profile = map[int]string{1: "main", 2: "main10"}[o.beside.profile()]
		o.Extra = map[string]string{"x265-params": "level-idc=" + strconv.Itoa(o.beside.level()/3)} // general_level_idc is 30 times the level
		return o.Profile != ""
	}
	return false
}
