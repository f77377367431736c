package media

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is a frame rate: the exact fraction Num/Den of frames per second. The zero value means "not known".
type Rate struct {
	Num, Den int64
}

// ErrRate is wrapped by every error about a frame rate that cannot be used.
var ErrRate = errors.New("frame rate is not usable")

// MaxRate is the highest frame rate accepted, in frames per second.
const MaxRate = 1000

// FPS returns the rate that a decimal number means. The NTSC family (23.976, 29.97, 59.94, 119.88) becomes its exact
// n*1000/1001; everything else is taken to three decimals. Zero is "not known"; what is no rate (-3, 0.0001, NaN) becomes one that
// Validate refuses.
func FPS(f float64) Rate {
	switch {
	case f == 0:
		return Rate{}
	case math.IsNaN(f) || math.Abs(f) > 1e6:
		return Rate{1, 0}
	case f < 0.001:
		return Rate{int64(math.Floor(min(f, 0))), 1}
	}
	nearest := math.Round(f)
	if f == nearest {
		return Rate{int64(f), 1}
	}
	ceil := math.Ceil(f)
	if exact := ceil * 1000 / 1001; math.Abs(f-exact) < 0.005 && math.Mod(ceil, 6) == 0 {
		return Rate{int64(ceil) * 1000, 1001}.Reduced() // 78/1.001 is 6000/77
	}
	return Rate{int64(math.Round(f * 1000)), 1000}.Reduced()
}

// ParseRate reads "30", "29.97", "30000/1001".
func ParseRate(s string) (Rate, error) {
	num, den, isFraction := strings.Cut(strings.TrimSpace(s), "/")
	if isFraction {
		n, err1 := strconv.ParseInt(num, 10, 32)
		d, err2 := strconv.ParseInt(den, 10, 32)
		if err1 != nil || err2 != nil || n <= 0 || d <= 0 {
			return Rate{}, fmt.Errorf("%w: %q is not a fraction of two positive whole numbers", ErrRate, s)
		}
		r := Rate{n, d}.Reduced()
		return r, r.Validate()
	}
	f, err := strconv.ParseFloat(num, 64)
	if err != nil {
		return Rate{}, fmt.Errorf("%w: %q is not a number (want 30, 29.97 or 30000/1001)", ErrRate, s)
	}
	r := FPS(f)
	if r.Validate() != nil {
		return Rate{}, fmt.Errorf("%w: %q (want more than 0 and at most %d frames per second)", ErrRate, s, MaxRate)
	}
	return r, nil
}

// Known reports whether the rate is set.
func (r Rate) Known() bool { return r.Num > 0 && r.Den > 0 }

// Validate returns an error wrapping ErrRate unless 0 < r <= MaxRate and both terms fit libav's 32 bits.
func (r Rate) Validate() error {
	if r.Num > math.MaxInt32 || r.Den > math.MaxInt32 {
		return fmt.Errorf("%w: %s (want terms of at most %d)", ErrRate, r, math.MaxInt32)
	}
	if !r.Known() || r.Num > MaxRate*r.Den {
		return fmt.Errorf("%w: %s (want more than 0 and at most %d frames per second)", ErrRate, r, MaxRate)
	}
	return nil
}

// Float returns frames per second for display and formulas that are decimal by definition.
func (r Rate) Float() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// Frame returns the timebase whose tick is one frame.
func (r Rate) Frame() Timebase { return Timebase{r.Den, r.Num} }

// String returns "30" or "30000/1001".
func (r Rate) String() string {
	if r.Den == 1 {
		return strconv.FormatInt(r.Num, 10)
	}
	return fmt.Sprintf("%d/%d", r.Num, r.Den)
}

// Cmp compares two known rates: negative when r is slower than o.
func (r Rate) Cmp(o Rate) int {
	a, b := r.Num*o.Den, o.Num*r.Den
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Reduced returns the same rate in lowest terms. Both must be positive.
func (r Rate) Reduced() Rate {
	g := gcd(r.Num, r.Den)
	return Rate{r.Num / g, r.Den / g}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Timescale returns ticks per second in which one frame of every given rate lasts a whole number of ticks: a multiple of 90 kHz,
// MPEG's own clock, where a small one does it. When no timescale up to a few megahertz serves all rates, the one that serves
// the first rate is returned.
func Timescale(rates ...Rate) int64 {
	const limit = 4_000_000
	for scale := int64(90_000); scale <= limit; scale += 90_000 {
		if servesAll(scale, rates) {
			return scale
		}
	}
	if len(rates) == 0 || !rates[0].Known() {
		return 90_000
	}
	scale := rates[0].Num
	for scale < 10_000 {
		scale *= 10
	}
	return scale
}

func servesAll(scale int64, rates []Rate) bool {
	for _, r := range rates {
		if r.Known() && (scale*r.Den)%r.Num != 0 {
			return false
		}
	}
	return true
}
