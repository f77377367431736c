package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/vatest"
)

// command runs the command line and returns the exit code and what it printed.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

const noNode = "/dev/dri/renderD7777"

func TestProbeOfAMissingDeviceIsATableAndNoFailure(t *testing.T) {
	code, out, errs := command(t, "probe", "--size", "128x96", "--device", noNode, "--encoder", "libx264", "--encoder", "h264_vaapi", "--encoder", "vp9_vaapi")
	require.Equal(t, exitOK, code, errs)
	lines := strings.Split(out, "\n")
	require.Regexp(t, `^ENCODER +CODEC +BITS +DEVICE +WORKS +OPENS IN +FRAMES/S +DRIVER$`, lines[0])
	require.Regexp(t, `^libx264 +h264 +8 +- +yes +\d+ ms +\d+ +-$`, lines[1])
	require.Regexp(t, `^h264_vaapi +h264 +8 +/dev/dri/renderD7777 +no +- +- +-$`, lines[2])
	require.Contains(t, out, "h264_vaapi, vp9_vaapi: "+noNode+": no such device")
}

func TestProbeSpeaksJSON(t *testing.T) {
	code, out, errs := command(t, "probe", "--json", "--size", "128x96", "--device", noNode, "--encoder", "av1_vaapi")
	require.Equal(t, exitOK, code, errs)
	var results []encoder.ProbeResult
	require.NoError(t, json.Unmarshal([]byte(out), &results))
	require.Len(t, results, 1)
	require.Equal(t, noNode, results[0].Device)
	require.False(t, results[0].Works)
	require.Contains(t, results[0].Reason, "no such device")
}

func TestProbeOfTheTestDriver(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	code, out, errs := command(t, "probe", "--size", "128x96", "--device", vatest.Device, "--encoder", "h264_vaapi", "--encoder", "hevc_vaapi", "--encoder", "vp9_vaapi")
	require.Equal(t, exitOK, code, errs)
	require.Regexp(t, `(?m)^hevc_vaapi +hevc +10 +/dev/null +yes `, out)
	require.Regexp(t, `(?m)^h264_vaapi +h264 +8 +/dev/null +yes +\d+ ms +\d+ +`+vatest.Driver+`$`, out)
	require.Contains(t, out, "vp9_vaapi: /dev/null: its driver does not offer this codec or profile")
}

func TestStreamTakesTheHardwareFlags(t *testing.T) {
	test := []string{"stream", "test:", "--size", "128x96", "--fps", "10", "--duration", "1s", "--segment", "1s", "--quiet"}
	with := func(dir string, more ...string) []string {
		return append(append([]string{}, test...), append(more, "-o", dir)...)
	}

	dir := filepath.Join(t.TempDir(), "auto")
	code, _, errs := command(t, with(dir, "--encoder", "auto", "--vaapi-device", noNode)...)
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, 1, strings.Count(errs, "libx264 encodes instead"), errs)
	require.FileExists(t, filepath.Join(dir, "stream.mpd"))

	dir = filepath.Join(t.TempDir(), "required")
	code, _, errs = command(t, with(dir, "--encoder", "h264_vaapi", "--hw", "require", "--vaapi-device", noNode)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, noNode+": no such device")
	left, _ := os.ReadDir(dir)
	require.Empty(t, left)

	code, _, errs = command(t, with(t.TempDir(), "--encoder", "h264_vaapi", "--hw", "off")...)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "h264_vaapi with --hw off")

	params := filepath.Join(t.TempDir(), "gear.json")
	require.NoError(t, os.WriteFile(params, []byte(`{"-vcodec": "h264_vaapi", "-vaapi_device": "`+noNode+`"}`), 0o600))
	code, _, errs = command(t, "stream", "test:", "--duration", "1s", "--quiet", "--params", params, "--hw", "require", "-o", t.TempDir()+"/x.mpd")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, noNode+": no such device")
}
