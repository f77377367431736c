package media

import (
	"math"
	"slices"
)

// PlainRate is the highest rate that a container's word is enough for, in frames per second. Containers give what would hold every
// timestamp, which for times of milliseconds may be 1000.
const PlainRate = 61

// fewest is how many pictures in a hundred may share another one's slot of a rate that is said to fit.
const fewest = 3

// common are the rates that sources have, slow ones first. Those of NTSC count where the average says so.
var common = []Rate{
	{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}, {8, 1}, {10, 1}, {12, 1}, {25, 2}, {15, 1}, {20, 1}, {24000, 1001}, {24, 1}, {25, 1},
	{30000, 1001}, {30, 1}, {48000, 1001}, {48, 1}, {50, 1}, {60000, 1001}, {60, 1}, {90, 1}, {100, 1}, {120000, 1001}, {120, 1},
}

// RateOf returns the constant rate that suits presentation times best: the times' own where they are even, else the lowest common one
// whose slots nearly all pictures have to themselves. average is the container's word, which may be zero. Zero comes back for fewer than
// two different times.
func RateOf(times []int64, tb Timebase, average Rate) Rate {
	times = slices.Clone(times)
	slices.Sort(times)
	times = slices.Compact(times)
	n := int64(len(times)) - 1
	if n < 1 || !tb.Valid() {
		return Rate{}
	}
	steps := make([]int64, n)
	for i := range steps {
		steps[i] = times[i+1] - times[i]
	}
	slices.Sort(steps)
	mean := float64(n) / tb.Seconds(times[n]-times[0])
	if spread := steps[n-1] - steps[0]; spread <= max(1, steps[0]/100) {
		return even(mean, float64(min(spread, 1))/float64(times[n]-times[0]), average)
	}
	most := 2 / tb.Seconds(steps[n*3/4]) // a picture that stands for long says nothing
	for _, r := range common {
		if r.Float() > most {
			break
		}
		if ntsc := r.Den == 1001; (!ntsc || near(average, r)) && collisions(times, tb, r)*100 <= fewest*int(n) {
			return r
		}
	}
	return nextCommon(mean)
}

// near reports whether two rates are closer than one of NTSC is to its neighbour.
func near(a, b Rate) bool { return a.Known() && math.Abs(a.Float()/b.Float()-1) < 0.0003 }

// even is the rate of times with equal steps. rounded is how far off, as a part of it, the mean may be because the container rounds times.
func even(mean, rounded float64, average Rate) Rate {
	best, off := Rate{}, 0.0002+rounded
	for _, r := range append([]Rate{FPS(math.Round(mean))}, common...) {
		if d := math.Abs(r.Float()/mean - 1); r.Known() && d < off && (r.Den != 1001 || near(average, r)) {
			best, off = r, d
		}
	}
	switch exact := (Rate{int64(math.Round(mean * 1e6)), 1e6}); {
	case best.Known():
		return best
	case mean < 1: // a whole number of slots for each picture
		return Rate{int64(math.Round(mean * math.Ceil(1/mean) * 1e6)), 1e6}.Reduced()
	case near(average, exact):
		return average
	}
	return FPS(mean)
}

// collisions counts the pictures whose slot of a rate another one has already.
func collisions(times []int64, tb Timebase, r Rate) (n int) {
	last := int64(-1)
	for _, at := range times {
		slot := tb.Rescale(at-times[0], r.Frame())
		if slot <= last {
			n++
			continue
		}
		last = slot
	}
	return n
}

// nextCommon returns the lowest common rate that is not below a number, the highest one for what is above all.
func nextCommon(fps float64) Rate {
	for _, r := range common {
		if r.Den == 1 && r.Float() >= fps*0.95 {
			return r
		}
	}
	return common[len(common)-1]
}
