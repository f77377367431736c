package av_test

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/vatest"
)

// fill writes samples that are known by formula and full of the zero bytes that need emulation prevention.
func fill(pic *av.Picture, n int) []byte {
	var nv12 []byte
	for plane, rows := range []int{pic.Height(), pic.Height() / 2} {
		p, stride := pic.Plane(plane), pic.Stride(plane)
		for y := range rows {
			row := p[y*stride : y*stride+pic.Width()]
			for x := range row {
				row[x] = byte(x*y/7+n*plane) & byte(x>>3|n<<2)
			}
			nv12 = append(nv12, row...)
		}
	}
	return nv12
}

func hostPool(t *testing.T, w, h int) *av.Pool {
	pool, err := av.NewPool(w, h, av.LayoutNV12, media.OutputColor(h))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// encodeOn encodes pictures of a host pool through an upload and, when the sizes differ, a scaler, and returns the stream.
func encodeOn(t *testing.T, dev *av.Device, src *av.Pool, pictures []*av.Picture, w, h int, options map[string]string) []byte {
	first := pictures[0]
	up, err := av.NewDevicePool(dev, first.Width(), first.Height(), first.Layout(), first.Color())
	require.NoError(t, err)
	defer up.Close()
	frames := up
	var scale *av.DeviceScaler
	if w != first.Width() || h != first.Height() {
		scale, err = av.NewDeviceScaler(dev, up, w, h)
		require.NoError(t, err)
		defer scale.Close()
		frames = scale.Pool()
	}
	enc, err := av.OpenVideoEncoder(av.VideoConfig{
		Name: "h264_vaapi", Width: w, Height: h, Layout: av.LayoutNV12, Color: first.Color(), FrameRate: media.FPS(25),
		Timescale: 25, GOP: 4, BFrames: 0, Options: options, Frames: frames,
	})
	require.NoError(t, err)
	defer enc.Close()
	var stream []byte
	receive := func() {
		p, err := av.NewPacket()
		require.NoError(t, err)
		defer p.Close()
		for {
			err := enc.Receive(p)
			if errors.Is(err, av.ErrAgain) || errors.Is(err, io.EOF) {
				return
			}
			require.NoError(t, err)
			stream = append(stream, p.Data()...)
		}
	}
	for i, pic := range pictures {
		dst, err := pic.On(up)
		require.NoError(t, err)
		again, err := pic.On(up)
		require.NoError(t, err)
		require.Same(t, dst, again, "a picture is uploaded once")
		again.Release()
		if scale != nil {
			scaled, err := scale.Scale(dst)
			require.NoError(t, err)
			dst.Release()
			dst = scaled
		}
		require.NoError(t, enc.Send(dst, int64(i), 1, i == 0))
		dst.Release()
		receive()
	}
	require.NoError(t, enc.Send(nil, 0, 0, false))
	receive()
	params, err := enc.Parameters()
	require.NoError(t, err)
	defer params.Close()
	require.Equal(t, 8, params.BitDepth)
	return append(params.Extradata, stream...)
}

func TestDecodedPicturesEqualTheUploadedOnes(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	before := av.Live()
	dev, err := av.OpenDevice("vaapi", vatest.Device)
	require.NoError(t, err)
	require.Equal(t, vatest.Driver, dev.Driver())
	for _, size := range []struct{ w, h int }{{64, 48}, {100, 54}, {320, 180}} {
		pool := hostPool(t, size.w, size.h)
		var pictures []*av.Picture
		var want [][]byte
		for n := range 9 {
			pic, err := pool.Get()
			require.NoError(t, err)
			want = append(want, fill(pic, n))
			pictures = append(pictures, pic)
		}
		got := vatest.Decode(t, encodeOn(t, dev, pool, pictures, size.w, size.h, nil), size.w, size.h)
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i], got[i], "picture %d of %dx%d", i, size.w, size.h)
		}
		small := vatest.Decode(t, encodeOn(t, dev, pool, pictures, 48, 32, nil), 48, 32)
		require.Len(t, small, len(want))
		for i := range want {
			require.Equal(t, vatest.Nearest(want[i], size.w, size.h, 48, 32), small[i], "picture %d, scaled", i)
		}
		for _, pic := range pictures {
			pic.Release()
		}
		pool.Close()
	}
	dev.Close()
	require.Equal(t, before, av.Live())
}

func TestReorderedPicturesAreExactToo(t *testing.T) {
	if !vatest.Child(t, "FGVA_PROFILE=main") {
		return
	}
	dev, err := av.OpenDevice("vaapi", vatest.Device)
	require.NoError(t, err)
	defer dev.Close()
	pool := hostPool(t, 64, 48)
	var pictures []*av.Picture
	var want [][]byte
	for n := range 9 {
		pic, err := pool.Get()
		require.NoError(t, err)
		defer pic.Release()
		want = append(want, fill(pic, n))
		pictures = append(pictures, pic)
	}
	stream := encodeOn(t, dev, pool, pictures, 64, 48, map[string]string{"coder": "cavlc", "bf": "2"})
	require.Equal(t, want, vatest.Decode(t, stream, 64, 48))
}

func TestDeviceErrorsSayWhatTheDriverSaid(t *testing.T) {
	if !vatest.Child(t, "FGVA_NO_ENCODE=1", "FGVA_NO_VPP=1") {
		return
	}
	dev, err := av.OpenDevice("vaapi", vatest.Device)
	require.NoError(t, err)
	defer dev.Close()
	pool, err := av.NewDevicePool(dev, 64, 48, av.LayoutNV12, media.Color{})
	require.NoError(t, err)
	defer pool.Close()
	_, err = av.NewDeviceScaler(dev, pool, 32, 24)
	require.ErrorContains(t, err, "scale to 32x24 on the device")
	_, err = av.OpenVideoEncoder(av.VideoConfig{
		Name: "h264_vaapi", Width: 64, Height: 48, Layout: av.LayoutNV12, FrameRate: media.FPS(25), Timescale: 25, Frames: pool,
	})
	require.ErrorContains(t, err, "No usable encoding profile found")
}

func TestOpenDeviceRefusesWhatIsNoDevice(t *testing.T) {
	before := av.Live()
	_, err := av.OpenDevice("vaapi", "/nonexistent")
	require.ErrorContains(t, err, "vaapi device /nonexistent")
	_, err = av.OpenDevice("no such kind", "")
	require.Error(t, err)
	require.Equal(t, before, av.Live())
}
