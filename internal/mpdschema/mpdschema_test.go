package mpdschema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/mpdschema"
)

const good = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT2S">
  <Period id="p0" start="PT0S">
    <AdaptationSet id="1" contentType="video"><Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
      <Representation id="v0" bandwidth="1"><SegmentTemplate media="v0/$Number$.m4s"><SegmentTimeline><S d="1"/></SegmentTimeline></SegmentTemplate></Representation>
    </AdaptationSet>
  </Period>
</MPD>`

// Every kind of mistake is found.
func TestValidate(t *testing.T) {
	mpdschema.Check(t, []byte(good))
	for name, c := range map[string]struct{ from, to, says string }{
		"namespace":         {"mpd:2011\" profiles", "mpd:2012\" profiles", "not an MPD"},
		"missing attribute": {` bandwidth="1"`, "", "lacks bandwidth"},
		"unknown attribute": {`bandwidth="1"`, `bandwidth="1" bandwith="1"`, "bandwith is not allowed"},
		"bad number":        {`bandwidth="1"`, `bandwidth="-1"`, "bandwidth="},
		"bad duration":      {"PT2S", "2S", "minBufferTime="},
		"unknown element":   {"<S d=\"1\"/>", "<S d=\"1\"/><T/>", "T is not allowed"},
		"order": {`<Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>`,
			`<Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/><Resync/>`, "Resync is not allowed"},
		"too few":  {"<S d=\"1\"/>", "", "0 of S"},
		"too many": {"</SegmentTimeline>", "</SegmentTimeline><SegmentTimeline><S d=\"1\"/></SegmentTimeline>", "2 of SegmentTimeline"},
		"text":     {"<S d=\"1\"/>", "<S d=\"1\"/>x", "text"},
		"template": {"$Number$", "$Nummer$", "media="},
		"tail":     {"</MPD>", "</MPD><MPD/>", "follows"},
		"broken":   {"</MPD>", "", "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := strings.Replace(good, c.from, c.to, 1)
			require.NotEqual(t, good, doc)
			require.ErrorContains(t, mpdschema.Validate([]byte(doc)), c.says)
		})
	}
}
