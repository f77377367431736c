package sink

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// Dir keeps objects as files of a folder.
//
// An object is written to a temporary file beside its final name (".12.m4s.tmp-0123456789abcdef") and renamed at the
// commit, so a name shows a whole file or none, whenever the process dies. Files are not synced to the disk, unless an object
// is asked to ([Syncer]): after a crash of the process the system still has every byte, and only a crash of the whole machine
// can lose the last seconds.
// Waiting for the disk at each segment would cost live outputs more than that: a sync takes as long as the device likes,
// often longer than a part.
//
// Nothing outside the folder is ever touched: a symbolic link that leads out of it is an error ([os.Root]).
type Dir struct {
	path string
	root *os.Root
	lock *os.File // held shared while the sink lives

	shared bool // see Shared

	mu      sync.Mutex
	closed  bool
	unended int                   // objects that still need root
	own     map[string]struct{}   // names that Remove may delete
	made    map[string]struct{}   // sub-folders that go once they are empty
	growing map[string]*dirObject // flushed at least once
}

var (
	_ Sink    = (*Dir)(nil)
	_ Reader  = (*Dir)(nil)
	_ Flusher = (*dirObject)(nil)
	_ Syncer  = (*dirObject)(nil)
)

// starting lets sinks of one process lock their folders one after the other, see takeLock.
var starting sync.Mutex

// NewDir opens the folder, which is made with its parents when it does not exist. A folder that cannot be written to is an
// error before anything is. Temporary files that a killed run left anywhere below are deleted, unless another sink is at
// work there. Close releases the folder.
func NewDir(root string) (*Dir, error) {
	if root == "" {
		return nil, &Error{"open", `""`, errors.New("want the path of a folder")}
	}
	full, err := filepath.Abs(root)
	if err != nil {
		return nil, &Error{"open", root, err}
	}
	if err := os.MkdirAll(full, 0o777); err != nil {
		return nil, &Error{"create", full, cause(err)}
	}
	r, err := os.OpenRoot(full)
	if err != nil {
		return nil, &Error{"open", full, cause(err)}
	}
	d := &Dir{path: full, root: r,
		own: map[string]struct{}{}, made: map[string]struct{}{}, growing: map[string]*dirObject{}}
	if err := d.start(); err != nil {
		r.Close()
		return nil, err
	}
	return d, nil
}

// start proves that files can be made, then clears what a killed run left.
func (d *Dir) start() error {
	probe := tempName("probe")
	f, err := d.root.OpenFile(probe, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return &Error{"create", d.path, fmt.Errorf("folder cannot be written to: %w", cause(err))}
	}
	f.Close()
	if err := d.root.Remove(probe); err != nil {
		return &Error{"remove", d.full(probe), cause(err)}
	}
	starting.Lock()
	defer starting.Unlock()
	d.lock, d.shared = takeLock(d.root, d.removeStale)
	return nil
}

// String returns the folder's path.
func (d *Dir) String() string { return d.path }

// Shared reports whether another sink, of this process or another, was at work in the folder when this one was opened; false where the
// system cannot tell.
func (d *Dir) Shared() bool { return d.shared }

// Create implements [Sink]. The object is a [Flusher]. Names that look like temporary files are refused.
func (d *Dir) Create(ctx context.Context, name string) (Object, error) {
	if err := d.admit(ctx, name); err != nil {
		return nil, &Error{"create", d.full(name), err}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, &Error{"create", d.full(name), ErrClosed}
	}
	temp := path.Join(path.Dir(name), tempName(path.Base(name)))
	f, err := d.createFile(temp)
	if err != nil {
		if d.gone(err) {
			err = d.revive()
		}
		return nil, &Error{"create", d.full(name), cause(err)}
	}
	d.unended++
	return &dirObject{life: life{ctx: ctx, path: d.full(name)}, dir: d, name: name, temp: temp, file: f}, nil
}

// Remove implements [Sink]. Sub-folders that this sink made are removed when they become empty.
func (d *Dir) Remove(ctx context.Context, name string) error {
	if err := d.admit(ctx, name); err != nil {
		return &Error{"remove", d.full(name), err}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return &Error{"remove", d.full(name), ErrClosed}
	}
	if _, ok := d.own[name]; !ok {
		return nil
	}
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &Error{"remove", d.full(name), cause(err)}
	}
	delete(d.own, name)
	d.prune(path.Dir(name))
	return nil
}

// Open implements [Reader]. Regular files that were there before can be read too; anything else does not exist.
func (d *Dir) Open(ctx context.Context, name string) (Handle, error) {
	h, err := d.open(ctx, name)
	if err != nil {
		return nil, &Error{"open", d.full(name), cause(err)}
	}
	return h, nil
}

func (d *Dir) open(ctx context.Context, name string) (Handle, error) {
	if err := admit(ctx, name); err != nil {
		return nil, err
	}
	if isTemp(name) {
		return nil, fs.ErrNotExist
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, ErrClosed
	}
	info, err := d.root.Stat(name)
	if err == nil && info.Mode().IsRegular() {
		return d.openCommitted(ctx, name)
	}
	if o, ok := d.growing[name]; ok {
		f, err := d.root.Open(o.temp)
		if err != nil {
			return nil, err
		}
		return newHandle(ctx, o.path, f, &o.progress), nil
	}
	if err != nil && !errors.Is(err, errNotDir) {
		return nil, err
	}
	return nil, fs.ErrNotExist
}

func (d *Dir) openCommitted(ctx context.Context, name string) (Handle, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	whole := &progress{size: info.Size(), state: complete, modTime: info.ModTime()}
	return newHandle(ctx, d.full(name), f, whole), nil
}

// Close releases the folder. After it Create, Remove and Open return [ErrClosed]; objects that are being written can still
// be ended, and open handles read on. A second Close does nothing.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	return d.release()
}

// release closes the folder after the last user. The lock is held.
func (d *Dir) release() error {
	if !d.closed || d.unended > 0 {
		return nil
	}
	if d.lock != nil {
		d.lock.Close()
	}
	return d.root.Close()
}

// admit also refuses names that a later start would take for stale files.
func (d *Dir) admit(ctx context.Context, name string) error {
	if isTemp(name) {
		return fmt.Errorf("%w: %q is how temporary files are called", ErrName, name)
	}
	return admit(ctx, name)
}

func (d *Dir) full(name string) string { return filepath.Join(d.path, filepath.FromSlash(name)) }

// cause strips the part of the path that package os puts before an error: ours has the full one.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		return le.Err
	}
	return err
}
