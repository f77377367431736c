//go:build opencv

package opencv_test

import (
	"image"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gocv.io/x/gocv"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/manifest/validate"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/opencv"
)

const clip = "../testdata/clip.mp4"

// taken keeps a copy of the last frame that was written.
type taken struct {
	frame framegear.Frame
	rows  [][]byte
}

func (t *taken) WriteFrame(f *framegear.Frame) error {
	if err := f.Validate(); err != nil {
		return err
	}
	t.frame, t.rows = *f, nil
	for y := range f.Height {
		row := f.Planes[0][y*f.Stride(0):]
		t.rows = append(t.rows, append([]byte(nil), row[:f.Format.RowBytes(0, f.Width)]...))
	}
	return nil
}

func TestWriteMat(t *testing.T) {
	for _, c := range []struct {
		kind gocv.MatType
		want framegear.PixelFormat
	}{
		{gocv.MatTypeCV8UC1, framegear.Gray8}, {gocv.MatTypeCV8UC2, framegear.YA8}, {gocv.MatTypeCV8UC3, framegear.BGR24},
		{gocv.MatTypeCV8UC4, framegear.BGRA}, {gocv.MatTypeCV16UC1, framegear.Gray16}, {gocv.MatTypeCV16UC2, framegear.YA16},
		{gocv.MatTypeCV16UC3, framegear.BGR48}, {gocv.MatTypeCV16UC4, framegear.BGRA64},
	} {
		t.Run(c.want.String(), func(t *testing.T) {
			m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(10, 20, 30, 40), 48, 64, c.kind)
			defer m.Close()
			var w taken
			require.NoError(t, opencv.WriteMat(&w, &m))
			require.Equal(t, c.want, w.frame.Format)
			require.Equal(t, [2]int{64, 48}, [2]int{w.frame.Width, w.frame.Height})
			require.EqualValues(t, 10, w.rows[47][0])
		})
	}
}

// A region shares the memory of the whole: its rows are as far apart as there.
func TestWriteMatRegion(t *testing.T) {
	whole := gocv.NewMatWithSize(40, 60, gocv.MatTypeCV8UC3)
	defer whole.Close()
	for y := range 40 {
		for x := range 60 * 3 {
			whole.SetUCharAt(y, x, uint8(y*3+x))
		}
	}
	region := whole.Region(image.Rect(5, 7, 5+32, 7+16))
	defer region.Close()
	require.False(t, region.IsContinuous())
	var w taken
	require.NoError(t, opencv.WriteMat(&w, &region))
	require.Equal(t, 60*3, w.frame.Strides[0])
	for y, row := range w.rows {
		for x, v := range row {
			require.Equal(t, uint8((y+7)*3+x+5*3), v, "row %d byte %d", y, x)
		}
	}
}

func TestWriteMatIsNoCopy(t *testing.T) {
	m := gocv.NewMatWithSize(16, 16, gocv.MatTypeCV8UC3)
	defer m.Close()
	f, release, err := opencv.Frame(&m)
	require.NoError(t, err)
	defer release()
	m.SetUCharAt(0, 0, 77)
	require.EqualValues(t, 77, f.Planes[0][0], "the frame is the Mat's own memory")
}

func TestWriteMatRefuses(t *testing.T) {
	var w taken
	for _, kind := range []gocv.MatType{gocv.MatTypeCV8SC3, gocv.MatTypeCV16SC1, gocv.MatTypeCV32SC1, gocv.MatTypeCV32FC3, gocv.MatTypeCV64FC1} {
		m := gocv.NewMatWithSize(16, 16, kind)
		err := opencv.WriteMat(&w, &m)
		m.Close()
		require.ErrorIs(t, err, opencv.ErrMat)
		require.ErrorIs(t, err, framegear.ErrFrame)
		require.ErrorContains(t, err, "want 8U or 16U")
	}
	empty := gocv.NewMat()
	defer empty.Close()
	require.ErrorContains(t, opencv.WriteMat(&w, &empty), "is empty")
	require.ErrorIs(t, opencv.WriteMat(&w, nil), opencv.ErrMat)
	_, err := opencv.Open(filepath.Join(t.TempDir(), "none.mp4"))
	require.ErrorIs(t, err, opencv.ErrCapture)
}

// TestTwoFFmpegs reads with the FFmpeg of the system's OpenCV and encodes with ours, in one process: both work, and nothing leaks.
func TestTwoFFmpegs(t *testing.T) {
	leaktest.Check(t)
	round := func(frames int) {
		m := sink.NewMemory()
		s, err := framegear.New("", framegear.Options{FrameRate: framegear.FPS(30), Sink: m, SegmentDuration: 2e9,
			Ladder: framegear.Ladder{{Bitrate: 400_000}, {Width: 320, Height: 180, Bitrate: 150_000}}})
		require.NoError(t, err)
		defer s.Close()
		for left := frames; left > 0; {
			in, err := opencv.Open(clip)
			require.NoError(t, err)
			require.Equal(t, framegear.FPS(30), in.FrameRate())
			for ; left > 0; left-- {
				mat, ok := in.Read()
				if !ok {
					break
				}
				require.NoError(t, opencv.WriteMat(s, mat))
			}
			require.NoError(t, in.Close())
		}
		require.NoError(t, s.Finish(t.Context()))
		require.EqualValues(t, frames, s.Stats().FramesOut)
		require.NoError(t, s.Close())
	}
	round(100)
	before := resident(t)
	round(1000)
	// Ten times the frames; a leak of pictures would be hundreds of megabytes.
	require.Less(t, resident(t)-before, int64(64<<20))
}

// resident returns the bytes of memory that the process holds.
func resident(t *testing.T) int64 {
	t.Helper()
	debug.FreeOSMemory()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	n, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	require.NoError(t, err)
	return n * int64(os.Getpagesize())
}

func TestCaptureFrames(t *testing.T) {
	dir := t.TempDir()
	in, err := opencv.Open(clip)
	require.NoError(t, err)
	defer in.Close()
	s, err := framegear.New(dir+"/gray.mpd", framegear.Options{FrameRate: in.FrameRate(), Format: framegear.DASH})
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.WriteFrames(t.Context(), in.Frames(func(m *gocv.Mat) { gocv.CvtColor(*m, m, gocv.ColorBGRToGray) })))
	require.NoError(t, s.Finish(t.Context()))
	report, err := validate.Check(t.Context(), dir+"/gray.mpd", validate.Options{})
	require.NoError(t, err)
	require.Zero(t, report.Errors(), "%v", report.Findings)
}
