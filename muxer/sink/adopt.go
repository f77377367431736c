package sink

import (
	"context"
	"io/fs"
	"path"
)

// Adopt makes files of an earlier run the sink's own, so that Remove deletes them: for a restart in the same place, and
// for clearing what was there. It calls match with the name of every regular file below the folder in lexical order,
// temporary files and symbolic links excepted, and returns the names that match accepted. Their sub-folders are adopted
// too: they go when Remove empties them.
func (d *Dir) Adopt(ctx context.Context, match func(name string) bool) ([]string, error) {
	d.mu.Lock()
	closed := d.closed
	d.mu.Unlock()
	if closed {
		return nil, &Error{"open", d.path, ErrClosed}
	}
	var names []string
	err := fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return &Error{"open", d.full(name), cause(err)}
		case ctx.Err() != nil:
			return &Error{"open", d.full(name), ctx.Err()}
		case e.Type().IsRegular() && CheckName(name) == nil && !isTemp(name) && match(name):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range names {
		d.own[name] = struct{}{}
		for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
			d.made[folder] = struct{}{}
		}
	}
	return names, nil
}
