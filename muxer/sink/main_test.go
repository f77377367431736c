package sink_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// childEnv names the function of children that the test binary runs instead of tests.
const childEnv = "FRAMEGEAR_SINK_CHILD"

// children are run in a process of their own: they are killed or change the limits of their process.
var children = map[string]func(folder string) error{}

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := children[name](os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func child(t *testing.T, name, folder string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], folder)
	c.Env = append(os.Environ(), childEnv+"="+name)
	return c
}
