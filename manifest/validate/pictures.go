package validate

import (
	"encoding/binary"

	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/hevc"
	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/asticode/go-astits"
)

// picture is what a sequence parameter set says: a size in samples, and their shape, zero where it is not said.
type picture struct {
	width, height int
	aspect        float64
}

func shape(width, height uint) float64 {
	if width == 0 || height == 0 {
		return 0
	}
	return float64(width) / float64(height)
}

func avcPicture(sets [][]byte) picture {
	for _, nal := range sets {
		sps, err := avc.ParseSPSNALUnit(nal, false) // what follows the shape has loops without a bound
		if err != nil {
			continue
		}
		p := picture{width: int(sps.Width), height: int(sps.Height)}
		if v := sps.VUI; v != nil {
			p.aspect = shape(v.SampleAspectRatioWidth, v.SampleAspectRatioHeight)
		}
		return p
	}
	return picture{}
}

func hevcPicture(sets [][]byte) picture {
	for _, nal := range sets {
		sps, err := hevc.ParseSPSNALUnit(nal)
		if err != nil {
			continue
		}
		width, height := sps.ImageSize()
		p := picture{width: int(width), height: int(height)}
		if v := sps.VUI; v != nil {
			p.aspect = shape(v.SampleAspectRatioWidth, v.SampleAspectRatioHeight)
		}
		return p
	}
	return picture{}
}

// transportPicture reads the parameter set of an Annex B access unit, where there is one.
func transportPicture(codec astits.StreamType, data []byte) picture {
	switch codec {
	case astits.StreamTypeH264Video:
		return avcPicture(avc.ExtractNalusOfTypeFromByteStream(avc.NALU_SPS, data, true))
	case astits.StreamTypeH265Video:
		return hevcPicture(hevc.ExtractNalusOfTypeFromByteStream(hevc.NALU_SPS, data, true))
	}
	return picture{}
}

// entryAspect is the shape of the samples of a sample entry: of its pasp box, else of its parameter sets.
func entryAspect(e *mp4.VisualSampleEntryBox) float64 {
	switch {
	case e.Pasp != nil:
		return shape(uint(e.Pasp.HSpacing), uint(e.Pasp.VSpacing))
	case e.AvcC != nil:
		return avcPicture(e.AvcC.SPSnalus).aspect
	case e.HvcC != nil:
		return hevcPicture(e.HvcC.GetNalusForType(hevc.NALU_SPS)).aspect
	}
	return 0
}

// isTurned reports a track header whose matrix turns the pictures by a quarter (ISO/IEC 14496-12 section 8.3.2), which
// mp4ff leaves out.
func isTurned(tkhd []byte) bool {
	at := 48 // of the matrix, behind times of 32 bits
	if len(tkhd) > 8 && tkhd[8] == 1 {
		at = 60
	}
	if len(tkhd) < at+20 {
		return false
	}
	a, d := binary.BigEndian.Uint32(tkhd[at:]), binary.BigEndian.Uint32(tkhd[at+16:])
	return a == 0 && d == 0
}
