package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/bench"
)

// workerFlag as the only argument makes the test binary a worker, as the command's hidden sub-command does.
const workerFlag = "bench-worker"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == workerFlag {
		if err := bench.Work(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func small() bench.Workload {
	return bench.Workload{
		Content: bench.Camera, Width: 256, Height: 144, Format: framegear.BGR24, Frames: 70, FrameRate: framegear.FPS(30),
		Renditions: 2, Preset: "ultrafast",
	}
}

func config(t *testing.T, workloads ...bench.Workload) bench.Config {
	return bench.Config{
		Workloads: workloads, Rounds: 2, Threads: 1, Worker: []string{os.Args[0], workerFlag}, CacheDir: t.TempDir(),
		Contenders: []bench.Contender{bench.Ours, bench.Encoders},
	}
}

func TestRunMeasuresEveryRound(t *testing.T) {
	c := config(t, small())
	_, missing := exec.LookPath("ffmpeg")
	if missing == nil {
		c.Contenders = append(c.Contenders, bench.CLI, bench.CLIBest)
	}
	report, err := bench.Run(t.Context(), c)
	require.NoError(t, err)
	require.Len(t, report.Results, 1)
	r := report.Results[0]
	require.Equal(t, "144p-bgr24-x2-ultrafast-camera", r.Name)
	require.Len(t, r.Contenders, len(c.Contenders))
	for _, e := range r.Contenders {
		require.Len(t, e.Samples, 2, e.Contender)
		for _, s := range e.Samples {
			require.Positive(t, s.CPU, e.Contender)
			require.Positive(t, s.Wall, e.Contender)
			require.Equal(t, 70, s.Frames, e.Contender)
		}
		if missing == nil && e.Contender != bench.Encoders {
			require.Len(t, e.Quality, 2, e.Contender)
			for _, q := range e.Quality {
				require.Equal(t, 70, q.Frames, "%s %s", e.Contender, q.Size)
				require.Greater(t, q.PSNR, 30.0, "%s %s", e.Contender, q.Size)
				require.Positive(t, q.Bitrate)
			}
		}
	}
	entries, err := os.ReadDir(c.CacheDir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "only the frames stay")
}

func TestReportsInAllForms(t *testing.T) {
	report, err := bench.Run(t.Context(), config(t, small()))
	require.NoError(t, err)
	var text, lines, picture, values bytes.Buffer
	require.NoError(t, report.WriteTable(&text))
	require.Contains(t, text.String(), "144p-bgr24-x2-ultrafast-camera")
	require.NoError(t, report.WriteGoBench(&lines))
	require.Len(t, regexp.MustCompile(`(?m)^BenchmarkLadder/\S+/(ours|encoders)\t70\t\d+ ns/op\t`).FindAllString(lines.String(), -1), 4)
	require.NoError(t, report.WriteSVG(&picture))
	require.True(t, strings.HasPrefix(picture.String(), "<svg "))
	require.NoError(t, report.WriteJSON(&values))
	var back bench.Report
	require.NoError(t, json.Unmarshal(values.Bytes(), &back))
	require.Equal(t, report.Results[0].Contenders, back.Results[0].Contenders)
}

func TestPacedHasLatencies(t *testing.T) {
	w := small()
	w.Paced, w.Frames = true, 20
	report, err := bench.Run(t.Context(), config(t, w))
	require.NoError(t, err)
	r := report.Results[0]
	require.Len(t, r.Contenders, 1, "the encoders alone have no pace")
	for _, s := range r.Contenders[0].Samples {
		require.NotNil(t, s.Latency)
		require.LessOrEqual(t, s.Latency.P50, s.Latency.Max)
		require.Positive(t, s.Latency.P50)
	}
}

func TestOtherFormatsAndContents(t *testing.T) {
	gray, nv12 := small(), small()
	gray.Format, gray.Content = framegear.Gray8, bench.Screen
	nv12.Format, nv12.Renditions = framegear.NV12, 1
	c := config(t, gray, nv12)
	c.Rounds, c.SkipQuality = 1, true
	report, err := bench.Run(t.Context(), c)
	require.NoError(t, err)
	require.Len(t, report.Results, 2)
}

func TestBadConfigurations(t *testing.T) {
	bad := small()
	bad.Format, bad.Renditions, bad.Preset = framegear.I420, 6, ""
	_, err := bench.Run(t.Context(), config(t, bad))
	require.ErrorIs(t, err, bench.ErrConfig)
	for _, what := range []string{"format i420", "6 renditions", "no preset"} {
		require.ErrorContains(t, err, what)
	}
	c := config(t, small())
	c.Contenders = []bench.Contender{"others"}
	_, err = bench.Run(t.Context(), c)
	require.ErrorIs(t, err, bench.ErrConfig)
	c = config(t, small())
	c.Worker = nil
	_, err = bench.Run(t.Context(), c)
	require.ErrorIs(t, err, bench.ErrConfig)
}

func TestWorkerSaysWhatWentWrong(t *testing.T) {
	c := config(t, small())
	c.Worker = []string{os.Args[0], "-no-such-flag"}
	_, err := bench.Run(t.Context(), c)
	require.ErrorContains(t, err, "no-such-flag")
	require.ErrorContains(t, bench.Work(t.Context(), strings.NewReader("{"), &bytes.Buffer{}), "job")
}

func TestDensityOfOne(t *testing.T) {
	w := bench.DensityWorkload()
	w.Width, w.Height, w.Frames = 256, 144, 12
	c := config(t)
	c.Contenders = []bench.Contender{bench.Ours}
	c.MaxStreams = 1
	all, err := bench.RunDensity(t.Context(), c, w)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Len(t, all[0].Steps, 1)
	require.Equal(t, 12, all[0].Steps[0].Sample.Frames)
}

func ExampleWorkload() {
	w := bench.DefaultWorkload()
	fmt.Println(w)
	fmt.Println(w.Ladder())
	// Output:
	// 1080p-bgr24-x3-veryfast-camera
	// [1920x1080 1280x720 640x360]
}

func TestLaddersKeepTheAspectRatio(t *testing.T) {
	for _, size := range [][2]int{{1920, 1080}, {1280, 720}, {3840, 2160}, {256, 144}, {720, 576}} {
		for n := 1; n <= 5; n++ {
			w := bench.Workload{Width: size[0], Height: size[1], Renditions: n}
			ladder := w.Ladder()
			require.Len(t, ladder, n)
			for _, s := range ladder {
				require.Equal(t, size[0]*s.Height, size[1]*s.Width, "%v", s)
				require.Zero(t, s.Width%2+s.Height%2, "%v", s)
			}
		}
	}
}
