package av_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
)

func namedPipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(name, 0o600))
	return name
}

// A pipe is waited for until somebody writes to it, and no longer than the context.
func TestPipeThatNobodyWritesTo(t *testing.T) {
	leaktest.Check(t)
	name := namedPipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	opened := make(chan error, 1)
	go func() {
		_, err := av.OpenInput(ctx, av.InputConfig{URL: name})
		opened <- err
	}()
	w, err := os.OpenFile(name, os.O_WRONLY, 0) // returns when it is open for reading
	require.NoError(t, err)
	defer w.Close()
	cancel()
	require.ErrorIs(t, <-opened, context.Canceled)
}

// A pipe is read to its end, or until the context ends while it gives nothing.
func TestPipeThatFallsSilent(t *testing.T) {
	leaktest.Check(t)
	const pictures = 40
	video := "YUV4MPEG2 W16 H16 F25:1 C420jpeg\n" + strings.Repeat("FRAME\n"+strings.Repeat("\x80", 16*16*3/2), pictures)
	for _, ends := range []bool{true, false} {
		name := namedPipe(t)
		w, err := os.OpenFile(name, os.O_RDWR, 0)
		require.NoError(t, err)
		_, err = w.WriteString(video) // fits into the pipe
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		in, err := av.OpenInput(ctx, av.InputConfig{URL: name})
		require.NoError(t, err)
		p, err := av.NewPacket()
		require.NoError(t, err)
		read := func() error { return in.Read(p) }
		for range pictures / 2 {
			require.NoError(t, read())
		}
		if ends {
			require.NoError(t, w.Close())
		} else {
			cancel()
		}
		n, err := pictures/2, read()
		for ; err == nil; err = read() {
			n++
		}
		if ends {
			require.Equal(t, pictures, n, err)
		}
		p.Close()
		in.Close()
		cancel()
		w.Close()
	}
}
