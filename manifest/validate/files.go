package validate

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// errNoFile is wrapped when a name is that of something else.
var errNoFile = errors.New("not a file")

// patience is how long a request of the default client may take.
const patience = 30 * time.Second

// files is the Fetcher that is used by default: http and https URLs, and paths.
type files struct{ client *http.Client }

// newFiles makes a Fetcher. Credentials, the header and what is in the target's own URL, go to the target's host only.
func newFiles(o *Options, target string) *files {
	client := o.Client
	if client == nil {
		client = &http.Client{Timeout: patience}
	}
	u, err := url.Parse(target)
	if err != nil || !isURL(target) || len(o.Header) == 0 && u.User == nil {
		return &files{client}
	}
	own := *client
	c := &credentials{next: client.Transport, scheme: u.Scheme, host: u.Host, header: http.Header{}}
	if c.next == nil {
		c.next = http.DefaultTransport
	}
	if u.User != nil {
		password, _ := u.User.Password()
		pair := u.User.Username() + ":" + password // RFC 7617
		c.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	maps.Copy(c.header, o.Header)
	own.Transport = c
	return &files{&own}
}

// credentials adds a header to the requests for one host, redirected ones included.
type credentials struct {
	next         http.RoundTripper
	scheme, host string
	header       http.Header
}

func (c *credentials) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == c.host && r.URL.Scheme == c.scheme {
		r = r.Clone(r.Context())
		maps.Copy(r.Header, c.header)
	}
	return c.next.RoundTrip(r)
}

func (f *files) Fetch(ctx context.Context, ref string, part ByteRange, limit int64) (*Object, error) {
	if isURL(ref) {
		return f.http(ctx, ref, part, limit)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := readFile(ref, part, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", printable(ref), ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", printable(ref), err)
	}
	return &Object{URL: ref, Bytes: b}, nil
}

// readFile reads a file. What is none (a pipe, a device) may never end: it is opened without waiting and not read.
func readFile(name string, part ByteRange, limit int64) ([]byte, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%w: it is a folder%s", errNoFile, inFolder(name))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: it is a pipe or a device", errNoFile)
	}
	if part.Length > 0 {
		return readLimited(io.NewSectionReader(file, part.Offset, part.Length), limit)
	}
	return readLimited(file, limit)
}

// inFolder names the manifests in a folder.
func inFolder(dir string) string {
	list, err := Manifests(dir)
	if err != nil || len(list) == 0 {
		return " without a manifest"
	}
	return " (want " + strings.Join(list, " or ") + ")"
}

// Manifests lists what there is to check in a folder: its MPDs and its multivariant playlists, or its media playlists
// where it has none of these. It does not look into the folders within. The error is the file system's.
func Manifests(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var whole, media []string
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		switch strings.ToLower(filepath.Ext(name)) {
		case ".mpd":
			whole = append(whole, name)
		case ".m3u8":
			text, err := readFile(name, ByteRange{}, maxManifest)
			if err == nil && isMultivariant(text) {
				whole = append(whole, name)
			} else {
				media = append(media, name)
			}
		}
	}
	if len(whole) == 0 {
		whole = media
	}
	return slices.Clip(whole), nil
}

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return b, err
}

func (f *files) http(ctx context.Context, ref string, part ByteRange, limit int64) (*Object, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ref, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", printable(ref), err)
	}
	if part.Length > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", part.Offset, part.Offset+part.Length-1))
	}
	// Servers tell who may read only when they are asked from elsewhere.
	req.Header.Set("Origin", "https://player.example")
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return nil, fmt.Errorf("%s: %w: %s", printable(ref), ErrNotFound, resp.Status)
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent:
		return nil, fmt.Errorf("%s: server answered %s", printable(ref), resp.Status)
	}
	b, err := body(resp, part, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", printable(ref), err)
	}
	return &Object{URL: resp.Request.URL.String(), Bytes: b, Header: resp.Header, Compressed: resp.Uncompressed}, nil
}

// body reads what was asked for; servers may send the whole file instead of a part (RFC 9110 section 14.2).
func body(resp *http.Response, part ByteRange, limit int64) ([]byte, error) {
	if part.Length == 0 || resp.StatusCode == http.StatusPartialContent {
		return readLimited(resp.Body, limit)
	}
	if _, err := io.CopyN(io.Discard, resp.Body, part.Offset); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return readLimited(io.LimitReader(resp.Body, part.Length), limit)
}
