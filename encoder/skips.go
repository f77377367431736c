package encoder

import (
	"github.com/Eyevinn/mp4ff/avc"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/nal"
)

// skips puts pictures into an H.264 stream that the encoder never saw: each repeats the picture before it, by a slice in which every
// macroblock is skipped (ISO/IEC 14496-10 section 7.3.4). They are reference pictures like the encoder's own, so they stand in for the one
// that they repeat, and the numbers of what follows are raised until the next IDR picture.
type skips struct {
	numBits, orderBits int // of frame_num and pic_order_cnt_lsb, the latter 0 when the order follows from frame_num
	pps                *avc.PPS
	macroblocks        int

	inserted      int // since the last IDR picture
	number, order int // of the last reference picture, as written
	raw, out      []byte
	coded         []byte // the slice data, which is always the same
}

// newSkips returns nil where the stream is of a kind that such pictures do not fit into: the encoder must refer to one picture at a
// time only, and must not promise a decoder's timing.
func newSkips(extradata []byte, width, height int) *skips {
	sets := parameterSets(media.CodecH264, extradata)
	if len(sets) != 2 {
		return nil
	}
	sps, err := avc.ParseSPSNALUnit(sets[0], true)
	if err != nil {
		return nil
	}
	pps, err := avc.ParsePPSNALUnit(sets[1], map[uint32]*avc.SPS{sps.ParameterID: sps})
	if err != nil {
		return nil
	}
	plain := sps.FrameMbsOnlyFlag && sps.ChromaFormatIDC == 1 && sps.PicOrderCntType != 1 && sps.NumRefFrames <= 2 &&
		pps.NumRefIdxI0DefaultActiveMinus1 == 0 && pps.NumSliceGroupsMinus1 == 0 && !pps.RedundantPicCntPresentFlag &&
		!pps.BottomFieldPicOrderInFramePresentFlag && pps.DeblockingFilterControlPresentFlag
	if v := sps.VUI; !plain || v != nil && (v.NalHrdParametersPresentFlag || v.VclHrdParametersPresentFlag || v.PicStructPresentFlag) {
		return nil
	}
	s := &skips{numBits: int(sps.Log2MaxFrameNumMinus4) + 4, pps: pps, macroblocks: (width + 15) / 16 * ((height + 15) / 16)}
	if sps.PicOrderCntType == 0 {
		s.orderBits = int(sps.Log2MaxPicOrderCntLsbMinus4) + 4
	}
	return s
}

// The types of NAL units (ISO/IEC 14496-10 table 7-1).
const (
	nalSlice = 1
	nalIDR   = 5
)

var startCode = []byte{0, 0, 0, 1}

// pass takes note of a picture of the encoder, and returns its bytes with the numbers that follow the inserted pictures, or nil where
// it stays as it is. The bytes are borrowed until the next call.
func (s *skips) pass(annexB []byte) []byte {
	s.out = s.out[:0]
	for unit := range nal.Units(annexB) {
		switch unit[0] & 0x1f {
		case nalIDR:
			s.inserted, s.number, s.order = 0, 0, 0
		case nalSlice:
			s.renumber(unit)
			continue
		}
		s.keep(unit)
	}
	if s.inserted == 0 {
		return nil
	}
	return s.out
}

// keep copies a unit as it is, once there is anything to write anew.
func (s *skips) keep(unit []byte) {
	if s.inserted > 0 {
		s.out = append(append(s.out, startCode...), unit...)
	}
}

// header is longer than the part of a slice's header that has numbers in it.
const header = 32

// renumber raises a slice's numbers by what was inserted.
func (s *skips) renumber(unit []byte) {
	if s.inserted == 0 {
		s.raw = nal.Unescape(s.raw[:0], unit[:min(header, len(unit))])
	} else {
		s.raw = nal.Unescape(s.raw[:0], unit)
	}
	r := bitReader{b: s.raw, at: 8}
	for range 3 { // first_mb_in_slice, slice_type, pic_parameter_set_id
		r.golomb()
	}
	number := (r.peek(s.numBits) + s.inserted) & (1<<s.numBits - 1)
	putBits(s.raw, r.at, s.numBits, number)
	r.at += s.numBits
	order := (r.peek(s.orderBits) + 2*s.inserted) & (1<<s.orderBits - 1)
	putBits(s.raw, r.at, s.orderBits, order)
	if unit[0]&0x60 != 0 { // nal_ref_idc: others refer to it
		s.number, s.order = number, order
	}
	if s.inserted > 0 {
		s.out = nal.Escape(append(s.out, startCode...), s.raw)
	}
}

// insert returns one more picture like the last one, borrowed until the next call.
func (s *skips) insert() []byte {
	s.inserted++
	s.number = (s.number + 1) & (1<<s.numBits - 1)
	s.order = (s.order + 2) & (1<<s.orderBits - 1)
	w := bitWriter{b: append(s.raw[:0], 2<<5|nalSlice)}
	w.golomb(0) // first_mb_in_slice
	w.golomb(5) // slice_type: P, and all slices of the picture are
	w.golomb(int(s.pps.PicParameterSetID))
	w.bits(s.number, s.numBits)
	w.bits(s.order, s.orderBits)
	w.bits(0, 2) // num_ref_idx_active_override_flag, ref_pic_list_modification_flag_l0
	if s.pps.WeightedPredFlag {
		w.golomb(0) // luma_log2_weight_denom
		w.golomb(0) // chroma_log2_weight_denom
		w.bits(0, 2)
	}
	w.bits(0, 1) // adaptive_ref_pic_marking_mode_flag
	if s.pps.EntropyCodingModeFlag {
		w.golomb(0) // cabac_init_idc
	}
	w.signed(skipQP - 26 - s.pps.PicInitQpMinus26)
	w.golomb(1) // disable_deblocking_filter_idc
	if s.pps.EntropyCodingModeFlag {
		w.align(1)
		if s.coded == nil {
			s.coded = skipAll(s.macroblocks)
		}
		w.b = append(w.b, s.coded...)
	} else {
		w.golomb(s.macroblocks) // mb_skip_run
		w.bits(1, 1)            // rbsp_stop_one_bit
		w.align(0)
	}
	s.raw = w.b
	s.out = nal.Escape(append(s.out[:0], startCode...), s.raw)
	return s.out
}
