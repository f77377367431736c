package bench

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The command lines are what the comparison stands on.
func TestArguments(t *testing.T) {
	j := job{Contender: CLI, Workload: DefaultWorkload()}
	require.Equal(t, "-y -hide_banner -loglevel error -f rawvideo -vcodec rawvideo -framerate 30 -video_size 1920x1080 -pix_fmt bgr24 -i - "+
		"-vcodec libx264 -crf 20 -profile:v high -tune zerolatency -preset veryfast -vf format=yuv420p "+
		"-map 0 -s:v:0 1920x1080 -b:v:0 6221k -map 0 -s:v:1 1280x720 -b:v:1 2765k -map 0 -s:v:2 640x360 -b:v:2 691k "+
		"-bf 1 -sc_threshold 0 -keyint_min 60 -g 60 -seg_duration 5 -use_timeline 1 -use_template 1 "+
		"-adaptation_sets id=0,streams=v  -f dash out/stream.mpd", strings.Join(j.arguments("out"), " "))
	j.Contender, j.Threads = CLIBest, 1
	require.Contains(t, strings.Join(j.arguments("out"), " "), "-filter_complex [0:v]format=yuv420p,split[v0][s1];"+
		"[s1]scale=1280:720:flags=bicubic,split[v1][s2];[s2]scale=640:360:flags=area[v2] ")
	require.Contains(t, strings.Join(j.arguments("out"), " "), " -threads 1 ")
}

func TestSearchFindsTheLargest(t *testing.T) {
	for most := range 20 {
		var d Density
		require.NoError(t, d.search(6, 0, func(n int) (bool, error) { return n <= most, nil }))
		require.Equal(t, most, d.Streams)
		tries := 0
		require.NoError(t, d.search(0, 0, func(n int) (bool, error) { tries++; return n <= most, nil }))
		require.Equal(t, most, d.Streams)
		require.LessOrEqual(t, tries, 10)
	}
	var d Density
	require.NoError(t, d.search(0, 3, func(int) (bool, error) { return true, nil }))
	require.Equal(t, 3, d.Streams)
}

func TestRatioIsTakenWithinRounds(t *testing.T) {
	r := Result{Contenders: []Entry{
		{Contender: Ours, Samples: []Sample{{CPU: 2}, {CPU: 20}, {CPU: 9}}},
		{Contender: Encoders, Samples: []Sample{{CPU: 1}, {CPU: 10}, {CPU: 3}}},
	}}
	v, ok := r.Ratio(Ours, Encoders, cpuOf)
	require.True(t, ok)
	require.InDelta(t, 2, v, 1e-9)
	_, ok = r.Ratio(Ours, CLI, cpuOf)
	require.False(t, ok)
}
