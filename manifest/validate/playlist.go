package validate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// playlist is a media playlist as it stands: libraries hide what is missing or doubled, which is what is looked for
// here.
type playlist struct {
	url         string
	version     int
	target      int64 // seconds, -1 when missing
	sequence    int64
	kind        string
	ended       bool
	independent bool
	iframes     bool
	skipped     bool
	control     attributes // EXT-X-SERVER-CONTROL
	partTarget  time.Duration
	hints       int
	reports     int
	segments    []segment
	openParts   []part
	listed      int // segments and parts
	problem     error
}

// attributes is an attribute list (RFC 8216 section 4.2), quotes removed.
type attributes map[string]string

func parseAttributes(s string) attributes {
	a := attributes{}
	for s != "" {
		var next attributePair
		if next, s = nextAttribute(s); next.name != "" {
			a[next.name] = next.value
		}
	}
	return a
}

func (a attributes) seconds(name string) (time.Duration, bool) {
	d, err := parseSeconds(a[name])
	return d, err == nil
}

func parseSeconds(s string) (time.Duration, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || f < 0 || f > 1e9 {
		return 0, fmt.Errorf("%q is not a duration in seconds", s)
	}
	return time.Duration(math.Round(f * 1e9)), nil
}

// reader is the state between the lines of a playlist.
type reader struct {
	*playlist
	next      segment // the one whose tags are being read
	hasInf    bool
	encrypted bool
	init      *ref
	lastEnd   map[string]int64 // where the last byte range of a file ended
	line      int
}

// parsePlaylist reads a media playlist. What cannot be read is left out and remembered as the playlist's problem;
// after more than room segments and parts it stops.
func parsePlaylist(url string, text []byte, room int) *playlist {
	p := &playlist{url: url, version: 1, target: -1}
	r := &reader{playlist: p, lastEnd: map[string]int64{}}
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		r.line++
		line = strings.TrimRight(line, "\r\n \t")
		var err error
		switch {
		case line == "":
		case strings.HasPrefix(line, "#"):
			name, value, _ := strings.Cut(line, ":")
			err = r.tag(name, value)
		default:
			err = r.segment(line)
		}
		if err != nil && p.problem == nil {
			p.problem = fmt.Errorf("line %d: %w", r.line, err)
		}
		if p.listed > room {
			break
		}
	}
	p.openParts = r.next.parts
	for i := range p.segments {
		p.segments[i].number = p.sequence + int64(i)
	}
	return p
}

func (r *reader) tag(name, value string) (err error) {
	switch name {
	case "#EXTINF":
		text, _, _ := strings.Cut(value, ",")
		r.next.duration, err = parseSeconds(text)
		r.hasInf = true
	case "#EXT-X-VERSION":
		r.version = int(wholeNumber(value, 0))
	case "#EXT-X-TARGETDURATION":
		r.target = wholeNumber(value, -1)
	case "#EXT-X-MEDIA-SEQUENCE":
		r.sequence = wholeNumber(value, 0)
	case "#EXT-X-PLAYLIST-TYPE":
		r.kind = value
	case "#EXT-X-ENDLIST":
		r.ended = true
	case "#EXT-X-INDEPENDENT-SEGMENTS":
		r.independent = true
	case "#EXT-X-I-FRAMES-ONLY":
		r.iframes = true
	case "#EXT-X-DISCONTINUITY":
		r.next.discontinuity = true
	case "#EXT-X-GAP":
		r.next.gap = true
	case "#EXT-X-PROGRAM-DATE-TIME":
		r.next.date, err = parseDate(value)
	case "#EXT-X-KEY":
		r.encrypted = parseAttributes(value)["METHOD"] != "NONE"
	case "#EXT-X-MAP":
		err = r.mapTag(parseAttributes(value))
	case "#EXT-X-BYTERANGE":
		r.next.part, err = r.byteRange(value, "")
	default:
		err = r.lowLatencyTag(name, value)
	}
	return err
}

// wholeNumber reads a number; what is none is said elsewhere (tagRules).
func wholeNumber(s string, otherwise int64) int64 {
	if n, err := strconv.ParseInt(s, 10, 53); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

func (r *reader) lowLatencyTag(name, value string) (err error) {
	switch name {
	case "#EXT-X-SERVER-CONTROL":
		r.control = parseAttributes(value)
	case "#EXT-X-PART-INF":
		r.partTarget, err = parseSeconds(parseAttributes(value)["PART-TARGET"])
	case "#EXT-X-PART":
		err = r.partTag(parseAttributes(value))
	case "#EXT-X-PRELOAD-HINT":
		if parseAttributes(value)["TYPE"] == "PART" {
			r.hints++
		}
	case "#EXT-X-RENDITION-REPORT":
		r.reports++
	case "#EXT-X-SKIP":
		r.skipped = true
	}
	return err
}

func parseDate(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z07"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an ISO 8601 date with a time zone", s)
}

func (r *reader) mapTag(a attributes) error {
	target, err := resolve(r.url, a["URI"])
	if err != nil {
		return err
	}
	r.init = &ref{url: target}
	if a["BYTERANGE"] != "" {
		r.init.part, err = r.byteRange(a["BYTERANGE"], target)
	}
	return err
}

func (r *reader) partTag(a attributes) error {
	target, err := resolve(r.url, a["URI"])
	if err != nil {
		return err
	}
	p := part{ref: ref{url: target}, independent: a["INDEPENDENT"] == "YES", gap: a["GAP"] == "YES"}
	if a["BYTERANGE"] != "" {
		if p.part, err = r.byteRange(a["BYTERANGE"], target); err != nil {
			return err
		}
	}
	p.duration, err = parseSeconds(a["DURATION"])
	r.next.parts = append(r.next.parts, p)
	r.listed++
	return err
}

// byteRange reads n[@o]; without o it goes on where the last one in the same file ended. The file of EXT-X-BYTERANGE
// comes only with the next line, so its offset is set there.
func (r *reader) byteRange(s, file string) (ByteRange, error) {
	length, offset, hasOffset := strings.Cut(s, "@")
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || n <= 0 {
		return ByteRange{}, fmt.Errorf("byte range %q (want length@offset)", s)
	}
	b := ByteRange{Offset: -1, Length: n}
	if hasOffset {
		if b.Offset, err = strconv.ParseInt(offset, 10, 64); err != nil || b.Offset < 0 || b.Offset > math.MaxInt64-n {
			return ByteRange{}, fmt.Errorf("byte range %q (want length@offset)", s)
		}
	}
	if file != "" {
		r.place(&b, file)
	}
	return b, nil
}

func (r *reader) place(b *ByteRange, file string) {
	if b.Offset < 0 {
		b.Offset = r.lastEnd[file]
	}
	r.lastEnd[file] = b.Offset + b.Length
}

func (r *reader) segment(line string) error {
	s := r.next
	hadInf := r.hasInf
	r.next, r.hasInf = segment{}, false
	target, err := resolve(r.url, line)
	if err != nil {
		target, s.gap = line, true // it has its place, and nothing to read
	}
	s.url, s.encrypted, s.init = target, r.encrypted, r.init
	if s.part.Length > 0 {
		r.place(&s.part, target)
	}
	r.segments = append(r.segments, s)
	r.listed++
	if !hadInf {
		return fmt.Errorf("segment %s has no EXTINF", line)
	}
	return err
}
