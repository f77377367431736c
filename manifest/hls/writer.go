package hls

import (
	"bytes"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// micro is the unit in which playlists tell durations: fine enough for any frame rate, and no player keeps more.
var micro = media.Timebase{Num: 1, Den: 1_000_000}

// writer builds a playlist line by line.
type writer struct{ b bytes.Buffer }

func (w *writer) line(s string) {
	w.b.WriteString(s)
	w.b.WriteByte('\n')
}

func (w *writer) tag(name, format string, args ...any) {
	fmt.Fprintf(&w.b, "#EXT-X-%s:%s\n", name, fmt.Sprintf(format, args...))
}

// attributes writes a tag with an attribute list, in the order given.
func (w *writer) attributes(name string, a *attributes) {
	w.line("#EXT-X-" + name + ":" + a.b.String())
}

type attributes struct{ b strings.Builder }

func (a *attributes) raw(name, value string) *attributes {
	if a.b.Len() > 0 {
		a.b.WriteByte(',')
	}
	a.b.WriteString(name + "=" + value)
	return a
}

// quoted writes a quoted-string, which cannot hold a double quote (RFC 8216 section 4.2).
func (a *attributes) quoted(name, value string) *attributes {
	return a.raw(name, `"`+strings.ReplaceAll(value, `"`, "'")+`"`)
}

func (a *attributes) number(name string, value int64) *attributes {
	return a.raw(name, strconv.FormatInt(value, 10))
}

func (a *attributes) yes(name string, value bool) *attributes {
	if value {
		return a.raw(name, "YES")
	}
	return a
}

// seconds writes microseconds as decimal seconds with at least three decimals.
func seconds(us int64) string {
	s := fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
	for range 3 {
		if !strings.HasSuffix(s, "0") {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

// span returns a duration in microseconds as the difference of its rounded ends, so that sums of durations never drift from
// the media.
func span(tb media.Timebase, start, duration int64) int64 {
	return tb.Rescale(start+duration, micro) - tb.Rescale(start, micro)
}

// upMicro returns d in whole microseconds, rounded up: a bound.
func upMicro(d time.Duration) int64 { return int64((d + time.Microsecond - 1) / time.Microsecond) }

// uri returns how a playlist names a path of the presentation: behind the base URL, else relative to its own folder.
func uri(p *manifest.Presentation, playlist, target string) string {
	if p.BaseURL != "" {
		return p.BaseURL + target
	}
	dir := path.Dir(playlist)
	if dir == "." {
		return target
	}
	from, to := strings.Split(dir, "/"), strings.Split(target, "/")
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}
