package origin

import (
	"bytes"
	"regexp"
	"strings"
)

// A reference has the query that stands in it, never its base's (RFC 3986 section 5.2.2), and players ask for a manifest's URIs as they
// stand. So a token that came in the query of a manifest is written into everything that the manifest names.

var (
	// quotedAttribute is an attribute of a playlist's tag with a quoted string (RFC 8216 section 4.2). All of them are looked at, one after
	// the other, so that what stands within quotes is never taken for an attribute.
	quotedAttribute = regexp.MustCompile(`([A-Z0-9-]+)="([^"]*)"`)
	// mpdReference is what an MPD loads: the templates and URLs of segments, the clock, other MPDs, and a BaseURL that is a file
	// (ISO/IEC 23009-1 section 5.6.4).
	mpdReference = regexp.MustCompile(`(\s(?:media|initialization|sourceURL|index)=")([^"]*)|` +
		`(<UTCTiming\s[^>]*?\bvalue=")([^"]*)|` +
		`(<(?:BaseURL|Location)(?:\s[^>]*)?>)([^<]*)`)
	absolute = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*)|^[A-Za-z][A-Za-z0-9+.-]*:`)
)

// carry returns a manifest with the query in every URI of this host.
func carry(text []byte, mime, query, host string) []byte {
	if mime == mimeMPD {
		return carryInMPD(text, query, host)
	}
	return carryInPlaylist(text, query, host)
}

func carryInPlaylist(text []byte, query, host string) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		content := bytes.TrimRight(line, "\r\n")
		switch {
		case bytes.HasPrefix(content, []byte("#EXT")):
			out.Write(quotedAttribute.ReplaceAllFunc(content, func(b []byte) []byte {
				if uri, ok := strings.CutPrefix(string(b), `URI="`); ok {
					return []byte(`URI="` + withQuery(strings.TrimSuffix(uri, `"`), query, "&", host) + `"`)
				}
				return b
			}))
		case len(content) > 0 && content[0] != '#':
			out.WriteString(withQuery(string(content), query, "&", host))
		default:
			out.Write(content)
		}
		out.Write(line[len(content):])
	}
	return out.Bytes()
}

func carryInMPD(text []byte, query, host string) []byte {
	return mpdReference.ReplaceAllFunc(text, func(b []byte) []byte {
		at := mpdReference.FindSubmatch(b)
		for i := 1; i < len(at); i += 2 {
			if at[i] != nil {
				return []byte(string(at[i]) + withQuery(string(at[i+1]), query, "&amp;", host))
			}
		}
		return b
	})
}

// withQuery adds a query to a URI, unless it is a folder, which hands none on, or leads to another host: a secret is for this one alone.
func withQuery(uri, query, and, host string) string {
	if uri == "" || strings.HasSuffix(uri, "/") {
		return uri
	}
	if at := absolute.FindStringSubmatch(uri); at != nil && (at[1] == "" || !strings.EqualFold(at[1], host)) {
		return uri
	}
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = and
	}
	return uri + separator + query
}
