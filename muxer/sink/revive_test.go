package sink_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/muxer/sink"
)

// A folder that was removed, or replaced by another one, is made anew: the first call says so, the next ones work.
func TestFolderThatWasRemoved(t *testing.T) {
	for name, ruin := range map[string]func(t *testing.T, dir string){
		"removed": func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir)) },
		"emptied": func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "v0"))) },
		"replaced": func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(dir))
			require.NoError(t, os.Mkdir(dir, 0o700))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			d, err := sink.NewDir(dir)
			require.NoError(t, err)
			defer d.Close()
			require.NoError(t, sink.WriteObject(t.Context(), d, "v0/1.m4s", []byte("x")))
			open, err := d.Create(t.Context(), "v0/2.m4s")
			require.NoError(t, err)
			ruin(t, dir)
			var at *sink.Error
			require.ErrorAs(t, open.Commit(), &at)
			err = sink.WriteObject(t.Context(), d, "v0/3.m4s", []byte("y"))
			require.ErrorIs(t, err, sink.ErrEmptied)
			require.ErrorContains(t, err, filepath.Join(dir, "v0", "3.m4s"))
			require.NoError(t, sink.WriteObject(t.Context(), d, "v0/3.m4s", []byte("y")))
			require.NoError(t, d.Remove(t.Context(), "v0/1.m4s"))
			b, err := os.ReadFile(filepath.Join(dir, "v0", "3.m4s"))
			require.NoError(t, err)
			require.Equal(t, "y", string(b))
		})
	}
}

// A synced object is a file like any other.
func TestSyncedObject(t *testing.T) {
	dir := t.TempDir()
	d, err := sink.NewDir(dir)
	require.NoError(t, err)
	defer d.Close()
	for _, content := range []string{"one", "two"} {
		require.NoError(t, sink.WriteSynced(t.Context(), d, "a/state", []byte(content)))
		b, err := os.ReadFile(filepath.Join(dir, "a", "state"))
		require.NoError(t, err)
		require.Equal(t, content, string(b))
	}
	require.NoError(t, sink.WriteSynced(t.Context(), sink.NewMemory(), "state", nil), "a sink that cannot")
}

// named is a sink with a name, nameless one without.
type (
	named    struct{ sink.Sink }
	nameless struct{ sink.Sink }
)

func (named) String() string { return "store://bucket" }

func TestTeeErrorsNameTheSink(t *testing.T) {
	for want, s := range map[string]sink.Sink{"sink 2 (store://bucket): no": named{}, "sink 2 (sink_test.nameless): no": nameless{}, "sink 2 (memory): no": sink.NewMemory()} {
		require.Equal(t, want, (&sink.TeeError{Index: 1, Sink: s, Err: os.ErrInvalid}).Error()[:len(want)-2]+"no")
	}
}
