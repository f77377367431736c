package encodertest

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

func (k *kit) simple() {
	o := k.options()
	e := k.open(o)
	params, err := e.Parameters()
	require.NoError(k, err)
	defer params.Close()
	require.Equal(k, encoder.Format(k.spec.Codec), params.Codec)
	require.Equal(k, [2]int{Width, Height}, [2]int{params.Width, params.Height})
	require.Equal(k, o.FrameRate, params.FrameRate)
	require.Equal(k, o.Color, params.Color)
	require.NotEmpty(k, params.Extradata, "parameter sets belong into the initialization segment")
	packets := k.encode(e, o, moving(30))
	require.Len(k, packets, 30)
	require.True(k, packets[0].key)
	for i, p := range packets {
		require.Positive(k, p.size)
		require.LessOrEqual(k, p.dts, p.pts)
		if i > 0 {
			require.Greater(k, p.dts, packets[i-1].dts, "decoding times increase")
		}
	}
}

func (k *kit) drain() {
	o := k.options()
	e := k.open(o)
	require.Len(k, k.encode(e, o, moving(1)), 1, "one picture alone comes out")
	var late []out
	require.NoError(k, e.Flush(collect(&late)), "a second flush does nothing")
	require.Empty(k, late)
	k.picture(k.pool(o), func(p *encoder.Picture) {
		require.ErrorIs(k, e.Encode(p, 3600, 3600, false, collect(&late)), encoder.ErrClosed)
	})

	var none []out
	require.NoError(k, k.open(o).Flush(collect(&none)), "nothing in, nothing out")
	require.Empty(k, none)
}

func (k *kit) lowLatency() {
	o := k.options()
	o.LowLatency = true
	e := k.open(o)
	pool := k.pool(o)
	var packets []out
	for n := range int64(12) {
		k.picture(pool, func(p *encoder.Picture) {
			Gradient(p, n)
			require.NoError(k, e.Encode(p, n*3600, 3600, n == 0, collect(&packets)))
		})
		if !k.spec.Asynchronous {
			require.Len(k, packets, int(n)+1)
		}
	}
	require.NoError(k, e.Flush(collect(&packets)))
	for n, p := range packets {
		require.Equal(k, int64(n)*3600, p.pts, "no reordering")
	}
}

func (k *kit) life() {
	e, err := encoder.New(k.options())
	require.NoError(k, err)
	e.Close()
	e.Close()
	emit := func(*encoder.Packet) error { return nil }
	k.picture(k.pool(k.options()), func(p *encoder.Picture) {
		require.ErrorIs(k, e.Encode(p, 0, 3600, true, emit), encoder.ErrClosed)
	})
	require.ErrorIs(k, e.Flush(emit), encoder.ErrClosed)
	_, err = e.Parameters()
	require.ErrorIs(k, err, encoder.ErrClosed)
}

func (k *kit) closeInTheMiddle() {
	o := k.options()
	e := k.open(o)
	pool := k.pool(o)
	for n := range int64(5) {
		k.picture(pool, func(p *encoder.Picture) {
			Gradient(p, n)
			require.NoError(k, e.Encode(p, n*3600, 3600, n == 0, func(*encoder.Packet) error { return nil }))
		})
	}
	e.Close()
	require.Zero(k, av.Live()["picture"], "what the encoder held is free again")
}

func (k *kit) times() {
	for _, rate := range []media.Rate{{Num: 24000, Den: 1001}, {Num: 30000, Den: 1001}, {Num: 60000, Den: 1001}, {Num: 24, Den: 1}} {
		o := k.options()
		o.FrameRate, o.Timescale = rate, media.Timescale(rate)
		tick := media.Timebase{Num: 1, Den: o.Timescale}
		c := moving(20)
		c.pts = func(n int64) int64 { return rate.Frame().Rescale(n, tick) + 1_000_000_000 }
		c.duration = func(n int64) int64 { return c.pts(n+1) - c.pts(n) }
		k.requireTimes(k.encode(k.open(o), o, c), c)
	}
}

// short checks that decoding times make sense, however few pictures there are.
func (k *kit) short() {
	o := k.options()
	for n := int64(1); n < 8; n++ {
		packets := k.encode(k.open(o), o, moving(n))
		require.Len(k, packets, int(n))
		for i, p := range packets {
			require.LessOrEqual(k, p.dts, p.pts, "packet %d of %d", i, n)
			require.GreaterOrEqual(k, p.dts, int64(-16*3600), "packet %d of %d", i, n)
			if i > 0 {
				require.Greater(k, p.dts, packets[i-1].dts, "packet %d of %d", i, n)
			}
		}
	}
}

func (k *kit) unevenTimes() {
	o := k.options()
	c := moving(20)
	c.pts = func(n int64) int64 { return n*3600 + n%3*400 }
	c.duration = func(n int64) int64 { return c.pts(n+1) - c.pts(n) }
	k.requireTimes(k.encode(k.open(o), o, c), c)
}

func (k *kit) requireTimes(packets []out, c clip) {
	k.Helper()
	slices.SortFunc(packets, func(a, b out) int { return int(a.pts - b.pts) })
	require.Len(k, packets, int(c.n))
	for n, p := range packets {
		require.Equal(k, c.pts(int64(n)), p.pts, "time of picture %d", n)
		require.Equal(k, c.duration(int64(n)), p.duration, "duration of picture %d", n)
	}
}

