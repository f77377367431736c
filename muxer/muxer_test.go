package muxer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
)

var pal = media.Rate{Num: 25, Den: 1}

func TestLife(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, pal, "libx264", 12, 400*time.Millisecond, 0, y.part > 0)
			w := &written{}
			memory := sink.NewMemory()
			m, err := muxer.New(t.Context(), y.options(r, memory, w))
			require.NoError(t, err)
			for _, p := range r.packets {
				require.NoError(t, m.Write(p, 0))
			}
			require.NoError(t, m.Finish())
			require.ErrorIs(t, m.Finish(), muxer.ErrClosed)
			require.ErrorIs(t, m.Write(r.packets[0], 0), muxer.ErrClosed)
			m.Close()
			m.Close()
			require.ErrorIs(t, m.Finish(), muxer.ErrClosed)
			require.Len(t, w.segments, 2)

			// Without a packet there is no segment.
			empty := &written{}
			m, err = muxer.New(t.Context(), y.options(r, sink.NewMemory(), empty))
			require.NoError(t, err)
			require.NoError(t, m.Finish())
			m.Close()
			require.Empty(t, empty.segments)
		})
	}
}

// Closed in the middle of a segment, the segment is not published and those before are.
func TestCloseInTheMiddle(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, pal, "libx264", 30, 400*time.Millisecond, 0, y.part > 0)
			for _, n := range []int{0, 1, 9, 10, 11, 25, 30} {
				w := &written{sink: sink.NewMemory()}
				m, err := muxer.New(t.Context(), y.options(r, w.sink, w))
				require.NoError(t, err)
				for _, p := range r.packets[:n] {
					require.NoError(t, m.Write(p, 0))
				}
				m.Close()
				whole := 0
				for _, name := range w.sink.Names() {
					if strings.Count(name, ".") == 1 && name != w.init {
						whole++
					}
				}
				require.Equal(t, max(0, (n-1)/10), whole, "after %d packets: %v", n, w.sink.Names())
				require.Len(t, w.segments, whole)
				require.Zero(t, w.sink.Stats().Unended)
			}
		})
	}
}

func TestPacketsOutOfOrder(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, pal, "libx264", 12, 400*time.Millisecond, 0, y.part > 0)
			w := &written{}
			m, err := muxer.New(t.Context(), y.options(r, sink.NewMemory(), w))
			require.NoError(t, err)
			defer m.Close()
			require.ErrorIs(t, m.Write(r.packets[1], 0), muxer.ErrOrder, "the first packet is not a key frame")
			require.NoError(t, m.Write(r.packets[0], 0))
			require.ErrorIs(t, m.Write(r.packets[0], 0), muxer.ErrOrder, "the same again")
			require.ErrorIs(t, m.Write(r.packets[1], 1), muxer.ErrOptions, "no such stream")
			require.ErrorIs(t, m.Write(r.packets[1], -1), muxer.ErrOptions)
			for _, p := range r.packets[1:] {
				require.NoError(t, m.Write(p, 0), "the muxer goes on")
			}
			require.NoError(t, m.Finish())
			require.Len(t, w.segments, 2)
		})
	}
}

func TestOptionsFaults(t *testing.T) {
	leaktest.Check(t)
	_, err := muxer.New(t.Context(), muxer.Options{Track: "no/slash", Container: muxer.TS, Timescales: []int64{0}, Part: time.Second})
	require.ErrorIs(t, err, muxer.ErrOptions)
	for _, part := range []string{`track "no/slash"`, "no sink", "0 streams and 1 timescales", "timescale 0", "segments of 0s with parts of 1s", "parts need fMP4"} {
		require.ErrorContains(t, err, part)
	}
}

func TestExtra(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, pal, "libx264", 12, 400*time.Millisecond, 0, y.part > 0)
			memory := sink.NewMemory()
			o := y.options(r, memory, &written{})
			o.Extra = map[string]string{"no_such_option": "1"}
			_, err := muxer.New(t.Context(), o)
			require.ErrorIs(t, err, av.ErrOption)
			require.ErrorContains(t, err, "no_such_option")
			require.Empty(t, memory.Names(), "nothing was written")
		})
	}
}

func TestFirstNumber(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, pal, "libx264", 25, 400*time.Millisecond, 0, y.part > 0)
			w := &written{sink: sink.NewMemory()}
			o := y.options(r, w.sink, w)
			o.FirstNumber = 41
			m, err := muxer.New(t.Context(), o)
			require.NoError(t, err)
			defer m.Close()
			for _, p := range r.packets {
				require.NoError(t, m.Write(p, 0))
			}
			require.NoError(t, m.Finish())
			require.Len(t, w.segments, 3)
			require.Equal(t, int64(41), w.segments[0].Number)
			require.Contains(t, w.segments[2].Name, "v0/43.")
		})
	}
}

// Segments whose length is no whole number of MPEG's ticks are cut where they have to be all the same.
func TestSegmentsBetweenTicks(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			for _, rate := range []media.Rate{{Num: 24000, Den: 1001}, {Num: 60000, Den: 1001}, {Num: 120000, Den: 1001}} {
				for _, frames := range []int64{5, 7, 9, 11, 13} {
					r := record(t, rate, "libx264", 4*frames, rate.Frame().Duration(frames), 0, true)
					y.part = min(y.part, r.grid.Duration())
					require.Equal(t, frames, r.grid.SegmentFrames)
					w := y.write(t, r)
					require.Len(t, w.segments, 4, "%s with segments of %d frames", rate, frames)
				}
			}
		})
	}
}

// Writing a packet allocates only what a segment costs: with one long segment, less than one allocation per packet.
func TestWriteAllocates(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, pal, "libx264", 250, 20*time.Second, 0, y.part > 0)
			m, err := muxer.New(t.Context(), y.options(r, sink.NewMemory(), &written{}))
			require.NoError(t, err)
			defer m.Close()
			i := 0
			next := func() {
				if err := m.Write(r.packets[i], 0); err != nil {
					t.Fatal(err)
				}
				i++
			}
			next()
			got := testing.AllocsPerRun(240, next)
			if y.part > 0 {
				require.Less(t, got, 6.0, "a part of five packets is an object of its own")
			} else {
				require.Less(t, got, 1.0)
			}
		})
	}
}
