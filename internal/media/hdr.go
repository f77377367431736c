package media

// HDR is the static metadata of HDR pictures: the display that they were made on (SMPTE ST 2086) and how bright they get
// (CTA-861.3), in the units of HEVC's messages (ITU-T H.265 clauses D.3.28 and D.3.35). Zero fields are "not stated".
type HDR struct {
	// Red, Green, Blue and White are chromaticities x and y in units of 0.00002.
	Red, Green, Blue, White [2]uint16
	// MaxLuminance and MinLuminance of the display in units of 0.0001 cd/m².
	MaxLuminance, MinLuminance uint32
	// MaxCLL is the brightest pixel and MaxFALL the brightest frame on average, in cd/m².
	MaxCLL, MaxFALL uint16
}
