package vatest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/need"
)

// Decode returns the pictures of a coded stream as NV12, one slice each, decoded by the ffmpeg command: a decoder that shares
// nothing with the libav under test. Without one it skips the test.
func Decode(t *testing.T, stream []byte, width, height int) [][]byte {
	t.Helper()
	return decode(t, stream, "nv12", width*height*3/2)
}

// DecodeDeep is Decode for 10 bit: pictures are P010.
func DecodeDeep(t *testing.T, stream []byte, width, height int) [][]byte {
	t.Helper()
	return decode(t, stream, "p010le", width*height*3)
}

func decode(t *testing.T, stream []byte, format string, size int) [][]byte {
	t.Helper()
	ffmpeg := need.Command(t, "ffmpeg", "ffmpeg")
	cmd := exec.Command(ffmpeg, "-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", format, "-fps_mode", "passthrough", "-")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stream), &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.Empty(t, stderr.String())
	require.Zero(t, len(out)%size, "%d bytes are no whole pictures", len(out))
	var pictures [][]byte
	for ; len(out) > 0; out = out[size:] {
		pictures = append(pictures, out[:size])
	}
	return pictures
}

// Trace returns the lines that the driver has written about what it was asked for, in a child that was started with Traced.
func Trace(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(os.Getenv(traceVariable))
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

const traceVariable = "FGVA_TRACE"

// Traced is a switch for Child that makes the driver write what Trace reads.
func Traced(t *testing.T) string {
	t.Helper()
	return traceVariable + "=" + filepath.Join(t.TempDir(), "trace")
}

// Nearest scales NV12 the way the driver does.
func Nearest(src []byte, sw, sh, dw, dh int) []byte {
	return nearest(src, sw, sh, dw, dh, 1)
}

// NearestDeep is Nearest for P010.
func NearestDeep(src []byte, sw, sh, dw, dh int) []byte {
	return nearest(src, sw, sh, dw, dh, 2)
}

func nearest(src []byte, sw, sh, dw, dh, bytes int) []byte {
	dst := make([]byte, 0, dw*dh*3/2*bytes)
	dst = nearestPlane(dst, src, sw, sh, dw, dh, bytes)
	return nearestPlane(dst, src[sw*sh*bytes:], sw/2, sh/2, dw/2, dh/2, 2*bytes)
}

func nearestPlane(dst, src []byte, sw, sh, dw, dh, bytes int) []byte {
	for y := range dh {
		row := src[(2*y+1)*sh/(2*dh)*sw*bytes:]
		for x := range dw {
			at := (2*x + 1) * sw / (2 * dw) * bytes
			dst = append(dst, row[at:at+bytes]...)
		}
	}
	return dst
}
