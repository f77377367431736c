package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// setup runs the command with stand-ins on the PATH, in front of what is there.
func setup(t *testing.T, stubs map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	bin := t.TempDir()
	for name, body := range stubs {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755))
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("TMPDIR", t.TempDir())
	var out, said bytes.Buffer
	code = run(t.Context(), args, &out, &said)
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left, "nothing is left behind")
	return code, out.String(), said.String()
}

// ready is a cache in which the build of this machine is there already.
func ready(t *testing.T) {
	t.Helper()
	t.Setenv("FRAMEGEAR_CACHE", t.TempDir())
	var prefix bytes.Buffer
	require.NoError(t, perform(t.Context(), []step{{script: "libav.sh", args: []string{"prefix"}, result: true}}, &prefix, io.Discard))
	dir := string(bytes.TrimSpace(prefix.Bytes()))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".ready"), nil, 0o644))
}

// installed answers that every package of Debian is there.
var installed = map[string]string{"dpkg-query": "printf installed", "nasm": "", "flock": "", "curl": "", "xz": "", "git": ""}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"none"}, {"env", "x"}, {"players"}, {"players", "a", "b"}} {
		code, stdout, stderr := setup(t, nil, args...)
		require.Equal(t, exitUsage, code, args)
		require.Empty(t, stdout, args)
		require.Contains(t, stderr, "players DIR", args)
	}
	for _, help := range []string{"-h", "--help", "help"} {
		code, stdout, stderr := setup(t, nil, help)
		require.Equal(t, exitOK, code)
		require.Contains(t, stdout, "eval")
		require.Empty(t, stderr)
	}
}

// Only the exports go to standard output: it is for eval.
func TestEnv(t *testing.T) {
	ready(t)
	code, stdout, stderr := setup(t, installed, "env")
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, `^export PKG_CONFIG_PATH=\S+/lib/pkgconfig\nexport CGO_CFLAGS=\S.*-DFRAMEGEAR_LIBAV=0x[0-9a-f]{16}\n$`, stdout)
	require.Contains(t, stderr, "is in the cache")

	code, stdout, _ = setup(t, installed, "build")
	require.Equal(t, exitOK, code)
	require.Empty(t, stdout)
}

// unprivileged is a machine that lacks packages and whose user may not install any.
var unprivileged = map[string]string{"dpkg-query": "exit 1", "id": "echo 1000", "sudo": "exit 1"}

// What is missing is named with the command that installs it; nothing is printed that eval would take.
func TestEnvWithoutPackages(t *testing.T) {
	ready(t)
	code, stdout, stderr := setup(t, unprivileged, "env")
	require.Equal(t, exitFailed, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "please run: sudo apt-get update")
	require.NotContains(t, stderr, "setup:", "the script has said it")
}

// Where there are no packages of Debian, what is there may be enough.
func TestEnvElsewhere(t *testing.T) {
	ready(t)
	debian = func() bool { return false }
	t.Cleanup(func() { debian = isDebian })
	code, stdout, stderr := setup(t, unprivileged, "env")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "export CGO_CFLAGS")
	require.Contains(t, stderr, "libx264-dev")
}

// npm stands for the registry: the two bundles, from wherever it has them.
const npm = `while [ "$1" != --prefix ]; do shift; done
m=$2/node_modules
mkdir -p "$m/hls.js/dist" "$m/dashjs/dist/modern/umd" "$m/@x/y"
printf 'hls()\n//# sourceMappingURL=hls.map\n' >"$m/hls.js/dist/hls.min.js"
echo 'dash()' >"$m/dashjs/dist/modern/umd/dash.all.min.js"
echo 'licence of hls' >"$m/hls.js/LICENSE"
echo 'licence of dash' >"$m/dashjs/LICENSE.md"
echo 'licence of y' >"$m/@x/y/LICENSE"`

func TestPlayers(t *testing.T) {
	t.Setenv("FRAMEGEAR_CACHE", t.TempDir())
	dir := filepath.Join(t.TempDir(), "the players")
	code, _, stderr := setup(t, map[string]string{"npm": "exit 1"}, "players", dir)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "npm could not fetch the players")
	require.NoDirExists(t, dir, "nothing half done")

	code, stdout, stderr := setup(t, map[string]string{"npm": npm}, "players", dir)
	require.Equal(t, exitOK, code, stderr)
	require.Empty(t, stdout)
	for name, want := range map[string]string{
		"hls.min.js": "hls()\n", "dash.all.min.js": "dash()\n", "hls.LICENSE.txt": "licence of hls\n",
		"dash.LICENSE.txt": "licence of dash\n\n\n==== @x/y/LICENSE ====\n\nlicence of y\n",
	} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, want, string(got), name)
	}

	other := filepath.Join(t.TempDir(), "other")
	code, _, stderr = setup(t, map[string]string{"npm": "exit 1"}, "players", other)
	require.Equal(t, exitOK, code, "the cache has them: %s", stderr)
	require.FileExists(t, filepath.Join(other, "hls.min.js"))
}
