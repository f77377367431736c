package origin

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTokenIsCarriedInEveryURI(t *testing.T) {
	tests := []struct{ name, mime, text, want string }{
		{"segment", mimePlaylist, "#EXTM3U\n#EXTINF:2.0,\n1.m4s\n", "#EXTM3U\n#EXTINF:2.0,\n1.m4s?token=x\n"},
		{"line ends of another system", mimePlaylist, "#EXTINF:2.0,\r\n1.m4s\r\n\r\n", "#EXTINF:2.0,\r\n1.m4s?token=x\r\n\r\n"},
		{"no end of line", mimePlaylist, "v0/media.m3u8", "v0/media.m3u8?token=x"},
		{"a query is there already", mimePlaylist, "a.ts?v=1\n", "a.ts?v=1&token=x\n"},
		{"tags", mimePlaylist, `#EXT-X-MAP:URI="init.mp4",BYTERANGE="4@0"`, `#EXT-X-MAP:URI="init.mp4?token=x",BYTERANGE="4@0"`},
		{"a name like an attribute", mimePlaylist, `#EXT-X-MEDIA:NAME="a,URI=",URI="a0.m3u8"`, `#EXT-X-MEDIA:NAME="a,URI=",URI="a0.m3u8?token=x"`},
		{"comment", mimePlaylist, `# URI="a"` + "\n", `# URI="a"` + "\n"},
		{"this host", mimePlaylist, "http://HOST:1/a.ts\n//host:1/b.ts\n", "http://HOST:1/a.ts?token=x\n//host:1/b.ts?token=x\n"},
		{"another host", mimePlaylist, "https://cdn.example/a.ts\n//host/b.ts\n", "https://cdn.example/a.ts\n//host/b.ts\n"},
		{"data", mimePlaylist, `#EXT-X-KEY:URI="data:text/plain,k"`, `#EXT-X-KEY:URI="data:text/plain,k"`},
		{"templates", mimeMPD, `<SegmentTemplate media="v0/$Number$.m4s" initialization="v0/init.mp4" startNumber="1">`,
			`<SegmentTemplate media="v0/$Number$.m4s?token=x" initialization="v0/init.mp4?token=x" startNumber="1">`},
		{"list", mimeMPD, `<Initialization sourceURL="i.mp4"/><SegmentURL media="1.m4s?a=1" mediaRange="0-9"/>`,
			`<Initialization sourceURL="i.mp4?token=x"/><SegmentURL media="1.m4s?a=1&amp;token=x" mediaRange="0-9"/>`},
		{"clock", mimeMPD, `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="time"></UTCTiming>`,
			`<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="time?token=x"></UTCTiming>`},
		{"another clock", mimeMPD, `<UTCTiming value="https://time.example/"/><Role value="main"/>`, `<UTCTiming value="https://time.example/"/><Role value="main"/>`},
		{"a base that is a file", mimeMPD, "<BaseURL>v0.mp4</BaseURL>", "<BaseURL>v0.mp4?token=x</BaseURL>"},
		{"a base that is a folder", mimeMPD, "<BaseURL>v0/</BaseURL>", "<BaseURL>v0/</BaseURL>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, string(carry([]byte(tt.text), tt.mime, "token=x", "host:1")))
		})
	}
}

// What carries a query stays what it was without it.
func FuzzCarry(f *testing.F) {
	f.Add("#EXTM3U\n#EXT-X-MAP:URI=\"i\"\n1.m4s\n", true)
	f.Add(`<SegmentTemplate media="$Number$"/>`, false)
	f.Fuzz(func(t *testing.T, text string, playlist bool) {
		mime := mimeMPD
		if playlist {
			mime = mimePlaylist
		}
		require.GreaterOrEqual(t, len(carry([]byte(text), mime, "token=x", "h")), len(text))
	})
}
