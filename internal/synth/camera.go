package synth

import (
	"math"
	"math/rand/v2"
)

// Camera draws what a hand-held camera would see, in BGR24: a textured scene that pans, things that move across it on their own,
// and sensor noise in every pixel. Nothing repeats, so encoders have honest work.
type Camera struct {
	width, height int
	pix           []byte
	scene         []byte // BGR, larger than the picture by the pan's range
	noise         []int8
}

// The pan's range in pixels, on each side.
const panX, panY = 192, 96

// NewCamera returns a camera of a size in pixels.
func NewCamera(width, height int) *Camera {
	c := &Camera{width: width, height: height, pix: make([]byte, width*height*3), noise: make([]int8, 1<<16)}
	c.scene = scene(width+2*panX, height+2*panY)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range c.noise {
		c.noise[i] = int8(math.Round(r.NormFloat64() * 1.4))
	}
	return c
}

// Frame draws frame n and returns its width*height*3 bytes, which the next call overwrites.
func (c *Camera) Frame(n int64) []byte {
	t := float64(n)
	dx := panX + int(math.Round((panX-1)*math.Sin(t/61)))
	dy := panY + int(math.Round((panY-1)*math.Sin(t/47)))
	sceneRow, row := 3*(c.width+2*panX), 3*c.width
	for y := range c.height {
		copy(c.pix[y*row:(y+1)*row], c.scene[(y+dy)*sceneRow+3*dx:])
	}
	for i := range 4 {
		c.thing(i, t)
	}
	r := rand.New(rand.NewPCG(3, uint64(n)))
	for y := range c.height {
		c.addNoise(c.pix[y*row:(y+1)*row], r.IntN(len(c.noise)))
	}
	return c.pix
}

// thing draws a disc of another part of the scene, which moves at its own speed.
func (c *Camera) thing(i int, t float64) {
	radius := c.height / (5 + 2*i)
	speed := 0.9 + 0.7*float64(i)
	cx := int(float64(c.width) * (0.5 + 0.45*math.Sin(t*speed/50+float64(i))))
	cy := int(float64(c.height) * (0.5 + 0.4*math.Cos(t*speed/70+2*float64(i))))
	sceneRow := 3 * (c.width + 2*panX)
	for y := max(0, cy-radius); y < min(c.height, cy+radius); y++ {
		half := int(math.Sqrt(float64(radius*radius - (y-cy)*(y-cy))))
		left, right := max(0, cx-half), min(c.width, cx+half)
		if left >= right {
			continue
		}
		// The texture moves with the thing.
		sy, sx := c.height-radius+y-cy, max(0, i*c.width/8+radius+left-cx)
		if sy < 0 || sy >= c.height {
			continue
		}
		at := sy*sceneRow + 3*sx
		copy(c.pix[3*(y*c.width+left):3*(y*c.width+right)], c.scene[at:])
	}
}

func (c *Camera) addNoise(row []byte, at int) {
	mask := len(c.noise) - 1
	for i := range row {
		v := int(row[i]) + int(c.noise[(at+i)&mask])
		row[i] = byte(min(255, max(0, v)))
	}
}

// scene is fractal noise with a slowly changing tint: detail at every scale, as in nature.
func scene(width, height int) []byte {
	luma := fractal(width, height, 7, 1)
	tint := [3][]float32{fractal(width, height, 2, 2), fractal(width, height, 2, 3), fractal(width, height, 2, 4)}
	pix := make([]byte, 3*width*height)
	for i, l := range luma {
		for ch := range 3 {
			v := 40 + 180*l + 90*(tint[ch][i]-0.5)
			pix[3*i+ch] = byte(min(255, max(0, v)))
		}
	}
	return pix
}

// fractal adds octaves of value noise, each twice as fine and a little over half as strong as the one before, scaled to 0 to 1.
func fractal(width, height, octaves int, seed uint64) []float32 {
	out := make([]float32, width*height)
	cell, strength, total := float32(height)/3, float32(1), float32(0)
	for o := range octaves {
		addOctave(out, width, height, cell, strength, seed<<8|uint64(o))
		total += strength
		cell, strength = cell/2, strength*0.58
	}
	for i := range out {
		out[i] /= total
	}
	return out
}

func addOctave(out []float32, width, height int, cell, strength float32, seed uint64) {
	cols, rows := int(float32(width)/cell)+2, int(float32(height)/cell)+2
	r := rand.New(rand.NewPCG(seed, 7))
	grid := make([]float32, cols*rows)
	for i := range grid {
		grid[i] = r.Float32()
	}
	for y := range height {
		fy := float32(y) / cell
		gy := int(fy)
		wy := smooth(fy - float32(gy))
		for x := range width {
			fx := float32(x) / cell
			gx := int(fx)
			wx := smooth(fx - float32(gx))
			g := grid[gy*cols+gx:]
			top, bottom := g[0]+(g[1]-g[0])*wx, g[cols]+(g[cols+1]-g[cols])*wx
			out[y*width+x] += strength * (top + (bottom-top)*wy)
		}
	}
}

func smooth(t float32) float32 { return t * t * (3 - 2*t) }
