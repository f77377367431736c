package examples_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block returns the README's first code block of a language that contains a word.
func block(t *testing.T, language, word string) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)\n```\n").FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(m[1], word) {
			return m[1]
		}
	}
	require.Failf(t, "no such block", "README.md has no %s block with %q", language, word)
	return ""
}

// in runs a command in a folder and returns what it said.
func in(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOWORK=off")
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// TestReadmeCommands runs the command's lines as they stand.
func TestReadmeCommands(t *testing.T) {
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(filepath.Join(root, "testdata"), filepath.Join(dir, "testdata")))
	in(t, root, "go", "build", "-o", filepath.Join(dir, "bin", "framegear"), "./cmd/framegear")
	said := in(t, dir, "sh", "-ec", block(t, "sh", "bin/framegear"))
	require.Contains(t, said, "0 errors")
}

// TestReadmeProgram builds the Go program as a module of its own that imports Framegear, and runs it.
func TestReadmeProgram(t *testing.T) {
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	own := strings.Replace(string(mod), "module github.com/framegear/framegear", "module example.com/downstream", 1) +
		"\nrequire github.com/framegear/framegear v0.0.0\nreplace github.com/framegear/framegear => " + root + "\n"
	sums, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	for name, text := range map[string]string{"go.mod": own, "go.sum": string(sums), "main.go": block(t, "go", "package main")} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	in(t, dir, "go", "run", ".")
	require.Len(t, tracks(t, filepath.Join(dir, "out", "stream.mpd")), 2)
	require.Len(t, tracks(t, filepath.Join(dir, "out", "stream.m3u8")), 2)
}

// TestLinks finds the target of every relative link of every page.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	pages := 0
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		pages++
		text, err := os.ReadFile(name)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: link to %s: %v", name, m[1], err)
			}
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, pages, 5)
}

// TestReadmeIsShort keeps the front page a page.
func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	require.LessOrEqual(t, strings.Count(string(text), "\n"), 150)
}
