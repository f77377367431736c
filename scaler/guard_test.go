//go:build linux

package scaler_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/scaler"
)

// guardedFormat names the format that a child process of TestFramesAreReadWithinTheirEnds converts.
const guardedFormat = "FRAMEGEAR_GUARDED_FORMAT"

// Frames may lie at either end of mapped memory (V4L2 buffers, shared memory): not one byte before or behind them is read, whatever the
// format, the size, the stride and the way of the conversion. A fault cannot be caught in C code, so each format has a process of its own,
// which says what it is about to do.
func TestFramesAreReadWithinTheirEnds(t *testing.T) {
	if name := os.Getenv(guardedFormat); name != "" {
		format, err := media.ParsePixelFormat(name)
		require.NoError(t, err)
		convertGuarded(t, format)
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for _, format := range formats() {
		t.Run(format.String(), func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), self, "-test.run=^TestFramesAreReadWithinTheirEnds$")
			child.Env = append(os.Environ(), guardedFormat+"="+format.String(), "GOTRACEBACK=none")
			var said bytes.Buffer
			child.Stdout = &said
			if err := child.Run(); err != nil {
				lines := strings.Split(strings.TrimSpace(said.String()), "\n")
				require.Failf(t, "read outside of the frame", "%v at: %s", err, strings.Join(lines[max(0, len(lines)-5):], "\n"))
			}
		})
	}
}

// guardedWay is one way of converting a frame of width by height.
type guardedWay struct {
	name string
	opt  func(width, height int) scaler.InputOptions
}

func guardedWays() (ways []guardedWay) {
	full := media.Color{Matrix: media.MatrixBT601, Range: media.RangeFull, Primaries: 6, Transfer: 6}
	wide := media.Color{Matrix: media.MatrixBT2020, Range: media.RangeLimited, Primaries: 9, Transfer: 16}
	for _, layout := range layouts {
		for name, out := range map[string]media.Color{"own": {}, "full": full, "2020": wide} {
			ways = append(ways, guardedWay{fmt.Sprintf("%s %s", layout, name), func(int, int) scaler.InputOptions {
				return scaler.InputOptions{Layout: layout, OutColor: out}
			}})
		}
	}
	for name, size := range map[string]func(w, h int) (int, int){
		"larger":  func(w, h int) (int, int) { return scaler.Even(w*3/2+4, h*3/2+4) },
		"smaller": func(w, h int) (int, int) { return scaler.Even(w/2+1, h/2+1) },
		"wider":   func(_, h int) (int, int) { return 96, h + h%2 + 2 },
	} {
		for _, layout := range []scaler.Layout{scaler.I420, scaler.P010} {
			ways = append(ways, guardedWay{fmt.Sprintf("%s %s", layout, name), func(w, h int) scaler.InputOptions {
				o := scaler.InputOptions{Layout: layout}
				o.OutWidth, o.OutHeight = size(w, h)
				return o
			}})
		}
	}
	for name, fit := range map[string]scaler.Fit{"contained": scaler.Contain, "covering": scaler.Cover} {
		ways = append(ways, guardedWay{name, func(w, h int) scaler.InputOptions {
			return scaler.InputOptions{OutWidth: h + h%2 + 16, OutHeight: w + w%2 + 16, Fit: fit}
		}})
	}
	return append(ways, guardedWay{"larger with another matrix", func(w, h int) scaler.InputOptions {
		o := scaler.InputOptions{OutColor: wide}
		o.OutWidth, o.OutHeight = scaler.Even(w+8, h+8)
		return o
	}})
}

// guardedSizes are all sides at which vector code has a rest, and some that are many vectors long.
func guardedSizes() (sizes [][2]int) {
	for width := 1; width <= 34; width++ {
		for height := 1; height <= 5; height++ {
			sizes = append(sizes, [2]int{width, height})
		}
	}
	return append(sizes, [2]int{47, 3}, [2]int{63, 4}, [2]int{64, 7}, [2]int{65, 6}, [2]int{127, 3}, [2]int{130, 2}, [2]int{321, 9})
}

func convertGuarded(t *testing.T, format media.PixelFormat) {
	memory := [3]guarded{newGuarded(t), newGuarded(t), newGuarded(t)}
	for _, way := range guardedWays() {
		for _, size := range guardedSizes() {
			o := way.opt(size[0], size[1])
			o.Format, o.Width, o.Height = format, size[0], size[1]
			in, err := scaler.NewInput(o)
			require.NoError(t, err, "%s %v", way.name, size)
			for _, extra := range []int{0, 10} {
				f := noise(format, size[0], size[1], extra)
				want, err := in.Convert(f)
				require.NoError(t, err)
				for _, atEnd := range []bool{true, false} {
					for p := range format.Planes() {
						f.Planes[p] = memory[p].hold(f.Planes[p], atEnd)
					}
					fmt.Printf("%s %dx%d to %s, %d bytes between rows, at the end of a page: %v\n",
						format, size[0], size[1], way.name, extra, atEnd)
					requireGuarded(t, in, f, want)
				}
				want.Release()
			}
			in.Close()
		}
	}
}

// requireGuarded checks that the frame gives the same picture as from anywhere else, also when it comes again.
func requireGuarded(t *testing.T, in *scaler.Input, f *media.Frame, want *scaler.Picture) {
	first, err := in.ConvertNext(f, nil)
	require.NoError(t, err)
	again, err := in.ConvertNext(f, first)
	require.NoError(t, err)
	for _, got := range []*scaler.Picture{first, again} {
		for plane := range 3 {
			if plane < 2 || got.Layout() == scaler.I420 || got.Layout() == scaler.I42010 {
				requireSamePlane(t, want, got, plane)
			}
		}
		got.Release()
	}
}

func requireSamePlane(t *testing.T, a, b *scaler.Picture, plane int) {
	row, rows := a.Width()*((a.Layout().Bits()+7)/8), a.Height()
	if plane > 0 {
		rows /= 2
		if a.Layout() == scaler.I420 || a.Layout() == scaler.I42010 {
			row /= 2
		}
	}
	for y := range rows {
		if !bytes.Equal(a.Plane(plane)[y*a.Stride(plane):][:row], b.Plane(plane)[y*b.Stride(plane):][:row]) {
			require.Failf(t, "another picture", "plane %d row %d", plane, y)
		}
	}
}

// guarded is memory between two pages that nobody may touch.
type guarded []byte

func newGuarded(t *testing.T) guarded {
	const room = 1 << 16
	page := os.Getpagesize()
	all, err := syscall.Mmap(-1, 0, room+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	require.NoError(t, err)
	require.NoError(t, syscall.Mprotect(all[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(all[page+room:], syscall.PROT_NONE))
	return all[page : page+room : page+room]
}

// hold copies b to one of the ends.
func (g guarded) hold(b []byte, atEnd bool) []byte {
	at := 0
	if atEnd {
		at = len(g) - len(b)
	}
	held := g[at : at+len(b) : at+len(b)]
	copy(held, b)
	return held
}
