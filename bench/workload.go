package bench

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/framegear/framegear"
)

// ErrConfig is wrapped by every error about a workload or configuration.
var ErrConfig = errors.New("bench: bad configuration")

// The generated contents. Anything else is the path of a video file.
const (
	Camera = "camera"
	Screen = "screen"
)

// Workload is one kind of work. The zero value is not valid; start from [DefaultWorkload].
type Workload struct {
	// Content is Camera, Screen or a file.
	Content string
	// Width and Height of the frames in pixels, even.
	Width, Height int
	// Format of the frames.
	Format framegear.PixelFormat
	// Frames is how many there are; FrameRate is theirs.
	Frames    int
	FrameRate framegear.Rate
	// Renditions is the length of the ladder, 1 to 5: the source's size and smaller ones.
	Renditions int
	// Preset of the encoder, libx264.
	Preset string
	// Paced gives frames at their rate, live and with low latency, instead of as fast as they are taken.
	Paced bool
}

// DefaultWorkload is 1080p BGR24 to three renditions.
func DefaultWorkload() Workload {
	return Workload{
		Content: Camera, Width: 1920, Height: 1080, Format: framegear.BGR24, Frames: 240, FrameRate: framegear.FPS(30),
		Renditions: 3, Preset: "veryfast",
	}
}

// String names the workload as benchmarks do: "1080p-bgr24-x3-veryfast-camera".
func (w Workload) String() string {
	parts := []string{
		fmt.Sprintf("%dp", w.Height), w.Format.String(), fmt.Sprintf("x%d", w.Renditions), w.Preset,
		strings.TrimSuffix(filepath.Base(w.Content), filepath.Ext(w.Content)),
	}
	if w.Paced {
		parts = append(parts, "paced")
	}
	return strings.Join(parts, "-")
}

// Validate returns an error wrapping ErrConfig that names all faults.
func (w Workload) Validate() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...)))
	}
	if w.Content == "" {
		bad("no content (want %s, %s or a file)", Camera, Screen)
	}
	if w.Width < 128 || w.Height < 128 || w.Width%2+w.Height%2 != 0 || w.Width > 8192 || w.Height > 8192 {
		bad("size %dx%d (want even sides from 128 to 8192)", w.Width, w.Height)
	}
	if ladder := w.Ladder(); len(ladder) > 0 && ladder[len(ladder)-1].Height < 16 {
		bad("size %dx%d has no smaller sizes of the same aspect ratio for %d renditions", w.Width, w.Height, w.Renditions)
	}
	if _, ok := rawNames[w.Format]; !ok {
		bad("format %s (want bgr24, gray8 or nv12)", w.Format)
	}
	if w.Frames < 10 || w.Renditions < 1 || w.Renditions > len(fractions) {
		bad("%d frames to %d renditions (want 10 or more frames, 1 to %d renditions)", w.Frames, w.Renditions, len(fractions))
	}
	if err := w.FrameRate.Validate(); err != nil {
		bad("%v", err)
	}
	if w.Preset == "" {
		bad("no preset")
	}
	return errors.Join(errs...)
}

// rawNames are the formats of frames, by the name that ffmpeg has for them.
var rawNames = map[framegear.PixelFormat]string{framegear.BGR24: "bgr24", framegear.Gray8: "gray", framegear.NV12: "nv12"}

// fractions of the source's size: 1080, 720, 540, 360, 270 lines.
var fractions = [5][2]int{{1, 1}, {2, 3}, {1, 2}, {1, 3}, {1, 4}}

// Size is the size of a rendition in pixels.
type Size struct{ Width, Height int }

// String returns "1280x720".
func (s Size) String() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// Ladder returns the sizes of the renditions, largest first. All have exactly the source's aspect ratio: ffmpeg's dash muxer refuses
// anything else.
func (w Workload) Ladder() []Size {
	pick := map[int][]int{1: {0}, 2: {0, 2}, 3: {0, 1, 3}, 4: {0, 1, 2, 3}, 5: {0, 1, 2, 3, 4}}[w.Renditions]
	unit := max(1, gcd(w.Width, w.Height))
	a, b := w.Width/unit, w.Height/unit
	var sizes []Size
	for _, i := range pick {
		f := fractions[i]
		k := unit * f[0] / f[1]
		if (a*k)%2+(b*k)%2 > 0 {
			k++
		}
		sizes = append(sizes, Size{a * k, b * k})
	}
	return sizes
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// gop is two seconds, as StreamGear has it.
func (w Workload) gop() int { return max(1, int(2*w.FrameRate.Float()+0.5)) }

func (w Workload) frameBytes() int { return w.Format.Size(w.Width, w.Height) }
