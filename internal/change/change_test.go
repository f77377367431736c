package change_test

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/change"
)

// picture is 4:2:0 samples with rows longer than they have to be, filled with other things behind them.
type picture struct {
	width, height int
	b             [3][]byte
}

func (p *picture) stride(plane int) int { return p.width/min(2, plane+1) + 5 }

func newPicture(width, height int, r *rand.Rand) *picture {
	p := &picture{width: width, height: height}
	for i := range p.b {
		p.b[i] = make([]byte, p.stride(i)*height/min(2, i+1)+64)
		for k := range p.b[i] {
			p.b[i][k] = byte(r.Uint32())
		}
	}
	return p
}

// same returns a copy whose bytes behind the rows differ.
func (p *picture) same() *picture {
	q := newPicture(p.width, p.height, rand.New(rand.NewPCG(9, 9)))
	for i := range p.b {
		for y := range p.height / min(2, i+1) {
			copy(q.b[i][y*q.stride(i):][:p.width/min(2, i+1)], p.b[i][y*p.stride(i):])
		}
	}
	return q
}

func (p *picture) planes() *change.Planes {
	var all change.Planes
	for i := range p.b {
		all.Data[i], all.Stride[i] = unsafe.Pointer(&p.b[i][0]), p.stride(i)
	}
	return &all
}

// touch changes one sample.
func (p *picture) touch(plane, x, y int) { p.b[plane][y*p.stride(plane)+x] ^= 1 }

func TestEverySampleCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{16, 16}, {64, 48}, {130, 50}, {1922, 34}, {2050, 18}} {
		before := newPicture(size[0], size[1], r)
		var m change.Map
		same := before.same()
		require.True(t, m.Compare(size[0], size[1], same.planes(), before.planes()))
		require.Zero(t, m.Changed(), size)
		for range 200 {
			now := before.same()
			plane := r.IntN(3)
			x, y := r.IntN(size[0]/min(2, plane+1)), r.IntN(size[1]/min(2, plane+1))
			now.touch(plane, x, y)
			m.Compare(size[0], size[1], now.planes(), before.planes())
			side := 16 / min(2, plane+1)
			if m.Changed() == 0 { // the sample of blocks met it, in a picture of few blocks
				continue
			}
			require.Equal(t, 1, m.Changed())
			blocks, cols := m.Blocks()
			require.EqualValues(t, 1, blocks[y/side*cols+x/side], "%v plane %d at %d, %d", size, plane, x, y)
		}
	}
}

func TestBusyPicturesAreNotCompared(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	before, now := newPicture(640, 352, r), newPicture(640, 352, r)
	var m change.Map
	require.False(t, m.Compare(640, 352, now.planes(), before.planes()))
}

// The look at a picture is quick and decides nothing about what it may miss: a change in a row of a block that it does not read.
func TestWhatIsWorthComparing(t *testing.T) {
	const width, height, cols = 640, 352, 40
	before := newPicture(width, height, rand.New(rand.NewPCG(7, 8)))
	for row := range 16 {
		for oneOf, want := range map[int]bool{2: false, 3: false, 5: true, 9: true} {
			now := before.same()
			for block := 0; block < cols*height/16; block += oneOf {
				now.touch(0, block%cols*16+row, block/cols*16+row)
			}
			var m change.Map
			require.Equal(t, want, m.Compare(width, height, now.planes(), before.planes()), "one block of %d, row %d", oneOf, row)
		}
	}
}

func TestBandsAndSums(t *testing.T) {
	var m, more change.Map
	m.Reset(100, 100)
	more.Reset(100, 100)
	blocks, cols := m.Blocks()
	require.Equal(t, 7, cols)
	require.Len(t, blocks, 49)
	mark := func(m *change.Map, x, y int) {
		var one change.Map
		one.Reset(100, 100)
		b, cols := one.Blocks()
		b[y*cols+x] = 1
		one.Recount()
		m.Add(&one)
	}
	mark(&m, 3, 0)
	mark(&m, 3, 2)
	mark(&more, 0, 3)
	mark(&more, 6, 6)
	m.Add(&more)
	require.Equal(t, 4, m.Changed())
	require.True(t, m.AtMost(10))
	require.False(t, m.AtMost(13))
	var bands [][2]int
	m.Bands(func(from, to int) { bands = append(bands, [2]int{from, to}) })
	require.Equal(t, [][2]int{{0, 16}, {32, 64}, {96, 100}}, bands)
}

// What a scaled picture may show of a change is marked there, at the edges too, and not much more.
func TestProject(t *testing.T) {
	for _, size := range [][2]int{{1280, 720}, {640, 360}, {1920, 1080}, {100, 60}, {3840, 2160}} {
		var m, to change.Map
		m.Reset(1920, 1080)
		b, cols := m.Blocks()
		for _, at := range [][2]int{{0, 0}, {cols - 1, 67}, {60, 30}} {
			b[at[1]*cols+at[0]] = 1
			m.Recount()
			to.Reset(size[0], size[1])
			m.Project(&to)
			out, outCols := to.Blocks()
			x, y := min(at[0]*16+8, 1919)*size[0]/1920, min(at[1]*16+4, 1079)*size[1]/1080
			require.EqualValues(t, 1, out[y/16*outCols+x/16], "%v of %v", at, size)
			b[at[1]*cols+at[0]] = 0
			require.LessOrEqual(t, to.Changed(), 25)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	before := newPicture(1920, 1080, r)
	for name, now := range map[string]*picture{"same": before.same(), "other": newPicture(1920, 1080, r)} {
		b.Run(name, func(b *testing.B) {
			var m change.Map
			b.ReportAllocs()
			for b.Loop() {
				m.Compare(1920, 1080, now.planes(), before.planes())
			}
		})
	}
}
