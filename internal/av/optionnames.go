package av

//#include <stdlib.h>
//#include "shim.h"
import "C"

import (
	"slices"
	"unsafe"
)

// EncoderOptions returns the names of the options that a video encoder takes, its own and those of all encoders, sorted.
// It is nil when the build does not have the encoder.
func EncoderOptions(encoder string) []string {
	if !HasEncoder(encoder) {
		return nil
	}
	return sorted(optionNames(cName(encoder, func(n *C.char) *C.AVClass { return C.fg_encoder_class(n) }), 0),
		optionNames(C.avcodec_get_class(), C.AV_OPT_FLAG_ENCODING_PARAM))
}

// MuxerOptions returns the names of the options that a muxer of that name has for itself, sorted; nil when the build does not have it.
func MuxerOptions(muxer string) []string {
	return sorted(optionNames(cName(muxer, func(n *C.char) *C.AVClass { return C.fg_muxer_class(n) }), 0))
}

func cName(s string, class func(*C.char) *C.AVClass) *C.AVClass {
	n := C.CString(s)
	defer C.free(unsafe.Pointer(n))
	return class(n)
}

// optionNames lists the options of a class that have all the flags; named constants are values of options, not options.
func optionNames(class *C.AVClass, flags C.int) []string {
	var names []string
	if class == nil {
		return nil
	}
	for o := C.fg_option_next(class, nil); o != nil; o = C.fg_option_next(class, o) {
		if o._type != C.AV_OPT_TYPE_CONST && o.flags&flags == flags {
			names = append(names, C.GoString(o.name))
		}
	}
	return names
}

func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
