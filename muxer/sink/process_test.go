//go:build linux

package sink_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/stretchr/testify/require"
)

func init() {
	children["write"] = writeForEver
	children["small disk"] = writeOnSmallDisk
	children["nobody"] = openAsNobody
}

const segmentBytes = 300_000

// whole returns content that proves itself complete: a line with the hash of the rest.
func whole(rest []byte) []byte {
	return append(fmt.Appendf(nil, "%x\n", sha256.Sum256(rest)), rest...)
}

func isWhole(b []byte) bool {
	sum, rest, found := bytes.Cut(b, []byte("\n"))
	return found && string(sum) == fmt.Sprintf("%x", sha256.Sum256(rest))
}

// writeForEver writes segments and after each one a manifest that lists them all, and tells its number. One object grows
// for ever beside them.
func writeForEver(folder string) error {
	ctx := context.Background()
	d, err := sink.NewDir(folder)
	if err != nil {
		return err
	}
	open, err := d.Create(ctx, "v1/open.m4s")
	if err != nil {
		return err
	}
	list := ""
	for n := 1; ; n++ {
		name := fmt.Sprintf("v0/%d.m4s", n)
		list += name + "\n"
		o, err := d.Create(ctx, name)
		if err != nil {
			return err
		}
		b := whole(bytes.Repeat([]byte{byte(n)}, segmentBytes))
		for len(b) > 0 && err == nil {
			part := b[:min(len(b), 10_000)]
			b = b[len(part):]
			_, err = o.Write(part)
		}
		_, grown := open.Write([]byte("more"))
		if err := errors.Join(err, grown, o.Commit()); err != nil {
			return err
		}
		if err := sink.WriteObject(ctx, d, "live.mpd", whole([]byte(list))); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func TestDirKilled(t *testing.T) {
	folder := t.TempDir()
	for _, after := range []string{"1", "7", "20"} {
		killAfter(t, folder, after)
		temps := 0
		for _, name := range tree(t, folder) {
			switch base := filepath.Base(name); {
			case strings.HasSuffix(name, "/"):
			case strings.Contains(base, ".tmp-"):
				temps++
				require.Equal(t, byte('.'), base[0], "temporary files are hidden")
			default:
				b, err := os.ReadFile(filepath.Join(folder, name))
				require.NoError(t, err)
				require.True(t, isWhole(b), "%s has %d bytes and is not whole", name, len(b))
			}
		}
		require.NotZero(t, temps, "the growing object was cut off")
		manifest, err := os.ReadFile(filepath.Join(folder, "live.mpd"))
		require.NoError(t, err)
		lines := strings.Fields(string(manifest))[1:]
		require.NotEmpty(t, lines)
		for _, listed := range lines {
			require.FileExists(t, filepath.Join(folder, listed), "what is listed exists")
		}
	}
	d, err := sink.NewDir(folder)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NotContains(t, strings.Join(tree(t, folder), "\n"), ".tmp-")
}

// killAfter runs a writer and kills it when it has told of a segment, in whatever it is doing then.
func killAfter(t *testing.T, folder, line string) {
	t.Helper()
	c := child(t, "write", folder)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != line {
	}
	told := lines.Text()
	require.NoError(t, c.Process.Kill())
	err = c.Wait()
	require.Equal(t, line, told, stderr.String())
	require.ErrorContains(t, err, "killed")
}

// writeOnSmallDisk runs out of room: the limit on the size of files stands for a full disk, which needs no privilege.
func writeOnSmallDisk(folder string) error {
	signal.Ignore(syscall.SIGXFSZ)
	limit := &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, limit); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := sink.NewDir(folder)
	if err != nil {
		return err
	}
	if err := sink.WriteObject(ctx, d, "v0/1.m4s", whole(make([]byte, 1000))); err != nil {
		return err
	}
	o, err := d.Create(ctx, "v0/2.m4s")
	if err != nil {
		return err
	}
	n, err := o.Write(make([]byte, 100<<10))
	fmt.Println(n)
	fmt.Println(err)
	fmt.Println(o.Commit())
	return d.Close()
}

func TestDirDiskFull(t *testing.T) {
	folder := t.TempDir()
	out, err := child(t, "small disk", folder).CombinedOutput()
	require.NoError(t, err, string(out))
	said := fmt.Sprintf("sink: write %s: %v", filepath.Join(folder, "v0", "2.m4s"), syscall.EFBIG)
	require.Equal(t, []string{"65536", said, said}, strings.Split(strings.TrimSpace(string(out)), "\n"))
	require.Equal(t, []string{"v0/", "v0/1.m4s"}, tree(t, folder))
	b, err := os.ReadFile(filepath.Join(folder, "v0", "1.m4s"))
	require.NoError(t, err)
	require.True(t, isWhole(b), "what was published before stays")
}

// openAsNobody gives up root, which may write everywhere, and opens a folder that only its owner may write to.
func openAsNobody(folder string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	_, err := sink.NewDir(folder)
	if !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("got %w, want a permission error", err)
	}
	fmt.Println(err)
	return nil
}

func TestDirUnwritable(t *testing.T) {
	parent := t.TempDir()
	folder := filepath.Join(parent, "read-only")
	require.NoError(t, os.Mkdir(folder, 0o555))
	for _, at := range []string{parent, filepath.Dir(parent)} { // others may pass
		require.NoError(t, os.Chmod(at, 0o755))
	}
	for _, at := range []string{folder, filepath.Join(folder, "new")} {
		out, err := child(t, "nobody", at).CombinedOutput()
		require.NoError(t, err, string(out))
		require.Contains(t, string(out), at)
	}
	require.Empty(t, tree(t, folder))
}
