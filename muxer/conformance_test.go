package muxer_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/golden"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/muxer"
)

// Segments lie on the grid, whatever the rate: each starts and ends where the grid says, and has the grid's number of frames.
func TestSegmentsLieOnTheGrid(t *testing.T) {
	for _, y := range ways {
		for _, rate := range rates {
			t.Run(title(y, rate), func(t *testing.T) {
				leaktest.Check(t)
				r := record(t, rate, "libx264", 3*int64(rate.Float()+0.5)+7, time.Second, time.Second/2, y.part > 0)
				w := y.write(t, r)
				require.Len(t, w.segments, 4)
				for i, s := range w.segments {
					require.Equal(t, int64(i+1), s.Number)
					require.Equal(t, r.grid.Tick(int64(i)*r.grid.SegmentFrames), s.Start)
					if i < 3 {
						require.Equal(t, r.grid.SegmentTicks(int64(i)), s.Duration)
						require.Equal(t, int(r.grid.SegmentFrames), s.Frames)
					}
					require.Equal(t, int64(len(w.bytes(t, s.Name))), s.Bytes)
				}
				last := w.segments[3]
				require.Equal(t, r.grid.Tick(int64(len(r.packets))), last.Start+last.Duration, "nothing is lost at the end")
				require.Empty(t, w.sink.Stats().Unended)
			})
		}
	}
}

// What is in the boxes is what the muxer reported: the decoding time of each fragment follows from the one before.
func TestFragmentTimes(t *testing.T) {
	for _, y := range ways {
		if y.container != muxer.FMP4 {
			continue
		}
		for _, rate := range rates {
			t.Run(title(y, rate), func(t *testing.T) {
				leaktest.Check(t)
				r := record(t, rate, "libx264", 2*int64(rate.Float()+0.5)+5, time.Second, 0, y.part > 0)
				w := y.write(t, r)
				init := w.bytes(t, w.init)
				f, err := mp4.DecodeFile(bytes.NewReader(init))
				require.NoError(t, err)
				require.Equal(t, r.grid.Timescale, int64(f.Init.Moov.Trak.Mdia.Mdhd.Timescale))
				next := uint64(0)
				for _, s := range w.segments {
					for _, fr := range fragments(t, init, w.bytes(t, s.Name)) {
						require.Equal(t, next, fr.tfdt, "segment %d", s.Number)
						next += fr.duration
					}
				}
				require.Equal(t, uint64(r.grid.Tick(int64(len(r.packets)))), next)
			})
		}
	}
}

// Concatenated parts are the segment, byte for byte, and each part is one moof and one mdat behind an optional styp.
func TestPartsAreTheSegment(t *testing.T) {
	for _, rate := range rates {
		t.Run(title(ways[2], rate), func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, rate, "libx264", 2*int64(rate.Float()+0.5), time.Second, 0, true)
			w := ways[2].write(t, r)
			limit := media.Timebase{Num: 1, Den: r.grid.Timescale}.Ticks(ways[2].part)
			index := 0
			for _, s := range w.segments {
				var joined []byte
				start := s.Start
				for i, p := range s.Parts {
					require.Equal(t, w.parts[index], p)
					index++
					require.Equal(t, [2]int64{s.Number, int64(i)}, [2]int64{p.Number, p.Index})
					require.Equal(t, start, p.Start)
					require.Equal(t, i == 0, p.Independent)
					require.LessOrEqual(t, p.Duration, limit)
					if i < len(s.Parts)-1 {
						require.GreaterOrEqual(t, float64(p.Duration), 0.85*float64(s.Parts[0].Duration))
					}
					start += p.Duration
					b := w.bytes(t, p.Name)
					require.Equal(t, int64(len(b)), p.Bytes)
					requireChunk(t, b, i == 0)
					joined = append(joined, b...)
				}
				require.Equal(t, s.Start+s.Duration, start)
				require.True(t, bytes.Equal(w.bytes(t, s.Name), joined), "segment %d is its parts", s.Number)
			}
			require.Len(t, w.parts, index)
		})
	}
}

