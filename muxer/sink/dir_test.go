package sink_test

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/stretchr/testify/require"
)

// tree returns all paths below a folder, folders with a slash.
func tree(t *testing.T, folder string) []string {
	t.Helper()
	names := []string{}
	require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(name string, e fs.DirEntry, err error) error {
		if e != nil && e.IsDir() {
			name += "/"
		}
		if name != "./" {
			names = append(names, name)
		}
		return err
	}))
	return names
}

func openDir(t *testing.T, folder string) *sink.Dir {
	t.Helper()
	d, err := sink.NewDir(folder)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func put(t *testing.T, s sink.Sink, name, content string) {
	t.Helper()
	require.NoError(t, sink.WriteObject(t.Context(), s, name, []byte(content)))
}

func writeFile(t *testing.T, content string, path ...string) {
	t.Helper()
	full := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o777))
	require.NoError(t, os.WriteFile(full, []byte(content), 0o666))
}

func TestDirFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "made", "with parents")
	d := openDir(t, folder)
	o, err := d.Create(t.Context(), "v0/1.m4s")
	require.NoError(t, err)
	_, err = io.WriteString(o, "x")
	require.NoError(t, err)
	names := tree(t, folder)
	require.Len(t, names, 2)
	require.Regexp(t, `^v0/\.1\.m4s\.tmp-[0-9a-f]{16}$`, names[1])
	require.NoError(t, o.Commit())
	require.Equal(t, []string{"v0/", "v0/1.m4s"}, tree(t, folder))
	b, err := os.ReadFile(filepath.Join(folder, "v0", "1.m4s"))
	require.NoError(t, err)
	require.Equal(t, "x", string(b))
}

func TestDirRemovesOnlyItsOwn(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"foreign.m4s", "v0/foreign.m4s", "v1/foreign.m4s"} {
		writeFile(t, "foreign", folder, name)
	}
	d := openDir(t, folder)
	for _, name := range []string{"v0/1.m4s", "v2/deep/1.m4s"} {
		put(t, d, name, "own")
	}
	for _, name := range []string{"foreign.m4s", "v0/foreign.m4s", "v1/foreign.m4s", "v0/1.m4s", "v2/deep/1.m4s", "v1"} {
		require.NoError(t, d.Remove(t.Context(), name))
	}
	require.Equal(t, []string{"foreign.m4s", "v0/", "v0/foreign.m4s", "v1/", "v1/foreign.m4s"}, tree(t, folder))
}

func TestDirRemoveGone(t *testing.T) {
	folder := t.TempDir()
	d := openDir(t, folder)
	put(t, d, "v0/1.m4s", "x")
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "v0")))
	require.NoError(t, d.Remove(t.Context(), "v0/1.m4s"))
	put(t, d, "v0/2.m4s", "x")
	require.Equal(t, []string{"v0/", "v0/2.m4s"}, tree(t, folder))
}

func TestDirAbortLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	d := openDir(t, folder)
	ctx, cancel := context.WithCancel(t.Context())
	cancelled, err := d.Create(ctx, "a/b/2.m4s")
	require.NoError(t, err)
	aborted, err := d.Create(t.Context(), "a/b/1.m4s")
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, cancelled.Commit(), context.Canceled)
	aborted.Abort()
	require.Empty(t, tree(t, folder))
}

func TestDirStaleFiles(t *testing.T) {
	folder := t.TempDir()
	stale := []string{".1.m4s.tmp-0123456789abcdef", "v0/.init.mp4.tmp-ffffffffffffffff", "v0/deep/.x.tmp-0000000000000000"}
	foreign := []string{".1.m4s.tmp-0123", ".tmp-0123456789abcdef", "1.m4s.tmp-0123456789abcdef", "v0/.a.tmp-0123456789ABCDEF"}
	for _, name := range append(stale, foreign...) {
		writeFile(t, "x", folder, name)
	}
	openDir(t, folder)
	left := strings.Join(tree(t, folder), "\n")
	for _, name := range foreign {
		require.Contains(t, left, name)
	}
	for _, name := range stale {
		require.NotContains(t, left, name)
	}
}

func TestDirStartSparesSinksAtWork(t *testing.T) {
	folder := t.TempDir()
	first, inside := openDir(t, folder), openDir(t, filepath.Join(folder, "cam2"))
	o, err := first.Create(t.Context(), "v0/1.m4s")
	require.NoError(t, err)
	p, err := inside.Create(t.Context(), "1.m4s")
	require.NoError(t, err)

	second, err := sink.NewDir(folder)
	require.NoError(t, err)
	require.NoError(t, o.Commit())
	require.NoError(t, first.Close())
	require.NoError(t, second.Close())

	openDir(t, folder) // alone, but above a folder in which a sink is at work
	require.NoError(t, p.Commit())
	require.Equal(t, []string{"cam2/", "cam2/1.m4s", "v0/", "v0/1.m4s"}, tree(t, folder))
}

