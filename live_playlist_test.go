package framegear_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// media is what a test reads out of a media playlist, without the library that wrote it.
type media struct {
	sequence, discontinuities int64
	segments                  []mediaSegment // the last one may be open
	hint                      string
	ended                     bool
	constants                 string // tags that must never change
}

type mediaSegment struct {
	uri, date     string
	duration      float64
	parts         []mediaPart
	discontinuity bool
	gap           bool
}

type mediaPart struct {
	uri         string
	duration    float64
	independent bool
}

var attribute = regexp.MustCompile(`([A-Z-]+)=("[^"]*"|[^,]*)`)

func attributes(line string) map[string]string {
	m := map[string]string{}
	for _, kv := range attribute.FindAllStringSubmatch(line[strings.Index(line, ":")+1:], -1) {
		m[kv[1]] = strings.Trim(kv[2], `"`)
	}
	return m
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return f
}

func parseMedia(t *testing.T, text string) *media {
	t.Helper()
	m := &media{}
	var s mediaSegment
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		tag, value, _ := strings.Cut(line, ":")
		switch tag {
		case "#EXT-X-MEDIA-SEQUENCE":
			m.sequence = int64(number(t, value))
		case "#EXT-X-DISCONTINUITY-SEQUENCE":
			m.discontinuities = int64(number(t, value))
		case "#EXT-X-TARGETDURATION", "#EXT-X-SERVER-CONTROL", "#EXT-X-PART-INF", "#EXT-X-VERSION", "#EXT-X-MAP":
			m.constants += line + "\n"
		case "#EXT-X-PROGRAM-DATE-TIME":
			s.date = value
		case "#EXT-X-DISCONTINUITY":
			s.discontinuity = true
		case "#EXT-X-GAP":
			s.gap = true
		case "#EXTINF":
			s.duration = number(t, strings.TrimSuffix(value, ","))
		case "#EXT-X-PART":
			a := attributes(line)
			s.parts = append(s.parts, mediaPart{a["URI"], number(t, a["DURATION"]), a["INDEPENDENT"] == "YES"})
		case "#EXT-X-PRELOAD-HINT":
			m.hint = attributes(line)["URI"]
		case "#EXT-X-ENDLIST":
			m.ended = true
		}
		if !strings.HasPrefix(line, "#") {
			s.uri = line
			m.segments = append(m.segments, s)
			s = mediaSegment{}
		}
	}
	if len(s.parts) > 0 {
		m.segments = append(m.segments, s)
	}
	return m
}

// checkParts holds a playlist to the rules about the lengths of parts (RFC 8216bis section 4.4.4.9).
func checkParts(t *testing.T, text string) {
	t.Helper()
	m := parseMedia(t, text)
	start := strings.Index(text, "PART-TARGET=") + len("PART-TARGET=")
	target := number(t, text[start:start+strings.Index(text[start:], "\n")])
	some := false
	for i, s := range m.segments {
		for k, p := range s.parts {
			some = true
			require.LessOrEqual(t, p.duration, target, p.uri)
			last := s.duration > 0 && k == len(s.parts)-1
			next := mediaPart{}
			if k+1 < len(s.parts) {
				next = s.parts[k+1]
			}
			if !p.independent && !last && next.uri != "" {
				require.GreaterOrEqual(t, p.duration, 0.85*target, p.uri)
			}
			require.Equal(t, k == 0, p.independent, "one key frame at the start of segment %d", i)
		}
	}
	require.True(t, some, "no parts in %s", text)
}
