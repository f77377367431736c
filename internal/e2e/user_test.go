package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/framegear/framegear/internal/need"
)

const (
	root     = "../.."
	own      = "github.com/framegear/framegear"
	released = "v0.0.1" // the only version that the stand-in for the proxy has
)

// user is somebody with an empty module cache, an empty folder and a shell.
type user struct {
	t    *testing.T
	dir  string
	vars []string
}

func newUser(t *testing.T) *user {
	t.Helper()
	u := &user{t: t, dir: t.TempDir()}
	kept := filepath.Join(strings.TrimSpace(u.must("go env GOMODCACHE")), "cache", "download")
	need.File(t, kept, "go mod download")
	for _, v := range os.Environ() {
		switch name, _, _ := strings.Cut(v, "="); name {
		case "PKG_CONFIG_PATH", "CGO_CFLAGS", "FRAMEGEAR_NEED_ALL": // of the test's own shell
		default:
			u.vars = append(u.vars, v)
		}
	}
	u.vars = append(u.vars, "GOMODCACHE="+t.TempDir(), "GOPROXY=file://"+proxy(t)+",file://"+kept+",off",
		"GOSUMDB=off", "GOTOOLCHAIN=local", "GOWORK=off",
		// With -trimpath what was compiled in another run's folders is found again.
		"GOFLAGS="+os.Getenv("GOFLAGS")+" -modcacherw -trimpath -buildvcs=false")
	return u
}

// proxy makes a folder that the go command takes for a module proxy: it has this tree as a release, as its zip would be.
func proxy(t *testing.T) string {
	t.Helper()
	git := need.Command(t, "git", "git")
	list := exec.CommandContext(t.Context(), git, "-C", root, "ls-files", "--cached", "--others", "--exclude-standard")
	tracked, err := list.Output()
	if err != nil {
		need.Missing(t, "the files of the module are those of a git checkout: %v", err)
	}
	var files []zip.File
	for name := range strings.Lines(string(tracked)) {
		f := file(strings.TrimSpace(name))
		if info, err := f.Lstat(); err == nil && info.Mode().IsRegular() { // deleted files are still in the index
			files = append(files, f)
		}
	}
	dir := t.TempDir()
	versions := filepath.Join(dir, filepath.FromSlash(own), "@v")
	require.NoError(t, os.MkdirAll(versions, 0o755))
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"list": released + "\n", released + ".mod": string(mod),
		released + ".info": fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, released),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(versions, name), []byte(text), 0o644))
	}
	w, err := os.Create(filepath.Join(versions, released+".zip"))
	require.NoError(t, err)
	require.NoError(t, zip.Create(w, module.Version{Path: own, Version: released}, files))
	require.NoError(t, w.Close())
	return dir
}

// file is one of the module's, by its path in the module.
type file string

func (f file) Path() string                 { return string(f) }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(filepath.Join(root, string(f))) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(filepath.Join(root, string(f))) }

// write puts a file into the user's folder.
func (u *user) write(name, text string) {
	u.t.Helper()
	name = filepath.Join(u.dir, name)
	require.NoError(u.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(u.t, os.WriteFile(name, []byte(text), 0o644))
}

func (u *user) command(script string) *exec.Cmd {
	c := exec.CommandContext(u.t.Context(), "bash", "-ec", script)
	c.Dir, c.Env = u.dir, u.vars
	return c
}

// run runs lines of the shell, and returns all that they say.
func (u *user) run(script string) (string, error) {
	said, err := u.command(script).CombinedOutput()
	return string(said), err
}

// must is run for what has to work.
func (u *user) must(script string) string {
	u.t.Helper()
	said, err := u.run(script)
	require.NoError(u.t, err, "%s\n%s", script, said)
	return said
}

// start starts a program and returns the first line that it prints. It is interrupted at the test's end, and has to end well.
func (u *user) start(program string) string {
	u.t.Helper()
	c := exec.Command(filepath.Join(u.dir, program))
	c.Dir, c.Stderr = u.dir, os.Stderr
	stdout, err := c.StdoutPipe()
	require.NoError(u.t, err)
	require.NoError(u.t, c.Start())
	u.t.Cleanup(func() {
		require.NoError(u.t, c.Process.Signal(os.Interrupt))
		require.NoError(u.t, c.Wait())
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(u.t, err)
	return strings.TrimSpace(line)
}

// codeBlock returns the first code block of a page and a language that contains a word.
func codeBlock(t *testing.T, page, language, word string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?\n)```\n").FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(m[1], word) {
			return m[1]
		}
	}
	require.Failf(t, "no such block", "%s has no %s block with %q", page, language, word)
	return ""
}
