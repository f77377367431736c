package sink

import (
	"crypto/rand"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
)

// tempPattern is what tempName makes, and nothing that people or other programs would.
var tempPattern = regexp.MustCompile(`^\..+\.tmp-[0-9a-f]{16}$`)

// tempName returns a fresh temporary name for a file. It is no longer than file systems allow (255 bytes).
func tempName(base string) string {
	const room = 255 - len("..tmp-") - 16
	if len(base) > room {
		base = strings.ToValidUTF8(base[:room], "")
	}
	var random [8]byte
	rand.Read(random[:]) // never fails
	return "." + base + ".tmp-" + hex.EncodeToString(random[:])
}

func isTemp(name string) bool { return tempPattern.MatchString(path.Base(name)) }

// removeStale deletes temporary files below the folder. A sub-folder in which a sink of its own is at work is left alone.
// What cannot be read or deleted stays: it harms nobody.
func (d *Dir) removeStale() {
	_ = fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case e.IsDir() && name != "." && d.busy(name):
			return fs.SkipDir
		case e.Type().IsRegular() && isTemp(name):
			_ = d.root.Remove(name)
		}
		return nil
	})
}

func (d *Dir) busy(folder string) bool {
	f, err := d.root.Open(folder)
	if err != nil {
		return true
	}
	defer f.Close()
	held, _ := tryLock(f, true)
	return !held
}

// takeLock locks the folder for the life of a sink: shared, and while alone runs, exclusively. When another sink holds the
// folder alone is not called, for the files that look stale may be the other's. Between the two locks there may be a
// moment without any; a sink of another process that starts just then finds no file of ours yet.
// It returns nil where folders cannot be opened, and whether another sink holds the folder.
func takeLock(root *os.Root, alone func()) (lock *os.File, shared bool) {
	f, err := root.Open(".")
	if err != nil {
		return nil, false
	}
	held, shared := tryLock(f, true)
	if held {
		alone()
	}
	tryLock(f, false)
	return f, shared
}
