package sink

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// gone reports whether an error is about a folder that is not in its place any more: removed, moved, or mounted over. The
// lock is held.
func (d *Dir) gone(err error) bool {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ESTALE) {
		return false
	}
	there, err := os.Stat(d.path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	own, err := d.root.Stat(".")
	return err != nil || !os.SameFile(there, own)
}

// revive goes on in a new folder of the same path, and returns ErrEmptied when it can. The lock is held.
func (d *Dir) revive() error {
	if err := os.MkdirAll(d.path, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return err
	}
	if d.lock != nil {
		d.lock.Close()
	}
	d.root.Close()
	d.root = root
	d.lock, _ = takeLock(root, func() {})
	clear(d.own)
	clear(d.made)
	clear(d.growing)
	return ErrEmptied
}
