package validate

import (
	"mime"
	"strings"
)

// contentTypes are what players accept for a kind of file.
var contentTypes = map[string][]string{
	"playlist":    {"application/vnd.apple.mpegurl", "audio/mpegurl", "application/x-mpegurl"},
	"mpd":         {"application/dash+xml"},
	kindTransport: {"video/mp2t"},
	kindMP4:       {"video/mp4", "audio/mp4", "video/iso.segment", "application/mp4"},
	kindPacked:    {"audio/aac", "audio/aacp", "audio/mpeg", "audio/ac3", "audio/eac3"},
	kindText:      {"text/vtt"},
	kindImage:     {"image/jpeg", "image/png"},
	kindMatroska:  {"video/webm", "audio/webm"},
}

// contentType checks the headers that every response needs, and its MIME type.
func (c *checker) contentType(scope string, o *Object, kind string) {
	if o.Header == nil {
		return
	}
	switch {
	case kind != kindMP4:
	case strings.HasPrefix(string(clip(o.Bytes, 7)), "#EXTM3U"):
		kind = "playlist"
	case len(o.Bytes) > 0 && (o.Bytes[0] == '<' || o.Bytes[0] == 0xef):
		kind = "mpd"
	}
	got, _, err := mime.ParseMediaType(o.Header.Get("Content-Type"))
	ok := false
	for _, want := range contentTypes[kind] {
		ok = ok || strings.EqualFold(got, want)
	}
	if err != nil || !ok {
		c.add(ruleMIME, kind, o.URL, "Content-Type is %q (want %s)", o.Header.Get("Content-Type"), contentTypes[kind][0])
	}
	if o.Header.Get("Access-Control-Allow-Origin") == "" {
		c.add(ruleCORS, scope, o.URL, "no Access-Control-Allow-Origin: players on other sites cannot load it")
	}
}

// textHeaders checks what manifests need besides.
func (c *checker) textHeaders(o *Object) {
	if o.Header == nil {
		return
	}
	const worthIt = 1024
	if !o.Compressed && len(o.Bytes) >= worthIt {
		c.add(ruleGzip, "manifests", o.URL, "is sent without compression")
	}
	if o.Header.Get("Cache-Control") == "" {
		c.add(ruleCaching, "manifests", o.URL, "no Cache-Control: caches may keep an old state")
	}
}
