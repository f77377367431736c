package validate_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

// Whatever a manifest holds, the check ends with a report or a typed error.
func FuzzManifest(f *testing.F) {
	s := synth(f, lowLatency())
	for _, name := range []string{"x.mpd", "x.m3u8", "v0/index.m3u8"} {
		f.Add(s[name])
	}
	f.Add(synth(f, ended())["x.mpd"])
	f.Add([]byte("#EXTM3U\n#EXT-X-MAP:URI=\"a\",BYTERANGE=\"9@1\"\n#EXT-X-BYTERANGE:5\n#EXTINF:1,\nb\n#EXT-X-BYTERANGE:5\n#EXTINF:1,\nb\n"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		site := site{"x": doc}
		r, err := validate.Check(context.Background(), origin+"x", validate.Options{Fetcher: site, Now: clock, MaxSegments: 5})
		if err != nil {
			require.True(t, errors.Is(err, validate.ErrNotManifest) || errors.Is(err, validate.ErrTooLarge), "%v", err)
			return
		}
		_, err = json.Marshal(r)
		require.NoError(t, err)
	})
}

// Whatever a segment or an initialization segment holds, it is a finding at most.
func FuzzMedia(f *testing.F) {
	s := synth(f, ended())
	ts := []byte("G")
	f.Add(s["v0/init.mp4"], s["v0/1.m4s"])
	f.Add(s["a0/init.mp4"], s["a0/1.m4s"])
	f.Add(s["v0/init.mp4"], append(ts, make([]byte, 187)...))
	f.Add(s["a0/init.mp4"], stamped(adts(3), 1<<33-1))
	f.Add(s["a0/init.mp4"], stamped(mp3(3), 9))
	f.Add(nested(20, "moov", "trak"), nested(20, "stsd", "avc1", "stpp"))
	f.Add(table("sgpd", 16), table("trun", 12))
	f.Add([]byte("WEBVTT"), []byte("\xff\xd8\xff"))
	playlist := []byte("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MAP:URI=\"i\"\n#EXTINF:2,\ns\n#EXT-X-ENDLIST\n")
	f.Fuzz(func(t *testing.T, initSegment, segment []byte) {
		site := site{"x": playlist, "i": initSegment, "s": segment}
		r, err := validate.Check(context.Background(), origin+"x", validate.Options{Fetcher: site})
		require.NoError(t, err)
		require.Len(t, r.Summary.Tracks, 1)
	})
}
