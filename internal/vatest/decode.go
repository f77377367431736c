package vatest

import (
	"bytes"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/need"
)

// Decode returns the pictures of a coded stream as NV12, one slice each, decoded by the ffmpeg command: a decoder that shares
// nothing with the libav under test. Without one it skips the test.
func Decode(t *testing.T, stream []byte, width, height int) [][]byte {
	t.Helper()
	ffmpeg := need.Command(t, "ffmpeg", "ffmpeg")
	cmd := exec.Command(ffmpeg, "-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "nv12", "-fps_mode", "passthrough", "-")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stream), &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.Empty(t, stderr.String())
	size := width * height * 3 / 2
	require.Zero(t, len(out)%size, "%d bytes are no whole pictures", len(out))
	var pictures [][]byte
	for ; len(out) > 0; out = out[size:] {
		pictures = append(pictures, out[:size])
	}
	return pictures
}

// Nearest scales NV12 the way the driver does.
func Nearest(src []byte, sw, sh, dw, dh int) []byte {
	dst := make([]byte, 0, dw*dh*3/2)
	dst = nearestPlane(dst, src, sw, sh, dw, dh, 1)
	return nearestPlane(dst, src[sw*sh:], sw/2, sh/2, dw/2, dh/2, 2)
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
