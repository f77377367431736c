package muxer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/muxer"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
)

// publish writes a recording until something fails, then closes the muxer.
func publish(ctx context.Context, y way, r recording, to sink.Sink, w *written) error {
	m, err := muxer.New(ctx, y.options(r, to, w))
	if err != nil {
		return err
	}
	defer m.Close()
	for _, p := range r.packets {
		if err := m.Write(p, 0); err != nil {
			return err
		}
	}
	return m.Finish()
}

// Every call of the sink is made to fail once. The error reaches the caller with the path in it, and what is visible is whole.
func TestFaultAtEveryCall(t *testing.T) {
	full := errors.New("no space left on device")
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, media.Rate{Num: 25, Den: 1}, "libx264", 30, 400*time.Millisecond, 0, y.part > 0)
			clean := y.write(t, r)
			counter := sinktest.Faulty(sink.NewMemory(), sinktest.Plan{})
			require.NoError(t, publish(t.Context(), y, r, counter, &written{}))
			require.Greater(t, counter.Calls(), 8, "three segments at least, each created, written and committed")
			for n := 1; n <= counter.Calls(); n++ {
				for _, sticky := range []bool{false, true} {
					below := sink.NewMemory()
					faulty := sinktest.Faulty(below, sinktest.Plan{N: n, Sticky: sticky, Err: full})
					w := &written{}
					err := publish(t.Context(), y, r, faulty, w)
					what := fmt.Sprintf("call %d, sticky %t", n, sticky)
					require.ErrorIs(t, err, full, what)
					require.ErrorContains(t, err, "v0/", what)
					var path *sink.Error
					require.ErrorAs(t, err, &path, what)
					require.Zero(t, faulty.Unended(), what)
					require.Zero(t, below.Stats().Unended, what)
					for _, name := range below.Names() {
						got, err := sink.ReadObject(t.Context(), below, name)
						require.NoError(t, err)
						require.True(t, bytes.Equal(clean.bytes(t, name), got), "%s: %s is whole", what, name)
					}
					for _, s := range w.segments {
						require.Contains(t, below.Names(), s.Name, "%s: what was reported exists", what)
					}
				}
			}
		})
	}
}

func TestCancelledContext(t *testing.T) {
	for _, y := range ways {
		t.Run(y.name, func(t *testing.T) {
			leaktest.Check(t)
			r := record(t, media.Rate{Num: 25, Den: 1}, "libx264", 30, 400*time.Millisecond, 0, y.part > 0)
			ctx, cancel := context.WithCancel(t.Context())
			below := sink.NewMemory()
			w := &written{}
			m, err := muxer.New(ctx, y.options(r, below, w))
			require.NoError(t, err)
			for _, p := range r.packets[:15] {
				require.NoError(t, m.Write(p, 0))
			}
			cancel()
			var got error
			for _, p := range r.packets[15:] {
				if got = m.Write(p, 0); got != nil {
					break
				}
			}
			require.ErrorIs(t, got, context.Canceled)
			m.Close()
			require.Zero(t, below.Stats().Unended)
		})
	}
}
