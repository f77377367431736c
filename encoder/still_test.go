package encoder_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/referee"
)

// desk is a picture of fine detail in which a few blocks change now and then.
type desk struct {
	t    *testing.T
	pool *av.Pool
	r    *rand.Rand
	last *encoder.Picture
}

func newDesk(t *testing.T, o encoder.Options) *desk {
	pool, err := av.NewPool(o.Width, o.Height, av.LayoutI420, o.Color)
	require.NoError(t, err)
	d := &desk{t: t, pool: pool, r: rand.New(rand.NewPCG(3, 4))}
	t.Cleanup(func() { d.last.Release(); pool.Close() })
	d.next(nil)
	return d
}

// next makes the last picture anew, changed as it is told, and compares it with the one before.
func (d *desk) next(change func(p *encoder.Picture)) *encoder.Picture {
	p, err := d.pool.Get()
	require.NoError(d.t, err)
	if d.last == nil {
		for plane := range 3 {
			b := p.Plane(plane)
			for i := range b {
				b[i] = byte(64 + d.r.UintN(128)>>(plane*2))
			}
		}
	} else {
		p.CopyRows(d.last, 0, p.Height())
	}
	if change != nil {
		change(p)
	}
	p.CompareWith(d.last)
	d.last.Release()
	d.last = p
	return p
}

// letter changes one block.
func (d *desk) letter(p *encoder.Picture) {
	x, y, v := d.r.IntN(p.Width()/16)*16, d.r.IntN(p.Height()/16)*16, byte(d.r.Uint32())
	for i := range 8 {
		copy(p.Plane(0)[(y+i)*p.Stride(0)+x:], bytes.Repeat([]byte{v}, 8))
	}
}

// recorded is what came out of an encoder.
type recorded struct {
	stream   []byte
	pts, dts []int64
	sizes    map[int64]int
	unseen   int // by the codec, which says its quantizer otherwise
}

func (c *recorded) emit(p *encoder.Packet) error {
	c.stream = append(c.stream, p.Data()...)
	c.pts, c.dts = append(c.pts, p.PTS()), append(c.dts, p.DTS())
	c.sizes[p.PTS()] = p.Size()
	if p.Quantizer() < 0 {
		c.unseen++
	}
	return nil
}

// record opens an encoder and begins its stream. The caller closes the encoder.
func record(t *testing.T, o encoder.Options) (*encoder.Encoder, *recorded) {
	t.Helper()
	e, err := encoder.New(o)
	require.NoError(t, err)
	params, err := e.Parameters()
	require.NoError(t, err)
	defer params.Close()
	return e, &recorded{stream: bytes.Clone(params.Extradata), sizes: map[int64]int{}}
}

// Pictures that the codec never saw stand in the stream where they belong, and what refers to them finds what it expects: the decoder of the
// system shows every picture as it was, with the right one repeated.
func TestUnchangedPictures(t *testing.T) {
	referee.Need(t)
	for _, preset := range []string{"ultrafast", "superfast", "veryfast", "medium"} {
		for _, b := range []int{encoder.NoBFrames, 1, 2} {
			for _, threads := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s, %d B-frames, %d threads", preset, b, threads), func(t *testing.T) {
					leaktest.Check(t)
					o := encoder.Options{
						Width: 176, Height: 144, FrameRate: media.FPS(25), Timescale: 25, Color: media.OutputColor(144), Preset: preset, BFrames: b,
						Tune: "zerolatency", Threads: threads, CRF: 20, Hinted: true, GOP: 120,
					}
					stillTest(t, o)
				})
			}
		}
	}
}

