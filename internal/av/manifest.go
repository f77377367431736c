package av

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"os"
	"path"
	"strings"
)

// ErrManifest is wrapped for an input that is a manifest of a kind that this build cannot follow.
var ErrManifest = errors.New("a DASH manifest (MPD), which is not read as an input (want the presentation's HLS playlist, x.m3u8, or the file that it was made from)")

// sniffed is how much of a file is looked at.
const sniffed = 4096

// isMPD reports whether what libav did not know is an MPD: by its name, or for a file by its beginning.
func isMPD(name string) bool {
	if u, err := url.Parse(name); err == nil && u.Scheme != "" && strings.EqualFold(path.Ext(u.Path), ".mpd") {
		return true
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, sniffed))
	return err == nil && (bytes.Contains(head, []byte("<MPD")) || bytes.Contains(head, []byte(":MPD ")))
}
