package media_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

func TestFPS(t *testing.T) {
	for _, c := range []struct {
		in   float64
		want media.Rate
	}{
		{30, media.Rate{30, 1}}, {25, media.Rate{25, 1}}, {1, media.Rate{1, 1}},
		{23.976, media.Rate{24000, 1001}}, {23.98, media.Rate{24000, 1001}}, {29.97, media.Rate{30000, 1001}},
		{59.94, media.Rate{60000, 1001}}, {119.88, media.Rate{120000, 1001}}, {47.952, media.Rate{48000, 1001}},
		{12.5, media.Rate{25, 2}}, {0.5, media.Rate{1, 2}}, {14.985, media.Rate{2997, 200}}, {29.5, media.Rate{59, 2}},
		{24.9, media.Rate{249, 10}}, {77.922, media.Rate{6000, 77}}, {41.958, media.Rate{6000, 143}}, {0.001, media.Rate{1, 1000}},
		{0, media.Rate{}},
	} {
		require.Equal(t, c.want, media.FPS(c.in), "%g", c.in)
	}
	for _, f := range []float64{-1, -0.5, math.NaN(), math.Inf(1), math.Inf(-1), 1e9, 0.0001} {
		r := media.FPS(f)
		require.NotEqual(t, media.Rate{}, r, "%g is not taken for the default", f)
		require.ErrorIs(t, r.Validate(), media.ErrRate, "%g", f)
	}
}

func TestParseRate(t *testing.T) {
	for in, want := range map[string]media.Rate{
		"30": {30, 1}, " 29.97 ": {30000, 1001}, "30000/1001": {30000, 1001}, "60/2": {30, 1}, "1000": {1000, 1}, "1/10": {1, 10},
		"77.92": {6000, 77}, "6000/77": {6000, 77}, "78000/1001": {6000, 77},
	} {
		got, err := media.ParseRate(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "x", "30/", "/1", "0/1", "1/0", "-30", "-30/1", "30/-1", "0", "1001", "1e300", "NaN", "Inf", "30/1/1", "1.5/2", "99999999999/1"} {
		_, err := media.ParseRate(in)
		require.ErrorIs(t, err, media.ErrRate, in)
		require.ErrorContains(t, err, strconv.Quote(in), "what was given is named")
	}
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"30", "29.97", "30000/1001", "0/0", "-1", "1e3", "0x1p4", " 25 ", "1/2147483647", "NaN", "30/1/1", "77.92"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := media.ParseRate(s)
		if err != nil {
			require.ErrorIs(t, err, media.ErrRate)
			return
		}
		require.NoError(t, r.Validate())
		again, err := media.ParseRate(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again, "what is printed is read back")
		require.Positive(t, media.Timescale(r))
	})
}

func TestRateValidate(t *testing.T) {
	for _, good := range []media.Rate{{1, 1}, {1000, 1}, {30000, 1001}, {1, 3600}} {
		require.NoError(t, good.Validate(), good.String())
	}
	for _, bad := range []media.Rate{
		{}, {0, 1}, {1, 0}, {-30, 1}, {30, -1}, {1001, 1},
		{1 << 40, 1 << 36}, // libav has 32 bits for each term
		{1, 1 << 40},
	} {
		require.ErrorIs(t, bad.Validate(), media.ErrRate, bad.String())
	}
}

func TestRateValues(t *testing.T) {
	ntsc := media.Rate{30000, 1001}
	require.Equal(t, "30000/1001", ntsc.String())
	require.Equal(t, "30", media.Rate{30, 1}.String())
	require.InDelta(t, 29.97003, ntsc.Float(), 1e-5)
	require.Zero(t, media.Rate{}.Float())
	require.Equal(t, media.Timebase{1001, 30000}, ntsc.Frame())
	require.Negative(t, ntsc.Cmp(media.Rate{30, 1}))
	require.Positive(t, media.Rate{30, 1}.Cmp(ntsc))
	require.Zero(t, media.Rate{60, 2}.Cmp(media.Rate{30, 1}))
}

func TestTimescale(t *testing.T) {
	for _, c := range []struct {
		name  string
		rates []media.Rate
		want  int64
	}{
		{"nothing known", nil, 90_000},
		{"whole rates", []media.Rate{{24, 1}, {25, 1}, {30, 1}, {50, 1}, {60, 1}}, 90_000},
		{"29.97", []media.Rate{{30000, 1001}}, 90_000},
		{"59.94", []media.Rate{{60000, 1001}}, 180_000},
		{"23.976", []media.Rate{{24000, 1001}}, 360_000},
		{"23.976 and 59.94", []media.Rate{{24000, 1001}, {60000, 1001}}, 360_000},
		{"unknown ones do not count", []media.Rate{{25, 1}, {}}, 90_000},
		{"one that no multiple of 90 kHz serves", []media.Rate{{9973, 1000}}, 99_730},
	} {
		t.Run(c.name, func(t *testing.T) {
			scale := media.Timescale(c.rates...)
			require.Equal(t, c.want, scale)
			for _, r := range c.rates {
				if r.Known() {
					require.Zero(t, scale*r.Den%r.Num, "a frame at %s lasts a whole number of ticks", r)
				}
			}
		})
	}
}
