package main

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
)

// withoutFlag are the options that only programs set.
var withoutFlag = map[string]bool{
	"Timebase": true, "BitsPerPixel": true, "Color": true, "ContainerExtra": true, "AudioOnly": true, "BaseURL": true, "WhenFull": true, "Queue": true,
	"Sink": true, "Logger": true, "Events": true,
}

// Every option that has a flag is called by it.
func TestEveryOptionHasAWord(t *testing.T) {
	for f := range reflect.TypeFor[framegear.Options]().Fields() {
		if f.IsExported() && !withoutFlag[f.Name] {
			require.Contains(t, flagWords, f.Name)
		}
	}
}

func TestInFlags(t *testing.T) {
	for said, want := range map[string]string{
		"Window 4s (want at least three segments of 2s, or WindowAll)": "--window 4s (want at least three segments of 2s, or all)",
		"want Format HLS, or fMP4 segments":                            "want --format hls, or fMP4 segments",
		`Codec "Name" (want one of [libx264])`:                         `--encoder "Name" (want one of [libx264])`,
		"frame size changed (Options.Rescale takes it)":                "frame size changed (--rescale takes it)",
		"open /srv/Window/Name.mp4: no such file":                      "open /srv/Window/Name.mp4: no such file",
		"(want Live or LowLatency)":                                    "(want --live or --low-latency)",
	} {
		require.Equal(t, want, inFlags(said))
	}
}

// Errors of the command speak of its flags.
func TestErrorsSpeakOfFlags(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for want, args := range map[string][]string{
		"--gop 4s is longer than --segment 500ms, and every segment begins with a key frame (want --gop of at most 500ms, or --segment 4s)": {"--gop", "4s"},
		`--encoder "libx246"`: {"--encoder", "libx246"},
		"(want --format hls,": {"--container", "ts"},
		"or all)":             {"--live", "--window", "100ms"},
		`--utc-timing "now"`:  {"--live", "--utc-timing", "now"},
	} {
		code, _, errs := command(t, with(short, append(args, "-o", out)...)...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errs, want)
		require.NotContains(t, errs, "qsv", "this build has none")
	}
}

// A person at a terminal reads sentences.
func TestLogForPeople(t *testing.T) {
	var said bytes.Buffer
	log := slog.New(worded{people{out: newConsole(&said), least: slog.LevelInfo}})
	log.Warn("the source falls behind (ClockWall helps)")
	log.Warn("sound is lost", "err", errors.New("no\nroute"), "attempts", 3, "source", "x")
	log.Info("sound is back")
	log.Debug("not for people")
	log.With("track", 1).Error("broken")
	require.Equal(t, "warning: the source falls behind (--clock wall helps)\nwarning: sound is lost: no route (attempts 3, source x)\nsound is back\n"+
		"error: broken (track 1)\n", said.String())
}
