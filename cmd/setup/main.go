// Command setup prepares a machine for programs that import Framegear. It is for modules that have Framegear from "go get"; in a
// checkout make does the same.
//
//	eval "$(go run github.com/framegear/framegear/cmd/setup env)"
//	go run github.com/framegear/framegear/cmd/setup players DIR
//
// It needs bash and no C: it has to work before there is anything to link.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/framegear/framegear/scripts"
)

const usage = `usage: setup COMMAND

  env          install what a build needs, build libav unless the cache has it, print the exports that go commands need:
               eval "$(go run github.com/framegear/framegear/cmd/setup env)"
  build        the same without printing
  players DIR  fetch hls.js and dash.js into DIR, for HandlerOptions.Players; needs npm

FRAMEGEAR_LICENSE=lgpl leaves out x264 and x265. FRAMEGEAR_CACHE is where libav and the players are kept.
`

// Exit codes, as those of the command framegear.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// step is one script and its arguments. What it prints is for people unless it is the command's result.
type step struct {
	script string
	args   []string
	result bool
	// forgiven goes on when the script fails: what it would have done may not be needed.
	forgiven bool
}

// debian says whether deps.sh can install something here.
var debian = isDebian

func isDebian() bool {
	_, err := exec.LookPath("dpkg-query")
	return err == nil
}

// steps says what a command line does, nil when it is none.
func steps(args []string) []step {
	build := []step{{script: "deps.sh", args: []string{"build"}, forgiven: !debian()}, {script: "libav.sh", args: []string{"build"}}}
	switch {
	case len(args) == 1 && args[0] == "build":
		return build
	case len(args) == 1 && args[0] == "env":
		return append(build, step{script: "libav.sh", args: []string{"env"}, result: true})
	case len(args) == 2 && args[0] == "players":
		return []step{{script: "players.sh", args: args[1:]}}
	}
	return nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "--help" || args[0] == "help") {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	todo := steps(args)
	if todo == nil {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	if err := perform(ctx, todo, stdout, stderr); err != nil {
		if _, failed := errors.AsType[*exec.ExitError](err); !failed { // else the script has said why
			fmt.Fprintln(stderr, "setup:", err)
		}
		return exitFailed
	}
	return exitOK
}

// perform runs scripts from a folder of their own, one after the other, and ends with the first that fails.
func perform(ctx context.Context, todo []step, stdout, stderr io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "framegear-setup-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.CopyFS(dir, scripts.Files); err != nil {
		return err
	}
	for _, s := range todo {
		c := exec.CommandContext(ctx, "bash", append([]string{filepath.Join(dir, s.script)}, s.args...)...)
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, stderr, stderr
		if s.result {
			c.Stdout = stdout
		}
		if err := c.Run(); err != nil && !s.forgiven {
			return err
		}
	}
	return nil
}