// keysOf returns the times of the key frames.
func keysOf(packets []out) (times []int64) {
	for _, p := range packets {
		if p.key {
			times = append(times, p.pts)
		}
	}
	return times
}

func (k *kit) keys() {
	o := k.options()
	o.GOP = 10
	c := moving(35)
	c.key = func(n int64) bool { return n%10 == 0 }
	c.paint = cuts // scene cuts must not make key frames
	require.Equal(k, []int64{0, 36000, 72000, 108000}, keysOf(k.encode(k.open(o), o, c)))
}

// cuts paints a new scene every 7 pictures.
func cuts(p *encoder.Picture, n int64) {
	if n/7%2 == 0 {
		Gradient(p, n)
	} else {
		Noise(p, n/7)
	}
}

func (k *kit) earlyKeys() {
	o := k.options()
	c := moving(30)
	asked := []int64{0, 3, 4, 17}
	c.key = func(n int64) bool { return slices.Contains(asked, n) }
	require.Equal(k, []int64{0, 3 * 3600, 4 * 3600, 17 * 3600}, keysOf(k.encode(k.open(o), o, c)))
}

func (k *kit) sameKeys() {
	var first []int64
	for i, o := range []encoder.Options{k.options(), k.options(), k.options()} {
		o.Bitrate = []int64{0, 100_000, 400_000}[i]
		o.Width, o.Height = Width-32*i, Height-16*i
		o.GOP = 12
		c := moving(40)
		c.key = func(n int64) bool { return n%12 == 0 }
		keys := keysOf(k.encode(k.open(o), o, c))
		if i == 0 {
			first = keys
		}
		require.Len(k, keys, 4)
		require.Equal(k, first, keys)
	}
}

func (k *kit) unknownExtra() {
	o := k.options()
	o.Extra = map[string]string{"no_such_key": "1"}
	_, err := encoder.New(o)
	require.ErrorIs(k, err, av.ErrOption)
	require.ErrorContains(k, err, "no_such_key")
	require.ErrorContains(k, err, k.spec.Codec)
}

func (k *kit) bitrate() {
	o := k.options()
	o.Bitrate, o.GOP = 400_000, 50
	require.InEpsilon(k, o.Bitrate, k.rate(o, 400), 0.10)
}

func (k *kit) cappedCRF() {
	o := k.options()
	o.CRF, o.GOP = k.spec.CRF, 50
	free := k.rate(o, 50)
	o.Bitrate = int64(free / 3)
	const seconds, buffer = 8, 2 // the buffer may be emptied once beside what flows in: its law
	require.LessOrEqual(k, k.rate(o, 25*seconds), float64(o.Bitrate)*(seconds+buffer)/seconds, "without the cap it is %.0f bit/s", free)
}

// rate encodes noise and returns the average in bits per second.
func (k *kit) rate(o encoder.Options, n int64) float64 {
	k.Helper()
	c := moving(n)
	c.paint = Noise
	c.key = func(n int64) bool { return n%int64(o.GOP) == 0 }
	bits := 0
	for _, p := range k.encode(k.open(o), o, c) {
		bits += 8 * p.size
	}
	return float64(bits) / (float64(n) / 25)
}

func (k *kit) deep() {
	o := k.options()
	o.Layout = av.LayoutI42010
	if encoder.MaxBits(k.spec.Codec) < 10 {
		_, err := encoder.New(o)
		require.ErrorIs(k, err, encoder.ErrOptions)
		return
	}
	e := k.open(o)
	params, err := e.Parameters()
	require.NoError(k, err)
	defer params.Close()
	require.Equal(k, 10, params.BitDepth)
	require.Len(k, k.encode(e, o, moving(5)), 5)
}

func (k *kit) wrongPictures() {
	o := k.options()
	e := k.open(o)
	small, deep := o, o
	small.Width = Width / 2
	deep.Layout = av.LayoutI42010
	for _, wrong := range []encoder.Options{small, deep} {
		k.picture(k.pool(wrong), func(p *encoder.Picture) {
			require.ErrorIs(k, e.Encode(p, 0, 3600, true, nil), encoder.ErrPicture)
		})
	}
	require.Len(k, k.encode(e, o, moving(3)), 3, "the encoder goes on")
}

func (k *kit) emitError() {
	o := k.options()
	e := k.open(o)
	full := errors.New("disk full")
	emit := func(*encoder.Packet) error { return full }
	var err error
	k.picture(k.pool(o), func(p *encoder.Picture) {
		Gradient(p, 0)
		err = e.Encode(p, 0, 3600, true, emit)
	})
	if err == nil { // the packet comes later
		err = e.Flush(emit)
	}
	require.Equal(k, full, err)
}

func (k *kit) allocations() {
	o := k.options()
	o.LowLatency = true
	e := k.open(o)
	pool := k.pool(o)
	emit := func(*encoder.Packet) error { return nil }
	n := int64(0)
	frame := func() {
		p, err := pool.Get()
		if err != nil {
			k.Fatal(err)
		}
		if err := e.Encode(p, n*3600, 3600, false, emit); err != nil {
			k.Fatal(err)
		}
		p.Release()
		n++
	}
	for range 40 {
		frame()
	}
	require.Zero(k, testing.AllocsPerRun(40, frame))
}
