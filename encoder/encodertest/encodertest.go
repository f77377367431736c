// Package encodertest checks that an encoder keeps the contract of package encoder. A new codec is one call:
//
//	func TestMyCodec(t *testing.T) {
//		encodertest.Run(t, encodertest.Spec{Codec: "libmine", Preset: "fast"})
//	}
package encodertest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
)

// Spec says what to check.
type Spec struct {
	// Codec is the encoder's name.
	Codec string
	// Preset is the one to use, the fastest that there is.
	Preset string
	// CRF is a quality that gives more than CapBitrate on noise.
	CRF float64
	// Asynchronous says that pictures come out some calls after they went in, in low latency too.
	Asynchronous bool
}

// The size of every picture.
const (
	Width  = 160
	Height = 96
)

// Run checks one encoder.
func Run(t *testing.T, s Spec) {
	if !encoder.Available(s.Codec) {
		t.Skipf("this build of libav has no %s", s.Codec)
	}
	for _, test := range []struct {
		name string
		run  func(*kit)
	}{
		{"every picture comes out", (*kit).simple},
		{"drain", (*kit).drain},
		{"low latency gives each picture at once", (*kit).lowLatency},
		{"close twice, use after close", (*kit).life},
		{"close in the middle", (*kit).closeInTheMiddle},
		{"times are kept", (*kit).times},
		{"uneven times are kept", (*kit).unevenTimes},
		{"clips of a few pictures", (*kit).short},
		{"keys where asked and nowhere else", (*kit).keys},
		{"keys away from the nominal distance", (*kit).earlyKeys},
		{"same keys whatever size and rate", (*kit).sameKeys},
		{"unknown extra option", (*kit).unknownExtra},
		{"bitrate is reached", (*kit).bitrate},
		{"capped quality stays below the cap", (*kit).cappedCRF},
		{"10 bits", (*kit).deep},
		{"wrong pictures", (*kit).wrongPictures},
		{"an error of emit comes back", (*kit).emitError},
		{"steady state allocates nothing", (*kit).allocations},
	} {
		t.Run(test.name, func(t *testing.T) {
			leaktest.Check(t)
			test.run(&kit{T: t, spec: s})
		})
	}
}

type kit struct {
	*testing.T
	spec Spec
}

// options returns the smallest configuration; tests change what they are about.
func (k *kit) options() encoder.Options {
	return encoder.Options{
		Codec: k.spec.Codec, Preset: k.spec.Preset, Width: Width, Height: Height, FrameRate: media.Rate{Num: 25, Den: 1}, Timescale: 90_000,
		Color: media.OutputColor(Height), GOP: 25, Threads: 1,
	}
}

func (k *kit) open(o encoder.Options) *encoder.Encoder {
	k.Helper()
	e, err := encoder.New(o)
	require.NoError(k, err)
	k.Cleanup(e.Close)
	return e
}

// out is what one packet was.
type out struct {
	pts, dts, duration int64
	key                bool
	size               int
}

// clip encodes n pictures of a source, at times and with keys as the functions say.
type clip struct {
	n        int64
	paint    func(p *encoder.Picture, n int64)
	pts      func(n int64) int64
	duration func(n int64) int64
	key      func(n int64) bool
}

// moving is a clip of 25 pictures per second with a key at the first one.
func moving(n int64) clip {
	return clip{
		n: n, paint: Gradient, pts: func(n int64) int64 { return n * 3600 }, duration: func(int64) int64 { return 3600 },
		key: func(n int64) bool { return n == 0 },
	}
}

// encode runs a clip through an encoder and drains it. Packets come in decoding order.
func (k *kit) encode(e *encoder.Encoder, o encoder.Options, c clip) (packets []out) {
	k.Helper()
	pool := k.pool(o)
	emit := collect(&packets)
	for n := range c.n {
		k.picture(pool, func(p *encoder.Picture) {
			c.paint(p, n)
			require.NoError(k, e.Encode(p, c.pts(n), c.duration(n), c.key(n), emit))
		})
	}
	require.NoError(k, e.Flush(emit))
	return packets
}

func collect(to *[]out) func(*encoder.Packet) error {
	return func(p *encoder.Packet) error {
		*to = append(*to, out{p.PTS(), p.DTS(), p.Duration(), p.Key(), p.Size()})
		return nil
	}
}

func (k *kit) pool(o encoder.Options) *av.Pool {
	k.Helper()
	if o.Layout == av.LayoutUnset {
		o.Layout = av.LayoutI420
	}
	pool, err := av.NewPool(o.Width, o.Height, o.Layout, o.Color)
	require.NoError(k, err)
	k.Cleanup(pool.Close)
	return pool
}

func (k *kit) picture(pool *av.Pool, use func(*encoder.Picture)) {
	k.Helper()
	p, err := pool.Get()
	require.NoError(k, err)
	defer p.Release()
	use(p)
}
