package origin

import (
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// recording is a presentation in a folder: its manifests, of which one may be missing.
type recording struct {
	name     string // the path of the manifests without their extension
	mpd, hls string // paths, empty when there is none
	modified time.Time
	over     bool // nothing is added any more
}

const (
	lookEvery   = 3 * time.Second // how often the folder is looked through at most
	maxFolders  = 200             // that are looked into
	maxShown    = 200             // presentations that the page offers
	streamParam = "stream"        // the page's choice among them
)

// recordings returns the presentations in the folder and in the folders in it, the newest of the folder itself first.
func (f *folder) recordings() []recording {
	f.looking.Lock()
	defer f.looking.Unlock()
	if f.looked.IsZero() || f.now().Sub(f.looked) >= lookEvery {
		f.found, f.looked = f.look(), f.now()
	}
	return f.found
}

func (f *folder) look() []recording {
	by := map[string]*recording{}
	folders := f.lookInto(".", by)
	for _, name := range folders[:min(len(folders), maxFolders)] {
		f.lookInto(name, by)
	}
	var all []recording
	for _, r := range by {
		r.over = f.isOver(r)
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b recording) int {
		if d := strings.Count(a.name, "/") - strings.Count(b.name, "/"); d != 0 {
			return d
		}
		if d := b.modified.Compare(a.modified); d != 0 && !strings.Contains(a.name, "/") {
			return d
		}
		return strings.Compare(a.name, b.name)
	})
	return all[:min(len(all), maxShown)]
}

// lookInto adds the manifests of one folder and returns the folders in it.
func (f *folder) lookInto(dir string, by map[string]*recording) (folders []string) {
	entries, err := fs.ReadDir(f.files, dir)
	if err != nil {
		return nil // nothing that can be shown
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && !strings.HasPrefix(e.Name(), "."):
			folders = append(folders, name)
		case isManifest(name):
			f.addManifest(name, by)
		}
	}
	return folders
}

func (f *folder) addManifest(name string, by map[string]*recording) {
	info, err := f.stat(name)
	if err != nil {
		return
	}
	isMPD := strings.EqualFold(path.Ext(name), ".mpd")
	if !isMPD && !multivariantTag.Match(f.read(name)) {
		return // a playlist that another one names
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	r := recording{name: stem}
	if known := by[stem]; known != nil {
		r = *known
	}
	if isMPD {
		r.mpd = name
	} else {
		r.hls = name
	}
	if info.ModTime().After(r.modified) {
		r.modified = info.ModTime()
	}
	by[stem] = &r
}

var multivariantTag = regexp.MustCompile(`(?m)^#EXT-X-STREAM-INF:.*\r?\n([^#\r\n]+)`)

// isOver reports whether nothing is added to a presentation any more, by its own words or because nobody writes it.
func (f *folder) isOver(r *recording) bool {
	if body := f.read(r.hls); body != nil {
		if first := multivariantTag.FindSubmatch(body); first != nil {
			media := f.read(path.Join(path.Dir(r.hls), string(first[1])))
			return media == nil || endTag.Match(media)
		}
	}
	if body := f.read(r.mpd); body != nil {
		return !dynamicMPD.Match(body)
	}
	return true
}

// read returns a manifest as it is served, nil when it cannot be.
func (f *folder) read(name string) []byte {
	info, err := f.stat(name)
	if err != nil {
		return nil
	}
	d, err := f.document(name, info, "", "")
	if err != nil {
		return nil
	}
	return d.body
}

// config tells the page what there is to play.
func (f *folder) config(want string, c *pageConfig) {
	all := f.recordings()
	if len(all) == 0 {
		return
	}
	chosen := &all[0]
	for i := range all {
		if all[i].name == want {
			chosen = &all[i]
		}
		if len(all) > 1 {
			c.Streams = append(c.Streams, all[i].name)
		}
	}
	c.Stream = chosen.name
	c.HLS, c.DASH = escaped(chosen.hls), escaped(chosen.mpd)
	c.State = "live"
	if chosen.over {
		c.State = "ended"
		if c.HLS != "" && dynamicMPD.Match(f.read(chosen.mpd)) {
			c.DASH = "" // it promises more, which never comes
		}
	}
}

// escaped makes a URI of a path.
func escaped(name string) string { return (&url.URL{Path: name}).EscapedPath() }
