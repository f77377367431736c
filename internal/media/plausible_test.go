package media_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

// steps returns times that begin at an instant and go on by the given steps, over and over.
func steps(start int64, n int, by ...int64) []int64 {
	times := []int64{start}
	for i := range n - 1 {
		times = append(times, times[i]+by[i%len(by)])
	}
	return times
}

// rounded returns the times of a rate's first pictures in whole milliseconds.
func rounded(n, num, den int64) (times []int64) {
	for i := range n {
		times = append(times, (i*den*1000+num/2)/num)
	}
	return times
}

func TestRateOf(t *testing.T) {
	ms, mpeg := media.Timebase{Num: 1, Den: 1000}, media.Timebase{Num: 1, Den: 90_000}
	for _, c := range []struct {
		name    string
		times   []int64
		tb      media.Timebase
		average media.Rate
		want    media.Rate
	}{
		{"a browser's recording of 30 with jitter", steps(7, 40, 33, 36, 29, 35, 34, 31, 38, 31, 33, 33), ms, media.Rate{Num: 1000, Den: 1}, media.Rate{Num: 30, Den: 1}},
		{"the same without a word of the container", steps(0, 20, 33, 34, 33), ms, media.Rate{}, media.Rate{Num: 30, Den: 1}},
		{"NTSC in milliseconds", rounded(300, 30000, 1001), ms, media.Rate{Num: 30000, Den: 1001}, media.Rate{Num: 30000, Den: 1001}},
		{"a phone between 30 and 24", steps(0, 60, 3000, 3000, 3000, 3750, 3750), mpeg, media.Rate{Num: 28, Den: 1}, media.Rate{Num: 30, Den: 1}},
		{"two pictures of a second each", []int64{0, 100_000}, media.Timebase{Num: 1, Den: 100_000}, media.Rate{}, media.Rate{Num: 1, Den: 1}},
		{"a GIF of 3 hundredths", steps(0, 30, 3), media.Timebase{Num: 1, Den: 100}, media.Rate{}, media.Rate{Num: 33333, Den: 1000}},
		{"a GIF of a tenth", steps(0, 12, 10), media.Timebase{Num: 1, Den: 100}, media.Rate{}, media.Rate{Num: 10, Den: 1}},
		{"a GIF that holds one picture", steps(0, 12, 5, 5, 5, 5, 200), media.Timebase{Num: 1, Den: 100}, media.Rate{}, media.Rate{Num: 20, Den: 1}},
		{"a true 240", steps(0, 100, 375), mpeg, media.Rate{Num: 240, Den: 1}, media.Rate{Num: 240, Den: 1}},
		{"28 that is even", rounded(50, 28, 1), ms, media.Rate{}, media.Rate{Num: 28, Den: 1}},
		{"pictures in pairs", steps(0, 60, 2, 64), ms, media.Rate{}, media.Rate{Num: 30, Den: 1}},
		{"slides of two and a half seconds", steps(0, 5, 2500), ms, media.Rate{}, media.Rate{Num: 6, Den: 5}},
		{"out of order, and one twice", []int64{0, 120, 40, 80, 80, 160}, ms, media.Rate{}, media.Rate{Num: 25, Den: 1}},
		{"every tick one picture", steps(0, 40, 1), ms, media.Rate{Num: 1000, Den: 1}, media.Rate{Num: 1000, Den: 1}},
		{"one picture", []int64{5}, ms, media.Rate{}, media.Rate{}},
		{"none", nil, ms, media.Rate{}, media.Rate{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, media.RateOf(c.times, c.tb, c.average))
		})
	}
}
