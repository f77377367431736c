package demux

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

// run is one sender or file: packets of pictures and of sound every 40 ms, the sound a little later in the file than its pictures.
//
// With late set, the last packets of the one before come when it begins, as those of MPEG-TS do.
type run struct {
	from, length time.Duration
	silent       bool          // there is no sound in it
	blind        bool          // there are no pictures in it
	after        time.Duration // it begins so long after the end of the one before, in real time
	late         bool
}

const packet = 40 * time.Millisecond

// mended runs through all and returns the mended times of pictures and sound.
func mended(m *mender, ticks media.Timebase, bits int, runs ...run) (pictures, sound []time.Duration) {
	now := time.Unix(1_800_000_000, 0)
	m.now = func() time.Time { return now }
	p, s := m.add(ticks, bits), m.add(ticks, bits)
	place := func(at *position, t time.Duration) time.Duration {
		raw := ticks.Ticks(t)
		if bits > 0 {
			raw &= 1<<bits - 1
		}
		return ticks.Duration(raw + m.shift(at, raw, ticks.Ticks(packet)))
	}
	for i, r := range runs {
		if !r.late {
			now = now.Add(r.after)
			m.waited(r.after)
		}
		for t := time.Duration(0); t < r.length+3*packet; t += packet { // sound is three packets behind
			if i+1 < len(runs) && runs[i+1].late && t == r.length {
				now = now.Add(runs[i+1].after)
				m.waited(runs[i+1].after)
			}
			if now = now.Add(packet); t < r.length && !r.blind {
				pictures = append(pictures, place(p, r.from+t))
			}
			if t >= 3*packet && !r.silent {
				sound = append(sound, place(s, r.from+t-3*packet))
			}
		}
	}
	return pictures, sound
}

// holes returns the steps of times that are not a packet's length, in milliseconds beyond it.
func holes(times []time.Duration) (all []int64) {
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1] - packet; d.Abs() > time.Millisecond {
			all = append(all, d.Round(time.Millisecond).Milliseconds())
		}
	}
	return all
}

// Where timestamps jump, pictures and sound move by the same amount, and true holes stay.
func TestMended(t *testing.T) {
	const s = time.Second
	ts := media.Timebase{Num: 1, Den: 90_000}
	wrap := ts.Duration(1 << 33)
	for name, c := range map[string]struct {
		runs   []run
		live   bool
		bits   int
		holes  []int64 // of pictures
		sounds []int64 // of sound
		jumps  int
	}{
		"none":                        {runs: []run{{from: s, length: 20 * s}}},
		"restart":                     {runs: []run{{from: s, length: 20 * s}, {from: 0, length: 9 * s}}, jumps: 1},
		"two restarts":                {runs: []run{{from: s, length: 9 * s}, {from: 0, length: 9 * s}, {from: 0, length: 9 * s}}, jumps: 2},
		"back by three seconds":       {runs: []run{{from: s, length: 9 * s}, {from: 7 * s, length: 9 * s}}, jumps: 1},
		"back by half a second":       {runs: []run{{from: s, length: 9 * s}, {from: 9500 * time.Millisecond, length: 9 * s}}, jumps: 1},
		"on by a minute":              {runs: []run{{from: s, length: 9 * s}, {from: 70 * s, length: 9 * s}}, jumps: 1},
		"a true hole":                 {runs: []run{{from: s, length: 9 * s}, {from: 15 * s, length: 9 * s}}, holes: []int64{5000}, sounds: []int64{5000}},
		"just more than a hole":       {runs: []run{{from: s, length: 9 * s}, {from: 20*s + 10*time.Millisecond, length: 9 * s}}, jumps: 1},
		"pictures that stand":         {runs: []run{{from: 0, length: 9 * s}, {from: 9 * s, length: 20 * s, blind: true}, {from: 29 * s, length: 9 * s}}, holes: []int64{20_000}},
		"silence":                     {runs: []run{{from: 0, length: 9 * s}, {from: 9 * s, length: 20 * s, silent: true}, {from: 29 * s, length: 9 * s}}, sounds: []int64{20_000}},
		"no sound at first":           {runs: []run{{from: 100 * s, length: 9 * s, silent: true}, {from: 0, length: 9 * s}}, jumps: 1},
		"wrap":                        {runs: []run{{from: wrap - 5*s, length: 10 * s}}, bits: 33},
		"wrap in a hole":              {runs: []run{{from: wrap - 5*s, length: 3 * s}, {from: wrap + s, length: 3 * s}}, bits: 33, holes: []int64{3000}, sounds: []int64{3000}},
		"a wrap that is none":         {runs: []run{{from: 140 * s, length: 4 * s}, {from: 3*s + wrap, length: 4 * s}}, bits: 40, jumps: 1},
		"live: restart":               {runs: []run{{from: s, length: 20 * s}, {from: 0, length: 9 * s, after: 3 * s}}, live: true, holes: []int64{2960}, sounds: []int64{2960}, jumps: 1},
		"live: restart, flushed late": {runs: []run{{from: s, length: 20 * s}, {from: 0, length: 9 * s, after: 3 * s, late: true}}, live: true, holes: []int64{2960}, sounds: []int64{2960}, jumps: 1},
		"live: quick restart":         {runs: []run{{from: s, length: 20 * s}, {from: 0, length: 9 * s}}, live: true, jumps: 1},
		"live: on by 5000 seconds":    {runs: []run{{from: s, length: 20 * s}, {from: 5000 * s, length: 9 * s}}, live: true, jumps: 1},
		"live: on by five seconds":    {runs: []run{{from: s, length: 20 * s}, {from: 26 * s, length: 9 * s}}, live: true, jumps: 1},
		"live: away, and knows it":    {runs: []run{{from: 0, length: 20 * s}, {from: 50 * s, length: 9 * s, after: 30 * s}}, live: true, holes: []int64{30_000}, sounds: []int64{30_000}},
		"live: away, not knowing":     {runs: []run{{from: 0, length: 20 * s}, {from: 20 * s, length: 9 * s, after: 30 * s}}, live: true},
		"live: away, then a restart":  {runs: []run{{from: s, length: 9 * s}, {from: 0, length: 9 * s, after: 30 * s}}, live: true, holes: []int64{29_960}, sounds: []int64{29_960}, jumps: 1},
	} {
		t.Run(name, func(t *testing.T) {
			jumps := 0
			m := &mender{live: c.live, tell: func(_, _ time.Duration) { jumps++ }}
			pictures, sound := mended(m, ts, c.bits, c.runs...)
			require.Equal(t, c.holes, holes(pictures), "pictures")
			if name != "no sound at first" {
				require.Equal(t, c.sounds, holes(sound), "sound")
			}
			require.Equal(t, c.jumps, jumps, "jumps")
			require.Equal(t, pictures[len(pictures)-1].Round(time.Millisecond), sound[len(sound)-1].Round(time.Millisecond), "they end together")
		})
	}
}
