// Package opencv gives OpenCV's pictures to a Framegear stream: a gocv.Mat is written from where it lies, without a copy of its
// pixels.
//
// It needs the build tag opencv ("go build -tags opencv"), gocv.io/x/gocv and OpenCV's own libraries; without the tag it is empty and
// costs nothing. That is why "go doc" lists nothing of it. With the tag it has:
//
//	func WriteMat(w Writer, m *gocv.Mat) error // gives a stream a picture; an empty or odd Mat is an error wrapping ErrMat
//	func Frame(m *gocv.Mat) (f *framegear.Frame, release func(), err error) // the picture as a frame, to set PTS or Captured
//	type Writer interface{ WriteFrame(f *framegear.Frame) error } // *framegear.Stream is one
//
//	func Open(source string) (*Capture, error) // a camera by its number ("0"), a file, URL or pipeline; errors wrap ErrCapture
//	func (c *Capture) Read() (*gocv.Mat, bool) // the next picture, false at the end
//	func (c *Capture) Frames(change func(m *gocv.Mat)) iter.Seq2[*framegear.Frame, error] // all, for Stream.WriteFrames
//	func (c *Capture) FrameRate() framegear.Rate // zero when the source states none
//	func (c *Capture) Close() error // frees it, once
//
//	var ErrMat, ErrCapture error // ErrMat wraps framegear.ErrFrame
//
// A camera is streamed by
//
//	in, err := opencv.Open("0")
//	if err != nil {
//		return err
//	}
//	defer in.Close()
//	return s.WriteFrames(ctx, in.Frames(nil))
//
// OpenCV usually brings another FFmpeg for its VideoCapture; both work in one process because Framegear's libav keeps its
// symbols to itself.
package opencv
