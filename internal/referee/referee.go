// Package referee judges our output with a decoder that is not ours: the system's own ffmpeg and ffprobe, for tests only. Framegear
// itself never starts a process.
package referee

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/need"
)

// Need skips the test where the system has no ffmpeg.
func Need(t testing.TB) {
	t.Helper()
	for _, tool := range []string{"ffmpeg", "ffprobe"} {
		need.Command(t, tool, "ffmpeg")
	}
}

// Frame is one decoded picture.
type Frame struct {
	Key           bool
	Type          string // I, P or B
	PTS           int64  // ticks of the file
	Width, Height int
	PixFmt        string
	Matrix        string // "bt709", "smpte170m" … as the stream says it
	Primaries     string
	Transfer      string
	Range         string // "tv" or "pc"
}

// Frames decodes the video of a file's bytes and returns its pictures in presentation order. Anything that the decoder complains about
// fails the test.
func Frames(t testing.TB, data []byte) []Frame {
	t.Helper()
	out := run(t, "ffprobe", "-v", "warning", "-err_detect", "explode", "-select_streams", "v", "-show_frames", "-of", "json", file(t, data))
	var result struct {
		Frames []struct {
			KeyFrame       int    `json:"key_frame"`
			PictType       string `json:"pict_type"`
			PTS            int64  `json:"pts"`
			Width, Height  int
			PixFmt         string `json:"pix_fmt"`
			ColorSpace     string `json:"color_space"`
			ColorPrimaries string `json:"color_primaries"`
			ColorTransfer  string `json:"color_transfer"`
			ColorRange     string `json:"color_range"`
		}
	}
	require.NoError(t, json.Unmarshal(out, &result))
	frames := make([]Frame, 0, len(result.Frames))
	for _, f := range result.Frames {
		frames = append(frames, Frame{
			Key: f.KeyFrame == 1, Type: f.PictType, PTS: f.PTS, Width: f.Width, Height: f.Height, PixFmt: f.PixFmt,
			Matrix: f.ColorSpace, Primaries: f.ColorPrimaries, Transfer: f.ColorTransfer, Range: f.ColorRange,
		})
	}
	return frames
}

// RGB decodes picture n (from 0) of a file's bytes with the colour that its tags state, and returns width*height*3 bytes.
func RGB(t testing.TB, data []byte, n int) []byte {
	t.Helper()
	return run(t, "ffmpeg", "-v", "error", "-nostdin", "-i", file(t, data), "-vf",
		"select=eq(n\\,"+strconv.Itoa(n)+"),scale=sws_flags=accurate_rnd+full_chroma_int+bicubic", "-frames:v", "1",
		"-f", "rawvideo", "-pix_fmt", "rgb24", "-")
}

// Luma decodes picture n (from 0) and returns its luma as it is in the stream: one little-endian 16-bit sample per pixel for
// streams of more than 8 bits.
func Luma(t testing.TB, data []byte, n int) []byte {
	t.Helper()
	return run(t, "ffmpeg", "-v", "error", "-nostdin", "-i", file(t, data), "-vf",
		"select=eq(n\\,"+strconv.Itoa(n)+"),extractplanes=y", "-frames:v", "1", "-f", "rawvideo", "-")
}

// Pictures decodes a raw stream and returns its pictures one after the other, as planes of 8-bit 4:2:0.
func Pictures(t testing.TB, data []byte) []byte {
	t.Helper()
	return run(t, "ffmpeg", "-v", "warning", "-nostdin", "-err_detect", "explode", "-i", file(t, data), "-fps_mode", "passthrough", "-pix_fmt",
		"yuv420p", "-f", "rawvideo", "-")
}

// Presentation decodes the first picture track, as tiny gray pictures, and every sound track, as one channel of f32 samples, of what a
// manifest names, into a NUT file that keeps their times, and returns its path.
func Presentation(t testing.TB, manifest string, rate int) string {
	t.Helper()
	return times(t, manifest, rate, "-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base:v", "-1", "-vf",
		"scale=16:16,format=gray", "-c:v", "rawvideo")
}

// Sound is Presentation for what has no pictures.
func Sound(t testing.TB, manifest string, rate int) string {
	t.Helper()
	return times(t, manifest, rate)
}

func times(t testing.TB, manifest string, rate int, more ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "decoded.nut")
	args := append([]string{"-v", "error", "-nostdin", "-copyts", "-i", manifest}, more...)
	run(t, "ffmpeg", append(args, "-map", "0:a", "-c:a", "pcm_f32le", "-ac", "1", "-ar", strconv.Itoa(rate), out)...)
	return out
}

// Make lets ffmpeg make a file of a name, whose ending is the container, and returns its path.
func Make(t testing.TB, name string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), name)
	run(t, "ffmpeg", append(append([]string{"-v", "error", "-nostdin"}, args...), out)...)
	return out
}

// Span returns where the packets of a file's sound begin and end, in seconds.
func Span(t testing.TB, name string) (from, to float64) {
	t.Helper()
	out := run(t, "ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries", "packet=pts_time,duration_time", "-of", "json", name)
	var result struct {
		Packets []struct {
			PTS      float64 `json:"pts_time,string"`
			Duration float64 `json:"duration_time,string"`
		}
	}
	require.NoError(t, json.Unmarshal(out, &result))
	require.NotEmpty(t, result.Packets)
	last := result.Packets[len(result.Packets)-1]
	return result.Packets[0].PTS, last.PTS + last.Duration
}

func file(t testing.TB, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "media")
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name
}

func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdout, cmd.Stderr = &out, &complaints
	require.NoError(t, cmd.Run(), "%s: %s", name, complaints.String())
	require.Empty(t, complaints.String(), name)
	return out.Bytes()
}
