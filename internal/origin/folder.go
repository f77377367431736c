package origin

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/framegear/framegear/muxer/sink"
)

// folder serves the files that an output left, or is still writing. Only what belongs to a presentation is served: nothing that a browser would
// run, and nothing hidden, such as the state of a live output.
type folder struct {
	files fs.FS
	now   func() time.Time

	mu    sync.Mutex
	texts map[string]*fileText

	looking sync.Mutex // one looks for all: a folder may have very many files
	found   []recording
	looked  time.Time
}

// servedTypes are the extensions of what presentations are made of.
var servedTypes = []string{".mpd", ".m3u8", ".m4s", ".mp4", ".m4v", ".m4a", ".cmfv", ".cmfa", ".ts", ".aac", ".mp3", ".vtt", ".jpg", ".png"}

const (
	maxText     = 16 << 20 // bytes of a manifest
	maxTexts    = 256      // manifests in memory
	fileMaxAge  = 12       // seconds; names come again with the next output in the same folder
	staleFactor = 6        // of TARGETDURATION: whoever writes a playlist does so three times in three of them (RFC 8216 section 6.2.1)
)

// fileText is a manifest of a folder, as it was when its file had that instant and size.
type fileText struct {
	modified time.Time
	size     int64
	body     []byte
	plain    *document
	carried  map[string]*document // by host
	ended    bool                 // the document has an end that the file has not
}

func newFolder(files fs.FS, now func() time.Time) *folder {
	return &folder{files: files, now: now, texts: map[string]*fileText{}}
}

// stat describes a regular file that may be served. A pipe or a device is nothing: opening one may wait for ever.
func (f *folder) stat(name string) (fs.FileInfo, error) {
	hidden := slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, ".") })
	if sink.CheckName(name) != nil || hidden || !slices.Contains(servedTypes, strings.ToLower(path.Ext(name))) {
		return nil, errNotFound
	}
	info, err := fs.Stat(f.files, name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, errNotFound // also what leads out of the folder
	}
	return info, nil
}

func isManifest(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".mpd" || ext == ".m3u8"
}

// serveFile answers with a file of the folder.
func (o *Origin) serveFile(w *writer, r *http.Request, name string) error {
	info, err := o.folder.stat(name)
	if err != nil {
		return err
	}
	if isManifest(name) {
		host := ""
		if o.token.inQuery(r) {
			host = r.Host
		}
		d, err := o.folder.document(name, info, o.token.query, host)
		if err != nil {
			return err
		}
		o.setMaxAge(w.Header(), r, 0)
		d.serve(w, r)
		return nil
	}
	file, err := o.folder.files.Open(name)
	if err != nil {
		return errNotFound
	}
	defer file.Close()
	content, ok := file.(io.ReadSeeker)
	if !ok {
		return errors.ErrUnsupported
	}
	w.Header().Set("Content-Type", sink.ContentType(name))
	o.setMaxAge(w.Header(), r, fileMaxAge)
	w.Header().Set("ETag", fileTag(info.Size(), info.ModTime()))
	http.ServeContent(w, r, "", info.ModTime(), struct{ io.ReadSeeker }{content})
	return nil
}

// document returns a manifest, with the query in its URIs when there is a host whose they are.
func (f *folder) document(name string, info fs.FileInfo, query, host string) (*document, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.text(name, info)
	if err != nil {
		return nil, err
	}
	if host == "" {
		return t.plain, nil
	}
	if t.carried[host] == nil {
		mime := sink.ContentType(name)
		t.carried = map[string]*document{host: newDocument(carry(t.plain.body, mime, query, host), mime)}
	}
	return t.carried[host], nil
}

// text reads a manifest, or remembers it. The lock is held.
func (f *folder) text(name string, info fs.FileInfo) (*fileText, error) {
	t := f.texts[name]
	if t == nil || !t.modified.Equal(info.ModTime()) || t.size != info.Size() {
		if info.Size() > maxText {
			return nil, failure(http.StatusInternalServerError, "the manifest is too large")
		}
		body, err := fs.ReadFile(f.files, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errNotFound
		}
		if err != nil {
			return nil, err
		}
		if len(f.texts) >= maxTexts {
			clear(f.texts)
		}
		t = &fileText{modified: info.ModTime(), size: info.Size(), body: body}
		f.texts[name] = t
	}
	if abandoned := f.abandoned(t); t.plain == nil || t.ended != abandoned {
		body := t.body
		if abandoned {
			body = append(slices.Clip(body), "#EXT-X-ENDLIST\n"...)
		}
		t.plain, t.ended, t.carried = newDocument(body, sink.ContentType(name)), abandoned, nil
	}
	return t, nil
}

var (
	targetTag  = regexp.MustCompile(`(?m)^#EXT-X-TARGETDURATION:(\d+)`)
	endTag     = regexp.MustCompile(`(?m)^#EXT-X-ENDLIST`)
	dynamicMPD = regexp.MustCompile(`<MPD\s[^>]*\btype="dynamic"`)
)

// abandoned reports whether a media playlist will never have an end of its own: whoever wrote it was killed. Players would wait for more for ever.
func (f *folder) abandoned(t *fileText) bool {
	target := targetTag.FindSubmatch(t.body)
	if target == nil || endTag.Match(t.body) {
		return false
	}
	return f.now().Sub(t.modified) > staleAfter(string(target[1]))
}

func staleAfter(target string) time.Duration {
	seconds, err := time.ParseDuration(target + "s")
	if err != nil {
		seconds = 0
	}
	return max(staleFactor*seconds, 10*time.Second)
}
