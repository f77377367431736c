package encoder

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/nal"
	"github.com/framegear/framegear/internal/vatest"
)

const besideWidth, besideHeight = 192, 128

// besideEncode encodes a few pictures, half of them noise, and returns the parameter sets and the pictures.
func besideEncode(t *testing.T, o Options) (sets, pictures []byte) {
	e, err := New(o)
	require.NoError(t, err)
	defer e.Close()
	params, err := e.Parameters()
	require.NoError(t, err)
	defer params.Close()
	pool, err := av.NewPool(o.Width, o.Height, e.opt.Layout, o.Color)
	require.NoError(t, err)
	defer pool.Close()
	var keys []int64
	emit := func(p *Packet) error {
		if p.Key() {
			keys = append(keys, p.PTS())
		}
		require.Equal(t, int64(1), p.Duration())
		pictures = append(pictures, p.Data()...)
		return nil
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range int64(12) {
		pic, err := pool.Get()
		require.NoError(t, err)
		for plane := range 3 {
			samples := pic.Plane(plane)
			for i := range samples {
				if samples[i] = byte(i + 3*int(n)); n%2 == 0 {
					samples[i] = byte(random.Uint32())
				}
				if e.opt.Layout == av.LayoutI42010 && i%2 == 1 {
					samples[i] &= 3
				}
			}
		}
		require.NoError(t, e.Encode(pic, n, 1, n%5 == 0, emit))
		pic.Release()
	}
	require.NoError(t, e.Flush(emit))
	require.Equal(t, []int64{0, 5, 10}, keys)
	return params.Extradata, pictures
}

// Renumbered, a stream decodes to the same pictures, alone and behind one with the same numbers as it had.
func TestRenumberedStreamHasTheSamePictures(t *testing.T) {
	for name, change := range map[string]func(o *Options){
		"quality":     func(*Options) {},
		"lossless":    func(o *Options) { o.CRF = Lossless },
		"low latency": func(o *Options) { o.LowLatency, o.Bitrate = true, 400_000 },
		"slices":      func(o *Options) { o.Threads, o.Extra = 2, map[string]string{"x265-params": "slices=2"} },
		"10 bit":      func(o *Options) { o.Layout = av.LayoutI42010 },
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t)
			o := Options{Codec: "libx265", Width: besideWidth, Height: besideHeight, FrameRate: media.FPS(25), Timescale: 25, GOP: 5, Color: media.OutputColor(0)}
			change(&o)
			decode := vatest.Decode
			if o.Layout == av.LayoutI42010 {
				decode = vatest.DecodeDeep
			}
			sets, pictures := besideEncode(t, o)
			o.beside = profileOf(parameterSets(media.CodecHEVC, sets))
			otherSets, otherPictures := besideEncode(t, o)
			require.NotEqual(t, sets, otherSets)
			require.NotEqual(t, pictures, otherPictures)
			want := decode(t, slices.Concat(sets, pictures), besideWidth, besideHeight)
			require.Len(t, want, 12)
			require.Equal(t, want, decode(t, slices.Concat(otherSets, otherPictures), besideWidth, besideHeight))
			both := decode(t, slices.Concat(sets, otherSets, pictures, otherPictures), besideWidth, besideHeight)
			require.Equal(t, slices.Concat(want, want), both)
			require.Equal(t, o.beside, profileOf(parameterSets(media.CodecHEVC, otherSets)))
		})
	}
}

func TestSetsThatDoNotFitBesideOthers(t *testing.T) {
	o := Options{Codec: "libx265", Width: besideWidth, Height: besideHeight, FrameRate: media.FPS(25), Timescale: 25, Color: media.OutputColor(0)}
	sets, _ := besideEncode(t, func() Options { o.GOP = 5; return o }())
	own := profileOf(parameterSets(media.CodecHEVC, sets))
	changed := func(at int, to byte) hevcProfile {
		p := slices.Clone(own)
		p[at] = to
		return p
	}
	for name, p := range map[string]hevcProfile{
		"another profile": changed(0, 2), "a lower level": changed(11, own[11]-3), "more compatible": changed(1, own[1]|0x10),
	} {
		_, err := p.renumberSets(sets)
		require.ErrorIs(t, err, errNotBeside, name)
	}
	for _, p := range []hevcProfile{own, changed(11, own[11]+30), changed(0, own[0]|0x20)} {
		again, err := p.renumberSets(sets)
		require.NoError(t, err)
		require.Equal(t, p, profileOf(parameterSets(media.CodecHEVC, again)))
		_, err = p.renumberSets(again)
		require.ErrorIs(t, err, errNotBeside, "numbers that are in use")
	}
	_, err := own.renumberSets(nil)
	require.ErrorIs(t, err, errNotBeside)
	_, err = own.renumberSets(nal.Stream(nil, []byte{unitSPS << 1, 1, 0, 1}))
	require.ErrorIs(t, err, errNotBeside)
	_, err = renumberSlice([]byte{1 << 1, 1, 0x9f})
	require.Error(t, err, "the slice of another parameter set")
}

func FuzzRenumberSlice(f *testing.F) {
	f.Add([]byte{1 << 1, 1, 0xd0, 0, 0, 3, 1})
	f.Add([]byte{19 << 1, 1, 0xa0})
	f.Fuzz(func(t *testing.T, unit []byte) {
		if len(unit) == 0 {
			return
		}
		out, err := renumberSlice(unit)
		if err == nil && len(out) > len(unit) {
			require.Equal(t, unit[:2], out[:2])
		}
	})
}
