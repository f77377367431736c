package av

//#include "shim.h"
import "C"

import (
	"encoding/binary"
	"strings"
	"unsafe"
)

// Jumps reports whether timestamps of the input's container may jump and wrap (MPEG-TS and its like): those of others
// are true.
func (in *Input) Jumps() bool { return in.c().iformat.flags&C.AVFMT_TS_DISCONT != 0 }

// WrapBits returns how many bits a stream's timestamps have, zero when they do not wrap.
func (in *Input) WrapBits(stream int) int {
	all := unsafe.Slice(in.c().streams, in.c().nb_streams)
	if stream < 0 || stream >= len(all) || all[stream].pts_wrap_bits >= 63 {
		return 0
	}
	return int(all[stream].pts_wrap_bits)
}

// Lasting reports whether an input is a stream of the present, which nobody knows the end of: from the network
// without a length, or from a device. A pipe is none: what is in it may have been recorded.
func (in *Input) Lasting() bool {
	scheme, _, url := strings.Cut(in.url, "://")
	return isCapture(in.c().iformat) || url && !strings.EqualFold(scheme, "file") && in.Duration() == 0
}

// Skipped returns how many samples at the beginning of a packet of sound are not to be heard.
func (p *Packet) Skipped() int64 {
	var size C.size_t
	data := C.av_packet_get_side_data(cPacket(p.p), C.AV_PKT_DATA_SKIP_SAMPLES, &size)
	if data == nil || size < 4 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(unsafe.Slice((*byte)(unsafe.Pointer(data)), 4)))
}

// Hidden reports whether what a packet holds is needed for decoding alone, and is not to be shown.
func (p *Packet) Hidden() bool { return cPacket(p.p).flags&C.AV_PKT_FLAG_DISCARD != 0 }
