package origin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/origin"
)

const (
	leftMultivariant = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv0/media.m3u8\n"
	leftPlaylist     = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n1.m4s\n"
)

var left = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

// leftFiles is what a live output that was killed, a recording and somebody else have in a folder.
func leftFiles() fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"live.m3u8": leftMultivariant, "v0/media.m3u8": leftPlaylist, "live.mpd": `<MPD type="dynamic">`, ".live.state.json": "{}",
		"v0/1.m4s": "0123456789", "v0/init.mp4": "init", "v0/.1.m4s.tmp-01": "half", "notes.txt": "mine", "page.html": "<script>",
		"old days/cam #1.m3u8": leftMultivariant, "old days/cam #1.mpd": `<MPD type="static">`, "old days/v0/media.m3u8": leftPlaylist + "#EXT-X-ENDLIST\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text), ModTime: left, Mode: 0o644}
	}
	files["old days/cam #1.m3u8"].ModTime = left.Add(time.Hour)
	return files
}

func newFolder(t *testing.T, files fstest.MapFS, now time.Time, change ...func(*origin.Options)) *origin.Origin {
	opt := origin.Options{Files: files, Page: true, Clock: func() time.Time { return now }}
	for _, c := range change {
		c(&opt)
	}
	h, err := origin.New(opt)
	require.NoError(t, err)
	return h
}

func TestFolder(t *testing.T) {
	h := newFolder(t, leftFiles(), left)
	for path, mime := range map[string]string{
		"/live.m3u8": "application/vnd.apple.mpegurl", "/live.mpd": "application/dash+xml", "/v0/1.m4s": "video/iso.segment",
		"/v0/init.mp4": "video/mp4", "/old%20days/cam%20%231.mpd": "application/dash+xml",
	} {
		answer := get(h, path)
		require.Equal(t, http.StatusOK, answer.Code, path)
		require.Equal(t, mime, answer.Header().Get("Content-Type"), path)
		require.Equal(t, http.StatusNotModified, get(h, path, "If-None-Match", answer.Header().Get("ETag")).Code, path)
	}
	for _, path := range []string{"/.live.state.json", "/v0/.1.m4s.tmp-01", "/notes.txt", "/page.html", "/v0", "/v0/", "/none.m4s", "/../x.m4s", "/v0/../live.mpd"} {
		require.Equal(t, http.StatusNotFound, get(h, path).Code, path)
	}
	part := get(h, "/v0/1.m4s", "Range", "bytes=2-4")
	require.Equal(t, http.StatusPartialContent, part.Code)
	require.Equal(t, "234", part.Body.String())
	require.Equal(t, "max-age=12", get(h, "/v0/1.m4s").Header().Get("Cache-Control"))
	require.Equal(t, "no-cache", get(h, "/live.m3u8").Header().Get("Cache-Control"))
	require.Equal(t, http.StatusOK, get(h, "/").Code)
	require.Equal(t, http.StatusOK, get(h, "/time").Code)
}

// A playlist whose writer was killed has an end once nobody can be writing it; one that is written has none.
func TestFolderEndsWhatNobodyWrites(t *testing.T) {
	files := leftFiles()
	require.Equal(t, leftPlaylist, get(newFolder(t, files, left.Add(10*time.Second)), "/v0/media.m3u8").Body.String())
	now := left
	h := newFolder(t, files, left, func(o *origin.Options) { o.Clock = func() time.Time { return now } })
	require.Equal(t, leftPlaylist, get(h, "/v0/media.m3u8").Body.String())
	now = left.Add(13 * time.Second)
	require.Equal(t, leftPlaylist+"#EXT-X-ENDLIST\n", get(h, "/v0/media.m3u8").Body.String())
	files["v0/media.m3u8"] = &fstest.MapFile{Data: []byte(leftPlaylist + "2.m4s\n"), ModTime: now, Mode: 0o644}
	require.Equal(t, leftPlaylist+"2.m4s\n", get(h, "/v0/media.m3u8").Body.String(), "it goes on")
	require.Equal(t, leftPlaylist+"#EXT-X-ENDLIST\n", get(h, "/old%20days/v0/media.m3u8").Body.String(), "one end is enough")
}

type folderConfig struct {
	State, Title, HLS, DASH, Stream string
	Streams                         []string
}

func folderPage(t *testing.T, h http.Handler, stream string) (c folderConfig) {
	require.NoError(t, json.Unmarshal(get(h, "/player/config.json?stream="+url.QueryEscape(stream)).Body.Bytes(), &c))
	return c
}

func TestFolderPage(t *testing.T) {
	streams := []string{"live", "old days/cam #1"}
	h := newFolder(t, leftFiles(), left)
	require.Equal(t, folderConfig{"live", "", "live.m3u8", "live.mpd", "live", streams}, folderPage(t, h, ""))
	require.Equal(t, folderConfig{"ended", "", "old%20days/cam%20%231.m3u8", "old%20days/cam%20%231.mpd", "old days/cam #1", streams},
		folderPage(t, h, "old days/cam #1"))
	later := newFolder(t, leftFiles(), left.Add(time.Minute), func(o *origin.Options) { o.Title = "Door" })
	require.Equal(t, folderConfig{"ended", "Door", "live.m3u8", "", "live", streams}, folderPage(t, later, "none"),
		"an MPD that waits for more is no choice")
	empty := newFolder(t, fstest.MapFS{}, left)
	require.Equal(t, folderConfig{State: "starting"}, folderPage(t, empty, ""))
}

func TestFolderToken(t *testing.T) {
	h := newFolder(t, leftFiles(), left, func(o *origin.Options) { o.Token = "t" })
	require.Equal(t, http.StatusUnauthorized, get(h, "/live.m3u8").Code)
	require.Contains(t, get(h, "/live.m3u8?token=t").Body.String(), "v0/media.m3u8?token=t\n")
	require.Contains(t, get(h, "/v0/media.m3u8?token=t").Body.String(), "1.m4s?token=t\n")
	require.NotContains(t, get(h, "/live.m3u8", "Authorization", "Bearer t").Body.String(), "token")
	require.Equal(t, "private, max-age=12", get(h, "/v0/1.m4s?token=t").Header().Get("Cache-Control"))
}

// Neither a pipe, which would wait for ever, nor what a link leads to outside is served.
func TestFolderIsTheFolderAlone(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "x.m4s"), []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "1.m4s"), []byte("mine"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(outside, "x.m4s"), filepath.Join(dir, "link.m4s")))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "out")))
	require.NoError(t, os.Symlink("1.m4s", filepath.Join(dir, "2.m4s")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.m4s"), 0o600))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	h, err := origin.New(origin.Options{Files: root.FS()})
	require.NoError(t, err)
	require.Equal(t, "mine", get(h, "/1.m4s").Body.String())
	require.Equal(t, "mine", get(h, "/2.m4s").Body.String(), "within the folder")
	for _, path := range []string{"/link.m4s", "/out/x.m4s", "/pipe.m4s"} {
		require.Equal(t, http.StatusNotFound, get(h, path).Code, path)
	}
}
