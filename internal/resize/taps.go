package resize

import "math"

// Filter is how samples are weighted.
type Filter uint8

// The filters. Bicubic is widened by the ratio, with swscale's default parameters (B 0, C 0.6); Area averages what a sample covers.
const (
	Bicubic Filter = iota
	Area
)

// one is the sum of all weights of a sample.
const one = 1 << 14

// taps are the weights of one dimension: sample i of the output is the sum of count source samples from first[i] on.
type taps struct {
	count   int // even
	first   []int32
	weights []int16 // count for each output sample
}

// newTaps returns the weights from n to m samples, m <= n. Beyond the edges the last sample counts.
func newTaps(n, m int, f Filter) taps {
	ratio := float64(n) / float64(m)
	all := make([]map[int]float64, m)
	count := 2
	for i := range all {
		all[i] = weightsAt(i, n, ratio, f)
		low, high := bounds(all[i])
		count = max(count, high-low+1)
	}
	count += count % 2
	t := taps{count: count, first: make([]int32, m), weights: make([]int16, m*count)}
	for i, w := range all {
		low, _ := bounds(w)
		low = max(0, min(low, n-count))
		t.first[i] = int32(low)
		quantize(t.weights[i*count:(i+1)*count], w, low)
	}
	return t
}

func weightsAt(i, n int, ratio float64, f Filter) map[int]float64 {
	w := map[int]float64{}
	add := func(at int, v float64) {
		if math.Abs(v) > 1e-9 {
			w[max(0, min(n-1, at))] += v
		}
	}
	if f == Area {
		from, to := float64(i)*ratio, float64(i+1)*ratio
		for at := int(from); float64(at) < to; at++ {
			add(at, min(to, float64(at+1))-max(from, float64(at)))
		}
		return w
	}
	center := (float64(i)+0.5)*ratio - 0.5
	for at := int(math.Ceil(center - 2*ratio)); float64(at) <= center+2*ratio; at++ {
		add(at, cubic(math.Abs(float64(at)-center)/ratio))
	}
	return w
}

// cubic is the two-piece polynomial of Mitchell and Netravali with B = 0 and C = 0.6.
func cubic(t float64) float64 {
	const c = 0.6
	switch {
	case t < 1:
		return (2-c)*t*t*t - (3-c)*t*t + 1
	case t < 2:
		return -c*t*t*t + 5*c*t*t - 8*c*t + 4*c
	}
	return 0
}

func bounds(w map[int]float64) (low, high int) {
	low, high = math.MaxInt, math.MinInt
	for at := range w {
		low, high = min(low, at), max(high, at)
	}
	return low, high
}

// quantize rounds weights so that their sum is exact: a flat area must stay what it is. What is left goes to the largest.
func quantize(out []int16, w map[int]float64, low int) {
	total := 0.0
	for at := low; at < low+len(out); at++ {
		total += w[at]
	}
	sum, largest := 0, 0
	for k := range out {
		out[k] = int16(math.Round(w[low+k] / total * one))
		sum += int(out[k])
		if out[k] > out[largest] {
			largest = k
		}
	}
	out[largest] += int16(one - sum)
}
