// Package opencv gives OpenCV's pictures to a Framegear stream: a gocv.Mat is written from where it lies, without a copy of its
// pixels.
//
// It needs the build tag opencv, gocv.io/x/gocv and OpenCV's own libraries; without the tag it is empty and costs nothing.
// OpenCV usually brings another FFmpeg for its VideoCapture; both work in one process because Framegear's libav keeps its
// symbols to itself.
package opencv
