package framegear_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

func TestHistogramQuantiles(t *testing.T) {
	h := new(framegear.Histogram)
	require.Zero(t, framegear.HistogramStats(h).P95)
	for ms := 1; ms <= 1000; ms++ {
		framegear.AddTime(h, time.Duration(ms)*time.Millisecond)
	}
	framegear.AddTime(h, 0)
	framegear.AddTime(h, time.Hour)
	st := framegear.HistogramStats(h)
	require.EqualValues(t, 1002, st.Count)
	require.Equal(t, time.Hour+500500*time.Millisecond, st.Sum)
	for got, want := range map[time.Duration]float64{st.P50: 0.5, st.P95: 0.95, st.P99: 0.99} {
		require.InEpsilon(t, want, got.Seconds(), 0.025)
	}
}

// Every picture is measured in every stage, and what operators see adds up.
func TestStagesAreMeasured(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		s := newStream(t, "", byCount())
		require.Empty(t, s.Stats().Stages)
		show(t, s, 60)
		want := map[framegear.Stage]int64{"convert": 60, "scale": 60, "encode": 60, "mux": 60, "total": 10}
		all := s.Stats().Stages
		require.Len(t, all, 1+2*4)
		for _, st := range all {
			require.Equal(t, want[st.Stage], st.Count, "%s of %q", st.Stage, st.Rendition)
			require.Equal(t, st.Stage == framegear.StageConvert, st.Rendition == "")
		}
		text := body(t, s.Handler(), "/metrics")
		require.Contains(t, text, `framegear_stage_seconds_count{rendition="v1",stage="encode"} 60`)
		require.Contains(t, text, `framegear_stage_seconds_bucket{rendition="v0",stage="total",le="+Inf"} 10`)
		require.Contains(t, text, `framegear_rendition_queue{rendition="v0"} 0`)
		require.Equal(t, 9, strings.Count(text, "framegear_stage_seconds_sum{"))
	})
}

// Names, units and help texts are as Prometheus wants them.
func TestMetricsAreConventional(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := byCount()
		o.Audio = []framegear.AudioTrack{{PCM: true, Channels: 1}}
		s := newStream(t, "", o)
		show(t, s, 2)
		problems, err := promlint.New(strings.NewReader(body(t, s.Handler(), "/metrics"))).Lint()
		require.NoError(t, err)
		require.Empty(t, problems)
	})
}
