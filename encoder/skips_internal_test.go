package encoder

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
)

// Pictures go into streams whose encoder refers to one picture at a time, and into no others.
func TestStreamsThatTakeSkippedPictures(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		preset string
		b      int
		extra  map[string]string
		takes  bool
	}{
		{"ultrafast", NoBFrames, nil, true},
		{"superfast", NoBFrames, nil, true},
		{"veryfast", NoBFrames, nil, true},
		{"veryfast", 1, nil, true},
		{"veryfast", 2, nil, false},                                          // B-pyramid: references are removed by their number
		{"faster", NoBFrames, nil, false},                                    // two references
		{"veryfast", 0, nil, false},                                          // the preset's own three B-frames
		{"ultrafast", NoBFrames, map[string]string{"nal-hrd": "vbr"}, false}, // a decoder's timing
		{"ultrafast", NoBFrames, map[string]string{"x264-params": "interlaced=1"}, false},
	} {
		e, err := New(Options{
			Width: 64, Height: 64, FrameRate: media.FPS(25), Timescale: 25, Preset: c.preset, BFrames: c.b, Bitrate: 100_000, Hinted: true,
			Extra: c.extra, Threads: 1,
		})
		require.NoError(t, err)
		require.Equal(t, c.takes, e.still.skips != nil, "%+v", c)
		e.Close()
	}
}

func TestBits(t *testing.T) {
	w := bitWriter{}
	values := []int{0, 1, 2, 3, 7, 8, 254, 255, 65535}
	for _, v := range values {
		w.golomb(v)
		w.bits(v&31, 5)
	}
	w.align(1)
	r := bitReader{b: w.b}
	for _, v := range values {
		require.Equal(t, v, r.golomb())
		require.Equal(t, v&31, r.peek(5))
		r.at += 5
	}
	putBits(w.b, 3, 9, 0x155)
	r.at = 3
	require.Equal(t, 0x155, r.peek(9))
}

// Decoding times are the pictures' own, put off by the reordering, and increase from the first picture on.
func TestTimeline(t *testing.T) {
	line := timeline{reorder: 2}
	var got []int64
	for n := range int64(1000) {
		line.in(100+10*n, 10)
		if n >= 2 {
			got = append(got, line.next())
		}
	}
	got = append(got, line.next(), line.next())
	for i, dts := range got {
		require.EqualValues(t, 80+10*i, dts)
	}
	require.Less(t, cap(line.times), 600, "what is over is forgotten")
}
