package av_test

import (
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
)

func TestPictureReferences(t *testing.T) {
	leaktest.Check(t)
	p := pool(t, width, height, av.LayoutI420)
	pic := picture(t, p)
	memory := pic.Pointer(0)
	require.Same(t, pic, pic.Retain())
	pic.Release()
	other := picture(t, p)
	require.NotEqual(t, memory, other.Pointer(0), "a picture that somebody holds is not given out again")
	other.Release()
	pic.Release()
	require.Panics(t, pic.Release, "released once more than retained")
	var none *av.Picture
	none.Release()
}

func TestPictureOutlivesItsPool(t *testing.T) {
	leaktest.Check(t)
	p, err := av.NewPool(width, height, av.LayoutI420, media.OutputColor(height))
	require.NoError(t, err)
	pic := picture(t, p)
	p.Close()
	p.Close()
	_, err = p.Get()
	require.ErrorIs(t, err, av.ErrClosed)
	b := pic.Plane(0)
	for i := range b {
		b[i] = 1
	}
	require.Equal(t, int64(1), av.Live()["picture"])
	pic.Release()
	require.Zero(t, av.Live()["picture"])
}

// An encoder keeps its own reference to a picture: releasing ours does not let the pool overwrite what is still to be encoded.
func TestEncoderKeepsItsReference(t *testing.T) {
	leaktest.Check(t)
	cfg := config()
	cfg.BFrames, cfg.Options = 2, map[string]string{"preset": "veryfast"}
	e, err := av.OpenVideoEncoder(cfg)
	require.NoError(t, err)
	defer e.Close()
	p := pool(t, width, height, av.LayoutI420)
	pic := picture(t, p)
	held := pic.Pointer(0)
	require.NoError(t, e.Send(pic, 0, 3600, true))
	pic.Release()
	pic = picture(t, p)
	defer pic.Release()
	if pic.Pointer(0) == held {
		t.Skip("the encoder has copied the picture already")
	}
	require.NotEqual(t, held, pic.Pointer(0))
}

func TestPicturesFromManyGoroutines(t *testing.T) {
	leaktest.Check(t)
	p := pool(t, width, height, av.LayoutNV12)
	var work sync.WaitGroup
	for g := range 8 {
		work.Go(func() {
			for range 200 {
				pic, err := p.Get()
				if err != nil {
					t.Error(err)
					return
				}
				*(*byte)(pic.Pointer(0)) = byte(g)
				pic.Retain().Release()
				if got := *(*byte)(pic.Pointer(0)); got != byte(g) {
					t.Errorf("two goroutines have the same picture: %d and %d", got, g)
				}
				pic.Release()
			}
		})
	}
	work.Wait()
}

func TestPictureShape(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		layout av.Layout
		name   string
		bits   int
		planes int
		bytes  int // of a luma sample
	}{
		{av.LayoutI420, "yuv420p", 8, 3, 1}, {av.LayoutNV12, "nv12", 8, 2, 1},
		{av.LayoutI42010, "yuv420p10le", 10, 3, 2}, {av.LayoutP010, "p010le", 10, 2, 2},
	} {
		pic := picture(t, pool(t, 34, 18, c.layout))
		require.Equal(t, c.name, pic.Layout().String())
		require.Equal(t, c.bits, pic.Layout().Bits())
		require.Equal(t, [2]int{34, 18}, [2]int{pic.Width(), pic.Height()})
		require.Equal(t, media.OutputColor(18), pic.Color())
		for plane := range c.planes {
			require.GreaterOrEqual(t, pic.Stride(plane), 34*c.bytes/min(2, plane+1))
			require.Zero(t, uintptr(pic.Pointer(plane))%32, "aligned for vector code")
		}
		require.Len(t, pic.Plane(0), 18*pic.Stride(0))
		require.Len(t, pic.Plane(1), 9*pic.Stride(1))
		require.Zero(t, uintptr(unsafe.Pointer(&pic.Plane(0)[0]))%32)
		pic.Release()
	}
	require.Equal(t, "unset", av.LayoutUnset.String())
}

func TestPoolRefusesWhatMemoryCannotHold(t *testing.T) {
	leaktest.Check(t)
	_, err := av.NewPool(1<<20, 1<<20, av.LayoutI420, media.Color{})
	require.Error(t, err)
}

func TestPicturesAllocateNothing(t *testing.T) {
	leaktest.Check(t)
	p := pool(t, width, height, av.LayoutI420)
	use := func() {
		pic, err := p.Get()
		if err != nil {
			t.Fatal(err)
		}
		pic.Release()
	}
	use()
	require.Zero(t, testing.AllocsPerRun(100, use))
}

func TestPad(t *testing.T) {
	leaktest.Check(t)
	for _, layout := range []av.Layout{av.LayoutI420, av.LayoutI42010} {
		pic := picture(t, pool(t, 6, 4, layout))
		bytes := (layout.Bits() + 7) / 8
		row := func(y int) []byte { return pic.Plane(0)[y*pic.Stride(0) : y*pic.Stride(0)+6*bytes] }
		for y := range 4 {
			for x := range row(y) {
				row(y)[x] = byte(10*y + x)
			}
		}
		pic.Pad(5, 3)
		for y := range 3 {
			require.Equal(t, row(y)[4*bytes:5*bytes], row(y)[5*bytes:], "the last column again")
		}
		require.Equal(t, row(2), row(3), "the last row again")
		pic.Release()
	}
}

func TestLiveKinds(t *testing.T) {
	require.IsIncreasing(t, av.LiveKinds())
	require.Contains(t, av.LiveKinds(), "picture")
}
