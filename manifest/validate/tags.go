package validate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// kind tells what a value has to be: ok reports whether it is, want says what would be right.
type kind struct {
	ok     func(value string) bool
	want   string
	quoted bool
}

func oneOf(values ...string) kind {
	return kind{func(v string) bool { return slices.Contains(values, v) }, strings.Join(values, " or "), false}
}

func matching(pattern, want string) kind {
	return kind{regexp.MustCompile(pattern).MatchString, want, false}
}

func quoted(k kind) kind {
	k.quoted = true
	return k
}

// The kinds of values of RFC 8216 section 4.2.
var (
	text    = kind{func(string) bool { return true }, "a quoted text", true}
	yesOrNo = oneOf("YES", "NO")
	whole   = matching(`^[0-9]{1,20}$`, "a whole number")
	decimal = matching(`^[0-9]+(\.[0-9]*)?$`, "a decimal number")
	pixels  = matching(`^[0-9]{1,6}x[0-9]{1,6}$`, "WIDTHxHEIGHT")
	// language has two or three letters (longer ones are not registered), and subtags (RFC 5646 section 2.1).
	language = quoted(matching(`^(?:[A-Za-z]{2,3}|[xXiI])(?:-[A-Za-z0-9]{1,8})*$`, "a language tag of RFC 5646, such as en or pt-BR"))
	channel  = quoted(matching(`^[0-9]+(/[^/]*)*$`, "a number of channels first"))
)

// attributeKinds says what the attributes of tags hold. Attributes that are not here may be anything: players ignore
// what they do not know.
var attributeKinds = map[string]map[string]kind{
	"#EXT-X-MEDIA": {
		"TYPE": oneOf("AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"), "URI": text, "GROUP-ID": text, "NAME": text,
		"LANGUAGE": language, "ASSOC-LANGUAGE": language, "DEFAULT": yesOrNo, "AUTOSELECT": yesOrNo, "FORCED": yesOrNo,
		"CHANNELS": channel, "CHARACTERISTICS": text,
		"INSTREAM-ID": quoted(matching(`^(CC[1-4]|SERVICE([1-9]|[1-5][0-9]|6[0-3]))$`,
			"CC1 to CC4 or SERVICE1 to SERVICE63")),
	},
	"#EXT-X-STREAM-INF": {
		"BANDWIDTH": whole, "AVERAGE-BANDWIDTH": whole, "CODECS": text, "RESOLUTION": pixels, "FRAME-RATE": decimal,
		"AUDIO": text, "VIDEO": text, "SUBTITLES": text, "VIDEO-RANGE": oneOf("SDR", "HLG", "PQ"),
		"HDCP-LEVEL": oneOf("NONE", "TYPE-0", "TYPE-1"),
	},
	"#EXT-X-I-FRAME-STREAM-INF": {"BANDWIDTH": whole, "CODECS": text, "RESOLUTION": pixels, "URI": text},
	"#EXT-X-MAP":                {"URI": text, "BYTERANGE": text},
	"#EXT-X-KEY": {
		"URI": text, "KEYFORMAT": text,
		"METHOD": matching(`^(NONE|AES-128|SAMPLE-AES(-CTR|-CENC)?)$`, "NONE, AES-128, SAMPLE-AES or SAMPLE-AES-CTR"),
	},
	"#EXT-X-PART":     {"URI": text, "DURATION": decimal, "INDEPENDENT": yesOrNo, "GAP": yesOrNo, "BYTERANGE": text},
	"#EXT-X-PART-INF": {"PART-TARGET": decimal},
	"#EXT-X-SERVER-CONTROL": {
		"CAN-SKIP-UNTIL": decimal, "HOLD-BACK": decimal, "PART-HOLD-BACK": decimal, "CAN-BLOCK-RELOAD": yesOrNo,
		"CAN-SKIP-DATERANGES": yesOrNo,
	},
}

// requiredAttributes are those that no other rule misses.
var requiredAttributes = map[string][]string{
	"#EXT-X-MEDIA": {"TYPE", "GROUP-ID"}, "#EXT-X-MAP": {"URI"},
	"#EXT-X-KEY": {"METHOD"}, "#EXT-X-PART": {"URI", "DURATION"},
	"#EXT-X-PART-INF": {"PART-TARGET"}, "#EXT-X-I-FRAME-STREAM-INF": {"BANDWIDTH", "URI"},
}

// valueKinds says what the values of tags without attributes are.
var valueKinds = map[string]kind{
	"#EXT-X-VERSION": whole, "#EXT-X-TARGETDURATION": whole, "#EXT-X-MEDIA-SEQUENCE": whole,
	"#EXT-X-DISCONTINUITY-SEQUENCE": whole,
	"#EXT-X-PLAYLIST-TYPE":          oneOf("EVENT", "VOD"),
}

// onceOnly are tags that describe the playlist as a whole (RFC 8216bis sections 4.4.1 to 4.4.3).
var onceOnly = []string{
	"#EXTM3U", "#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE",
	"#EXT-X-DISCONTINUITY-SEQUENCE", "#EXT-X-ENDLIST", "#EXT-X-PLAYLIST-TYPE", "#EXT-X-I-FRAMES-ONLY", "#EXT-X-PART-INF",
	"#EXT-X-SERVER-CONTROL", "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-START",
}

