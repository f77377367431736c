package hls_test

import (
	"fmt"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/manifest/internal/sample"
)

func ExampleMedia() {
	p := sample.Ladder(manifest.StateEnded, 1, 2)
	playlist, err := hls.Media(p, &p.Tracks[0], hls.MediaOptions{})
	fmt.Print(string(playlist), err)
	// Output:
	// #EXTM3U
	// #EXT-X-VERSION:7
	// #EXT-X-TARGETDURATION:2
	// #EXT-X-MEDIA-SEQUENCE:1
	// #EXT-X-PLAYLIST-TYPE:VOD
	// #EXT-X-INDEPENDENT-SEGMENTS
	// #EXT-X-MAP:URI="init.mp4"
	// #EXT-X-PROGRAM-DATE-TIME:2026-05-01T10:00:00.123Z
	// #EXTINF:2.000,
	// 1.m4s
	// #EXT-X-PROGRAM-DATE-TIME:2026-05-01T10:00:02.123Z
	// #EXTINF:2.000,
	// 2.m4s
	// #EXT-X-ENDLIST
	// <nil>
}
