package encoder

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHeldLogKeepsAndPasses(t *testing.T) {
	var text bytes.Buffer
	var held heldLog
	require.Nil(t, held.logger(nil))
	l := held.logger(slog.New(slog.NewTextHandler(&text, nil)).With("stream", "a"))
	more := l.With("like_it", 3).WithGroup("g")
	l.Error("first", "n", 1)
	more.Warn("second", "n", 2)
	l.Debug("not wanted there")
	require.Empty(t, text.String())
	held.release()
	l.Info("third")
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], "level=ERROR msg=first stream=a n=1")
	require.Contains(t, lines[1], "level=WARN msg=second stream=a like_it=3 g.n=2")
	require.Contains(t, lines[2], "msg=third stream=a")
}
