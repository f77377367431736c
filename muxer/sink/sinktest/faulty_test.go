package sinktest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// work makes eight calls: two objects with a flush in the first, and a removal.
func work(ctx context.Context, s sink.Sink) error {
	o, err := s.Create(ctx, "v0/1.m4s")
	if err != nil {
		return err
	}
	defer o.Abort()
	if _, err := io.WriteString(o, "segment"); err != nil {
		return err
	}
	if err := o.(sink.Flusher).Flush(); err != nil {
		return err
	}
	if err := o.Commit(); err != nil {
		return err
	}
	if err := sink.WriteObject(ctx, s, "live.mpd", []byte("manifest")); err != nil {
		return err
	}
	return s.Remove(ctx, "v0/1.m4s")
}

func TestFaultyEveryCall(t *testing.T) {
	clean := sinktest.Faulty(sink.NewMemory(), sinktest.Plan{})
	require.NoError(t, work(t.Context(), clean))
	require.Equal(t, 8, clean.Calls())
	require.Zero(t, clean.Failed())
	cause := errors.New("no space left")
	for n := 1; n <= clean.Calls(); n++ {
		m := sink.NewMemory()
		s := sinktest.Faulty(m, sinktest.Plan{N: n, Err: cause})
		err := work(t.Context(), s)
		require.ErrorIs(t, err, cause)
		var e *sink.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 1, s.Failed())
		require.Equal(t, n, s.Calls())
		require.Zero(t, s.Unended())
		require.Zero(t, m.Stats().Unended)
	}
}

func TestFaultyPlan(t *testing.T) {
	manifests := func(name string) bool { return strings.HasSuffix(name, ".mpd") }
	for _, test := range []struct {
		name   string
		plan   sinktest.Plan
		calls  int
		failed []bool // of three objects each under two names
	}{
		{"none", sinktest.Plan{}, 18, []bool{false, false, false, false, false, false}},
		{"second create", sinktest.Plan{Op: sinktest.OpCreate, N: 2}, 6, []bool{false, true, false, false, false, false}},
		{"manifests from the second on", sinktest.Plan{Op: sinktest.OpCommit, Match: manifests, N: 2, Sticky: true}, 3,
			[]bool{false, false, false, true, false, true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sinktest.Faulty(sink.NewMemory(), test.plan)
			var failed []bool
			for range 3 {
				for _, name := range []string{"1.m4s", "live.mpd"} {
					err := sink.WriteObject(t.Context(), s, name, []byte("x"))
					failed = append(failed, errors.Is(err, sinktest.ErrInjected))
				}
			}
			require.Equal(t, test.failed, failed)
			require.Equal(t, test.calls, s.Calls())
		})
	}
}

func TestFaultyWriteNeverCommits(t *testing.T) {
	m := sink.NewMemory()
	s := sinktest.Faulty(m, sinktest.Plan{Op: sinktest.OpWrite, N: 1})
	o, err := s.Create(t.Context(), "a")
	require.NoError(t, err)
	n, err := io.WriteString(o, "1234")
	require.Equal(t, 2, n)
	require.ErrorIs(t, err, sinktest.ErrInjected)
	n, err = io.WriteString(o, "5678")
	require.Zero(t, n)
	require.ErrorIs(t, err, sinktest.ErrInjected)
	require.ErrorIs(t, o.Commit(), sinktest.ErrInjected)
	require.Equal(t, sink.MemoryStats{}, m.Stats())
}

func TestFaultyKeepsAbilities(t *testing.T) {
	_, ok := sinktest.Faulty(sink.NewMemory(), sinktest.Plan{}).(sink.Reader)
	require.True(t, ok)
	_, ok = sinktest.Faulty(struct{ sink.Sink }{sink.NewMemory()}, sinktest.Plan{}).(sink.Reader)
	require.False(t, ok)
}
