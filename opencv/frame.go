//go:build opencv

package opencv

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"gocv.io/x/gocv"

	"github.com/framegear/framegear"
)

// ErrMat is wrapped by every error about a Mat that is no picture. It wraps framegear.ErrFrame.
var ErrMat = fmt.Errorf("%w: Mat", framegear.ErrFrame)

// formats are the types of Mat that are pictures, by depth and channels.
var formats = map[gocv.MatType]framegear.PixelFormat{
	gocv.MatTypeCV8UC1: framegear.Gray8, gocv.MatTypeCV8UC2: framegear.YA8, gocv.MatTypeCV8UC3: framegear.BGR24, gocv.MatTypeCV8UC4: framegear.BGRA,
	gocv.MatTypeCV16UC1: framegear.Gray16, gocv.MatTypeCV16UC2: framegear.YA16, gocv.MatTypeCV16UC3: framegear.BGR48, gocv.MatTypeCV16UC4: framegear.BGRA64,
}

// Writer is what takes frames; *framegear.Stream is one.
type Writer interface {
	WriteFrame(f *framegear.Frame) error
}

// WriteMat gives a stream a picture: 8 or 16 bits per sample; gray, gray and alpha, BGR, or BGR and alpha; alpha is
// dropped. A region of a larger Mat is taken as it lies. The Mat is borrowed for the call; nothing of it is copied first. An empty Mat is
// an error wrapping ErrMat, as every other that is no picture.
func WriteMat(w Writer, m *gocv.Mat) error {
	f, release, err := Frame(m)
	if err != nil {
		return err
	}
	defer release()
	return w.WriteFrame(f)
}

// Frame returns a frame over the Mat's own memory, for callers that set PTS or Captured before they write it. It is valid until release is
// called, and the Mat must live as long. Errors wrap ErrMat.
func Frame(m *gocv.Mat) (f *framegear.Frame, release func(), err error) {
	if m == nil || m.Empty() {
		return nil, nil, fmt.Errorf("%w is empty: has the camera or the file ended?", ErrMat)
	}
	if m.Rows() < 1 || m.Cols() < 1 {
		return nil, nil, fmt.Errorf("%w has more than two dimensions", ErrMat)
	}
	format, ok := formats[m.Type()]
	if !ok {
		return nil, nil, fmt.Errorf("%w has the type %s (want 8U or 16U with 1 to 4 channels; ConvertTo scales others)", ErrMat, typeName(m))
	}
	pix, err := samples(m)
	if err != nil {
		return nil, nil, err
	}
	f = &framegear.Frame{Format: format, Width: m.Cols(), Height: m.Rows(), Planes: [4][]byte{pix}, Strides: [4]int{m.Step()}}
	return f, func() { runtime.KeepAlive(m) }, nil
}

// samples returns the Mat's memory from its first sample to its last one, rows being Step apart.
func samples(m *gocv.Mat) ([]byte, error) {
	row := m
	if !m.IsContinuous() { // gocv hands out continuous memory only, and one row is always that
		first := m.RowRange(0, 1)
		defer first.Close()
		row = &first
	}
	b, err := row.DataPtrUint8()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMat, err)
	}
	if len(b) == 0 {
		return nil, errors.Join(ErrMat, errors.New("no samples"))
	}
	size := m.Step()*(m.Rows()-1) + m.Cols()*m.ElemSize()
	return unsafe.Slice(unsafe.SliceData(b), size), nil
}

// typeName is OpenCV's name of a type, which gocv has not for all.
func typeName(m *gocv.Mat) string {
	depths := [...]string{"8U", "8S", "16U", "16S", "32S", "32F", "64F", "16F"}
	return fmt.Sprintf("%sC%d", depths[int(m.Type())&7], m.Channels())
}