func stillTest(t *testing.T, o encoder.Options) {
	e, c := record(t, o)
	defer e.Close()
	d := newDesk(t, o)
	var want []byte
	const n = 300
	for i := range int64(n) {
		before := d.last
		var p *encoder.Picture
		switch {
		case i%97 == 96: // another picture altogether
			p = d.next(func(p *encoder.Picture) {
				for range 500 {
					d.letter(p)
				}
			})
		case i%40 > 30 || i > 150 && i < 230 || i%2 == 1:
			p = d.next(nil)
		default:
			p = d.next(d.letter)
		}
		want = append(want, planar(p)...)
		if i > 0 {
			e.Hint(p.Changes(before))
		}
		require.NoError(t, e.Encode(p, i, 1, i%120 == 0, c.emit))
	}
	require.NoError(t, e.Flush(c.emit))
	require.Len(t, c.pts, n)
	for i := range c.dts {
		require.LessOrEqual(t, c.dts[i], c.pts[i])
		if i > 0 {
			require.Greater(t, c.dts[i], c.dts[i-1])
		}
	}
	got := referee.Pictures(t, c.stream)
	require.Len(t, got, len(want))
	size, small := len(want)/n, 0
	for i := range n {
		require.Greater(t, psnr(got[i*size:(i+1)*size], want[i*size:(i+1)*size]), 30.0, "picture %d", i)
		if c.sizes[int64(i)] < 24 {
			small++
		}
	}
	t.Logf("%d of %d packets have less than 24 bytes", small, n)
}

func planar(p *encoder.Picture) (b []byte) {
	for plane, size := range [3][2]int{{p.Width(), p.Height()}, {p.Width() / 2, p.Height() / 2}, {p.Width() / 2, p.Height() / 2}} {
		for y := range size[1] {
			b = append(b, p.Plane(plane)[y*p.Stride(plane):][:size[0]]...)
		}
	}
	return b
}

func psnr(a, b []byte) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a))/max(sum, 1e-9))
}

// A picture that stands still becomes as good as it does when the encoder sees it again and again, or good enough, and letters are as sharp.
func TestUnchangedPicturesBecomeGood(t *testing.T) {
	referee.Need(t)
	for _, bitrate := range []int64{150_000, 600_000, 0} {
		for _, lowLatency := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d, low latency %v", bitrate, lowLatency), func(t *testing.T) {
				leaktest.Check(t)
				o := encoder.Options{
					Width: 176, Height: 144, FrameRate: media.FPS(30), Timescale: 30, Color: media.OutputColor(144), Bitrate: bitrate,
					LowLatency: lowLatency, GOP: 120,
				}
				if !lowLatency {
					o.BFrames = 1
				}
				plain, _ := typed(t, o)
				o.Hinted = true
				got, unseen := typed(t, o)
				for i := 30; i < len(got); i++ {
					require.Greater(t, got[i], min(plain[i]-1, 37), "picture %d", i)
				}
				require.Greater(t, unseen, 30)
			})
		}
	}
}

// Where the quantizer is at rest the encoder sees nothing but the letters.
func TestTypingAtRest(t *testing.T) {
	referee.Need(t)
	o := encoder.Options{
		Width: 176, Height: 144, FrameRate: media.FPS(30), Timescale: 30, Color: media.OutputColor(144), CRF: 16, LowLatency: true, GOP: 120, Hinted: true,
	}
	_, unseen := typed(t, o)
	require.Greater(t, unseen, 100, "of 110 pictures without a letter")
}

// typed encodes a page on which somebody types a letter every fourth picture after two seconds, and returns the PSNR of every picture and
// how many were not seen by the codec.
func typed(t *testing.T, o encoder.Options) (quality []float64, unseen int) {
	e, c := record(t, o)
	defer e.Close()
	d := newDesk(t, o)
	const n = 120
	var want []byte
	for i := range int64(n) {
		var change func(p *encoder.Picture)
		if i > 60 && i%4 == 0 && i < 100 {
			change = d.letter
		}
		before := d.last
		p := d.next(change)
		want = append(want, planar(p)...)
		if i > 0 {
			e.Hint(p.Changes(before))
		}
		require.NoError(t, e.Encode(p, i, 1, i == 0, c.emit))
	}
	require.NoError(t, e.Flush(c.emit))
	got := referee.Pictures(t, c.stream)
	require.Len(t, got, len(want))
	size := len(want) / n
	for i := range n {
		quality = append(quality, psnr(got[i*size:][:size], want[i*size:][:size]))
	}
	return quality, c.unseen
}
