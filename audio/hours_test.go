package audio

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
)

const second = 48000

// pushSecond writes a second of sound at an instant in seconds.
func pushSecond(t *testing.T, p *PCM, at int64) {
	t.Helper()
	b := media.Samples{Format: media.SampleS16, Rate: second, Channels: 1, Planes: [8][]byte{make([]byte, 2*second)}}
	require.NoError(t, p.Write(&b, at, media.Timebase{Num: 1, Den: 1}, true))
}

// However long a gap is, silence takes no more memory than some seconds of it, and stops with the context.
func TestLongGaps(t *testing.T) {
	const gap = 300 // seconds
	type run = func(ctx context.Context, tr *Track, emit func(*Packet) error) error
	for name, c := range map[string]struct {
		opt  Options
		run  run
		back bool // the sound comes back at the end of the gap
	}{
		"the picture waits for it": {back: true, run: func(ctx context.Context, tr *Track, emit func(*Packet) error) error {
			return tr.Advance(ctx, (gap+1)*second, emit)
		}},
		"Finish": {run: func(ctx context.Context, tr *Track, emit func(*Packet) error) error {
			return tr.Finish(ctx, gap*second, emit)
		}},
		"live": {opt: Options{Live: true}, run: func(ctx context.Context, tr *Track, emit func(*Packet) error) error {
			return tr.Advance(ctx, gap*second, emit)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			open := func() (*Track, *PCM) {
				o := c.opt
				o.Channels, o.Source.PCM = 1, new(PCM)
				tr, err := Open(t.Context(), o)
				require.NoError(t, err)
				t.Cleanup(tr.Close)
				pushSecond(t, o.Source.PCM, 0)
				if c.back {
					pushSecond(t, o.Source.PCM, gap)
				}
				return tr, o.Source.PCM
			}
			tr, _ := open()
			samples := int64(0)
			require.NoError(t, c.run(t.Context(), tr, func(p *Packet) error {
				samples += p.Duration()
				return nil
			}))
			require.InDelta(t, gap, float64(samples)/second, 1.1)
			require.InDelta(t, gap-1, float64(tr.Stats().Silent)/second, 0.6)
			require.Less(t, cap(tr.out.(*encoded).fifo), 15*second, "floats in memory")

			tr, _ = open()
			ctx, cancel := context.WithCancel(t.Context())
			samples = 0
			require.ErrorIs(t, c.run(ctx, tr, func(p *Packet) error {
				samples += p.Duration()
				cancel()
				return nil
			}), context.Canceled)
			require.Less(t, samples, int64(5*second))
		})
	}
}

// Sound that belongs far behind the picture is kept until that has come there, and waits where it is when the picture
// jumps.
func TestSoundFarAhead(t *testing.T) {
	pcm := new(PCM)
	tr, err := Open(t.Context(), Options{Source: Source{PCM: pcm}, Channels: 1})
	require.NoError(t, err)
	defer tr.Close()
	emit := func(*Packet) error { return nil }
	pushSecond(t, pcm, 0)
	pushSecond(t, pcm, 36_000)
	require.NoError(t, tr.Advance(t.Context(), 2*second, emit))
	require.NotNil(t, tr.held)
	require.EqualValues(t, 2*second, tr.End())
	tr.Start(36_000-2, media.Timebase{Num: 1, Den: 1}) // the picture's clock jumped too: its gap was closed
	require.NoError(t, tr.Advance(t.Context(), 3*second, emit))
	require.Nil(t, tr.held)
	require.EqualValues(t, 3*second, tr.End())
	require.EqualValues(t, second, tr.Stats().Silent)
}
