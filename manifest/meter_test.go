package manifest_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
)

type seg struct{ bytes, ms int64 }

// reference measures as the RFC says it: all contiguous sets, no cleverness.
func reference(target time.Duration, segs []seg) int64 {
	var peak int64
	for i := range segs {
		var size, ms int64
		for _, s := range segs[i:] {
			size, ms = size+s.bytes, ms+s.ms
			if 2*ms >= target.Milliseconds() && 2*ms <= 3*target.Milliseconds() {
				peak = max(peak, int64(math.Ceil(float64(size)*8000/float64(ms))))
			}
		}
	}
	return peak
}

func TestMeter(t *testing.T) {
	for name, c := range map[string]struct {
		segs []seg
		want manifest.BitRate
	}{
		"nothing":          {nil, manifest.BitRate{}},
		"one":              {[]seg{{1000, 2000}}, manifest.BitRate{Peak: 4000, Average: 4000}},
		"spike":            {[]seg{{1000, 2000}, {4000, 2000}, {1000, 2000}}, manifest.BitRate{Peak: 16000, Average: 8000}},
		"short last alone": {[]seg{{1000, 2000}, {1000, 500}}, manifest.BitRate{Peak: 6400, Average: 6400}},
		"halves":           {[]seg{{500, 1000}, {1500, 1000}, {1500, 1000}, {500, 1000}}, manifest.BitRate{Peak: 12000, Average: 8000}},
		"overlong":         {[]seg{{9000, 9000}}, manifest.BitRate{Peak: 8000, Average: 8000}},
		"too short":        {[]seg{{100, 100}}, manifest.BitRate{Peak: 8000, Average: 8000}},
	} {
		t.Run(name, func(t *testing.T) {
			m := manifest.NewMeter(2 * time.Second)
			for _, s := range c.segs {
				m.Add(s.bytes, s.ms, 1000)
			}
			require.Equal(t, c.want, m.Rate())
		})
	}
}

func TestMeterAgainstDefinition(t *testing.T) {
	target := 2 * time.Second
	var segs []seg
	m := manifest.NewMeter(target)
	x := int64(12345)
	for range 400 {
		x = (x*1103515245 + 12345) % (1 << 31)
		s := seg{bytes: 500 + x%5000, ms: 200 + x/7%2000}
		segs = append(segs, s)
		m.Add(s.bytes, s.ms*90, 90_000)
	}
	require.InDelta(t, reference(target, segs), m.Rate().Peak, 1)
}

func TestMeterHugeValues(t *testing.T) {
	m := manifest.NewMeter(time.Second)
	m.Add(math.MaxInt64/16, 1, 90_000)
	require.Positive(t, m.Rate().Peak)
	m.Add(5, 0, 90_000)
	require.Positive(t, m.Rate().Average)
}

func BenchmarkMeter(b *testing.B) {
	m := manifest.NewMeter(2 * time.Second)
	b.ReportAllocs()
	for range b.N {
		m.Add(500_000, 180_000, 90_000)
	}
}
