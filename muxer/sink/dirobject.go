package sink

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
)

// dirObject is a temporary file that becomes an object.
type dirObject struct {
	life
	progress
	dir     *Dir
	name    string
	temp    string
	file    *os.File
	written int64
	synced  bool
}

func (o *dirObject) Write(p []byte) (int, error) {
	if err := o.check("write"); err != nil {
		return 0, err
	}
	n, err := o.file.Write(p)
	o.written += int64(n)
	if err != nil {
		return n, o.fail("write", cause(err))
	}
	return n, nil
}

// Flush needs no system call: what was written is with the system already, readers only have to be told.
func (o *dirObject) Flush() error {
	if err := o.check("flush"); err != nil {
		return err
	}
	o.dir.mu.Lock()
	defer o.dir.mu.Unlock()
	o.dir.growing[o.name] = o
	o.grow(o.written)
	return nil
}

// Sync implements [Syncer].
func (o *dirObject) Sync() { o.synced = true }

func (o *dirObject) Commit() error {
	if err := o.check("commit"); err != nil {
		o.Abort()
		return err
	}
	if o.synced {
		if err := o.file.Sync(); err != nil {
			o.Abort()
			return &Error{"commit", o.path, cause(err)}
		}
	}
	// Network file systems report a full disk no earlier than here.
	if err := o.file.Close(); err != nil {
		o.Abort()
		return &Error{"commit", o.path, cause(err)}
	}
	folder := o.openFolder()
	if folder != nil {
		defer func() {
			_ = folder.Sync() // the name; some file systems cannot
			folder.Close()
		}()
	}
	return o.publish()
}

// openFolder opens the folder that a synced object is in. Where folders cannot be opened they need no sync.
func (o *dirObject) openFolder() *os.File {
	if !o.synced {
		return nil
	}
	f, err := o.dir.root.Open(path.Dir(o.name))
	if err != nil {
		return nil
	}
	return f
}

// publish gives the whole file its name.
func (o *dirObject) publish() error {
	d := o.dir
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.root.Rename(o.temp, o.name); err != nil {
		o.discard()
		return &Error{"commit", o.path, cause(err)}
	}
	d.own[o.name] = struct{}{}
	o.finish(o.written)
	o.leave()
	return nil
}

func (o *dirObject) Abort() {
	if o.ended {
		return
	}
	o.dir.mu.Lock()
	defer o.dir.mu.Unlock()
	o.discard()
}

// discard deletes the temporary file. The folder's lock is held. Errors are not told: the file is of no use to anybody,
// and the next start tries again.
func (o *dirObject) discard() {
	_ = o.file.Close()
	_ = o.dir.root.Remove(o.temp)
	o.dir.prune(path.Dir(o.name))
	o.abort()
	o.leave()
}

// leave ends the object. The folder's lock is held.
func (o *dirObject) leave() {
	o.ended = true
	if o.dir.growing[o.name] == o {
		delete(o.dir.growing, o.name)
	}
	o.dir.unended--
	_ = o.dir.release()
}

// createFile makes a new file and the folders above it. The lock is held, so that prune cannot take a folder away between
// its making and its first file.
func (d *Dir) createFile(name string) (*os.File, error) {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := d.root.OpenFile(name, flags, 0o666)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := d.makeFolders(path.Dir(name)); err != nil {
		d.prune(path.Dir(name))
		return nil, err
	}
	f, err = d.root.OpenFile(name, flags, 0o666)
	if err != nil {
		d.prune(path.Dir(name))
	}
	return f, err
}

// makeFolders returns ErrEmptied when a folder that it has made before is not there.
func (d *Dir) makeFolders(folder string) (lost error) {
	at := ""
	for part := range strings.SplitSeq(folder, "/") {
		at = path.Join(at, part)
		switch err := d.root.Mkdir(at, 0o777); {
		case err == nil:
			if _, before := d.made[at]; before && d.disown(at) {
				lost = ErrEmptied
			}
			d.made[at] = struct{}{}
		case !errors.Is(err, fs.ErrExist):
			return err
		}
	}
	return lost
}

// disown forgets the objects in a folder that was removed, and reports whether there were any. The lock is held.
func (d *Dir) disown(folder string) (some bool) {
	for name := range d.own {
		if strings.HasPrefix(name, folder+"/") {
			delete(d.own, name)
			some = true
		}
	}
	return some
}

// prune removes folders that this sink made and that are empty, from the given one upwards. The lock is held.
func (d *Dir) prune(folder string) {
	for ; folder != "."; folder = path.Dir(folder) {
		if _, ok := d.made[folder]; !ok {
			continue
		}
		if err := d.root.Remove(folder); err == nil {
			delete(d.made, folder)
		} else if !errors.Is(err, fs.ErrNotExist) { // somebody else removed it: makeFolders will tell
			return
		}
	}
}
