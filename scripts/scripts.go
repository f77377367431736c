// Package scripts holds the shell scripts that prepare a machine, so that a program can run them where there is no checkout:
// Go's module cache has them without their executable bits, and a program may be built from elsewhere.
package scripts

import "embed"

// Files are the scripts and what they read, under the names that they have in this folder.
//
//go:embed deps.sh libav.sh players.sh players/package.json players/package-lock.json
var Files embed.FS