func TestDirTemporaryNamesAreRefused(t *testing.T) {
	d := newDir(t)
	const name = "v0/.1.m4s.tmp-0123456789abcdef"
	_, err := d.Create(t.Context(), name)
	require.ErrorIs(t, err, sink.ErrName)
	_, err = d.Open(t.Context(), name)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestDirLongNames(t *testing.T) {
	d := newDir(t)
	put(t, d, strings.Repeat("n", 255), "x")
	tooLong := strings.Repeat("n", 256)
	o, err := d.Create(t.Context(), tooLong)
	if err == nil {
		err = o.Commit()
	}
	var e *sink.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, tooLong, filepath.Base(e.Path))
}

func TestDirAdopt(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"live.mpd", "other.mpd", "v0/1.m4s", "v0/2.m4s", "v1/init.mp4", "v1/notes.txt"} {
		writeFile(t, "earlier", folder, name)
	}
	require.NoError(t, os.Symlink("v0/1.m4s", filepath.Join(folder, "link.m4s")))
	d := openDir(t, folder)
	names, err := d.Adopt(t.Context(), func(name string) bool {
		return name == "live.mpd" || filepath.Ext(name) == ".m4s" || filepath.Ext(name) == ".mp4"
	})
	require.NoError(t, err)
	require.Equal(t, []string{"live.mpd", "v0/1.m4s", "v0/2.m4s", "v1/init.mp4"}, names)
	for _, name := range names {
		require.NoError(t, d.Remove(t.Context(), name))
	}
	require.Equal(t, []string{"link.m4s", "other.mpd", "v1/", "v1/notes.txt"}, tree(t, folder))
}

func TestDirReadsEarlierFiles(t *testing.T) {
	folder := t.TempDir()
	writeFile(t, "earlier", folder, "v0/1.m4s")
	b, err := sink.ReadObject(t.Context(), openDir(t, folder), "v0/1.m4s")
	require.NoError(t, err)
	require.Equal(t, "earlier", string(b))
}

func TestDirSymlinksDoNotEscape(t *testing.T) {
	outside, folder := t.TempDir(), t.TempDir()
	writeFile(t, "secret", outside, "file")
	require.NoError(t, os.Symlink(outside, filepath.Join(folder, "v0")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "file"), filepath.Join(folder, "live.mpd")))
	d := openDir(t, folder)
	var e *sink.Error
	_, err := d.Create(t.Context(), "v0/1.m4s")
	require.ErrorAs(t, err, &e)
	_, err = d.Open(t.Context(), "live.mpd")
	require.ErrorAs(t, err, &e)

	put(t, d, "live.mpd", "replaces the link, not what it leads to")
	require.NoError(t, d.Remove(t.Context(), "live.mpd"))
	require.Equal(t, []string{"file"}, tree(t, outside))
	b, err := os.ReadFile(filepath.Join(outside, "file"))
	require.NoError(t, err)
	require.Equal(t, "secret", string(b))
}

func TestDirErrorsHaveThePath(t *testing.T) {
	folder := t.TempDir()
	writeFile(t, "x", folder, "file")
	require.NoError(t, os.Mkdir(filepath.Join(folder, "folder"), 0o777))
	var e *sink.Error

	_, err := sink.NewDir(filepath.Join(folder, "file", "below"))
	require.ErrorAs(t, err, &e)
	require.Equal(t, filepath.Join(folder, "file", "below"), e.Path)
	_, err = sink.NewDir("")
	require.ErrorAs(t, err, &e)

	d := openDir(t, folder)
	_, err = d.Create(t.Context(), "file/below")
	require.ErrorAs(t, err, &e)
	require.Equal(t, filepath.Join(folder, "file", "below"), e.Path)
	require.Equal(t, 1, strings.Count(err.Error(), "below"), "the path is said once: %v", err)

	_, err = d.Create(t.Context(), "new/"+strings.Repeat("n", 256)+"/1.m4s")
	require.ErrorAs(t, err, &e)

	err = sink.WriteObject(t.Context(), d, "folder", []byte("x"))
	require.ErrorAs(t, err, &e)
	require.Equal(t, filepath.Join(folder, "folder"), e.Path)
	require.Equal(t, []string{"file", "folder/"}, tree(t, folder))
}

func TestDirClose(t *testing.T) {
	folder := t.TempDir()
	d, err := sink.NewDir(folder)
	require.NoError(t, err)
	put(t, d, "a", "x")
	o, err := d.Create(t.Context(), "v0/1.m4s")
	require.NoError(t, err)
	h, err := d.Open(t.Context(), "a")
	require.NoError(t, err)
	defer h.Close()

	require.NoError(t, d.Close())
	require.NoError(t, d.Close())
	_, err = d.Create(t.Context(), "b")
	require.ErrorIs(t, err, sink.ErrClosed)
	_, err = d.Open(t.Context(), "a")
	require.ErrorIs(t, err, sink.ErrClosed)
	require.ErrorIs(t, d.Remove(t.Context(), "a"), sink.ErrClosed)
	_, err = d.Adopt(t.Context(), func(string) bool { return true })
	require.ErrorIs(t, err, sink.ErrClosed)

	b, err := io.ReadAll(h)
	require.NoError(t, err)
	require.Equal(t, "x", string(b))
	require.NoError(t, o.Commit(), "what was begun can be ended")
	require.Equal(t, []string{"a", "v0/", "v0/1.m4s"}, tree(t, folder))
}