func requireChunk(t *testing.T, b []byte, first bool) {
	t.Helper()
	f, err := mp4.DecodeFile(bytes.NewReader(b))
	require.NoError(t, err)
	var names []string
	for _, box := range f.Children {
		names = append(names, box.Type())
	}
	want := []string{"moof", "mdat"}
	if first {
		want = append([]string{"styp"}, want...)
	}
	require.Equal(t, want, names)
}

// A low-latency stream that starts late keeps its own times: nothing begins at zero by itself.
func TestAbsoluteStart(t *testing.T) {
	leaktest.Check(t)
	r := record(t, media.Rate{Num: 25, Den: 1}, "libx264", 50, time.Second, 0, true)
	const tenHours = 10 * 3600 * 90_000
	for _, p := range r.packets {
		p.SetTimes(p.PTS()+tenHours, p.DTS()+tenHours, p.Duration())
	}
	w := ways[2].write(t, r)
	require.Equal(t, int64(tenHours), w.segments[0].Start)
	require.Equal(t, uint64(tenHours), fragments(t, w.bytes(t, w.init), w.bytes(t, w.segments[0].Name))[0].tfdt)
}

// An independent decoder decodes every segment alone, behind the initialization segment, without a word, and counts the frames.
func TestEverySegmentDecodesAlone(t *testing.T) {
	referee.Need(t)
	for _, codec := range []string{"libx264", "libx265", "libsvtav1"} {
		for _, y := range ways {
			if codec == "libsvtav1" && y.container == muxer.TS {
				continue // AV1 in MPEG-TS is not standardised
			}
			t.Run(codec+" "+y.name, func(t *testing.T) {
				leaktest.Check(t)
				rate := media.Rate{Num: 30000, Den: 1001}
				r := record(t, rate, codec, 70, time.Second, 0, y.part > 0)
				w := y.write(t, r)
				require.Len(t, w.segments, 3)
				for _, s := range w.segments {
					frames := referee.Frames(t, w.playable(t, s))
					require.Len(t, frames, s.Frames, "segment %d", s.Number)
					require.True(t, frames[0].Key)
				}
			})
		}
	}
}

// The structure of the boxes, as a text that people can read.
func TestBoxes(t *testing.T) {
	leaktest.Check(t)
	for _, y := range ways {
		if y.container != muxer.FMP4 {
			continue
		}
		r := record(t, media.Rate{Num: 25, Den: 1}, "libx264", 10, time.Second, 0, y.part > 0)
		w := y.write(t, r)
		var text bytes.Buffer
		for _, name := range []string{w.init, w.segments[0].Name} {
			fmt.Fprintf(&text, "%s\n", name)
			f, err := mp4.DecodeFile(bytes.NewReader(w.bytes(t, name)))
			require.NoError(t, err)
			for _, box := range f.Children {
				outline(&text, box, "  ")
			}
		}
		golden.Check(t, y.name+"-boxes.txt", text.String())
	}
}

// outline writes the names of a box and of those in it, without sizes, which depend on the encoder's version.
func outline(to *bytes.Buffer, box mp4.Box, indent string) {
	fmt.Fprintf(to, "%s%s", indent, box.Type())
	switch b := box.(type) {
	case *mp4.FtypBox:
		fmt.Fprintf(to, " %s %v", b.MajorBrand(), b.CompatibleBrands())
	case *mp4.StypBox:
		fmt.Fprintf(to, " %s %v", b.MajorBrand(), b.CompatibleBrands())
	case *mp4.TrunBox:
		fmt.Fprintf(to, " v%d %d samples", b.Version, b.SampleCount())
	case *mp4.TfdtBox:
		fmt.Fprintf(to, " %d", b.BaseMediaDecodeTime())
	case *mp4.ColrBox:
		fmt.Fprintf(to, " %s %d %d %d %t", b.ColorType, b.ColorPrimaries, b.TransferCharacteristics, b.MatrixCoefficients, b.FullRangeFlag)
	}
	to.WriteByte('\n')
	for _, child := range children(box) {
		if child.Type() != "udta" { // libavformat's version
			outline(to, child, indent+"  ")
		}
	}
}

func children(box mp4.Box) []mp4.Box {
	switch b := box.(type) {
	case *mp4.StsdBox:
		return b.Children
	case *mp4.VisualSampleEntryBox:
		return b.Children
	case mp4.ContainerBox:
		return b.GetChildren()
	}
	return nil
}
