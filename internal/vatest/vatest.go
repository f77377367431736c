// Package vatest runs tests against the VA-API driver of testdata/vaapi: a driver in software, for machines without hardware.
//
// libva loads drivers by environment variables that are read once, so a test runs itself again as a child process:
//
//	func TestSomething(t *testing.T) {
//		if !vatest.Child(t, "FGVA_NO_VPP=1") {
//			return
//		}
//		… // here vatest.Device is a working VA-API device
//	}
package vatest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/need"
)

// Device is the path that the child's libdrm takes for a render node.
const Device = "/dev/null"

// Driver is what the driver calls itself.
const Driver = "Framegear test driver"

const childVariable = "FRAMEGEAR_VATEST_CHILD"

// Child reports whether the test runs as the child with the driver. If not, it runs the child with the driver's switches
// (see testdata/vaapi/README.md) and fails the test when the child fails or when the driver counted objects that nobody destroyed. It skips
// the test where the driver cannot be built.
func Child(t *testing.T, switches ...string) bool {
	t.Helper()
	if os.Getenv(childVariable) == t.Name() {
		return true
	}
	dir := build(t)
	report := filepath.Join(t.TempDir(), "report")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	pattern := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run="+pattern, "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), childVariable+"="+t.Name(), "LIBVA_DRIVERS_PATH="+dir, "LIBVA_DRIVER_NAME=fgtest",
		"LIBVA_MESSAGING_LEVEL=0", "LD_PRELOAD="+filepath.Join(dir, "preload.so"), "FGVA_REPORT="+report)
	cmd.Env = append(cmd.Env, switches...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) } // the Go runtime then says where everybody waits
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	switch text := string(out); {
	case err != nil:
		t.Fatalf("with the driver (%s): %v\n%s", strings.Join(switches, " "), err, text)
	case strings.Contains(text, "--- SKIP: "+t.Name()):
		t.Skip("the child skipped:\n" + text)
	case !strings.Contains(text, "--- PASS: "+t.Name()):
		t.Fatalf("the child did not run %s:\n%s", pattern, text)
	}
	checkReport(t, report)
	return false
}

// checkReport fails the test when the driver's last line counts live objects.
func checkReport(t *testing.T, report string) {
	t.Helper()
	text, err := os.ReadFile(report)
	require.NoError(t, err, "the device was never closed")
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for field := range strings.FieldsSeq(lines[len(lines)-1]) {
		name, count, _ := strings.Cut(field, "=")
		if name != "encodes" && name != "syncs" {
			require.Equal(t, "0", count, "%s left in the driver: %s", name, text)
		}
	}
}

// build compiles the driver into the user's cache, once per content, and returns the folder.
func build(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the VA-API test driver is for Linux")
	}
	cc := need.Command(t, "cc", "gcc")
	sources := sourceDir(t)
	sum := sha256.New()
	files, err := filepath.Glob(filepath.Join(sources, "*.[ch]"))
	require.NoError(t, err)
	var driver []string
	preload := filepath.Join(sources, "preload.c")
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		fmt.Fprintf(sum, "%s %d ", filepath.Base(file), len(text))
		sum.Write(text)
		if filepath.Ext(file) == ".c" && file != preload {
			driver = append(driver, file)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "framegear", "vatest", fmt.Sprintf("%x", sum.Sum(nil)[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(dir), 0o755))
	work, err := os.MkdirTemp(filepath.Dir(dir), "build-") //nolint:usetesting // a rename has to stay on one file system
	require.NoError(t, err)
	defer os.RemoveAll(work)
	compile(t, cc, append(driver, "-o", filepath.Join(work, "fgtest_drv_video.so"), "-lpthread")...)
	compile(t, cc, "-I/usr/include/libdrm", "-o", filepath.Join(work, "preload.so"), preload)
	if err := os.Rename(work, dir); err != nil { // another test was faster
		_, err = os.Stat(dir)
		require.NoError(t, err)
	}
	return dir
}

func compile(t *testing.T, cc string, args ...string) {
	t.Helper()
	cmd := exec.Command(cc, append([]string{"-O2", "-fPIC", "-shared", "-fvisibility=default"}, args...)...)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return
	}
	if strings.Contains(string(out), "va/") || strings.Contains(string(out), "xf86drm.h") {
		need.Missing(t, "the headers of libva and libdrm are not installed (Debian: apt-get install libva-dev libdrm-dev):\n%s", out)
	}
	t.Fatalf("%s: %v\n%s", cmd, err, out)
}

// sourceDir finds testdata/vaapi from the folder of whichever package is tested.
func sourceDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "testdata", "vaapi")
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, parent, dir, "no go.mod above the tests")
		dir = parent
	}
}
