package validate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Eyevinn/mp4ff/mp4"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// readInit reads an initialization segment and checks it.
func (c *checker) readInit(t *track, r ref) error {
	o, err := c.get(t.name, r, maxManifest)
	if err != nil || o == nil {
		return err
	}
	file, err := parseMP4(o.Bytes)
	if err == nil && (file.Moov == nil || len(file.Moov.Traks) == 0) {
		err = errors.New("it has no moov box with a track")
	}
	if err == nil {
		err = c.initBoxes(t, r.url, file)
	}
	if err != nil {
		c.add(ruleParse, t.name, r.url, "is no initialization segment: %v", err)
	} else if at := bytes.Index(o.Bytes, []byte("tkhd")); at >= 4 {
		t.init.rotated = isTurned(o.Bytes[at-4:])
	}
	return nil
}

func (c *checker) initBoxes(t *track, where string, file *mp4.File) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a box is missing: %v", r)
		}
	}()
	moov := file.Moov
	trak := moov.Traks[0]
	facts, err := describe(trak)
	if err != nil {
		return err
	}
	if moov.Mvex == nil || moov.Mvex.Trex == nil {
		return errors.New("moov has no mvex box with a trex")
	}
	facts.trex = moov.Mvex.Trex
	for _, trex := range moov.Mvex.Trexs {
		if trex.TrackID == facts.trackID {
			facts.trex = trex
		}
	}
	t.init = facts
	if len(moov.Traks) > 1 {
		c.add(ruleInitTracks, t.name, where, "has %d tracks (want one); only the first was looked into", len(moov.Traks))
		for _, more := range moov.Traks[1:] {
			if d, err := describe(more); err == nil {
				facts.codecs = append(facts.codecs, d.codecs...)
			}
		}
	}
	if trak.GetNrSamples() > 0 {
		c.add(ruleInitSamples, t.name, where, "has %d samples (want none)", trak.GetNrSamples())
	}
	if file.Ftyp == nil || !slices.ContainsFunc(append(file.Ftyp.CompatibleBrands(), file.Ftyp.MajorBrand()), isCMAF) {
		c.add(ruleBrand, t.name, where, "ftyp does not name a CMAF brand (cmfc, cmf2)")
	}
	c.initRules(t, where)
	return nil
}

func isCMAF(brand string) bool { return brand == "cmfc" || brand == "cmf2" || brand == "cmfl" }

// initRules compares what an initialization segment says with what the manifest does.
func (c *checker) initRules(t *track, where string) {
	if t.init.entry == "hev1" {
		c.add(ruleHvc1, t.name, where, "HEVC is stored as hev1 (want hvc1, which Apple's players need)")
	}
	if t.dash != nil && t.dash.timescale != t.init.timescale {
		c.add(ruleMdhd, t.name, where, "the MPD counts in 1/%d s, the media in 1/%d s", t.dash.timescale, t.init.timescale)
	}
	if len(t.codecs) == 0 {
		return
	}
	for _, actual := range t.init.codecs {
		if !slices.ContainsFunc(t.codecs, func(d string) bool { return sameCodec(d, actual) }) {
			c.add(ruleCodecs, t.name, where, "is %s, the manifest says %s", actual, strings.Join(t.codecs, ","))
		}
	}
}

// describe reads a track box.
func describe(trak *mp4.TrakBox) (*initFacts, error) {
	stsd := trak.Mdia.Minf.Stbl.Stsd
	if len(stsd.Children) == 0 {
		return nil, errors.New("stsd is empty")
	}
	f := &initFacts{kind: "other", timescale: int64(trak.Mdia.Mdhd.Timescale), trackID: trak.Tkhd.TrackID, edits: hasEdits(trak)}
	if f.timescale < 1 {
		return nil, errors.New("mdhd has no timescale")
	}
	var err error
	codec := ""
	switch e := stsd.Children[0].(type) {
	case *mp4.VisualSampleEntryBox:
		f.kind, f.entry = "video", e.Type()
		f.width, f.height = int(e.Width), int(e.Height)
		f.aspect = entryAspect(e)
		f.lengths = lengthSize(e)
		codec, err = videoCodec(e)
	case *mp4.AudioSampleEntryBox:
		f.kind, f.entry = "audio", e.Type()
		codec, err = audioCodec(e)
		f.soundFacts(e)
	default:
		f.entry = e.Type()
	}
	if codec != "" {
		f.codecs = []string{codec}
	}
	return f, err
}

// hasEdits reports an edit list that shifts the media. One edit from zero shifts nothing.
func hasEdits(trak *mp4.TrakBox) bool {
	if trak.Edts == nil {
		return false
	}
	for _, list := range trak.Edts.Elst {
		for _, e := range list.Entries {
			if e.MediaTime != 0 {
				return true
			}
		}
	}
	return false
}

func lengthSize(e *mp4.VisualSampleEntryBox) int {
	switch {
	case e.AvcC != nil:
		return 4 // mp4ff accepts no other
	case e.HvcC != nil:
		return int(e.HvcC.LengthSizeMinusOne) + 1
	}
	return 0
}

// payload returns a box's bytes behind its header.
func payload(b mp4.Box) ([]byte, error) {
	var buf bytes.Buffer
	if err := b.Encode(&buf); err != nil {
		return nil, err
	}
	return buf.Bytes()[8:], nil
}

// videoCodec gives the string of the decoder configuration, with the name of the sample entry that holds it. Entries
// that are not known give none.
func videoCodec(e *mp4.VisualSampleEntryBox) (string, error) {
	var codec media.Codec
	var box mp4.Box
	switch {
	case e.AvcC != nil:
		codec, box = media.CodecH264, e.AvcC
	case e.HvcC != nil:
		codec, box = media.CodecHEVC, e.HvcC
	case e.Av1C != nil:
		codec, box = media.CodecAV1, e.Av1C
	case e.VppC != nil:
		return fmt.Sprintf("%s.%02d.%02d.%02d", e.Type(), e.VppC.Profile, e.VppC.Level, e.VppC.BitDepth), nil
	default:
		return "", nil
	}
	extra, err := payload(box)
	if err != nil {
		return "", err
	}
	s, err := manifest.CodecString(media.CodecParameters{Codec: codec, Extradata: extra})
	if err != nil {
		return "", err
	}
	if e.Type() == "encv" {
		return s, nil
	}
	return e.Type() + s[4:], nil
}

func audioCodec(e *mp4.AudioSampleEntryBox) (string, error) {
	switch e.Type() {
	case "mp4a", "enca":
		if e.Esds == nil {
			return "", nil
		}
		return esdsCodec(e.Esds)
	}
	return e.Type(), nil
}

// esdsCodec follows RFC 6381 section 3.3: the object type indication and, for MPEG-4 audio, the audio object type.
func esdsCodec(b *mp4.EsdsBox) (string, error) {
	config := b.DecConfigDescriptor
	if config == nil {
		return "", errors.New("esds has no decoder configuration")
	}
	if config.ObjectType != 0x40 {
		return fmt.Sprintf("mp4a.%02X", config.ObjectType), nil
	}
	if config.DecSpecificInfo == nil || len(config.DecSpecificInfo.DecConfig) == 0 {
		return "", errors.New("esds has no AudioSpecificConfig")
	}
	return manifest.CodecString(media.CodecParameters{Codec: media.CodecAAC, Extradata: config.DecSpecificInfo.DecConfig})
}
