package demux

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

// run is one sender or file: packets of pictures and of sound every 40 ms, the sound a little later in the file than
// its pictures.
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

// part is a run from a second on, of some seconds.
func part(from, length float64) run { return run{from: seconds(from), length: seconds(length)} }

func (r run) apart(s float64) run { r.after = seconds(s); return r }
func (r run) flushed() run        { r.late = true; return r }
func (r run) mute() run           { r.silent = true; return r }
func (r run) dark() run           { r.blind = true; return r }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Where timestamps jump, pictures and sound move by the same amount, and true holes stay.
func TestMended(t *testing.T) {
	ts := media.Timebase{Num: 1, Den: 90_000}
	wrap := ts.Duration(1 << 33).Seconds()
	const live, both, inPictures, inSound = true, 0, 1, 2
	for name, c := range map[string]struct {
		live  bool
		bits  int
		jumps int
		hole  int64 // milliseconds
		where int
		runs  []run
	}{
		"none":                   {runs: []run{part(1, 20)}},
		"restart":                {jumps: 1, runs: []run{part(1, 20), part(0, 9)}},
		"two restarts":           {jumps: 2, runs: []run{part(1, 9), part(0, 9), part(0, 9)}},
		"back by three seconds":  {jumps: 1, runs: []run{part(1, 9), part(7, 9)}},
		"back by half a second":  {jumps: 1, runs: []run{part(1, 9), part(9.5, 9)}},
		"on by a minute":         {jumps: 1, runs: []run{part(1, 9), part(70, 9)}},
		"a true hole":            {hole: 5000, runs: []run{part(1, 9), part(15, 9)}},
		"just more than a hole":  {jumps: 1, runs: []run{part(1, 9), part(20.01, 9)}},
		"pictures that stand":    {hole: 20_000, where: inPictures, runs: []run{part(0, 9), part(9, 20).dark(), part(29, 9)}},
		"silence":                {hole: 20_000, where: inSound, runs: []run{part(0, 9), part(9, 20).mute(), part(29, 9)}},
		"no sound at first":      {jumps: 1, runs: []run{part(100, 9).mute(), part(0, 9)}},
		"wrap":                   {bits: 33, runs: []run{part(wrap-5, 10)}},
		"wrap in a hole":         {bits: 33, hole: 3000, runs: []run{part(wrap-5, 3), part(wrap+1, 3)}},
		"a wrap that is none":    {bits: 40, jumps: 1, runs: []run{part(140, 4), part(wrap+3, 4)}},
		"restart after a while":  {live, 0, 1, 2960, both, []run{part(1, 20), part(0, 9).apart(3)}},
		"restart that flushes":   {live, 0, 1, 2960, both, []run{part(1, 20), part(0, 9).apart(3).flushed()}},
		"quick restart":          {live, 0, 1, 0, both, []run{part(1, 20), part(0, 9)}},
		"on by 5000 seconds":     {live, 0, 1, 0, both, []run{part(1, 20), part(5000, 9)}},
		"on by five seconds":     {live, 0, 1, 0, both, []run{part(1, 20), part(26, 9)}},
		"away, and it knows":     {live, 0, 0, 30_000, both, []run{part(0, 20), part(50, 9).apart(30)}},
		"away, and it knows not": {live, 0, 0, 0, both, []run{part(0, 20), part(20, 9).apart(30)}},
		"away, and then anew":    {live, 0, 1, 29_960, both, []run{part(1, 9), part(0, 9).apart(30)}},
	} {
		t.Run(name, func(t *testing.T) {
			jumps := 0
			m := &mender{live: c.live, tell: func(_, _ time.Duration) { jumps++ }}
			pictures, sound := mended(m, ts, c.bits, c.runs...)
			want := func(elsewhere int) []int64 {
				if c.hole == 0 || c.where == elsewhere {
					return nil
				}
				return []int64{c.hole}
			}
			require.Equal(t, want(inSound), holes(pictures), "pictures")
			require.Equal(t, want(inPictures), holes(sound), "sound")
			require.Equal(t, c.jumps, jumps, "jumps")
			apart := pictures[len(pictures)-1] - sound[len(sound)-1]
			require.Zero(t, apart.Round(time.Millisecond), "they end together")
		})
	}
}
