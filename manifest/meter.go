package manifest

import (
	"math"
	"math/bits"
	"time"

	"github.com/framegear/framegear/internal/media"
)

// Meter measures the bit rate of one track, segment after segment, in memory that does not grow with the output: it keeps
// what the last one and a half target durations hold. It is for one goroutine.
type Meter struct {
	target time.Duration
	recent []measured // oldest first, at most 1.5 target durations and the newest one
	bytes  int64
	total  int64 // nanoseconds
	peak   int64
}

type measured struct{ bytes, nanos int64 }

// NewMeter returns a meter for segments of a nominal duration. The target duration is the next whole second (EXT-X-TARGETDURATION,
// RFC 8216 section 4.3.3.1).
func NewMeter(segment time.Duration) *Meter {
	return &Meter{target: max((segment + time.Second - 1).Truncate(time.Second), time.Second)}
}

// Add counts the next segment: its size in bytes and its length in ticks of the timescale. A segment without length adds
// its bytes to the average only.
func (m *Meter) Add(size, duration, timescale int64) {
	nanos := media.MulDiv(duration, 1, timescale, 1, int64(time.Second))
	m.bytes += size
	m.total += nanos
	if nanos <= 0 {
		return
	}
	m.recent = append(m.recent, measured{size, nanos})
	m.measure()
}

// measure looks at every window that ends with the newest segment (RFC 8216 section 4.3.4.2: any contiguous set of segments
// whose total duration is between 0.5 and 1.5 times the target duration).
func (m *Meter) measure() {
	low, high := int64(m.target)/2, int64(m.target)*3/2
	var size, nanos int64
	first := len(m.recent) - 1
	for i := first; i >= 0; i-- {
		size += m.recent[i].bytes
		nanos += m.recent[i].nanos
		tooLong := nanos > high && i != len(m.recent)-1 // one overlong segment alone is a window of its own
		if tooLong {
			break
		}
		first = i
		if nanos >= low {
			m.peak = max(m.peak, bitsPerSecond(size, nanos))
		}
	}
	m.recent = append(m.recent[:0], m.recent[first:]...)
}

// Rate returns what was measured so far. The peak is never below the average, which stands in for it while less than half
// a target duration was seen.
func (m *Meter) Rate() BitRate {
	average := bitsPerSecond(m.bytes, m.total)
	return BitRate{Peak: max(m.peak, average), Average: average}
}

// bitsPerSecond rounds up: a declared rate is a bound.
func bitsPerSecond(size, nanos int64) int64 {
	if nanos <= 0 || size <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(size), 8*uint64(time.Second))
	lo, carry := bits.Add64(lo, uint64(nanos)-1, 0)
	hi += carry
	if hi >= uint64(nanos) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, uint64(nanos))
	return int64(min(q, math.MaxInt64))
}
