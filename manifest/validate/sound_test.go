package validate_test

import (
	"bytes"
	"testing"

	"github.com/Eyevinn/mp4ff/aac"
	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/internal/sample"
)

// soundEntry gives the sound another sample entry.
func soundEntry(e *mp4.AudioSampleEntryBox) func(*testing.T, site) {
	return box("a0/init.mp4", func(f *mp4.File) {
		stsd := f.Moov.Trak.Mdia.Minf.Stbl.Stsd
		stsd.Children, stsd.SampleCount = nil, 0
		stsd.AddChild(e)
	})
}

func esds(objectType byte, config []byte) *mp4.AudioSampleEntryBox {
	b := mp4.CreateEsdsBox(config)
	b.DecConfigDescriptor.ObjectType = objectType
	return mp4.CreateAudioSampleEntryBox("mp4a", 2, 16, 48_000, b)
}

func asc(t *testing.T, c aac.AudioSpecificConfig) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, c.Encode(&b))
	return b.Bytes()
}

// What sound is, is read from its own configuration, and compared with what an MPD says: 48 kHz, two channels.
func TestSoundOfAllKinds(t *testing.T) {
	lc := asc(t, aac.AudioSpecificConfig{ObjectType: 2, ChannelConfiguration: 6, SamplingFrequency: 44_100})
	he := asc(t, aac.AudioSpecificConfig{ObjectType: 5, ChannelConfiguration: 2, SamplingFrequency: 24_000, ExtensionFrequency: 48_000, SBRPresentFlag: true})
	ps := asc(t, aac.AudioSpecificConfig{
		ObjectType: 29, ChannelConfiguration: 1, SamplingFrequency: 24_000, ExtensionFrequency: 48_000, SBRPresentFlag: true, PSPresentFlag: true,
	})
	for name, c := range map[string]struct {
		entry  *mp4.AudioSampleEntryBox
		codecs string
		want   []string
	}{
		"LC, 5.1, 44.1 kHz": {esds(0x40, lc), "mp4a.40.2", []string{"channels", "audio-sampling-rate"}},
		"HE":                {esds(0x40, he), "mp4a.40.5", nil},
		"HE v2":             {esds(0x40, ps), "mp4a.40.29", nil},
		"MP3":               {esds(0x6b, nil), "mp4a.69", nil},
		"no configuration":  {esds(0x40, nil), "mp4a.40.2", []string{"media-syntax"}},
		"AC-3, stereo":      {mp4.CreateAudioSampleEntryBox("ac-3", 2, 16, 48_000, &mp4.Dac3Box{ACMod: 2}), "ac-3", nil},
		"AC-3, 5.1":         {mp4.CreateAudioSampleEntryBox("ac-3", 2, 16, 48_000, &mp4.Dac3Box{ACMod: 7, LFEOn: 1}), "ac-3", []string{"channels"}},
		"Opus":              {mp4.CreateAudioSampleEntryBox("Opus", 2, 16, 48_000, &mp4.DopsBox{OutputChannelCount: 2}), "opus", nil},
		"Opus, mono":        {mp4.CreateAudioSampleEntryBox("Opus", 1, 16, 48_000, &mp4.DopsBox{OutputChannelCount: 1}), "Opus", []string{"channels"}},
		"FLAC":              {mp4.CreateAudioSampleEntryBox("fLaC", 2, 16, 48_000, nil), "flac", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := changed(soundEntry(c.entry), edit(mpdName, `codecs="mp4a.40.2"`, `codecs="`+c.codecs+`"`))(t)
			r := s.check(t, mpdName)
			require.Equal(t, append([]string{}, c.want...), rules(r), "%v", r.Findings)
		})
	}
}

// mpeg2 are frames of MPEG-2 layer 3, mono, at 24 kHz and 64 kbit/s: 192 bytes for 576 samples, behind an ID3 tag with a footer.
func mpeg2(n int) []byte {
	return bytes.Repeat(append([]byte{0xff, 0xf3, 0x84, 0xc0}, make([]byte, 188)...), n)
}

func TestPackedKinds(t *testing.T) {
	footer := stamped(nil, 0)
	footer[5] = 0x10
	footer = append(footer, make([]byte, 10)...)
	r := playlistOf(append(footer, mpeg2(83)...))(t).check(t, "x.m3u8")
	require.Empty(t, r.Findings)
	require.Equal(t, "mp4a.40.34", r.Summary.Tracks[0].Codecs)
	for name, b := range map[string][]byte{
		"no frames": stamped(nil, 0), "no sound": stamped([]byte("none of all this"), 0), "a cut tag": []byte("ID3\x04\x00"),
		"reserved rate": stamped([]byte{0xff, 0xfb, 0x5c, 0xc0}, 0), "reserved version": stamped([]byte{0xff, 0xeb, 0x54, 0xc0}, 0),
		"reserved AAC rate": stamped([]byte{0xff, 0xf1, 0x7c, 0x80, 0x0c, 0x9f, 0xfc}, 0), "two blocks": stamped([]byte{0xff, 0xf1, 0x4c, 0x80, 0x0c, 0x9f, 0xfd}, 0),
	} {
		r := playlistOf(b)(t).check(t, "x.m3u8")
		require.Equal(t, []string{"media-syntax"}, rules(r), "%s: %v", name, r.Findings)
	}
}

// The size of pictures in MPEG-TS is in their parameter sets.
func TestTransportSize(t *testing.T) {
	rec, err := avc.DecodeAVCDecConfRec(sample.AVC)
	require.NoError(t, err)
	sps, err := avc.ParseSPSNALUnit(rec.SPSnalus[0], true)
	require.NoError(t, err)
	s := transport(t)
	for _, name := range []string{"v0/1.ts", "v1/1.ts"} {
		s[name] = withParameterSets(t, s[name], rec.SPSnalus[0])
	}
	var sized []string
	for _, f := range s.check(t, master).Findings {
		if f.Rule == "resolution" {
			sized = append(sized, f.Text)
		}
	}
	want := 0
	for _, declared := range [][2]uint{{1280, 720}, {640, 360}} {
		if declared != [2]uint{sps.Width, sps.Height} {
			want++
		}
	}
	require.Len(t, sized, want, "%v", sized)
}

// withParameterSets writes the first access unit of a segment again, with a parameter set before its picture.
func withParameterSets(t *testing.T, b, sps []byte) []byte {
	t.Helper()
	unit := append([]byte{0, 0, 0, 1}, sps...)
	at := bytes.Index(b, []byte{0, 0, 0, 1, 0x65})
	require.Positive(t, at)
	require.Less(t, at%188+len(unit)+5, 188, "it fits into the packet")
	out := append([]byte(nil), b...)
	copy(out[at:], append(unit, 0, 0, 0, 1, 0x65))
	return out
}
