package media

import (
	"errors"
	"fmt"
	"unsafe"
)

// ErrSamples is wrapped when the fields of a block of samples do not fit together.
var ErrSamples = errors.New("framegear: bad samples")

// SampleFormat says how PCM lies in memory. Samples are in the machine's own byte order, little-endian everywhere Framegear runs.
type SampleFormat uint8

// The sample formats. A planar format has one plane per channel; the others have one plane of interleaved channels.
const (
	SampleUnset SampleFormat = iota
	SampleS16                // 16 bit whole numbers
	SampleF32                // 32 bit floats, full scale at 1
	SampleS16P               // planar
	SampleF32P               // planar
	sampleEnd
)

// String returns libav's name of the format.
func (f SampleFormat) String() string {
	return [...]string{"unset", "s16", "flt", "s16p", "fltp"}[min(f, sampleEnd-1)]
}

// Bytes returns the size of one sample of one channel.
func (f SampleFormat) Bytes() int {
	if f == SampleF32 || f == SampleF32P {
		return 4
	}
	return 2
}

// Planar reports whether every channel has a plane of its own.
func (f SampleFormat) Planar() bool { return f == SampleS16P || f == SampleF32P }

// MaxChannels is the largest number of channels a block may have.
const MaxChannels = 8

// The sample rates that are accepted, in samples per second.
const (
	MinSampleRate = 4000
	MaxSampleRate = 384000
)

// Samples is a block of PCM in the caller's memory. It is borrowed for the call it is given to, and never changed.
type Samples struct {
	Format SampleFormat
	// Rate is samples per second and channel; Channels is 1 to 8, in libav's order (left, right, centre, low frequency, …).
	Rate, Channels int
	// Planes holds one plane of interleaved samples, or one per channel. All have whole samples, and the same number of them.
	Planes [MaxChannels][]byte
	// PTS is the time of the first sample, in ticks that the receiver documents.
	PTS int64
}

// Interleaved returns a block over samples whose channels take turns. The memory is the caller's, and is not copied.
func Interleaved[T int16 | float32](pcm []T, rate, channels int) *Samples {
	s := &Samples{Format: formatOf[T](SampleS16, SampleF32), Rate: rate, Channels: channels}
	s.Planes[0] = bytesOf(pcm)
	return s
}

// Planar returns a block over one slice per channel. The memory is the caller's, and is not copied.
func Planar[T int16 | float32](channels [][]T, rate int) *Samples {
	s := &Samples{Format: formatOf[T](SampleS16P, SampleF32P), Rate: rate, Channels: len(channels)}
	for i, pcm := range channels[:min(len(channels), MaxChannels)] {
		s.Planes[i] = bytesOf(pcm)
	}
	return s
}

func formatOf[T int16 | float32](whole, float SampleFormat) SampleFormat {
	if _, ok := any(T(0)).(float32); ok {
		return float
	}
	return whole
}

// bytesOf looks at samples as the bytes that they are.
func bytesOf[T int16 | float32](pcm []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(pcm))), len(pcm)*int(unsafe.Sizeof(T(0))))
}

// Count returns the samples per channel.
func (s *Samples) Count() int {
	if s.Format.Planar() {
		return len(s.Planes[0]) / s.Format.Bytes()
	}
	return len(s.Planes[0]) / (s.Format.Bytes() * max(1, s.Channels))
}

// Validate returns an error wrapping ErrSamples that names what is wrong.
func (s *Samples) Validate() error {
	switch {
	case s.Format == SampleUnset || s.Format >= sampleEnd:
		return fmt.Errorf("%w: format %d (want s16 or f32, interleaved or planar)", ErrSamples, s.Format)
	case s.Channels < 1 || s.Channels > MaxChannels:
		return fmt.Errorf("%w: %d channels (want 1 to %d)", ErrSamples, s.Channels, MaxChannels)
	case s.Rate < MinSampleRate || s.Rate > MaxSampleRate:
		return fmt.Errorf("%w: %d samples per second (want %d to %d)", ErrSamples, s.Rate, MinSampleRate, MaxSampleRate)
	}
	return s.validatePlanes()
}

func (s *Samples) validatePlanes() error {
	planes, unit := 1, s.Format.Bytes()*s.Channels
	if s.Format.Planar() {
		planes, unit = s.Channels, s.Format.Bytes()
	}
	for i := range s.Planes {
		switch n := len(s.Planes[i]); {
		case i >= planes && n > 0:
			return fmt.Errorf("%w: %s with %d channels has %d planes, not %d", ErrSamples, s.Format, s.Channels, planes, i+1)
		case i < planes && (n%unit != 0 || n != len(s.Planes[0])):
			return fmt.Errorf("%w: plane %d has %d bytes (want whole samples of %d bytes, as many as the first plane's)", ErrSamples, i, n, unit)
		}
	}
	return nil
}
