package sink_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/muxer/sink"
)

func TestMemoryStats(t *testing.T) {
	m := sink.NewMemory()
	create := func(name, content string) sink.Object {
		o, err := m.Create(t.Context(), name)
		require.NoError(t, err)
		_, err = io.WriteString(o, content)
		require.NoError(t, err)
		return o
	}
	a := create("a", "12345")
	require.Equal(t, sink.MemoryStats{Unended: 1, Bytes: 5}, m.Stats())
	require.NoError(t, a.Commit())
	require.Equal(t, sink.MemoryStats{Objects: 1, Bytes: 5}, m.Stats())
	require.NoError(t, create("a", "1234567").Commit())
	require.Equal(t, sink.MemoryStats{Objects: 1, Bytes: 7}, m.Stats())
	create("b", "given up").Abort()
	require.Equal(t, sink.MemoryStats{Objects: 1, Bytes: 7}, m.Stats())
	require.NoError(t, create("b", "1").Commit())
	require.Equal(t, []string{"a", "b"}, m.Names())
	require.NoError(t, m.Remove(t.Context(), "a"))
	require.NoError(t, m.Remove(t.Context(), "b"))
	require.Equal(t, sink.MemoryStats{}, m.Stats())
	require.Empty(t, m.Names())
}

// addresses keeps where the bytes that it is given lie.
type addresses struct {
	first []*byte
	bytes bytes.Buffer
}

func (a *addresses) Write(p []byte) (int, error) {
	a.first = append(a.first, &p[0])
	return a.bytes.Write(p)
}

func TestMemoryReadersShareBytes(t *testing.T) {
	m := sink.NewMemory()
	o, err := m.Create(t.Context(), "a")
	require.NoError(t, err)
	want := bytes.Repeat([]byte("0123456789"), 100_000)
	for part := range slices.Chunk(want, 10_007) {
		_, err := o.Write(part)
		require.NoError(t, err)
	}
	require.NoError(t, o.Commit())
	var readers [2]addresses
	for i := range readers {
		h, err := m.Open(t.Context(), "a")
		require.NoError(t, err)
		_, err = io.Copy(&readers[i], h)
		require.NoError(t, err)
		require.NoError(t, h.Close())
		require.Equal(t, want, readers[i].bytes.Bytes())
	}
	require.Len(t, readers[1].first, len(readers[0].first))
	for i, p := range readers[0].first {
		require.Same(t, p, readers[1].first[i], "chunk %d was copied", i)
	}
}

func BenchmarkMemory(b *testing.B) {
	m, part := sink.NewMemory(), make([]byte, 100<<10)
	b.ReportAllocs()
	b.SetBytes(10 * int64(len(part)))
	for b.Loop() {
		o, err := m.Create(b.Context(), "v0/1.m4s")
		require.NoError(b, err)
		for range 10 {
			_, err := o.Write(part)
			require.NoError(b, err)
			require.NoError(b, o.(sink.Flusher).Flush())
		}
		require.NoError(b, o.Commit())
	}
}
