package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
)

func TestBucketIsASink(t *testing.T) {
	sinktest.Run(t, func(*testing.T) sink.Sink { return &bucket{objects: map[string][]byte{}} })
}

func TestRecord(t *testing.T) {
	b := &bucket{objects: map[string][]byte{}}
	require.NoError(t, record(t.Context(), "../../testdata/clip.mp4", b))
	for _, name := range []string{"stream.mpd", "stream.m3u8", "v0/media.m3u8", "v0/init.mp4", "v0/1.m4s", "v0/4.m4s"} {
		require.NotEmpty(t, b.objects[name], name)
	}
	require.Len(t, b.objects, 8, "8 seconds in segments of 2, their init segment and three manifests")
}
