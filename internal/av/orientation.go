package av

//#include "shim.h"
import "C"

import (
	"math"
	"strings"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// upright returns the filter that does what a display matrix (ISO/IEC 14496-12 section 6.2.2, counted row by row) asks for: quarter
// turns and mirrors, which is what cameras and phones write. Other angles are left as they are.
func upright(m *astiav.DisplayMatrix) string {
	turn := math.Mod(m.Rotation()+720, 360) // clockwise
	negative := func(i int) bool { return int32(m[i]) < 0 }
	near := func(angle float64) bool { return math.Abs(turn-angle) < 1 }
	switch {
	case math.IsNaN(turn):
		return ""
	case near(90) && !negative(3):
		return "transpose=cclock_flip"
	case near(90):
		return "transpose=clock"
	case near(270) && negative(3):
		return "transpose=clock_flip"
	case near(270):
		return "transpose=cclock"
	case near(180) && negative(0) && negative(4):
		return "hflip,vflip"
	case near(180) && negative(0):
		return "hflip"
	case (near(0) || near(360) || near(180)) && negative(4):
		return "vflip"
	}
	return ""
}

// Turned reports whether the filter swaps width and height.
func (s *InputStream) Turned() bool { return strings.HasPrefix(s.Upright, "transpose") }

// Upright returns the filter that the picture that Picture gave last asks for by itself, empty for none.
func (d *Decoder) Upright() string {
	sd := C.av_frame_get_side_data(cFrame(d.frame), C.AV_FRAME_DATA_DISPLAYMATRIX)
	if sd == nil || sd.size < 9*4 {
		return ""
	}
	var m astiav.DisplayMatrix
	for i, v := range unsafe.Slice((*int32)(unsafe.Pointer(sd.data)), len(m)) {
		m[i] = uint32(v)
	}
	return upright(&m)
}
