package media

import (
	"fmt"
	"strings"
)

// LengthError says that the buffer of a packed frame has not the length that its format and size have. It wraps ErrFrame.
type LengthError struct {
	// Format, Width and Height are what the buffer was said to be.
	Format        PixelFormat
	Width, Height int
	// Got is the length of the buffer and Want the right one, in bytes.
	Got, Want int
}

// Fits returns the formats of which a frame of this size has as many bytes as the buffer.
func (e *LengthError) Fits() (all []PixelFormat) {
	for f := FormatUnset + 1; f.Valid(); f++ {
		if f.Size(e.Width, e.Height) == e.Got {
			all = append(all, f)
		}
	}
	return all
}

// Error names both lengths and what would be right.
func (e *LengthError) Error() string {
	s := fmt.Sprintf("%v: %dx%d %s is %d bytes, the buffer has %d", ErrFrame, e.Width, e.Height, e.Format, e.Want, e.Got)
	if fits := e.Fits(); len(fits) > 0 {
		names := make([]string, len(fits))
		for i, f := range fits {
			names[i] = f.constant()
		}
		return fmt.Sprintf("%s (as frames of %s have: Packed takes those)", s, strings.Join(names, ", "))
	}
	if e.Got > e.Want {
		return fmt.Sprintf("%s (give the first %d if the rest is padding)", s, e.Want)
	}
	return s
}

// Unwrap returns ErrFrame.
func (e *LengthError) Unwrap() error { return ErrFrame }
