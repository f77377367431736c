package media_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

// exact is MulDiv by definition: the quotient rounded to nearest, halves away from zero, clamped to int64.
func exact(n, aNum, aDen, bNum, bDen int64) int64 {
	r := new(big.Rat).Mul(big.NewRat(aNum, aDen), big.NewRat(bDen, bNum))
	r.Mul(r, new(big.Rat).SetInt64(n))
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r.Add(r, half)
	q := new(big.Int).Quo(r.Num(), r.Denom())
	switch {
	case q.IsInt64():
		return q.Int64()
	case q.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

func TestMulDiv(t *testing.T) {
	for _, c := range []struct {
		name                      string
		n, aNum, aDen, bNum, bDen int64
		want                      int64
	}{
		{"a frame at 29.97 in 90 kHz", 1, 1001, 30000, 1, 90000, 3003},
		{"halves go away from zero", 1, 1, 2, 1, 1, 1},
		{"negative halves too", -1, 1, 2, 1, 1, -1},
		{"below half", 1, 1, 3, 1, 1, 0},
		{"a day of frames at 23.976", 86400 * 24, 1001, 24000, 1, 90000, 86400 * 24 * 15015 / 4},
		{"clamped above", math.MaxInt64, 2, 1, 1, 1, math.MaxInt64},
		{"clamped below", math.MinInt64, 2, 1, 1, 1, math.MinInt64},
		{"the smallest number", math.MinInt64 + 1, 1, 1, 1, 1, math.MinInt64 + 1},
		{"terms that overflow 64 bits together", 3, 1 << 62, 1 << 61, 1, 1 << 40, 3 << 41},
		{"terms that cancel", 7, math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, media.MulDiv(c.n, c.aNum, c.aDen, c.bNum, c.bDen))
			require.Equal(t, c.want, exact(c.n, c.aNum, c.aDen, c.bNum, c.bDen))
		})
	}
}

func TestMulDivByZeroIsClamped(t *testing.T) {
	require.Equal(t, int64(math.MaxInt64), media.MulDiv(1, 1, 0, 1, 1))
	require.Equal(t, int64(math.MinInt64), media.MulDiv(-1, 1, 1, 0, 1))
}

func FuzzMulDiv(f *testing.F) {
	f.Add(int64(1), int64(1001), int64(30000), int64(1), int64(90000))
	f.Add(int64(-1), int64(1), int64(2), int64(1), int64(1))
	f.Add(int64(math.MinInt64), int64(1), int64(1), int64(1), int64(1))
	f.Add(int64(math.MaxInt64), int64(math.MaxInt64), int64(1), int64(1), int64(math.MaxInt64))
	f.Add(int64(5), int64(math.MaxInt64), int64(math.MaxInt64-1), int64(math.MaxInt64-2), int64(math.MaxInt64-3))
	f.Fuzz(func(t *testing.T, n, aNum, aDen, bNum, bDen int64) {
		if aNum < 1 || aDen < 1 || bNum < 1 || bDen < 1 {
			t.Skip("a timebase has positive terms")
		}
		require.Equal(t, exact(n, aNum, aDen, bNum, bDen), media.MulDiv(n, aNum, aDen, bNum, bDen))
	})
}

func TestTimebase(t *testing.T) {
	mpeg := media.Timebase{Num: 1, Den: 90000}
	require.Equal(t, "1/90000", mpeg.String())
	require.True(t, mpeg.Valid())
	for _, bad := range []media.Timebase{{}, {1, 0}, {0, 1}, {-1, 1}, {1, -1}} {
		require.False(t, bad.Valid(), bad.String())
	}
	require.Equal(t, 2*time.Second, mpeg.Duration(180000))
	require.Equal(t, 11111*time.Nanosecond, mpeg.Duration(1))
	require.Equal(t, int64(180000), mpeg.Ticks(2*time.Second))
	require.Equal(t, int64(5), mpeg.Rescale(5, mpeg))
	require.InDelta(t, 1.5, mpeg.Seconds(135000), 1e-12)
	require.Equal(t, int64(1_000_000_000), media.Timebase{Num: 1, Den: 1}.Rescale(1, media.Nanosecond))
}

func TestRescaleThereAndBack(t *testing.T) {
	for _, rate := range []media.Rate{{24, 1}, {24000, 1001}, {25, 1}, {30000, 1001}, {60000, 1001}, {50, 1}, {120000, 1001}} {
		ticks := media.Timebase{Num: 1, Den: media.Timescale(rate)}
		for _, frame := range []int64{0, 1, 2, 47, 1_000_003, 86400 * 365 * 60} {
			there := rate.Frame().Rescale(frame, ticks)
			require.Equal(t, frame, ticks.Rescale(there, rate.Frame()), "%s frame %d", rate, frame)
			require.Equal(t, frame*(rate.Frame().Rescale(1, ticks)), there, "every frame lasts the same at %s", rate)
		}
	}
}
