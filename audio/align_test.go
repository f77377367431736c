package audio

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// card simulates a sound card: blocks of 10 ms whose samples come ppm too fast, with capture instants that are true but for
// what jitter adds. It returns the largest distance of a sample from its true place after the first ten seconds.
func card(t *testing.T, a aligner, seconds, ppm int64, jitter func() int64) (worst int64, s step) {
	const block = 480
	var next, given int64 // end of the output, samples given so far
	var rest int64        // of the stretch, in millionths
	for given < seconds*a.rate {
		at := given - given*ppm/1_000_000
		if at > 10*a.rate {
			worst = max(worst, at-next, next-at)
		}
		s = a.place(at+jitter()-next, block)
		if s.stretch > maxStretch || s.stretch < -maxStretch {
			t.Fatalf("stretched by %d millionths", s.stretch)
		}
		rest += int64(s.stretch) * block
		next += s.silence + block - s.trim + rest/1_000_000
		rest %= 1_000_000
		given += block
	}
	return worst, s
}

func TestDriftOverAnHour(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	none := func() int64 { return 0 }
	late := func() int64 { return r.Int64N(48 * 30) } // up to 30 ms late, never early
	for name, c := range map[string]struct {
		timing Timing
		ppm    int64
		jitter func() int64
	}{
		"0.05 % fast":               {TimingSource, 500, none},
		"0.05 % slow":               {TimingSource, -500, none},
		"as fast as allowed":        {TimingSource, 950, none},
		"0.05 % fast, ragged times": {TimingWall, 500, late},
		"right speed, ragged times": {TimingWall, 0, late},
	} {
		t.Run(name, func(t *testing.T) {
			worst, _ := card(t, newAligner(48000, c.timing, true, true), 3600, c.ppm, c.jitter)
			t.Logf("worst distance %.1f ms", float64(worst)/48)
			require.Less(t, worst, int64(20*48))
		})
	}
}

func TestSmallDifferencesAreLeftAlone(t *testing.T) {
	a := newAligner(48000, TimingSource, false, true)
	for i := range 100 {
		require.Zero(t, a.place(int64(i%2*90), 1024), "rounding of timestamps is no drift")
	}
}

func TestGapsAndOverlaps(t *testing.T) {
	a := newAligner(48000, TimingSource, false, false)
	require.Equal(t, step{silence: 48000}, a.place(48000, 1024))
	require.Equal(t, step{trim: 1024}, a.place(-3000, 1024), "the whole block lies before the end")
	require.Equal(t, step{trim: 1024}, a.place(-1976, 1024), "and the next one")
	require.Equal(t, step{trim: 952}, a.place(-952, 1024), "and a part of the third")
	require.Equal(t, step{}, a.place(0, 1024))
}
