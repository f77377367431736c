package framegear_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/muxer/sink"
)

// halves is a frame whose left half is black and whose right half is white.
func halves(width, height int) *framegear.Frame {
	pix := make([]byte, width*height)
	for i := range pix {
		if i%width >= width/2 {
			pix[i] = 255
		}
	}
	return framegear.Gray(pix, width, height)
}

// recordFiltered writes frames and returns the objects.
func recordFiltered(t *testing.T, o framegear.Options, frames ...*framegear.Frame) (*sink.Memory, error) {
	t.Helper()
	m := sink.NewMemory()
	o.Sink = m
	s, err := framegear.New("", o)
	require.NoError(t, err)
	defer s.Close()
	for _, f := range frames {
		if err := s.WriteFrame(f); err != nil {
			return m, err
		}
	}
	return m, s.Finish(t.Context())
}

func video(t *testing.T, m *sink.Memory, track string) []byte {
	t.Helper()
	var all []byte
	for _, name := range []string{"init.mp4", "1.m4s"} {
		b, err := sink.ReadObject(t.Context(), m, track+"/"+name)
		require.NoError(t, err)
		all = append(all, b...)
	}
	return all
}

func repeated(f *framegear.Frame, n int) []*framegear.Frame {
	var all []*framegear.Frame
	for range n {
		all = append(all, f)
	}
	return all
}

// bright reports whether the left and the right half of a picture's middle row are bright.
func bright(luma []byte, width int) (left, right bool) {
	row := luma[len(luma)/width/2*width:][:width]
	return bytes.Count(row[width/8:width/4], []byte{row[width/8]}) > 0 && row[width/4] > 128, row[3*width/4] > 128
}

func TestFilter(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	frames := repeated(halves(320, 240), 8)
	for _, c := range []struct {
		name          string
		stream, rung  string
		width, height int
		left, right   bool
	}{
		{"none", "", "", 320, 240, false, true},
		{"for all", "hflip", "", 320, 240, true, false},
		{"for one", "", "hflip", 320, 240, true, false},
		{"both", "hflip", "hflip", 320, 240, false, true},
		{"another size is the source's", "crop=160:120:160:0", "", 160, 120, true, true},
		{"odd sizes become even", "crop=161:121:0:0:exact=1", "", 162, 122, false, false},
		{"another size of a rendition is scaled back", "", "crop=160:120:160:0", 320, 240, true, true},
		{"through RGB and back", "format=rgb24,hflip", "", 320, 240, true, false},
		{"one that looks ahead", "yadif=deint=interlaced,hflip", "", 320, 240, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := recordFiltered(t, framegear.Options{Filter: c.stream, Ladder: framegear.Ladder{{Filter: c.rung}}}, frames...)
			require.NoError(t, err)
			v := video(t, m, "v0")
			pictures := referee.Frames(t, v)
			require.Len(t, pictures, len(frames))
			require.Equal(t, [2]int{c.width, c.height}, [2]int{pictures[0].Width, pictures[0].Height})
			left, right := bright(referee.Luma(t, v, 4), c.width)
			require.Equal(t, [2]bool{c.left, c.right}, [2]bool{left, right})
		})
	}
}

// A rendition's filter is its own: the ones that are scaled from it do not see it.
func TestFilterOfOneRendition(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	m, err := recordFiltered(t, framegear.Options{Ladder: framegear.Ladder{{Filter: "hflip"}, {Width: 160, Height: 120}}}, repeated(halves(320, 240), 8)...)
	require.NoError(t, err)
	left, right := bright(referee.Luma(t, video(t, m, "v0"), 0), 320)
	require.Equal(t, [2]bool{true, false}, [2]bool{left, right})
	left, right = bright(referee.Luma(t, video(t, m, "v1"), 0), 160)
	require.Equal(t, [2]bool{false, true}, [2]bool{left, right})
}

func TestFilterRefuses(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct{ filter, says string }{
		{"hflop", "hflop"},
		{"hflip,nosuchfilter,vflip", "No such filter: 'nosuchfilter'"},
		{"scale=w=nonsense", "nonsense"},
		{"split", "filter"},
	} {
		_, err := recordFiltered(t, framegear.Options{Filter: c.filter}, halves(320, 240))
		require.ErrorIs(t, err, framegear.ErrOptions, c.filter)
		require.ErrorContains(t, err, c.says)
		_, err = recordFiltered(t, framegear.Options{Ladder: framegear.Ladder{{Filter: c.filter}}}, halves(320, 240))
		require.ErrorIs(t, err, framegear.ErrLadder, c.filter)
	}
	for _, filter := range []string{"select=0", "fps=fps=100", "yadif=mode=send_field"} {
		m, err := recordFiltered(t, framegear.Options{Filter: filter}, repeated(halves(320, 240), 5)...)
		var stage *framegear.StageError
		require.ErrorAs(t, err, &stage, filter)
		require.Equal(t, "filter", stage.Stage)
		require.ErrorContains(t, err, "one picture for each")
		_, err = m.Open(t.Context(), "v0/1.m4s")
		require.Error(t, err, "nothing was written")
	}
}

func TestAspect(t *testing.T) {
	leaktest.Check(t)
	m, err := recordFiltered(t, framegear.Options{Aspect: framegear.Rate{Num: 16, Den: 9}}, repeated(halves(320, 240), 4)...)
	require.NoError(t, err)
	init, err := sink.ReadObject(t.Context(), m, "v0/init.mp4")
	require.NoError(t, err)
	i := bytes.Index(init, []byte("pasp"))
	require.Positive(t, i)
	require.Equal(t, []byte{0, 0, 0, 4, 0, 0, 0, 3}, init[i+4:i+12], "4:3 samples make 320x240 a 16:9 picture")
}
