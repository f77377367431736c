package framegear_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
)

func listing(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, name)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	}))
	slices.Sort(all)
	return all
}

// What an earlier stream left goes, whatever its format and even without its manifest; what others put there stays.
func TestClearPrevious(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	s, err := framegear.New(filepath.Join(dir, "dash_out.mpd"), framegear.Options{})
	require.NoError(t, err)
	require.NoError(t, s.WriteFrame(halves(64, 48)))
	require.NoError(t, s.Finish(t.Context()))
	require.NoError(t, s.Close())
	require.NotEmpty(t, listing(t, dir))
	require.NoError(t, os.Remove(filepath.Join(dir, "dash_out.mpd")))

	foreign := []string{"holiday.mpd", "notes.txt", "v0/readme.txt", "v0/1.mp4", "chunk-stream0-00001.m4s", "video/1.m4s", "v0/x.tmp", "dash-2024.mpd"}
	slices.Sort(foreign)
	own := []string{"dash-20240102-030405.mpd", "hls-20240102-030405.m3u8", "v0/99.ts", "v7/3.2.m4s", "a0/init.mp4", "v0/.4.m4s.tmp-0123456789abcdef"}
	for _, name := range slices.Concat(foreign, own) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600))
	}
	s, err = framegear.New(filepath.Join(dir, "dash_out.mpd"), framegear.Options{ClearPrevious: true})
	require.NoError(t, err)
	defer s.Close()
	require.Equal(t, foreign, listing(t, dir))
}

// Bad options leave everything as it is.
func TestClearPreviousNeedsGoodOptions(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "stream.mpd")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	_, err := framegear.New(dir, framegear.Options{ClearPrevious: true, CRF: 5, Codec: "nonsense"})
	require.ErrorIs(t, err, framegear.ErrOptions)
	require.FileExists(t, name)
}

func TestOutputNames(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "a.folder"), 0o700))
	for _, c := range []struct{ output, says string }{
		{"garbage.garbage", "want .mpd or .m3u8"},
		{"x.m3u", "did you mean .m3u8"},
		{"x.mdp", "did you mean .mpd"},
		{"x.mp4", "want .mpd or .m3u8"},
		{"unknown://x/y.mpd", `scheme "unknown"`},
		{"rtmp://x/y.mpd", `scheme "rtmp"`},
	} {
		output := c.output
		if filepath.Ext(output) != ".mpd" {
			output = filepath.Join(dir, output)
		}
		_, err := framegear.New(output, framegear.Options{})
		require.ErrorIs(t, err, framegear.ErrOptions, c.output)
		require.ErrorContains(t, err, c.says)
	}
	for _, output := range []string{"a.folder", "new.folder/", "2024.11.22", "plain", "x.mpd", "x.M3U8"} {
		s, err := framegear.New(filepath.Join(dir, output)+map[bool]string{true: "/"}[output[len(output)-1] == '/'], framegear.Options{})
		require.NoError(t, err, output)
		require.NoError(t, s.Close())
	}
	require.Equal(t, "hls-20240102-030405", framegear.AutoName(framegear.HLS, time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)))
}
