package sink

import (
	"path"
	"strings"
)

var contentTypes = map[string]string{
	".mpd":  "application/dash+xml",          // ISO/IEC 23009-1 annex C
	".m3u8": "application/vnd.apple.mpegurl", // RFC 8216 §4
	".m4s":  "video/iso.segment",             // ISO/IEC 23009-1 annex C
	".mp4":  "video/mp4",                     // RFC 4337
	".m4v":  "video/mp4",
	".cmfv": "video/mp4",
	".m4a":  "audio/mp4",
	".cmfa": "audio/mp4",
	".ts":   "video/mp2t", // RFC 3555
	".aac":  "audio/aac",
	".mp3":  "audio/mpeg",
	".webm": "video/webm",
	".vtt":  "text/vtt; charset=utf-8",
	".xml":  "application/xml",
	".json": "application/json",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".jpg":  "image/jpeg",
	".txt":  "text/plain; charset=utf-8",
}

// ContentType returns the media type for an object's name by its extension, "application/octet-stream" when that is not
// known. The table is fixed: what the machine's own registry says makes no difference.
func ContentType(name string) string {
	if t, ok := contentTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}
