package encoder

import (
	"errors"
	"slices"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/nal"
)

// errNoSets is about drivers that never tell the parameter sets.
var errNoSets = errors.New("its driver makes no parameter sets, and segments need them; a newer driver may")

// withoutSets take out what device encoders write and segments must not have. Parameter sets are repeated before every key frame: in
// fMP4 the sample entry has them (avc1 and hvc1, ISO/IEC 14496-15 sections 5.4.2 and 8.4.1), and the MPEG-TS muxer repeats them by
// itself. Filler data (types 12 and 38) comes with constant bit rates, and does not belong into files.
var withoutSets = map[media.Codec]string{
	media.CodecH264: "filter_units=remove_types=7-8|12", media.CodecHEVC: "filter_units=remove_types=32-34|38",
}

// needsSets reports whether the coding format has parameter sets apart from its pictures.
func needsSets(f media.Codec) bool { return withoutSets[f] != "" }

// setOrder returns the place of a NAL unit among the parameter sets, which refer to earlier ones, negative for another NAL unit.
func setOrder(f media.Codec, unit []byte) int {
	if f == media.CodecHEVC { // ISO/IEC 23008-2 table 7-1: VPS, SPS, PPS
		return slices.Index([]byte{32, 33, 34}, unit[0]>>1&0x3f)
	}
	return slices.Index([]byte{7, 8}, unit[0]&0x1f) // ISO/IEC 14496-10 table 7-1: SPS, PPS
}

// parameterSets returns the parameter sets of a stream in Annex B form, in the order in which they refer to each other.
func parameterSets(f media.Codec, annexB []byte) [][]byte {
	var sets [3][][]byte
	for unit := range nal.Units(annexB) {
		if n := setOrder(f, unit); n >= 0 {
			sets[n] = append(sets[n], unit)
		}
	}
	return slices.Concat(sets[:]...)
}

// firstSets encodes one picture and returns the parameter sets that come out with it: those are the ones that its slices refer to. Drivers that
// write their headers themselves tell them to nobody before (V4L2, Mesa before 24 for H.264), or take libavcodec's and write others (Mesa
// before 24 for HEVC). The same options give the same sets.
func firstSets(o Options) ([]byte, error) {
	o.inBand = true
	e, err := New(o)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	o = e.opt
	pool, err := av.NewPool(o.SourceWidth, o.SourceHeight, o.Layout, o.Color)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	var stream []byte
	emit := func(p *Packet) error {
		stream = append(stream, p.Data()...)
		return nil
	}
	if err := tryFrame(e, pool, 0, emit); err != nil {
		return nil, err
	}
	if err := e.Flush(emit); err != nil {
		return nil, err
	}
	sets := parameterSets(Format(o.Codec), stream)
	if len(sets) == 0 {
		return nil, errNoSets
	}
	return nal.Stream(nil, sets...), nil
}
