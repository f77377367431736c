package framegear

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/framegear/framegear/internal/nearest"
	"github.com/framegear/framegear/muxer/sink"
)

// AutoName returns the name of manifests that are called after their format and the local time: dash-20060102-150405.
func AutoName(f Format, at time.Time) string { return f.String() + "-" + at.Format("20060102-150405") }

var (
	ownObject = regexp.MustCompile(`^[va]\d+/(init\.mp4|media\.m3u8|\d+(\.\d+)?\.m4s|\d+\.ts)$`)
	autoNamed = regexp.MustCompile(`^(both|dash|hls)-\d{8}-\d{6}\.(mpd|m3u8)$`)
)

// owns reports whether an object of that name is something that a stream into the same place wrote.
func (p *place) owns(name string) bool {
	return ownObject.MatchString(name) || autoNamed.MatchString(name) || name == p.mpdName() || name == p.hlsName() || name == p.stateName()
}

// clear deletes what an earlier stream left behind. Temporary files are gone already: a folder's sink deletes them when it is opened.
func (p *place) clear() error {
	dir, ok := p.store.(*sink.Dir)
	if !ok {
		return fmt.Errorf("%w: ClearPrevious needs a folder", ErrOptions)
	}
	names, err := dir.Adopt(context.Background(), p.owns)
	if err != nil {
		return err
	}
	// Manifests first: what is listed exists.
	slices.SortStableFunc(names, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	var errs []error
	for _, name := range names {
		errs = append(errs, dir.Remove(context.Background(), name))
	}
	return errors.Join(errs...)
}

var fileExtension = regexp.MustCompile(`^\.[A-Za-z][A-Za-z0-9]*$`)

// checkFolder refuses what looks like a file that is no manifest. A folder with such a name exists already, or ends in a slash.
func checkFolder(output string) error {
	ext := filepath.Ext(output)
	if !fileExtension.MatchString(ext) || isURL(output) {
		return nil
	}
	if info, err := os.Stat(output); err == nil && info.IsDir() {
		return nil
	}
	hint := ""
	if near := nearest.Name(strings.ToLower(ext), []string{".mpd", ".m3u8"}); near != "" {
		hint = fmt.Sprintf(", did you mean %s", near)
	}
	return fmt.Errorf("%w: output %q has the extension %s (want .mpd or .m3u8, or a folder ending in a slash%s)", ErrOptions, output, ext, hint)
}
