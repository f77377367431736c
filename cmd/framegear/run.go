package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/framegear/framegear"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is the command line.
type cli struct {
	Stream   streamCmd   `cmd:"" help:"Turn a video into an adaptive stream."`
	Serve    serveCmd    `cmd:"" help:"Serve a folder that a recording or a live output was written to, with the player page."`
	Devices  devicesCmd  `cmd:"" help:"List capture devices, sound and picture."`
	Probe    probeCmd    `cmd:"" help:"Show which encoders really work here, and why others do not."`
	Validate validateCmd `cmd:"" help:"Check a presentation (an MPD or playlist, a file or URL) against the rules of the standards."`
	Bench    benchCmd    `cmd:"" help:"Measure the speed against the codec alone and against other ways of doing the same."`
	Version  versionCmd  `cmd:"" help:"Show the versions of framegear and libav, and the licence of this build."`

	LogFormat string `help:"Log lines as ${enum}." enum:"text,json" default:"text"`
	Verbose   bool   `short:"v" help:"Log more."`
}

// env is what a sub-command runs in.
type env struct {
	ctx     context.Context // ends with the second signal
	reading context.Context // ends with the first signal, or when nobody reads standard error any more: what was read is finished
	stdin   io.Reader
	stdout  io.Writer
	stderr  *console
	log     *slog.Logger
	jsonLog bool
}

// say tells a person, or whoever reads log lines as JSON, what happened.
func (e *env) say(text string) {
	if e.jsonLog {
		e.log.Info(text)
		return
	}
	fmt.Fprintln(e.stderr, text)
}

// fault tells what ends the command.
func (e *env) fault(text string) {
	if e.jsonLog {
		e.log.Error(text)
		return
	}
	fmt.Fprintf(e.stderr, "framegear: %s\n", text)
}

// usageError makes the exit code exitUsage.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the whole command with everything it touches as arguments. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("framegear"), kong.Writers(stdout, stderr), kong.Exit(func(n int) { code = n }),
		kong.Description("Adaptive streams (DASH and HLS) from video, inside one process."), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), durations)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	k, err := parse(parser, args)
	switch {
	case code >= 0: // --help
		return code
	case err != nil:
		fmt.Fprintf(stderr, "framegear: %v (see framegear --help)\n", err)
		return exitUsage
	}
	console := newConsole(stderr)
	ctx, reading, stop := signals(ctx, console)
	defer stop()
	e := &env{ctx: ctx, reading: reading, stdin: stdin, stdout: stdout, stderr: console, log: newLogger(&c, console), jsonLog: c.LogFormat == "json"}
	return e.exitCode(k.Run(e))
}

// parse keeps kong's help, which exits, from going on afterwards.
func parse(parser *kong.Kong, args []string) (k *kong.Context, err error) {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	return parser.Parse(args)
}

func newLogger(c *cli, w *console) *slog.Logger {
	opt := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.Verbose {
		opt.Level = slog.LevelDebug
	}
	if c.LogFormat == "json" {
		return slog.New(worded{slog.NewJSONHandler(w, opt)})
	}
	if w.terminal {
		return slog.New(worded{people{out: w, least: opt.Level.Level()}})
	}
	return slog.New(worded{slog.NewTextHandler(w, opt)})
}

// exitCode says what ended the command.
func (e *env) exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.Is(err, context.Canceled):
		e.fault("interrupted")
		return exitFailed
	}
	text := err.Error()
	if ours := []error{framegear.ErrOptions, framegear.ErrLadder, framegear.ErrChanged}; slices.ContainsFunc(ours, func(e error) bool { return errors.Is(err, e) }) {
		text = inFlags(text)
	}
	for line := range strings.SplitSeq(text, "\n") { // one fault a line
		e.fault(strings.TrimPrefix(line, "framegear: "))
	}
	if errors.As(err, &usage) || errors.Is(err, framegear.ErrOptions) || errors.Is(err, framegear.ErrLadder) {
		return exitUsage
	}
	return exitFailed
}

// errReported makes the exit code exitFailed without another line.
var errReported = errors.New("reported")
