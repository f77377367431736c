package framegear_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/internal/synth"
	"github.com/framegear/framegear/muxer/sink"
)

const (
	presetWidth, presetHeight, presetFrames = 1280, 720, 60
	presetRate                              = 25
)

// presetSource is one moving pattern as raw BGR frames.
func presetSource() []byte {
	var raw bytes.Buffer
	p := synth.NewPattern(presetWidth, presetHeight)
	for n := range int64(presetFrames) {
		raw.Write(p.Frame(n))
	}
	return raw.Bytes()
}

// streamGearOutput runs ffmpeg with the command line that StreamGear makes for bare DASH (reference: BGR frames at 25 fps), one thread,
// and returns its video.
func streamGearOutput(t *testing.T, raw []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	line := "-y -hide_banner -f rawvideo -vcodec rawvideo -framerate 25.0 -video_size 1280x720 -pix_fmt bgr24 -i - " +
		"-vcodec libx264 -vf format=yuv420p -crf 20 -profile:v high -tune zerolatency -preset veryfast -map 0 -s:v:0 1280x720 -b:v:0 2304k " +
		"-bf 1 -sc_threshold 0 -keyint_min 50 -g 50 -seg_duration 5 -use_timeline 1 -use_template 1 -threads 1"
	args := append(strings.Fields(line), "-adaptation_sets", "id=0,streams=v ", "-f", "dash", filepath.Join(dir, "dash_out.mpd"))
	cmd := exec.CommandContext(t.Context(), "ffmpeg", args...)
	cmd.Stdin = bytes.NewReader(raw)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return joined(t, filepath.Join(dir, "init-stream0.m4s"), filepath.Join(dir, "chunk-stream0-*.m4s"))
}

func joined(t *testing.T, patterns ...string) []byte {
	t.Helper()
	var all []byte
	for _, p := range patterns {
		names, err := filepath.Glob(p)
		require.NoError(t, err)
		require.NotEmpty(t, names, p)
		for _, n := range names {
			b, err := os.ReadFile(n)
			require.NoError(t, err)
			all = append(all, b...)
		}
	}
	return all
}

// ourOutput encodes the same frames with the preset.
func ourOutput(t *testing.T, raw []byte, color framegear.Color) []byte {
	t.Helper()
	m := sink.NewMemory()
	s, err := framegear.New("", framegear.Options{
		FrameRate: framegear.FPS(presetRate), Preset: framegear.PresetStreamGear, Color: color, Sink: m,
		Ladder: framegear.Ladder{{Threads: 1}},
	})
	require.NoError(t, err)
	defer s.Close()
	size := presetWidth * presetHeight * 3
	for n := range presetFrames {
		require.NoError(t, s.WriteFrame(framegear.BGR(raw[n*size:(n+1)*size], presetWidth, presetHeight)))
	}
	require.NoError(t, s.Finish(t.Context()))
	var all []byte
	for _, name := range []string{"v0/init.mp4", "v0/1.m4s", "v0/2.m4s"} {
		b, err := sink.ReadObject(context.Background(), m, name)
		require.NoError(t, err)
		all = append(all, b...)
	}
	return all
}

// x264Options returns the settings that x264 writes into its first picture.
func x264Options(t *testing.T, video []byte) string {
	t.Helper()
	found := regexp.MustCompile(`options: [^\x00\x80]+`).Find(video)
	require.NotNil(t, found, "no x264 settings in the stream")
	return string(found)
}

// TestStreamGearPreset compares with ffmpeg run as StreamGear runs it: the same x264 settings, and the same pictures once
// the colour matrix is StreamGear's.
func TestStreamGearPreset(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	raw := presetSource()
	theirs := streamGearOutput(t, raw)
	ours := ourOutput(t, raw, framegear.BT601())
	require.Equal(t, x264Options(t, theirs), x264Options(t, ours))

	psnr := planesPSNR(t, theirs, ours)
	t.Logf("x264 %s", x264Options(t, ours))
	t.Logf("%d frames; PSNR between both outputs with BT.601: %.2f dB", presetFrames, psnr)
	require.Greater(t, psnr, 45.0)

	require.Less(t, planesPSNR(t, theirs, ourOutput(t, raw, framegear.Color{})), psnr, "our own colours are BT.709 at this size")
}

// The preset is for every encoder: those without a CRF of StreamGear's get the bit rate alone.
func TestStreamGearPresetOfOtherEncoders(t *testing.T) {
	leaktest.Check(t)
	for _, codec := range []string{"libx265", "libsvtav1"} {
		t.Run(codec, func(t *testing.T) {
			dir := t.TempDir()
			s, err := framegear.New(dir, framegear.Options{Preset: framegear.PresetStreamGear, Codec: codec, Ladder: framegear.Ladder{{}, {Width: 96, Height: 72}}})
			require.NoError(t, err)
			defer s.Close()
			for range 12 {
				require.NoError(t, s.WriteFrame(halves(128, 96)))
			}
			require.NoError(t, s.Finish(t.Context()))
			requireValid(t, filepath.Join(dir, "stream.mpd"))
		})
	}
}

// planesPSNR returns the PSNR over all samples of the decoded pictures.
func planesPSNR(t *testing.T, a, b []byte) float64 {
	t.Helper()
	decode := func(video []byte) []byte {
		name := filepath.Join(t.TempDir(), "v.mp4")
		require.NoError(t, os.WriteFile(name, video, 0o600))
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", name, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-").Output()
		require.NoError(t, err)
		require.Len(t, out, presetFrames*presetWidth*presetHeight*3/2, strconv.Itoa(presetFrames)+" frames")
		return out
	}
	x, y := decode(a), decode(b)
	var sum float64
	for i := range x {
		d := float64(x[i]) - float64(y[i])
		sum += d * d
	}
	if sum == 0 {
		return math.Inf(1)
	}
	return 10 * math.Log10(255*255/(sum/float64(len(x))))
}
