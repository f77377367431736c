package media

// Matrix is the set of luma coefficients (ITU-T H.273, MatrixCoefficients).
type Matrix uint8

// The matrices of H.273 that occur in practice. MatrixUnset lets the stage decide by the picture's height.
const (
	MatrixUnset   Matrix = 0
	MatrixBT709   Matrix = 1
	MatrixBT601   Matrix = 6 // SMPTE 170M; equal to BT.470BG (5) in its coefficients
	MatrixBT2020  Matrix = 9 // non-constant luminance
	MatrixUnknown Matrix = 2
)

// Range says which codes are black and white.
type Range uint8

// The two ranges of H.273 (VideoFullRangeFlag). RangeUnset lets the stage decide by the format.
const (
	RangeUnset   Range = 0
	RangeLimited Range = 1 // 16..235 for 8-bit luma
	RangeFull    Range = 2 // 0..255
)

// Color describes how sample values mean light: H.273 code points. Zero fields are "not stated".
type Color struct {
	Matrix    Matrix
	Range     Range
	Primaries uint8 // H.273 ColourPrimaries: 1 BT.709, 6 SMPTE 170M, 9 BT.2020
	Transfer  uint8 // H.273 TransferCharacteristics: 1 BT.709, 13 sRGB, 16 PQ, 18 HLG
}

// H.273 transfer characteristics that make a stream HDR.
const (
	TransferPQ  = 16
	TransferHLG = 18
)

// HDLines is the height in lines from which output is BT.709; smaller pictures are BT.601.
const HDLines = 720

// OutputColor returns the colour that output made from full-range sRGB-like input carries at a height in lines:
// limited-range BT.709 from HDLines up, BT.601 (SMPTE 170M) below.
func OutputColor(height int) Color {
	if height >= HDLines {
		return Color{Matrix: MatrixBT709, Range: RangeLimited, Primaries: 1, Transfer: 1}
	}
	return Color{Matrix: MatrixBT601, Range: RangeLimited, Primaries: 6, Transfer: 6}
}

// HDR reports whether the transfer function is PQ or HLG.
func (c Color) HDR() bool { return c.Transfer == TransferPQ || c.Transfer == TransferHLG }
