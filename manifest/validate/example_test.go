package validate_test

import (
	"context"
	"fmt"

	"github.com/framegear/framegear/manifest/validate"
)

func ExampleCheck() {
	files := site{"live.m3u8": []byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n")}
	report, err := validate.Check(context.Background(), origin+"live.m3u8", validate.Options{Fetcher: files})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		fmt.Println(f)
	}
	// Output:
	// error: https://site.example/1.ts: is listed and does not exist [file-missing; RFC 8216 6.2.1; ISO/IEC 23009-1 A.3]
	// error: https://site.example/1.ts: lasts 2s, the target duration is 1 s [target-duration; RFC 8216bis 4.4.3.1]
	// warning: https://site.example/live.m3u8: neither this nor the multivariant playlist has EXT-X-INDEPENDENT-SEGMENTS [independent-segments; Apple HLS Authoring 9.11]
}
