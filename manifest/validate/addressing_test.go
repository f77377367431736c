package validate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

// asking remembers what is asked for, in order, and has nothing but a manifest.
type asking struct {
	doc  []byte
	refs []string
}

func (a *asking) Fetch(_ context.Context, target string, part validate.ByteRange, _ int64) (*validate.Object, error) {
	name := strings.TrimPrefix(target, origin)
	if name == "x" {
		return &validate.Object{URL: target, Bytes: a.doc}, nil
	}
	if part.Length > 0 {
		name += fmt.Sprintf("[%d+%d]", part.Offset, part.Length)
	}
	a.refs = append(a.refs, name)
	return nil, fmt.Errorf("%s: %w", target, validate.ErrNotFound)
}

const (
	staticMPD = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT8S" mediaPresentationDuration="PT6S" profiles="p">`
	liveMPD   = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" minBufferTime="PT8S" availabilityStartTime="2026-05-01T10:00:00Z"
 publishTime="2026-05-01T10:00:00Z" timeShiftBufferDepth="PT6S" profiles="p">`
	sets = `<AdaptationSet mimeType="video/mp4"><Representation id="v" bandwidth="7">`
	ends = `</Representation></AdaptationSet></Period></MPD>`
)

// How an MPD says where segments are (ISO/IEC 23009-1 section 5.3.9).
func TestAddressing(t *testing.T) {
	for name, c := range map[string]struct {
		doc  string
		want []string // what is asked for
		says string   // in a finding of mpd-attributes or a note
	}{
		"three levels of templates": {staticMPD + `<Period><SegmentTemplate timescale="10" media="no" startNumber="5"/>
 <AdaptationSet mimeType="video/mp4"><SegmentTemplate duration="30" media="$RepresentationID$-$Number%03d$.m4s"/>
 <Representation id="v" bandwidth="7"><SegmentTemplate initialization="i-$Bandwidth$$$"/>` + ends,
			[]string{"i-7$", "v-005.m4s", "v-006.m4s"}, ""},
		"times": {staticMPD + `<Period>` + sets + `<SegmentTemplate timescale="10" media="$Time$"><SegmentTimeline>
 <S t="7" d="10" r="1"/><S d="5"/></SegmentTimeline></SegmentTemplate>` + ends, []string{"7", "17", "27"}, ""},
		"repeated to the end": {staticMPD + `<Period>` + sets + `<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="2" r="-1"/>
 </SegmentTimeline></SegmentTemplate>` + ends, []string{"0", "2", "4"}, ""},
		"repeated to the next": {staticMPD + `<Period>` + sets + `<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="2" r="-1"/>
 <S t="4" d="9"/></SegmentTimeline></SegmentTemplate>` + ends, []string{"0", "2", "4"}, ""},
		"repeated until now": {liveMPD + `<Period start="PT0S">` + sets + `<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="10" r="-1"/>
 </SegmentTimeline></SegmentTemplate>` + ends, []string{"0", "10", "20"}, ""},
		"live, numbered": {liveMPD + `<Period start="PT0S">` + sets + `<SegmentTemplate media="$Number$" duration="2"/>` + ends,
			[]string{"9", "10"}, ""},
		"live without a beginning": {strings.Replace(liveMPD, "2026-05-01T10:00:00Z", "soon", 1) + `<Period start="PT0S">` + sets +
			`<SegmentTemplate media="$Number$" duration="2"/>` + ends, nil, ""},
		"a duration of zero": {staticMPD + `<Period>` + sets + `<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="2"/><S d="0"/>
 </SegmentTimeline></SegmentTemplate>` + ends, []string{"0"}, "element S 2 has the duration 0"},
		"beyond any clock": {staticMPD + `<Period>` + sets + `<SegmentTemplate media="$Time$"><SegmentTimeline>
 <S t="0" d="2305843009213693951" r="9"/></SegmentTimeline></SegmentTemplate>` + ends, nil, "element S 1 goes on beyond any clock"},
		"no end": {strings.Replace(staticMPD, `mediaPresentationDuration="PT6S"`, "", 1) + `<Period>` + sets +
			`<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="2" r="-1"/></SegmentTimeline></SegmentTemplate>` + ends,
			nil, "a static MPD has neither"},
		"neither": {staticMPD + `<Period>` + sets + `<SegmentTemplate media="$Number$"/>` + ends, nil, "neither duration nor SegmentTimeline"},
		"a list of the set": {staticMPD + `<BaseURL>b/</BaseURL><Period><BaseURL>c/</BaseURL><AdaptationSet mimeType="video/mp4">
 <BaseURL>d/</BaseURL><SegmentList timescale="10" duration="30"><Initialization sourceURL="i" range="0-9"/>
 <SegmentURL media="1"/><SegmentURL media="one" mediaRange="10-19"/><SegmentURL media="one" mediaRange="9-3"/></SegmentList>
 <Representation id="v" bandwidth="7"><BaseURL>e/</BaseURL>` + ends,
			[]string{"b/c/d/e/i[0+10]", "b/c/d/e/1", "b/c/d/e/one[10+10]", "b/c/d/e/one"}, ""},
		"a list with a URL that is none": {staticMPD + `<Period>` + sets + `<SegmentList duration="3"><SegmentURL media="%zz"/></SegmentList>` + ends,
			nil, "invalid URL escape"},
		"one file": {staticMPD + `<Period>` + sets + `<BaseURL>all.mp4</BaseURL>` + ends, nil, "v: one indexed file (SegmentBase) was not looked into"},
		"two periods": {staticMPD + `<Period duration="PT2S">` + sets + `<SegmentTemplate media="1-$Number$" duration="2"/></Representation></AdaptationSet></Period>
 <Period>` + sets + `<SegmentTemplate media="2-$Number$" duration="2"/>` + ends, []string{"1-1", "2-1", "2-2"}, ""},
		"a period after one without end": {staticMPD + `<Period start="PT0S"/><Period/></MPD>`, nil,
			"period 1 has no start, and the one before it no duration"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &asking{doc: []byte(c.doc)}
			r, err := validate.Check(context.Background(), origin+"x", validate.Options{Fetcher: f, Now: clock})
			require.NoError(t, err)
			require.Equal(t, c.want, f.refs)
			said := strings.Join(r.Summary.Notes, "\n")
			for _, finding := range r.Findings {
				said += finding.String() + "\n"
			}
			require.Contains(t, said, c.says)
		})
	}
}

// Lines of playlists that cannot be read are told with their number, and the rest is looked at.
func TestPlaylistLines(t *testing.T) {
	for line, says := range map[string]string{
		"#EXT-X-PROGRAM-DATE-TIME:today":                         `"today" is not an ISO 8601 date with a time zone`,
		"#EXTINF:long,":                                          `"long" is not a duration in seconds`,
		"#EXTINF:-1,":                                            `"-1" is not a duration in seconds`,
		"#EXT-X-BYTERANGE:0@0":                                   `byte range "0@0" (want length@offset)`,
		"#EXT-X-BYTERANGE:9@-1":                                  `byte range "9@-1" (want length@offset)`,
		"#EXT-X-BYTERANGE:9@9223372036854775807":                 `(want length@offset)`,
		`#EXT-X-MAP:URI="i",BYTERANGE="x"`:                       `byte range "x" (want length@offset)`,
		`#EXT-X-MAP:URI="%zz"`:                                   "invalid URL escape",
		`#EXT-X-PART:DURATION=1,URI="%zz"`:                       "invalid URL escape",
		`#EXT-X-PART:DURATION=1,URI="p",BYTERANGE="x"`:           `byte range "x" (want length@offset)`,
		`#EXT-X-PART-INF:PART-TARGET=soon`:                       `"soon" is not a duration in seconds`,
		"%zz":                                                    "segment %zz has no EXTINF",
		"#EXT-X-KEY:METHOD=ROT13":                                `METHOD is "ROT13" (want NONE, AES-128, SAMPLE-AES or SAMPLE-AES-CTR)`,
		"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=MAYBE":           `CAN-BLOCK-RELOAD is "MAYBE" (want YES or NO)`,
		`#EXT-X-MAP:URI="i`:                                      "where an attribute is due",
		`#EXT-X-MAP:BYTERANGE="9@0"`:                             "EXT-X-MAP lacks URI",
		"#EXT-X-VERSION:three":                                   `EXT-X-VERSION is "three" (want a whole number)`,
		"#EXT-X-MEDIA-SEQUENCE:99999999999999999999999999999999": "(want a whole number)",
	} {
		t.Run(line, func(t *testing.T) {
			f := &asking{doc: []byte("#EXTM3U\n" + line + "\n#EXT-X-TARGETDURATION:1\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXTINF:1,\na\n#EXT-X-ENDLIST\n")}
			r, err := validate.Check(context.Background(), origin+"x", validate.Options{Fetcher: f})
			require.NoError(t, err)
			var said []string
			for _, finding := range r.Findings {
				said = append(said, finding.Text)
			}
			require.Contains(t, strings.Join(said, "\n"), "line 2: ")
			require.Contains(t, strings.Join(said, "\n"), says)
			require.NotContains(t, strings.Join(said, "\n"), "strconv")
			require.Equal(t, !strings.Contains(line, "EXT-X-KEY"), slices.Contains(f.refs, "a"), "what comes then is read")
		})
	}
}

// What is encrypted or left out is not asked for.
func TestNotLookedInto(t *testing.T) {
	f := &asking{doc: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-GAP\n#EXTINF:1,\na\n" +
		"#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\nb\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\nc\n#EXT-X-ENDLIST\n")}
	r, err := validate.Check(context.Background(), origin+"x", validate.Options{Fetcher: f})
	require.NoError(t, err)
	require.Equal(t, []string{"c"}, f.refs)
	require.Equal(t, []string{origin + "x: encrypted segments were not looked into"}, r.Summary.Notes)
}
