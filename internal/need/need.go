// Package need says what a test needs of the machine besides Go: another decoder, a browser, headers. Where it is missing the
// test is skipped with the Debian package that has it, unless FRAMEGEAR_NEED_ALL is set, as make test does: there a missing tool is a
// missing install step, and a failure.
package need

import (
	"os"
	"os/exec"
	"testing"
)

// Command returns the path of a command, which the Debian package has.
func Command(t testing.TB, command, debian string) string {
	t.Helper()
	path, err := exec.LookPath(command)
	if err != nil {
		Missing(t, "no %s on this machine (Debian: apt-get install %s)", command, debian)
	}
	return path
}

// File skips the test where a file is missing; how says how to get it.
func File(t testing.TB, path, how string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		Missing(t, "%s is not there (%s)", path, how)
	}
}

// Missing skips the test with what is missing.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("FRAMEGEAR_NEED_ALL") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
