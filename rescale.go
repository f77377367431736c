package framegear

import "github.com/framegear/framegear/scaler"

// RescaleMode says what Options.Rescale does with frames of another shape, such as those of a telephone that was turned.
type RescaleMode uint8

// The modes. Pixels count as square; where Options.Aspect says otherwise, all frames have that shape and are stretched.
const (
	// RescaleFit shows the whole frame, with black bars beside it or above and below.
	RescaleFit RescaleMode = iota
	// RescaleCrop fills the picture with the middle of the frame.
	RescaleCrop
	// RescaleStretch fills the picture with the whole frame.
	RescaleStretch
)

var rescaleWords = []string{"fit", "crop", "stretch"}

// String returns "fit", "crop" or "stretch".
func (m RescaleMode) String() string { return word(m, rescaleWords) }

// MarshalText implements encoding.TextMarshaler.
func (m RescaleMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (m *RescaleMode) UnmarshalText(text []byte) error {
	return parseWord(m, "rescale mode", text, rescaleWords)
}

// fit is what becomes of frames of another shape. With an aspect ratio of the caller's the shape of pixels is not known.
func (o *Options) fit() scaler.Fit {
	switch {
	case o.RescaleMode == RescaleStretch || o.Aspect.Known():
		return scaler.Stretch
	case o.RescaleMode == RescaleCrop:
		return scaler.Cover
	}
	return scaler.Contain
}
