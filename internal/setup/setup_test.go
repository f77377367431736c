package setup_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const remedy = `eval "$(go run github.com/framegear/framegear/cmd/setup env)"`

// A build that does not know where libav is ends with what to do about it.
func TestBuild(t *testing.T) {
	for _, c := range []struct {
		name, env string
		want      string // in what the compiler says, nothing for a build that works
	}{
		{"in the environment", "CGO_CFLAGS=-g -O2 -DFRAMEGEAR_LIBAV=0x1", ""},
		{"outside it", "CGO_CFLAGS=", remedy},
		{"without cgo", "CGO_ENABLED=0", remedy},
	} {
		t.Run(c.name, func(t *testing.T) {
			build := exec.CommandContext(t.Context(), "go", "build", ".")
			build.Env = append(os.Environ(), c.env)
			said, err := build.CombinedOutput()
			if c.want == "" {
				require.NoError(t, err, "%s", said)
				return
			}
			require.Error(t, err)
			require.Contains(t, strings.SplitN(string(said), "\n", 3)[1], c.want, "%s", said)
		})
	}
}
