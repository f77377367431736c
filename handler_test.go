package framegear_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// Many streams share one registry, each with its name; what is the process's is there once.
func TestCollectorsOfManyStreams(t *testing.T) {
	alone := newStream(t, "", byCount())
	require.Contains(t, body(t, alone.MetricsHandler(), "/"), "\nframegear_frames_in_total 0\n", "one stream alone has no label")
	registry := prometheus.NewRegistry()
	registry.MustRegister(framegear.ProcessCollector())
	for _, name := range []string{"door", "yard"} {
		s := newStream(t, "", byCount())
		registry.MustRegister(s.Collector(name))
		if name == "yard" {
			require.NoError(t, s.WriteFrame(picture(0, side, side)))
		}
	}
	families, err := registry.Gather()
	require.NoError(t, err)
	frames := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == "framegear_frames_in_total" {
				require.Equal(t, "stream", m.Label[0].GetName())
				frames[m.Label[0].GetValue()] = m.Counter.GetValue()
			}
		}
	}
	require.Equal(t, map[string]float64{"door": 0, "yard": 1}, frames)
}

// Whoever watches a stream hears that its output is not written, and when it is again; where that is, is for those who have the token.
func TestHealthTellsOfAnOutage(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		o := byCount()
		w := &weather{}
		o.Sink = moody{newShelf(), w}
		s := newStream(t, "", o)
		h, err := s.HandlerWith(framegear.HandlerOptions{Token: "t"})
		require.NoError(t, err)
		figure := func(name string) string {
			return regexp.MustCompile(`(?m)^framegear_` + name + ` (\S+)$`).FindStringSubmatch(body(t, h, "/metrics?token=t"))[1]
		}
		show(t, s, 90)
		require.Equal(t, "ok\n", body(t, h, "/healthz"))
		w.set(func(w *weather) { w.fault = errors.New("connection refused") })
		show(t, s, 90)
		require.Equal(t, http.StatusServiceUnavailable, status(h, "/healthz"))
		require.Equal(t, "1", figure("output_down"))
		require.Equal(t, "0", figure("stream_failed"))
		told := send(h, "/healthz?token=t")
		require.True(t, told.answered())
		require.Contains(t, told.Body.String(), "store://bucket")
		open := send(h, "/healthz")
		require.True(t, open.answered())
		require.NotContains(t, open.Body.String(), "bucket")
		w.set(func(w *weather) { w.fault = nil })
		show(t, s, 600)
		require.Equal(t, "ok\n", body(t, h, "/healthz"))
		require.Equal(t, "0", figure("output_down"))
	})
}

// What a stream left in a folder is served from there by another program, with the page.
func TestFolderHandler(t *testing.T) {
	dir := t.TempDir()
	s := newStream(t, filepath.Join(dir, "cam"), tiny())
	for i := range 45 {
		require.NoError(t, s.WriteFrame(picture(i, side, side)))
	}
	require.NoError(t, s.Finish(t.Context()))
	require.NoError(t, s.Close())
	named, err := framegear.FolderHandler(filepath.Join(dir, "cam"), framegear.HandlerOptions{})
	require.NoError(t, err)
	require.Contains(t, body(t, named, "/player/config.json"), `"title":"cam"`)
	h, err := framegear.FolderHandler(dir, framegear.HandlerOptions{Title: "Door"})
	require.NoError(t, err)
	config := body(t, h, "/player/config.json")
	require.Contains(t, config, `"hls":"cam/live.m3u8","dash":"cam/live.mpd"`)
	require.Contains(t, config, `"title":"Door"`)
	require.Contains(t, config, `"state":"ended"`)
	want, err := os.ReadFile(filepath.Join(dir, "cam/v0/1.m4s"))
	require.NoError(t, err)
	require.Equal(t, string(want), body(t, h, "/cam/v0/1.m4s"))
	require.Equal(t, http.StatusNotFound, status(h, "/cam/.live.state.json"))
	_, err = framegear.FolderHandler(filepath.Join(dir, "none"), framegear.HandlerOptions{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none")
}
