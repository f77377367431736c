package av

//#include "shim.h"
import "C"

import "github.com/framegear/framegear/internal/media"

// hdrOf returns what a decoded frame says about the display it was made on.
func hdrOf(f *C.AVFrame) media.HDR {
	var h C.fg_hdr
	C.fg_hdr_read(f, &h)
	pair := func(v [2]C.uint16_t) [2]uint16 { return [2]uint16{uint16(v[0]), uint16(v[1])} }
	return media.HDR{
		Red: pair(h.primaries[0]), Green: pair(h.primaries[1]), Blue: pair(h.primaries[2]), White: pair(h.white),
		MaxLuminance: uint32(h.max_luminance), MinLuminance: uint32(h.min_luminance),
		MaxCLL: uint16(h.max_cll), MaxFALL: uint16(h.max_fall),
	}
}

// setHDR tells an encoder that is not open yet.
func setHDR(cc *C.AVCodecContext, h media.HDR) error {
	if h == (media.HDR{}) {
		return nil
	}
	pair := func(v [2]uint16) [2]C.uint16_t { return [2]C.uint16_t{C.uint16_t(v[0]), C.uint16_t(v[1])} }
	c := C.fg_hdr{
		primaries: [3][2]C.uint16_t{pair(h.Red), pair(h.Green), pair(h.Blue)}, white: pair(h.White),
		max_luminance: C.uint32_t(h.MaxLuminance), min_luminance: C.uint32_t(h.MinLuminance),
		max_cll: C.uint16_t(h.MaxCLL), max_fall: C.uint16_t(h.MaxFALL),
	}
	return check("HDR metadata", C.fg_hdr_write(cc, &c), nil, book.mark())
}