// beforeSegments are tags that have to come before the first segment.
var beforeSegments = []string{"#EXT-X-MEDIA-SEQUENCE", "#EXT-X-DISCONTINUITY-SEQUENCE"}

// tagReader goes through the lines of a playlist of either kind.
type tagReader struct {
	c        *checker
	url      string
	line     int
	seen     map[string]bool
	segments bool // one was seen
}

// tagRules checks the lines of a playlist: what is there twice, what has values that it cannot have.
func (c *checker) tagRules(o *Object) {
	r := &tagReader{c: c, url: o.URL, seen: map[string]bool{}}
	r.characters(o.Bytes)
	for line := range strings.Lines(strings.TrimPrefix(string(o.Bytes), "\ufeff")) {
		r.line++
		line = strings.TrimRight(line, "\r\n \t")
		if r.line == 1 && line != "#EXTM3U" {
			r.fault(ruleSyntax, "first", "the first line is not #EXTM3U")
		}
		if strings.HasPrefix(line, "#") {
			r.tag(line)
		} else if line != "" {
			r.segments = true
		}
	}
}

func (r *tagReader) fault(ru rule, scope, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.c.add(ru, r.url+"\x00"+scope, r.url, "line %d: %s", max(r.line, 1), text)
}

// characters checks the text as a whole (RFC 8216 section 4.1).
func (r *tagReader) characters(b []byte) {
	text := string(b)
	switch {
	case strings.HasPrefix(text, "\ufeff"):
		r.fault(ruleEncoding, "text", "it starts with a byte order mark")
	case !utf8.ValidString(text):
		r.fault(ruleEncoding, "text", "it is not UTF-8")
	}
	for at, c := range text {
		if isControl(c) {
			r.line = 1 + strings.Count(text[:at], "\n")
			r.fault(ruleEncoding, "text", "it has the control character %U", c)
			r.line = 0
			return
		}
	}
}

func isControl(c rune) bool { return c < 0x20 && c != '\r' && c != '\n' || c >= 0x7f && c <= 0x9f }

func (r *tagReader) tag(line string) {
	name, value, _ := strings.Cut(line, ":")
	if slices.Contains(onceOnly, name) {
		if r.seen[name] {
			r.fault(ruleSyntax, name, "%s is there twice", name[1:])
		}
		r.seen[name] = true
	}
	if r.segments && slices.Contains(beforeSegments, name) {
		r.fault(ruleSyntax, name, "%s comes behind the first segment", name[1:])
	}
	if k, ok := valueKinds[name]; ok && !k.ok(value) {
		r.fault(ruleSyntax, name, "%s is %q (want %s)", name[1:], value, k.want)
	}
	if kinds, ok := attributeKinds[name]; ok {
		r.attributes(name, value, kinds)
	}
}

func (r *tagReader) attributes(tag, list string, kinds map[string]kind) {
	seen := map[string]bool{}
	for list != "" {
		var a attributePair
		a, list = nextAttribute(list)
		scope := tag + " " + a.name
		switch k, known := kinds[a.name]; {
		case a.broken:
			r.fault(ruleSyntax, tag, "%s has %q where an attribute is due (want NAME=value)", tag[1:], a.name)
			return
		case seen[a.name]:
			r.fault(ruleSyntax, scope, "%s has %s twice", tag[1:], a.name)
		case known && k.quoted && !a.quoted:
			r.fault(ruleSyntax, scope, "%s: %s is %s (want it in quotes)", tag[1:], a.name, a.value)
		case known && !k.quoted && a.quoted:
			r.fault(ruleSyntax, scope, "%s: %s is %q (want it without quotes)", tag[1:], a.name, a.value)
		case known && !k.ok(a.value):
			ru := ruleSyntax
			if strings.HasSuffix(a.name, "LANGUAGE") {
				ru = ruleLanguage
			}
			r.fault(ru, scope, "%s: %s is %q (want %s)", tag[1:], a.name, a.value, k.want)
		}
		seen[a.name] = true
	}
	for _, name := range requiredAttributes[tag] {
		if !seen[name] {
			r.fault(ruleSyntax, tag+" "+name, "%s lacks %s", tag[1:], name)
		}
	}
}

// attributePair is an element of an attribute list.
type attributePair struct {
	name, value    string
	quoted, broken bool
}

func nextAttribute(s string) (a attributePair, rest string) {
	name, rest, ok := strings.Cut(s, "=")
	a.name, a.broken = strings.TrimSpace(name), !ok || strings.ContainsAny(name, `,"`)
	if a.broken {
		return a, ""
	}
	if a.quoted = strings.HasPrefix(rest, `"`); a.quoted {
		a.value, rest, a.broken = cutQuote(rest[1:])
		_, rest, _ = strings.Cut(rest, ",")
		return a, rest
	}
	a.value, rest, _ = strings.Cut(rest, ",")
	a.value = strings.TrimSpace(a.value)
	return a, rest
}

// cutQuote returns what is before and behind the closing quote.
func cutQuote(s string) (value, rest string, open bool) {
	value, rest, ok := strings.Cut(s, `"`)
	return value, rest, !ok
}
