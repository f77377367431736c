package validate_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
	"github.com/framegear/framegear/manifest/validate"
)

const mpdHead = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT8S" mediaPresentationDuration="PT1209599S"
 profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period start="PT0S"><AdaptationSet contentType="video" mimeType="video/mp4">`

// times repeats a representation in an MPD.
func times(n int, representation string) []byte {
	return []byte(mpdHead + strings.Repeat(representation, n) + `</AdaptationSet></Period></MPD>`)
}

const everySecond = `<Representation id="v" bandwidth="1"><SegmentTemplate media="$Number$.m4s" initialization="i" timescale="1">
 <SegmentTimeline><S t="0" d="1" r="1209598"/></SegmentTimeline></SegmentTemplate></Representation>`

// silent is a host that does not answer.
type silent struct{ site }

// timeout is what http.Client says then.
type timeout struct{ error }

func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func (s silent) Fetch(ctx context.Context, target string, part validate.ByteRange, limit int64) (*validate.Object, error) {
	if strings.HasSuffix(target, ".m4s") {
		return nil, timeout{fmt.Errorf("Get %q: no answer", target)}
	}
	return s.site.Fetch(ctx, target, part, limit)
}

// stuck is a host that holds the line until the check gives up.
type stuck struct{ site }

func (s stuck) Fetch(ctx context.Context, target string, part validate.ByteRange, limit int64) (*validate.Object, error) {
	if strings.HasSuffix(target, ".m4s") {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.site.Fetch(ctx, target, part, limit)
}

// Whatever a presentation asks for, the whole check has its bounds, and the error says which one was reached.
func TestLimits(t *testing.T) {
	recorded := synth(t, ended())
	for name, c := range map[string]struct {
		site   validate.Fetcher
		target string
		limits validate.Limits
		want   string
	}{
		"segments of 2 kB of MPD": {site{"x.mpd": times(16, everySecond)}, "x.mpd", validate.Limits{}, "more than 500000 segments"},
		"one run of them": {site{"x.mpd": times(1, strings.Replace(everySecond, "1209598", "4000000000", 1))}, "x.mpd",
			validate.Limits{Segments: 1000}, "more than 1000 segments"},
		"tracks": {site{"x.mpd": times(10_001, `<Representation id="v" bandwidth="1"/>`)}, "x.mpd", validate.Limits{}, "more than 10000 tracks"},
		"segments of a playlist": {site{"x.m3u8": []byte("#EXTM3U\n" + strings.Repeat("#EXTINF:1,\na\n", 1_001))}, "x.m3u8",
			validate.Limits{Segments: 1000}, "more than 1000 segments"},
		"parts": {site{"x.m3u8": []byte("#EXTM3U\n#EXTINF:1,\n" + strings.Repeat("#EXT-X-PART:URI=a\n", 1_001))}, "x.m3u8",
			validate.Limits{Segments: 1000}, "more than 1000 segments"},
		"segments of several playlists": {recorded, "x.m3u8", validate.Limits{Segments: 10}, "more than 10 segments"},
		"requests":                      {recorded, "x.mpd", validate.Limits{Requests: 5}, "5 requests"},
		"bytes":                         {recorded, "x.mpd", validate.Limits{Bytes: 20_000}, "20000 bytes in all"},
		"time":                          {stuck{recorded}, "x.mpd", validate.Limits{Time: time.Microsecond}, "not done after 1µs"},
		"no answers":                    {silent{recorded}, "x.mpd", validate.Limits{}, "3 requests without an answer in time, the last one for https://site.example/v0/3.m4s"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := validate.Check(context.Background(), origin+c.target, validate.Options{Fetcher: c.site, Limits: c.limits, Now: clock})
			require.ErrorIs(t, err, validate.ErrLimit)
			require.ErrorContains(t, err, c.want)
			if name != "time" { // it may end before the manifest is there
				require.NotNil(t, r, "what was seen until then")
			}
			if name == "no answers" {
				require.Equal(t, "was not answered in time", r.Findings[0].Text)
			}
		})
	}
}

func TestTooManyVariants(t *testing.T) {
	text := "#EXTM3U\n" + strings.Repeat("#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=a\na\n", 3000) + strings.Repeat("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=a\n", 3000)
	_, err := validate.Check(context.Background(), origin+"x.m3u8", validate.Options{Fetcher: site{"x.m3u8": []byte(text)}})
	require.ErrorIs(t, err, validate.ErrTooLarge)
	require.ErrorContains(t, err, "6000 variants and renditions")
}

// With a number of segments, the newest are looked at, however many there are.
func TestNewestOfMany(t *testing.T) {
	s := site{"x.mpd": times(16, strings.Replace(everySecond, ` initialization="i"`, "", 1))}
	r, err := validate.Check(context.Background(), origin+"x.mpd", validate.Options{Fetcher: s, MaxSegments: 2})
	require.NoError(t, err)
	require.Len(t, r.Summary.Tracks, 16)
	require.Equal(t, 1_209_599, r.Summary.Tracks[0].Listed)
	require.Contains(t, r.Findings[0].Where, "/1209598.m4s")
}

// A live MPD without timeShiftBufferDepth lists everything since it began, which may be years ago.
func TestLiveSinceEver(t *testing.T) {
	text := strings.NewReplacer(`type="static"`, `type="dynamic" availabilityStartTime="1970-01-01T00:00:00Z" publishTime="2026-05-01T10:00:00Z"`,
		`mediaPresentationDuration="PT1209599S"`, "").Replace(string(times(4,
		`<Representation id="v" bandwidth="1"><SegmentTemplate media="$Number$.m4s" timescale="1" duration="1"/></Representation>`)))
	r, err := validate.Check(context.Background(), origin+"x.mpd", validate.Options{Fetcher: site{"x.mpd": []byte(text)}, Now: clock})
	require.NoError(t, err)
	last := clock().Unix()
	require.EqualValues(t, last, r.Summary.Tracks[0].Listed)
	for _, f := range r.Findings {
		if f.Rule == "file-missing" {
			require.Equal(t, fmt.Sprintf("%s%d.m4s", origin, last-19), f.Where, "the oldest of the twenty newest")
			require.Equal(t, 4*20, f.Count)
		}
	}
}

// nested makes a box of every given type inside the one before, the first n bytes of each being zero.
func nested(depth int, types ...string) []byte {
	head := map[string]int{"stsd": 8, "avc1": 78, "mp4a": 28, "meta": 4, "stpp": 11, "wvtt": 8}
	var b bytes.Buffer
	size := 0
	for k := range depth {
		size += 8 + head[types[k%len(types)]]
	}
	for k := range depth {
		name := types[k%len(types)]
		b.Write([]byte{byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size)})
		b.WriteString(name)
		b.Write(make([]byte, head[name]))
		size -= 8 + head[name]
	}
	return b.Bytes()
}

// table is a box that says it has more entries than there are bytes.
func table(name string, at int) []byte {
	b := make([]byte, at+4)
	b[3] = byte(len(b))
	copy(b[4:], name)
	copy(b[at:], "\xff\xff\xff\xff")
	return b
}

// Bytes that say little and mean much are refused before anything is made of them.
func TestBoxesThatExplode(t *testing.T) {
	for name, c := range map[string]struct {
		segment []byte
		want    string
	}{
		"moov in moov":          {nested(200_000, "moov"), "more than 16 deep"},
		"containers of all":     {nested(50_000, "trak", "mdia", "stsd", "avc1", "meta", "udta", "stpp", "wvtt"), "more than 16 deep"},
		"sound in sound":        {nested(50_000, "mp4a"), "more than 16 deep"},
		"samples without bytes": {table("trun", 12), `a "trun" box names 4294967295 entries`},
		"IVs without bytes":     {table("senc", 12), `a "senc" box names`},
		"groups without bytes":  {table("sgpd", 16), `a "sgpd" box names`},
		"beyond the end":        {[]byte("\x7f\xff\xff\xffmdat"), "is longer than what is left of the file"},
		"no size":               {[]byte("\x00\x00\x00\x00mdat"), "has no size"},
		"less than its header":  {[]byte("\x00\x00\x00\x07mdat"), "less than its own header"},
		"long size":             {[]byte("\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff"), "is longer than"},
		"child beyond parent":   {[]byte("\x00\x00\x00\x10moov\x00\x00\x00\xfffree"), `left of the "moov" box around it`},
		"cut sample entry":      {[]byte("\x00\x00\x00\x10avc1\x00\x00\x00\x00\x00\x00\x00\x00"), "want 86 at least"},
		"a type that is none":   {[]byte("\x00\x00\x00\x00\x1b[2J"), `a "\x1b[2J" box`},
	} {
		t.Run(name, func(t *testing.T) {
			s := synth(t, ended())
			s["v0/2.m4s"] = c.segment
			r := s.check(t, "v0/index.m3u8")
			require.Equal(t, "media-syntax", r.Findings[0].Rule)
			require.Contains(t, r.Findings[0].Text, c.want)
		})
	}
}

// counting counts what is fetched.
type counting struct {
	site
	bytes int
}

func (c *counting) Fetch(ctx context.Context, target string, part validate.ByteRange, limit int64) (*validate.Object, error) {
	o, err := c.site.Fetch(ctx, target, part, limit)
	if err == nil {
		c.bytes += len(o.Bytes)
	}
	return o, err
}

func TestPartsThatAreAllTheWholeFile(t *testing.T) {
	s := synth(t, ended())
	part := "#EXT-X-PART:DURATION=0.02,INDEPENDENT=YES,URI=\"4.m4s\"\n"
	s.edit(t, "v0/index.m3u8", "#EXTINF:2.000,\n4.m4s", strings.Repeat(part, 100)+"#EXTINF:2.000,\n4.m4s")
	f := &counting{site: s}
	r, err := validate.Check(context.Background(), origin+"v0/index.m3u8", validate.Options{Fetcher: f, Now: clock})
	require.NoError(t, err)
	require.Contains(t, rules(r), "part-bytes")
	require.Less(t, f.bytes, 10*len(s["v0/4.m4s"])+len(s["v0/index.m3u8"]))
}

func TestContextEndsTheCheck(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := synth(t, sample.Ladder(manifest.StateEnded, 1, 2))
	_, err := validate.Check(ctx, s.write(t)+string(os.PathSeparator)+"x.mpd", validate.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, validate.ErrLimit)
}
