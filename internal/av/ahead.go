package av

//#include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
)

// ErrEncrypted is returned for what only a key makes readable.
var ErrEncrypted = errors.New("it is encrypted")

// maxAheadBytes and maxAheadPackets bound what Times keeps, of all streams.
const (
	maxAheadBytes   = 16 << 20
	maxAheadPackets = 4000
)

// Times returns the presentation times of a stream's next packets, at most as many as asked for, in decoding order. The packets are read now
// and given out by Read later. What ends reading is for Read to say.
func (in *Input) Times(stream, most int) (times []int64) {
	size := 0
	for len(times) < most && size < maxAheadBytes && len(in.ahead) < maxAheadPackets {
		p, err := NewPacket()
		if err != nil {
			return times
		}
		if err := in.read(p); err != nil {
			p.Close()
			if !errors.Is(err, ErrAgain) {
				in.after = err
				return times
			}
			continue
		}
		in.ahead = append(in.ahead, p)
		size += p.Size()
		if at := p.PTS(); p.Stream() == stream && at != noPTS {
			times = append(times, at)
		}
	}
	return times
}

// next gives a packet that was read ahead, or what ended that; false when there is neither.
func (in *Input) next(p *Packet) (bool, error) {
	if len(in.ahead) == 0 {
		err := in.after
		if !errors.Is(err, io.EOF) { // which is for ever
			in.after = nil
		}
		return err != nil, err
	}
	p.Take(in.ahead[0])
	in.ahead[0].Close()
	in.ahead = in.ahead[1:]
	return true, in.readable(p)
}

// readable refuses what is encrypted of the streams that were chosen: libav hands it on as it is, to be decoded to nothing.
func (in *Input) readable(p *Packet) error {
	locked, chosen := in.chosen[p.Stream()]
	if chosen && (locked || C.fg_packet_encrypted(cPacket(p.p)) != 0) {
		return fmt.Errorf("%w (want it without DRM; no key can be given)", ErrEncrypted)
	}
	return nil
}

// forget frees what was read ahead.
func (in *Input) forget() {
	for _, p := range in.ahead {
		p.Close()
	}
	in.ahead = nil
}
