//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package sink

import (
	"os"
)

const errNotDir = constError("not a directory")

type constError string

func (e constError) Error() string { return string(e) }

// tryLock never succeeds where folders cannot be locked: stale files stay there.
func tryLock(*os.File, bool) (held, taken bool) { return false, false }
