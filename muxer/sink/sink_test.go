package sink_test

import (
	"path/filepath"
	"testing"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/stretchr/testify/require"
)

func TestContentType(t *testing.T) {
	for name, want := range map[string]string{
		"live.mpd":        "application/dash+xml",
		"v0/live.m3u8":    "application/vnd.apple.mpegurl",
		"v0/1.m4s":        "video/iso.segment",
		"v0/init.mp4":     "video/mp4",
		"v0/1.ts":         "video/mp2t",
		"a0/1.M4A":        "audio/mp4",
		"no-extension":    "application/octet-stream",
		"dir.mpd/unknown": "application/octet-stream",
	} {
		require.Equal(t, want, sink.ContentType(name), name)
	}
}

func FuzzCheckName(f *testing.F) {
	for _, name := range []string{"v0/1.m4s", "", ".", "..", "../x", "a/../b", "/x", `a\b`, "a//b", "a\x00", "..a", "ü/雪"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if err := sink.CheckName(name); err != nil {
			require.ErrorIs(t, err, sink.ErrName)
			return
		}
		require.True(t, filepath.IsLocal(name))
		require.Equal(t, name, filepath.ToSlash(filepath.Clean(name)))
	})
}
