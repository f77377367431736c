package encoder

import (
	"maps"
	"slices"
)

// LibavOptions returns the names of all options that a hardware encoder is opened with.
func LibavOptions(o Options) []string {
	o = o.withDefaults()
	names := slices.Collect(maps.Keys(codecs[o.Codec].options(&o)))
	for _, rate := range kinds[DeviceKind(o.Codec)].rates(&o) {
		names = slices.AppendSeq(names, maps.Keys(rate))
	}
	return names
}
