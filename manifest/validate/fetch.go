package validate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
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
	// Fetch returns what ref names, at most limit bytes. Errors wrap ErrNotFound or ErrTooLarge where that is the
	// cause.
	Fetch(ctx context.Context, ref string, part ByteRange, limit int64) (*Object, error)
}

// isURL reports an http or https URL; the case of the scheme does not matter (RFC 3986 section 3.1).
func isURL(ref string) bool {
	scheme, _, ok := strings.Cut(ref, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// resolve returns what a reference in the document at base means. Documents on disk reach files beside them and URLs,
// documents from elsewhere URLs only.
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
		return onlyHTTP(b.ResolveReference(u).String())
	}
	if u.Scheme != "" {
		return onlyHTTP(ref)
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

func onlyHTTP(ref string) (string, error) {
	if !isURL(ref) {
		return "", fmt.Errorf("reference %q is not http or https", ref)
	}
	return ref, nil
}
