package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file of parameters that is no object is said to be none.
func TestParamsThatAreNoObject(t *testing.T) {
	for _, text := range []string{"null", "[]", "3", `"x"`, "", "{"} {
		file := filepath.Join(t.TempDir(), "params.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		code, _, errs := command(t, "stream", "test:", "--params", file, "-o", filepath.Join(t.TempDir(), "out"), "--format", "hls")
		require.Equal(t, exitUsage, code, errs)
		require.Contains(t, errs, "want one JSON object", text)
	}
}
