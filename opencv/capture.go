//go:build opencv

package opencv

import (
	"errors"
	"fmt"
	"iter"
	"strconv"

	"gocv.io/x/gocv"

	"github.com/framegear/framegear"
)

// ErrCapture is wrapped when a source cannot be opened.
var ErrCapture = errors.New("opencv: cannot open")

// Capture reads pictures with OpenCV. One goroutine at a time.
type Capture struct {
	v *gocv.VideoCapture
	m gocv.Mat
}

// Open opens a camera by its number ("0"), or a file, URL or pipeline as OpenCV understands it. The caller closes it.
func Open(source string) (*Capture, error) {
	var v *gocv.VideoCapture
	var err error
	if n, notNumber := strconv.Atoi(source); notNumber == nil {
		v, err = gocv.OpenVideoCapture(n)
	} else {
		v, err = gocv.OpenVideoCapture(source)
	}
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrCapture, source, err)
	}
	return &Capture{v: v, m: gocv.NewMat()}, nil
}

// FrameRate returns the rate that the source states, zero when it states none.
func (c *Capture) FrameRate() framegear.Rate { return framegear.FPS(c.v.Get(gocv.VideoCaptureFPS)) }

// Read returns the next picture, or false at the end. The Mat is the capture's and valid until the next call.
func (c *Capture) Read() (*gocv.Mat, bool) {
	if !c.v.Read(&c.m) || c.m.Empty() {
		return nil, false
	}
	return &c.m, true
}

// Frames ranges over all pictures to the end, for [framegear.Stream.WriteFrames]; change, when it is not nil, may draw on a picture or
// make another one of it first. Each frame is valid until the next one. A picture that a stream does not take is an error, which
// ends the loop.
func (c *Capture) Frames(change func(m *gocv.Mat)) iter.Seq2[*framegear.Frame, error] {
	return func(yield func(*framegear.Frame, error) bool) {
		for m, ok := c.Read(); ok; m, ok = c.Read() {
			if change != nil {
				change(m)
			}
			f, release, err := Frame(m)
			if err != nil {
				yield(nil, err)
				return
			}
			more := yield(f, nil)
			release()
			if !more {
				return
			}
		}
	}
}

// Close frees the capture. It must be called once.
func (c *Capture) Close() error { return errors.Join(c.v.Close(), c.m.Close()) }
