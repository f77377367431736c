package av

import (
	"sort"
	"sync/atomic"
)

// Kind is a kind of object that holds C memory.
type Kind int

// The kinds that are counted.
const (
	KindPicture Kind = iota
	KindPool
	KindScaler
	KindEncoder
	KindPacket
	KindMuxer
	KindIO
	KindDemuxer
	KindDecoder
	KindResampler
	KindFilter
	KindDevice
	KindParameters
	KindSamples
	KindStuck // a call that was given up, see Worker
	kindEnd
)

var kindNames = [kindEnd]string{"picture", "pool", "scaler", "encoder", "packet", "muxer", "io", "demuxer", "decoder",
	"resampler", "filter", "device", "parameters", "samples", "stuck call"}

var live [kindEnd]atomic.Int64

func born(k Kind) { live[k].Add(1) }
func died(k Kind) { live[k].Add(-1) }

// Live returns how many objects of each kind exist in the process; kinds without any are left out.
func Live() map[string]int64 {
	m := map[string]int64{}
	for k := range kindEnd {
		if n := live[k].Load(); n != 0 {
			m[kindNames[k]] = n
		}
	}
	return m
}

// LiveKinds returns the names of all kinds, sorted.
func LiveKinds() []string {
	names := append([]string(nil), kindNames[:]...)
	sort.Strings(names)
	return names
}
