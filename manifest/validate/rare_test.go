package validate_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/Eyevinn/mp4ff/hevc"
	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
)

func TestRareRules(t *testing.T) {
	const v0 = "v0/index.m3u8"
	run(t, []mutation{
		{"every duration a little long", func() *manifest.Presentation { return sample.Ladder(manifest.StateEnded, 1, 10) }, v0,
			func(t *testing.T, s site) {
				s.edit(t, v0, "#EXTINF:2.000", "#EXTINF:2.010")
				var kept []string
				for line := range strings.Lines(string(s[v0])) {
					if !strings.Contains(line, "PROGRAM-DATE") {
						kept = append(kept, line)
					}
				}
				s[v0] = []byte(strings.Join(kept, ""))
			}, []string{"duration-drift"}},
		{"index in low latency", lowLatency, v0, func(_ *testing.T, s site) {
			at := bytes.Index(s["v0/9.m4s"], []byte("moof")) - 4
			var b bytes.Buffer
			b.Write(s["v0/9.m4s"][:at])
			sidx := &mp4.SidxBox{Timescale: 90_000, SidxRefs: []mp4.SidxRef{{ReferencedSize: 100, SubSegmentDuration: 180_000, StartsWithSAP: 1}}}
			require.NoError(t, sidx.Encode(&b))
			s["v0/9.m4s"] = append(b.Bytes(), s["v0/9.m4s"][at:]...)
		}, []string{"sidx-low-latency"}},
		{"samples in the init", ended, v0, box("v0/init.mp4", func(f *mp4.File) {
			f.Moov.Trak.Mdia.Minf.Stbl.Stsz.SampleNumber = 3
			f.Moov.Trak.Mdia.Minf.Stbl.Stsz.SampleUniformSize = 9
		}), []string{"init-samples"}},
		{"one heavy segment", func() *manifest.Presentation { return sample.Ladder(manifest.StateEnded, 1, 8) }, v0, func(_ *testing.T, s site) {
			free := mp4.NewFreeBox(make([]byte, 300_000))
			var b bytes.Buffer
			require.NoError(t, free.Encode(&b))
			s["v0/4.m4s"] = append(s["v0/4.m4s"], b.Bytes()...)
		}, []string{"peak-to-average"}},
		{"hev1", ended, v0, func(t *testing.T, s site) {
			vps, sps, pps := hevc.GetParameterSetsFromByteStream(bin(t))
			s.change(t, "v0/init.mp4", func(f *mp4.File) {
				stsd := f.Moov.Trak.Mdia.Minf.Stbl.Stsd
				stsd.Children, stsd.AvcX, stsd.SampleCount = nil, nil, 0
				require.NoError(t, f.Moov.Trak.SetHEVCDescriptor("hev1", vps, sps, pps, nil, true))
			})
			for n := range 4 {
				name := fmt.Sprintf("v0/%d.m4s", n+1)
				s[name] = bytes.Replace(s[name], []byte{0x65}, []byte{0x26}, 1) // IDR_W_RADL
			}
		}, []string{"hvc1"}},
	})
}

// bin are the parameter sets of a small HEVC stream.
func bin(t *testing.T) []byte {
	t.Helper()
	var b []byte
	_, err := fmt.Sscanf("0000000140010c01ffff02200000030090000003000003003c9598090000000142010102200000030090000003000003003ca00a080b9f6d96566924caf0168080000003008000000c84000000014401c172b4624000", "%x", &b)
	require.NoError(t, err)
	return b
}
