package validate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
)

// An MPD whose segments are ranges of one file, which only BaseURL names.
func TestRangesOfOneFile(t *testing.T) {
	p := sample.Ladder(manifest.StateEnded, 1, 3)
	track := &p.Tracks[0]
	s := synth(t, p)
	s["v0.mp4"] = s[track.Init]
	var list strings.Builder
	for _, seg := range track.Segments {
		fmt.Fprintf(&list, `<SegmentURL mediaRange="%d-%d"/>`, len(s["v0.mp4"]), len(s["v0.mp4"])+len(s[seg.URI])-1)
		s["v0.mp4"] = append(s["v0.mp4"], s[seg.URI]...)
	}
	s["y.mpd"] = fmt.Appendf(nil, `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT8S" mediaPresentationDuration="PT%dS"
 profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period start="PT0S"><AdaptationSet contentType="video" mimeType="video/mp4">
 <Representation id="v0" bandwidth="9000000" width="%d" height="%d" codecs="%s"><BaseURL>v0.mp4</BaseURL>
 <SegmentList timescale="%d" duration="%d"><Initialization range="0-%d"/>%s</SegmentList></Representation></AdaptationSet></Period></MPD>`,
		int64(len(track.Segments))*track.Segments[0].Duration/track.Timescale, track.Params.Width, track.Params.Height, "avc1.64001f",
		track.Timescale, track.Segments[0].Duration, len(s[track.Init])-1, list.String())
	r := s.check(t, "y.mpd")
	require.NotContains(t, rules(r), "file-missing")
	require.NotContains(t, rules(r), "media-syntax")
	require.Equal(t, len(track.Segments), r.Summary.Tracks[0].Checked)
}

// What is in a broken file is shown, and nothing of it reaches a terminal as it is.
func TestFindingsArePrintable(t *testing.T) {
	s := synth(t, sample.Ladder(manifest.StateEnded, 1, 3))
	s["v0/init.mp4"] = []byte("\x00\x00\x00\x20\x1b[2J\x07\x00\x00\x00")
	s["v0/2.m4s"] = nil
	for _, f := range s.check(t, "x.mpd").Findings {
		require.NotRegexp(t, `[[:cntrl:]]|<nil>`, f.Text)
	}
}
