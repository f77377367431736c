package validate_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

// A pipe nobody writes to would never be opened, and a device never end.
func TestOnlyFilesAreRead(t *testing.T) {
	dir := synth(t, ended()).write(t)
	pipe, zero := filepath.Join(dir, "v0", "2.m4s"), filepath.Join(dir, "v0", "3.m4s")
	require.NoError(t, os.Remove(pipe))
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Remove(zero))
	require.NoError(t, os.Symlink("/dev/zero", zero))
	r, err := validate.Check(context.Background(), filepath.Join(dir, "v0", "index.m3u8"), validate.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"file-missing"}, rules(r))
	require.Equal(t, 2, r.Findings[0].Count)
	require.Contains(t, r.Findings[0].Text, "not a file: it is a pipe or a device")
	_, err = validate.Check(context.Background(), pipe, validate.Options{})
	require.ErrorIs(t, err, validate.ErrNotManifest)
	_, err = validate.Check(context.Background(), dir, validate.Options{})
	require.ErrorIs(t, err, validate.ErrNotManifest)
	require.ErrorContains(t, err, "it is a folder (want "+filepath.Join(dir, "x.m3u8")+" or "+filepath.Join(dir, "x.mpd")+")")
	_, err = validate.Check(context.Background(), t.TempDir(), validate.Options{})
	require.ErrorContains(t, err, "it is a folder without a manifest")
}

func TestManifests(t *testing.T) {
	dir := synth(t, ended()).write(t)
	media := filepath.Join(dir, "v0", "index.m3u8")
	text, err := os.ReadFile(media)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "beside.M3U8"), text, 0o600))
	list, err := validate.Manifests(dir)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "x.m3u8"), filepath.Join(dir, "x.mpd")}, list)
	list, err = validate.Manifests(filepath.Dir(media))
	require.NoError(t, err)
	require.Equal(t, []string{media}, list)
	_, err = validate.Manifests(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// What comes from elsewhere cannot make us open a file here, whatever its name looks like.
func TestRemoteManifestsOpenNoFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"secret:1.m4s", "file:1.m4s"} {
		require.NoError(t, os.WriteFile(name, []byte("a local file"), 0o600))
	}
	for _, ref := range []string{"secret:1.m4s", "file:1.m4s", "file:///etc/passwd", "data:,x", "FILE:1.m4s"} {
		s := synth(t, ended())
		s.edit(t, "v0/index.m3u8", "\n2.m4s", "\n"+ref)
		once("x.mpd", `media="v0/$Number$.m4s"`, `media="`+ref+`"`)(t, s)
		for _, target := range []string{"v0/index.m3u8", "x.mpd"} {
			r := overHTTP(t, s, target)
			require.NotContains(t, rules(r), "media-syntax", "%s: %v", ref, r.Findings)
			require.Contains(t, r.Findings[0].Text, "is not http or https", "%s: %v", ref, r.Findings)
		}
	}
}

// guarded answers who has the credentials, and remembers what it was sent.
type guarded struct {
	site
	want  string
	other []http.Header
}

func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.other = append(g.other, r.Header)
	if r.Header.Get("Authorization") != g.want {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g.site.ServeHTTP(w, r)
}

func TestCredentialsGoToTheTargetsHostOnly(t *testing.T) {
	for name, c := range map[string]struct {
		user   string
		header http.Header
		want   string
	}{
		"password in the URL": {"me:s3cret@", nil, "Basic bWU6czNjcmV0"},
		"name alone":          {"me@", nil, "Basic bWU6"},
		"bearer token":        {"", http.Header{"Authorization": {"Bearer s3cret"}}, "Bearer s3cret"},
		"header wins":         {"me:s3cret@", http.Header{"Authorization": {"Bearer s3cret"}}, "Bearer s3cret"},
	} {
		t.Run(name, func(t *testing.T) {
			s := synth(t, ended())
			elsewhere := &guarded{site: site{"2.m4s": s["v0/2.m4s"]}}
			second := httptest.NewServer(elsewhere)
			defer second.Close()
			s.edit(t, "v0/index.m3u8", "\n2.m4s", "\n"+second.URL+"/2.m4s")
			first := httptest.NewServer(&guarded{site: s, want: c.want})
			defer first.Close()
			target := strings.Replace(first.URL, "://", "://"+c.user, 1) + "/x.m3u8"
			r, err := validate.Check(context.Background(), target, validate.Options{Client: first.Client(), Header: c.header})
			require.NoError(t, err)
			require.Empty(t, r.Findings)
			require.Len(t, elsewhere.other, 1)
			require.Empty(t, elsewhere.other[0].Get("Authorization"))
			require.NotContains(t, r.Target+r.Summary.Tracks[0].Name, "me@")
			require.NotContains(t, r.Target+r.Summary.Tracks[0].Name, "s3cret")
		})
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	s := synth(t, ended())
	delete(s, "v0/2.m4s")
	srv := httptest.NewServer(s)
	defer srv.Close()
	base := strings.Replace(srv.URL, "://", "://me:s3cret@", 1)
	r, err := validate.Check(context.Background(), base+"/x.m3u8", validate.Options{})
	require.NoError(t, err)
	require.Equal(t, srv.URL+"/v0/2.m4s", r.Findings[0].Where)
	require.Equal(t, srv.URL+"/x.m3u8", r.Target)
	_, err = validate.Check(context.Background(), base+"/none.m3u8", validate.Options{})
	require.ErrorIs(t, err, validate.ErrNotFound)
	require.NotContains(t, err.Error(), "s3cret")
	srv.Close()
	_, err = validate.Check(context.Background(), base+"/x.m3u8", validate.Options{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "s3cret")
}

// A server may send the whole file to who asks for a part of it.
func TestServersWithoutRanges(t *testing.T) {
	s := synth(t, ended())
	whole := bytes.Join([][]byte{s["v0/init.mp4"], s["v0/1.m4s"]}, nil)
	s["all.mp4"] = whole
	s["y.m3u8"] = []byte("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-INDEPENDENT-SEGMENTS\n" +
		"#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"" + strconv.Itoa(len(s["v0/init.mp4"])) + "@0\"\n#EXTINF:2,\n" +
		"#EXT-X-BYTERANGE:" + strconv.Itoa(len(s["v0/1.m4s"])) + "@" + strconv.Itoa(len(s["v0/init.mp4"])) + "\nall.mp4\n" +
		"#EXTINF:2,\n#EXT-X-BYTERANGE:10@" + strconv.Itoa(len(whole)+10) + "\nall.mp4\n#EXT-X-ENDLIST\n")
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range")
		s.ServeHTTP(w, r)
	})
	r := overHTTP(t, h, "y.m3u8")
	require.Equal(t, []string{"media-syntax"}, rules(r), "the part beyond the end is empty")
	require.Equal(t, 1, r.Summary.Tracks[0].Checked)
}
