package validate

import "bytes"

// Kinds of segments, and of the tracks they make.
const (
	kindMP4       = "mp4"
	kindTransport = "ts"
	kindPacked    = "packed"
	kindText      = "text"
	kindImage     = "image"
	kindMatroska  = "matroska"
)

// magic are the first bytes of what is no MP4 and has a meaning in presentations: WebVTT (RFC 8216 section 3.5), tiles
// of thumbnails (DASH-IF IOP 6.2.6) and WebM.
var magic = []struct{ bytes, kind string }{
	{"WEBVTT", kindText}, {"\xef\xbb\xbfWEBVTT", kindText}, {"\xff\xd8\xff", kindImage}, {"\x89PNG\r\n\x1a\n", kindImage},
	{"\x1a\x45\xdf\xa3", kindMatroska},
}

// kindOf tells what a segment is by its first bytes.
func kindOf(b []byte) string {
	for _, m := range magic {
		if bytes.HasPrefix(b, []byte(m.bytes)) {
			return m.kind
		}
	}
	switch {
	case isTransport(b):
		return kindTransport
	case isPacked(b):
		return kindPacked
	}
	return kindMP4
}

// readOther takes in segments that have no times of their own to check.
func (c *checker) readOther(t *track, i int, kind string) {
	t.facts[i].seen = true
	if t.init == nil {
		t.init = &initFacts{kind: kind}
	}
	if kind == kindMatroska {
		t.init.kind = "other"
		c.note("%s: WebM was not looked into", t.name)
	}
}

// isTransport reports whether bytes are MPEG-TS: sync bytes 188 apart (ISO/IEC 13818-1 section 2.4.3.2).
func isTransport(b []byte) bool {
	return len(b) >= 188 && b[0] == 0x47 && (len(b) < 376 || b[188] == 0x47)
}

// isPlain reports a track of texts or images.
func (t *track) isPlain() bool {
	return t.init != nil && (t.init.kind == kindText || t.init.kind == kindImage)
}
