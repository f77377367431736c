package synth

import (
	"encoding/binary"
	"math"

	"github.com/framegear/framegear/internal/media"
)

// Sync makes a flash and a beep of a tenth of a second each at the beginning of every second, at exactly the same instant: that of the
// first frame at or after the whole second. It shows whether sound and picture are in time.
type Sync struct {
	Frames media.Rate // of the picture
	Rate   int        // of the sound, samples per second
}

// beepHz is the tone of the beep.
const beepHz = 1000

// Frame returns the first frame of second k's flash.
func (s Sync) Frame(k int64) int64 { return (k*s.Frames.Num + s.Frames.Den - 1) / s.Frames.Den }

// Sample returns the first sample of second k's beep.
func (s Sync) Sample(k int64) int64 {
	return s.Frames.Frame().Rescale(s.Frame(k), media.Timebase{Num: 1, Den: int64(s.Rate)})
}

// Flash reports whether frame n is white.
func (s Sync) Flash(n int64) bool {
	k := n * s.Frames.Den / s.Frames.Num
	length := max(1, s.Frames.Num/(10*s.Frames.Den))
	for _, k := range []int64{k, k + 1} {
		if first := s.Frame(k); n >= first && n < first+length {
			return true
		}
	}
	return false
}

// Value returns sample n, between -1 and 1.
func (s Sync) Value(n int64) float32 {
	if n < 0 {
		return 0
	}
	for k := n / int64(s.Rate); k >= 0 && k >= n/int64(s.Rate)-1; k-- {
		if at := n - s.Sample(k); at >= 0 && at < int64(s.Rate)/10 {
			return float32(0.5 * math.Sin(2*math.Pi*beepHz*float64(at)/float64(s.Rate)))
		}
	}
	return 0
}

// PCM returns samples from first on, interleaved, the same on every channel, as s16 or f32 bytes.
func (s Sync) PCM(format media.SampleFormat, channels int, first int64, count int) []byte {
	b := make([]byte, 0, count*channels*format.Bytes())
	for i := range int64(count) {
		v := s.Value(first + i)
		for range channels {
			if format == media.SampleF32 {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			} else {
				b = binary.LittleEndian.AppendUint16(b, uint16(int16(v*32767)))
			}
		}
	}
	return b
}

// WAV returns a file of 16 bit PCM.
func WAV(rate, channels int, pcm []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, uint32(36+len(pcm)))...)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*2))
	b = le.AppendUint16(b, uint16(channels*2))
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(pcm)))
	return append(b, pcm...)
}
