//go:build opencv

package opencv

import (
	"context"
	"errors"
	"fmt"
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

// Stream writes every picture until the source or the context ends; each, when it is not nil, may change a picture first. A frame that
// is dropped because the machine is too slow is no error.
func (c *Capture) Stream(ctx context.Context, w Writer, each func(m *gocv.Mat)) error {
	for ctx.Err() == nil {
		m, ok := c.Read()
		if !ok {
			return nil
		}
		if each != nil {
			each(m)
		}
		if err := WriteMat(w, m); err != nil && !errors.Is(err, framegear.ErrDropped) {
			return err
		}
	}
	return ctx.Err()
}

// Close frees the capture. It must be called once.
func (c *Capture) Close() error { return errors.Join(c.v.Close(), c.m.Close()) }
