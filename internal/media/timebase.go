package media

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"time"
)

// Timebase is the length of one tick in seconds, as the exact fraction Num/Den. Both are positive.
type Timebase struct {
	Num, Den int64
}

// Nanosecond is the timebase of time.Duration.
var Nanosecond = Timebase{1, 1_000_000_000}

// Valid reports whether both terms are positive.
func (t Timebase) Valid() bool { return t.Num > 0 && t.Den > 0 }

// String returns "num/den".
func (t Timebase) String() string { return fmt.Sprintf("%d/%d", t.Num, t.Den) }

// Rescale returns the instant of ticks in ticks of to, rounded to the nearest tick, halves away from zero.
// Results that do not fit are clamped to the range of int64.
func (t Timebase) Rescale(ticks int64, to Timebase) int64 {
	if t == to {
		return ticks
	}
	return MulDiv(ticks, t.Num, t.Den, to.Num, to.Den)
}

// Duration returns ticks as a time.Duration, rounded to the nearest nanosecond. For options, logs and wall-clock
// sums only: media time stays in ticks.
func (t Timebase) Duration(ticks int64) time.Duration {
	return time.Duration(t.Rescale(ticks, Nanosecond))
}

// Ticks returns d in ticks, rounded to the nearest tick.
func (t Timebase) Ticks(d time.Duration) int64 { return Nanosecond.Rescale(int64(d), t) }

// Seconds returns ticks in seconds for display and manifest attributes that are decimal by definition.
func (t Timebase) Seconds(ticks int64) float64 {
	return float64(ticks) * float64(t.Num) / float64(t.Den)
}

// MulDiv returns n*(aNum/aDen)/(bNum/bDen), exact until the final rounding: nearest, halves away from zero.
// It is the one place where time is rounded.
func MulDiv(n, aNum, aDen, bNum, bDen int64) int64 {
	up, ok1 := mul(aNum, bDen)
	down, ok2 := mul(aDen, bNum)
	if !ok1 || !ok2 || down == 0 {
		return mulDivBig(n, aNum, aDen, bNum, bDen)
	}
	neg := n < 0
	magnitude := uint64(n)
	if neg {
		magnitude = -magnitude
	}
	hi, lo := bits.Mul64(magnitude, uint64(up))
	lo, carry := bits.Add64(lo, uint64(down)/2, 0)
	hi += carry
	if hi >= uint64(down) {
		return clamp(neg)
	}
	q, _ := bits.Div64(hi, lo, uint64(down))
	if q > math.MaxInt64 {
		return clamp(neg)
	}
	if neg {
		return -int64(q)
	}
	return int64(q)
}

func mul(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int64(lo), hi == 0 && lo <= math.MaxInt64
}

func clamp(negative bool) int64 {
	if negative {
		return math.MinInt64
	}
	return math.MaxInt64
}

func mulDivBig(n, aNum, aDen, bNum, bDen int64) int64 {
	up := new(big.Int).Mul(big.NewInt(aNum), big.NewInt(bDen))
	up.Mul(up, big.NewInt(n))
	down := new(big.Int).Mul(big.NewInt(aDen), big.NewInt(bNum))
	if down.Sign() == 0 {
		return clamp(n < 0)
	}
	neg := up.Sign() < 0
	up.Abs(up).Add(up, new(big.Int).Rsh(down, 1)).Div(up, down)
	if !up.IsInt64() {
		return clamp(neg)
	}
	if neg {
		return -up.Int64()
	}
	return up.Int64()
}
