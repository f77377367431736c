package timerslack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	_ "github.com/framegear/framegear/timerslack"
)

func slack(t *testing.T, thread string) string {
	text, err := os.ReadFile("/proc/" + thread + "/timerslack_ns")
	if os.IsNotExist(err) || os.IsPermission(err) {
		t.Skip(err) // the thread is gone, or another one's slack is not for this user to see
	}
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

// Go started the threads that there are, its monitor among them, before any Go code of the program.
func TestEveryThread(t *testing.T) {
	threads, err := filepath.Glob("/proc/self/task/*")
	require.NoError(t, err)
	require.Greater(t, len(threads), 1)
	for _, thread := range threads {
		t.Run(filepath.Base(thread), func(t *testing.T) {
			require.Equal(t, "1000000", slack(t, filepath.Base(thread)))
		})
	}
}

func TestThisThread(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	require.Equal(t, "1000000", slack(t, fmt.Sprint(syscall.Gettid())))
}
