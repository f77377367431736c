package validate

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/Eyevinn/mp4ff/aac"
	"github.com/Eyevinn/mp4ff/mp4"
)

// soundFacts reads the number of channels and the sampling rate of a sample entry, zero where they are not known.
func (i *initFacts) soundFacts(e *mp4.AudioSampleEntryBox) {
	switch {
	case e.Esds != nil && e.Esds.DecConfigDescriptor != nil && e.Esds.DecConfigDescriptor.DecSpecificInfo != nil:
		i.aacFacts(e.Esds.DecConfigDescriptor.DecSpecificInfo.DecConfig)
	case e.Dac3 != nil:
		i.channels, _ = e.Dac3.ChannelInfo()
		i.sampleRate = int(e.SampleRate)
	case e.Dops != nil:
		i.channels, i.sampleRate = int(e.Dops.OutputChannelCount), 48_000
	}
}

// aacFacts reads an AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1).
func (i *initFacts) aacFacts(config []byte) {
	asc, err := aac.DecodeAudioSpecificConfig(bytes.NewReader(config))
	if err != nil {
		return
	}
	if i.channels = configured(asc.ChannelConfiguration); asc.PSPresentFlag {
		i.channels = 2 // made of one
	}
	i.sampleRate = asc.SamplingFrequency
	i.doubled = asc.SBRPresentFlag || asc.ObjectType == 5 || asc.ObjectType == 29 || asc.SamplingFrequency <= 24_000
}

// configured is the number of channels of a channelConfiguration (ISO/IEC 14496-3 table 1.19), zero when it is said
// elsewhere.
func configured(config byte) int {
	counts := []int{0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8}
	if int(config) >= len(counts) {
		return 0
	}
	return counts[config]
}

// soundRules compares what a manifest says of sound with the sound.
func (c *checker) soundRules(t *track) {
	if t.init == nil || t.init.kind != "audio" {
		return
	}
	if n := t.channels; n > 0 && t.init.channels > 0 && n != t.init.channels {
		c.add(ruleChannels, t.name, t.name, "the manifest says %d channels, there are %d", n, t.init.channels)
	}
	if t.dash == nil || t.dash.sampling == "" || t.init.sampleRate == 0 {
		return
	}
	rates := []string{strconv.Itoa(t.init.sampleRate)}
	if t.init.doubled { // SBR, which not every stream announces
		rates = append(rates, strconv.Itoa(2*t.init.sampleRate))
	}
	for said := range strings.FieldsSeq(t.dash.sampling) {
		if !slices.Contains(rates, said) {
			c.add(ruleSampling, t.name, t.name, "@audioSamplingRate is %s, the sound has %s Hz",
				t.dash.sampling, strings.Join(rates, " or "))
			return
		}
	}
}
