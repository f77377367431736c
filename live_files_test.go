package framegear_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/bubble"
)

// files lists what an output's folder holds, hidden files excepted.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	if dir == "" {
		return nil
	}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, name)
		}
		return err
	}))
	return names
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	require.NoError(t, err)
	return b
}

// An MPD in a folder names the clock that players are to ask, or says itself what time it is.
func TestClockOfFiles(t *testing.T) {
	for said, want := range map[string]string{
		"":                  "",
		"https://h/now":     `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="https://h/now"`,
		framegear.UTCDirect: `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="2000-01-01T00:00:0`,
	} {
		bubble.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			o := tiny()
			o.Live, o.LowLatency, o.UTCTiming = true, false, said
			s := newStream(t, dir, o)
			play(t, s, steady(30, 4*time.Second))
			b, err := os.ReadFile(filepath.Join(dir, "live.mpd"))
			require.NoError(t, err)
			if want == "" {
				require.NotContains(t, string(b), "UTCTiming")
			}
			require.Contains(t, string(b), want)
			time.Sleep(3 * time.Second)
			require.Equal(t, time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), body(t, s.Handler(), "/time"))
		})
	}
}
