package sink_test

import (
	"errors"
	"io"
	"testing"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
	"github.com/stretchr/testify/require"
)

// teeOf returns a tee of a healthy memory and one with faults.
func teeOf(plan sinktest.Plan) (healthy, broken *sink.Memory, faulty sinktest.FaultySink, tee sink.Sink) {
	healthy, broken = sink.NewMemory(), sink.NewMemory()
	faulty = sinktest.Faulty(broken, plan)
	return healthy, broken, faulty, sink.Tee(healthy, faulty)
}

func failedIn(t *testing.T, err error, index int, below sink.Sink) {
	t.Helper()
	require.ErrorIs(t, err, sinktest.ErrInjected)
	var te *sink.TeeError
	require.ErrorAs(t, err, &te)
	require.Equal(t, index, te.Index)
	require.Equal(t, below, te.Sink)
}

func TestTeeGoesOnWithHealthySinks(t *testing.T) {
	for _, op := range []sinktest.Op{sinktest.OpCreate, sinktest.OpWrite, sinktest.OpFlush, sinktest.OpCommit} {
		t.Run(string(op), func(t *testing.T) {
			healthy, broken, faulty, tee := teeOf(sinktest.Plan{Op: op, N: 1})
			o, err := tee.Create(t.Context(), "a")
			require.NoError(t, err, "one healthy sink is enough to go on")
			told := 0
			for _, part := range []string{"one ", "two"} {
				n, err := io.WriteString(o, part)
				require.Equal(t, len(part), n)
				flushed := o.(sink.Flusher).Flush()
				if err := errors.Join(err, flushed); err != nil {
					failedIn(t, err, 1, faulty)
					told++
				}
			}
			if op == sinktest.OpCommit {
				require.Zero(t, told)
			} else {
				require.Equal(t, 1, told, "the caller hears of it at once, and once")
			}
			failedIn(t, o.Commit(), 1, faulty)
			b, err := sink.ReadObject(t.Context(), healthy, "a")
			require.NoError(t, err)
			require.Equal(t, "one two", string(b))
			require.Empty(t, broken.Names())
			require.Zero(t, faulty.Unended())
		})
	}
}

func TestTeeGivenUp(t *testing.T) {
	healthy, broken, faulty, tee := teeOf(sinktest.Plan{Op: sinktest.OpWrite, N: 1})
	err := sink.WriteObject(t.Context(), tee, "a", []byte("x"))
	failedIn(t, err, 1, faulty)
	require.Equal(t, sink.MemoryStats{}, healthy.Stats())
	require.Equal(t, sink.MemoryStats{}, broken.Stats())
}

func TestTeeAllFail(t *testing.T) {
	first := sinktest.Faulty(sink.NewMemory(), sinktest.Plan{Op: sinktest.OpCreate, N: 1})
	second := sinktest.Faulty(sink.NewMemory(), sinktest.Plan{Op: sinktest.OpCreate, N: 1})
	_, err := sink.Tee(first, second).Create(t.Context(), "a")
	failedIn(t, err, 0, first)
	require.ErrorContains(t, err, "sink 1 (")
}

func TestTeeRemove(t *testing.T) {
	healthy, broken, faulty, tee := teeOf(sinktest.Plan{Op: sinktest.OpRemove, N: 1})
	require.NoError(t, sink.WriteObject(t.Context(), tee, "a", []byte("x")))
	failedIn(t, tee.Remove(t.Context(), "a"), 1, faulty)
	require.Empty(t, healthy.Names())
	require.Equal(t, []string{"a"}, broken.Names())
	require.NoError(t, tee.Remove(t.Context(), "a"))
	require.Empty(t, broken.Names())
}

func TestTeeReadsFromFirst(t *testing.T) {
	_, ok := sink.Tee(sink.NewMemory(), newDir(t)).(sink.Reader)
	require.True(t, ok)
	_, ok = sink.Tee(struct{ sink.Sink }{sink.NewMemory()}, sink.NewMemory()).(sink.Reader)
	require.False(t, ok)
}
