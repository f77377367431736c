package av

import "github.com/framegear/framegear/internal/media"

// NewPlainScaler is a scaler from frames of the caller as ffmpeg makes it when it is told nothing: bicubic, without exact rounding.
func NewPlainScaler(f media.PixelFormat, width, height int, dstWidth, dstHeight int, out media.Color) (*Scaler, error) {
	from := side{width, height, userFormat(f), media.Color{Range: media.RangeFull, Matrix: out.Matrix}}
	return newUserScaler(from, side{dstWidth, dstHeight, LayoutI420.pixelFormat(), out}, filterFlags[FilterBicubic])
}
