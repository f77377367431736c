package validate

import (
	"bytes"
	"encoding/binary"

	"github.com/Eyevinn/mp4ff/aac"
)

// stampOwner names the ID3 frame that tells when packed audio is played (RFC 8216 section 3.4).
const stampOwner = "com.apple.streaming.transportStreamTimestamp\x00"

// isPacked reports frames of sound without a container: behind an ID3 tag, or ADTS, MPEG audio, AC-3 at once.
func isPacked(b []byte) bool {
	return bytes.HasPrefix(b, []byte("ID3")) || len(b) > 2 && b[0] == 0xff && b[1]&0xe0 == 0xe0 || isAC3(b)
}

func isAC3(b []byte) bool { return bytes.HasPrefix(b, []byte{0x0b, 0x77}) }

// packed is what was found in a segment of packed audio.
type packed struct {
	stamp    int64 // 90 kHz, -1 without
	frames   int
	samples  int64
	rate     int
	channels int
	codec    string
}

// readPacked reads packed audio. Its time is a clock of 33 bits as in MPEG-TS.
func (c *checker) readPacked(t *track, i int, b []byte) {
	s, f := &t.segments[i], &t.facts[i]
	p := packed{stamp: -1}
	for bytes.HasPrefix(b, []byte("ID3")) {
		rest, ok := p.tag(b)
		if !ok {
			c.add(ruleParse, t.name, s.url, "its ID3 tag is longer than the segment")
			return
		}
		b = rest
	}
	if p.stamp < 0 {
		c.add(rulePackedStamp, t.name, s.url, "has no ID3 tag with its timestamp at the start")
	}
	if isAC3(b) {
		c.note("%s: the frames of AC-3 without a container were not looked into", t.name)
		f.seen = true
		return
	}
	if !p.read(b) {
		c.add(ruleParse, t.name, s.url, "has no frames of sound that can be read behind its ID3 tag")
		return
	}
	if t.init == nil {
		t.init = &initFacts{
			kind: "audio", timescale: transportTimebase.Den, codecs: []string{p.codec}, channels: p.channels, sampleRate: p.rate,
		}
		c.initRules(t, s.url)
	}
	f.seen = true
	if p.stamp < 0 {
		return
	}
	length := (p.samples*transportTimebase.Den + int64(p.rate)/2) / int64(p.rate)
	*f = facts{
		ok: true, seen: true, tb: transportTimebase, start: p.stamp, end: p.stamp + length, shown: p.stamp, frames: p.frames,
		bytes: f.bytes, frame: (length + int64(p.frames) - 1) / int64(p.frames), key: true,
	}
}

// tag reads an ID3 tag (ID3v2.4 section 3) and returns what is behind it.
func (p *packed) tag(b []byte) (rest []byte, ok bool) {
	const header = 10
	if len(b) < header {
		return nil, false
	}
	size := int(b[6]&0x7f)<<21 | int(b[7]&0x7f)<<14 | int(b[8]&0x7f)<<7 | int(b[9]&0x7f)
	if b[5]&0x10 != 0 { // a footer
		size += header
	}
	if size > len(b)-header {
		return nil, false
	}
	if _, stamp, found := bytes.Cut(b[header:header+size], []byte(stampOwner)); found && len(stamp) >= 8 {
		p.stamp = int64(binary.BigEndian.Uint64(stamp) & (1<<33 - 1))
	}
	return b[header+size:], true
}

// read goes from frame to frame.
func (p *packed) read(b []byte) bool {
	for len(b) > 0 {
		size := p.adts(b)
		if size == 0 {
			size = p.mpeg(b)
		}
		if size <= 0 || size > len(b) {
			return false
		}
		p.frames++
		b = b[size:]
	}
	return p.frames > 0
}

// adts reads a header of AAC (ISO/IEC 14496-3 annex 1.A.2) and returns the length of the frame, zero when it is none.
// Which of the object types that decoders find out for themselves it is (SBR, PS) is not said.
func (p *packed) adts(b []byte) int {
	h, offset, err := aac.DecodeADTSHeader(bytes.NewReader(b[:min(len(b), 9)]))
	if err != nil || offset != 0 {
		return 0
	}
	p.codec, p.rate, p.channels = "mp4a", aac.FrequencyTable[h.SamplingFrequencyIndex], configured(h.ChannelConfig)
	if p.rate == 0 {
		return 0
	}
	p.samples += 1024
	return int(h.HeaderLength) + int(h.PayloadLength)
}

// Bit rates of MPEG audio in kbit/s by layer, and sampling rates (ISO/IEC 11172-3 section 2.4.2.3, ISO/IEC 13818-3
// section 2.4.2.3).
var (
	layer3 = [2][15]int{
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	}
	sampling = [3]int{44_100, 48_000, 32_000}
)

// mpeg reads a header of MPEG audio layer 3 and returns the length of the frame, zero when it is none.
func (p *packed) mpeg(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 || b[2]>>4 == 15 || b[2]>>2&3 == 3 || b[1]>>3&3 == 1 {
		return 0
	}
	version, samples := 1, 1152
	p.rate = sampling[b[2]>>2&3]
	if b[1]>>3&3 != 3 { // MPEG-2 and 2.5 have half the samples and sampling rates
		version, samples = 0, 576
		p.rate /= 2
		if b[1]>>3&3 == 0 {
			p.rate /= 2
		}
	}
	p.channels = 2
	if b[3]>>6 == 3 {
		p.channels = 1
	}
	p.codec = "mp4a.40.34"
	p.samples += int64(samples)
	return samples/8*layer3[version][b[2]>>4]*1000/p.rate + int(b[2]>>1&1)
}
