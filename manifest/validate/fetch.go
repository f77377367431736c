package validate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var (
	// ErrNotFound is wrapped when a file or URL does not exist.
	ErrNotFound = errors.New("not found")
	// ErrNotManifest is wrapped when the target is neither an MPD nor an HLS playlist.
	ErrNotManifest = errors.New("not a manifest")
	// ErrTooLarge is wrapped when something is larger than its limit.
	ErrTooLarge = errors.New("too large")
)

// ByteRange is a part of a file. A Length of zero means all of it.
type ByteRange struct{ Offset, Length int64 }

// Object is what a Fetcher got.
type Object struct {
	URL   string // after redirects
	Bytes []byte
	// Header is that of the HTTP response, nil from disk.
	Header http.Header
	// Compressed says that the response was compressed.
	Compressed bool
}

// Fetcher gets files: from disk, by HTTP, or from wherever a program keeps them.
type Fetcher interface {
	// Fetch returns what ref names, at most limit bytes. Errors wrap ErrNotFound or ErrTooLarge where that is the cause.
	Fetch(ctx context.Context, ref string, part ByteRange, limit int64) (*Object, error)
}

// files is the Fetcher that is used by default: http and https URLs, and paths.
type files struct{ client *http.Client }

func newFiles(client *http.Client) *files {
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	return &files{client}
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
		return nil, fmt.Errorf("%s: %w", ref, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	return &Object{URL: ref, Bytes: b}, nil
}

func readFile(name string, part ByteRange, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if part.Length > 0 {
		return readLimited(io.NewSectionReader(file, part.Offset, part.Length), limit)
	}
	return readLimited(file, limit)
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
		return nil, fmt.Errorf("%s: %w", ref, err)
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
		return nil, fmt.Errorf("%s: %w: %s", ref, ErrNotFound, resp.Status)
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent:
		return nil, fmt.Errorf("%s: server answered %s", ref, resp.Status)
	}
	b, err := readLimited(resp.Body, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	if part.Length > 0 && resp.StatusCode == http.StatusOK {
		from, to := min(part.Offset, int64(len(b))), min(part.Offset+part.Length, int64(len(b)))
		b = b[from:to]
	}
	return &Object{URL: resp.Request.URL.String(), Bytes: b, Header: resp.Header, Compressed: resp.Uncompressed}, nil
}

func isURL(ref string) bool {
	return strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://")
}

// resolve returns what a reference in the document at base means. Documents on disk reach files beside them and URLs.
func resolve(base, ref string) (string, error) {
	u, err := url.Parse(ref)
	if err != nil {
		return "", fmt.Errorf("reference %q: %w", ref, err)
	}
	if isURL(base) {
		b, err := url.Parse(base)
		if err != nil {
			return "", err
		}
		return b.ResolveReference(u).String(), nil
	}
	if u.Scheme != "" {
		if isURL(ref) {
			return ref, nil
		}
		return "", fmt.Errorf("reference %q: scheme %q is not http or https", ref, u.Scheme)
	}
	if u.Path == "" { // RFC 3986 section 5.2.2: the document itself, as in ranges of one file
		return base, nil
	}
	if strings.HasSuffix(base, "/") {
		base += "x" // a base URL names a folder
	}
	name := filepath.Join(filepath.Dir(base), filepath.FromSlash(u.Path))
	if strings.HasSuffix(u.Path, "/") {
		name += "/"
	}
	return name, nil
}
