package scripts_test

import (
	"bytes"
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/scripts"
)

// What a script reads or calls of this folder comes with it.
func TestFiles(t *testing.T) {
	var names []string
	require.NoError(t, fs.WalkDir(scripts.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			names = append(names, name)
			there, err := os.ReadFile(name)
			require.NoError(t, err)
			kept, err := scripts.Files.ReadFile(name)
			require.NoError(t, err)
			require.True(t, bytes.Equal(there, kept), name)
		}
		return err
	}))
	require.ElementsMatch(t,
		[]string{"deps.sh", "libav.sh", "players.sh", "players/package.json", "players/package-lock.json"}, names)
}

// npm asks whatever registry it is configured with.
func TestLockNamesNoRegistry(t *testing.T) {
	lock, err := scripts.Files.ReadFile("players/package-lock.json")
	require.NoError(t, err)
	require.NotContains(t, string(lock), `"resolved"`)
	require.Contains(t, string(lock), `"integrity"`)
}
