//go:build unix

package rgb_test

import (
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/rgb"
)

var formats = []media.PixelFormat{
	media.FormatGray8, media.FormatYA8, media.FormatBGR24, media.FormatRGB24,
	media.FormatBGRA, media.FormatBGR0, media.FormatRGBA, media.FormatRGB0,
}

var matrices = map[string]media.Matrix{"bt709": media.MatrixBT709, "bt601": media.MatrixBT601}

// guarded returns n bytes outside the Go heap, with pages that cannot be touched on both sides: right behind the bytes
// when atEnd, else right before them. Reading or writing beyond ends the test binary.
func guarded(t testing.TB, n int, atEnd bool) []byte {
	page := os.Getpagesize()
	size := (n + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(m)) })
	require.NoError(t, syscall.Mprotect(m[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(m[page+size:], syscall.PROT_NONE))
	start := page
	if atEnd {
		start += size - n
	}
	return m[start : start+n : start+n]
}

// output is the memory that a job writes to. The bytes between and around the rows are there to be checked.
type output struct {
	planes [3][]byte
	stride [3]int
}

// unwritten fills outputs before a conversion. Limited range never reaches it.
const unwritten = 0xfe

// newOutput returns planes for a picture, each row followed by pad bytes except the last, which ends at a guard page.
func newOutput(t testing.TB, width, height, pad int, nv12, atEnd bool) *output {
	o := &output{}
	for i, row := range planeWidths(width, nv12) {
		rows := (height + 1) / 2
		if i == 0 {
			rows *= 2
		}
		o.stride[i] = row + pad
		o.planes[i] = guarded(t, o.stride[i]*(rows-1)+row, atEnd)
	}
	o.clear()
	return o
}

func planeWidths(width int, nv12 bool) []int {
	half := (width + 1) / 2
	if nv12 {
		return []int{2 * half, 2 * half}
	}
	return []int{2 * half, half, half}
}

func (o *output) clear() {
	for _, p := range o.planes {
		for i := range p {
			p[i] = unwritten
		}
	}
}

func (o *output) into(j *rgb.Job) {
	for i, p := range o.planes {
		j.Dst[i], j.DstStride[i] = unsafe.Pointer(unsafe.SliceData(p)), o.stride[i]
	}
}

// copies returns what the planes hold now.
func (o *output) copies() (c [3][]byte) {
	for i, p := range o.planes {
		c[i] = append([]byte(nil), p...)
	}
	return c
}

// patterns fill a picture's bytes.
var patterns = map[string]func(pix []byte, stride int){
	"random": func(pix []byte, _ int) {
		r := rand.NewChaCha8([32]byte{1})
		_, _ = r.Read(pix)
	},
	// Every product and sum at its limits.
	"extremes": func(pix []byte, _ int) {
		r := rand.New(rand.NewPCG(2, 3))
		for i := range pix {
			pix[i] = byte(-int(r.Uint32() & 1))
		}
	},
	"gradient": func(pix []byte, stride int) {
		for i := range pix {
			pix[i] = byte(i%stride*3/4 + i/stride*5)
		}
	},
}
