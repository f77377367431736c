package validate_test

import (
	"strings"
	"testing"

	"github.com/Eyevinn/mp4ff/mp4"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
)

// all edits every media playlist.
func all(old, new string) func(*testing.T, site) {
	return func(t *testing.T, s site) {
		for _, id := range []string{"v0", "v1", "a0"} {
			s.edit(t, id+"/index.m3u8", old, new)
		}
	}
}

// once replaces the first occurrence only.
func once(name, old, new string) func(*testing.T, site) {
	return func(_ *testing.T, s site) { s[name] = []byte(strings.Replace(string(s[name]), old, new, 1)) }
}

func TestPlaylistRules(t *testing.T) {
	const v0 = "v0/index.m3u8"
	run(t, []mutation{
		{"target missing", ended, v0, edit(v0, "#EXT-X-TARGETDURATION:2\n", ""), []string{"target-duration"}},
		{"target zero", ended, v0, edit(v0, "TARGETDURATION:2", "TARGETDURATION:0"), []string{"target-duration"}},
		{"target too small", ended, v0, edit(v0, "TARGETDURATION:2", "TARGETDURATION:1"), []string{"target-duration"}},
		{"targets differ", ended, "x.m3u8", edit("a0/index.m3u8", "TARGETDURATION:2", "TARGETDURATION:3"), []string{"target-duration-equal"}},
		{"not a number", ended, v0, edit(v0, "MEDIA-SEQUENCE:1", "MEDIA-SEQUENCE:one"), []string{"playlist-syntax"}},
		{"no EXTINF", ended, v0, once(v0, "#EXTINF:2.000,\n1.m4s", "1.m4s"), []string{"playlist-syntax", "manifest-duration", "program-date-time-step"}},
		{"VOD without end", ended, v0, func(t *testing.T, s site) {
			s.edit(t, v0, "#EXT-X-ENDLIST\n", "")
		}, []string{"endlist-missing"}},
		{"old version", ended, v0, edit(v0, "VERSION:7", "VERSION:5"), []string{"playlist-version"}},
		{"not independent", ended, "x.m3u8", func(t *testing.T, s site) {
			all("#EXT-X-INDEPENDENT-SEGMENTS\n", "")(t, s)
			s.edit(t, "x.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", "")
		}, []string{"independent-segments"}},
		{"no map", ended, v0, edit(v0, "#EXT-X-MAP:URI=\"init.mp4\"\n", ""), []string{"map-missing"}},
		{"date jumps", ended, v0, edit(v0, "10:00:06.123Z", "10:00:06.200Z"), []string{"program-date-time-step"}},
		{"dates differ", ended, "x.m3u8", func(t *testing.T, s site) {
			s.edit(t, v0, ".123Z", ".323Z")
		}, []string{"program-date-time-equal"}},
		{"no dates live", window, "x.m3u8", func(t *testing.T, s site) {
			for _, id := range []string{"v0", "v1", "a0"} {
				var kept []string
				for line := range strings.Lines(string(s[id+"/index.m3u8"])) {
					if !strings.Contains(line, "PROGRAM-DATE") {
						kept = append(kept, line)
					}
				}
				s[id+"/index.m3u8"] = []byte(strings.Join(kept, ""))
			}
		}, []string{"program-date-time"}},
		{"short window", func() *manifest.Presentation { return sample.Ladder(manifest.StateLive, 6, 7) }, v0, func(*testing.T, site) {}, []string{"live-window"}},
		{"few segments", func() *manifest.Presentation { return sample.Ladder(manifest.StateLive, 6, 9) }, v0, func(*testing.T, site) {}, []string{"live-window"}},
	})
}

func TestMultivariantRules(t *testing.T) {
	const x = "x.m3u8"
	run(t, []mutation{
		{"no codecs", ended, x, once(x, `CODECS="avc1.64000c,mp4a.40.2",`, ""), []string{"codecs-missing"}},
		{"sound not in codecs", ended, x, once(x, `avc1.64000c,mp4a.40.2`, "avc1.64000c"), []string{"codecs-mismatch"}},
		{"too many codecs", ended, x, once(x, `avc1.64000c,mp4a.40.2`, "avc1.64000c,mp4a.40.2,ec-3"), []string{"codecs-mismatch"}},
		{"no resolution", ended, x, once(x, "RESOLUTION=640x360,", ""), []string{"stream-inf-attributes"}},
		{"no frame rate", ended, x, once(x, "FRAME-RATE=30.000,", ""), []string{"stream-inf-attributes"}},
		{"no captions", ended, x, once(x, ",CLOSED-CAPTIONS=NONE", ""), []string{"stream-inf-attributes"}},
		{"bandwidth too low", ended, x, halve("BANDWIDTH="), []string{"bandwidth", "ladder-order"}},
		{"bandwidth too high", ended, x, double(":BANDWIDTH="), []string{"bandwidth-accuracy"}},
		{"average wrong", ended, x, double("AVERAGE-BANDWIDTH="), []string{"average-bandwidth"}},
		{"no such group", ended, x, once(x, `AUDIO="audio",CLOSED`, `AUDIO="other",CLOSED`), []string{"media-group", "codecs-mismatch", "bandwidth-accuracy", "average-bandwidth"}},
		{"default, not automatic", ended, x, edit(x, "AUTOSELECT=YES", "AUTOSELECT=NO"), []string{"media-group"}},
		{"default, automatic not said", ended, x, edit(x, ",AUTOSELECT=YES", ""), []string{"media-attributes"}},
		{"name twice", ended, x, once(x, "#EXT-X-STREAM-INF", `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",CHANNELS="2",URI="a0/index.m3u8"`+"\n#EXT-X-STREAM-INF"), []string{"media-group"}},
		{"two defaults", ended, x, once(x, "#EXT-X-STREAM-INF", `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="E",LANGUAGE="en",CHANNELS="2",DEFAULT=YES,AUTOSELECT=YES,URI="a0/index.m3u8"`+"\n#EXT-X-STREAM-INF"), []string{"media-group"}},
		{"no channels", ended, x, edit(x, `,CHANNELS="2"`, ""), []string{"media-attributes"}},
		{"missing playlist", ended, x, func(_ *testing.T, s site) { delete(s, "v1/index.m3u8") }, []string{"file-missing"}},
	})
}

// halve and double change the first number behind a name in the multivariant playlist.
func halve(name string) func(*testing.T, site)  { return scale(name, "1") }
func double(name string) func(*testing.T, site) { return scale(name, "9999999") }

func scale(name, number string) func(*testing.T, site) {
	return func(_ *testing.T, s site) {
		before, rest, _ := strings.Cut(string(s["x.m3u8"]), "INF:")
		i := strings.Index("INF:"+rest, name)
		rest = ("INF:" + rest)
		end := i + len(name) + strings.IndexByte(rest[i+len(name):], ',')
		s["x.m3u8"] = []byte(before + rest[:i+len(name)] + number + rest[end:])
	}
}

func TestLadderRules(t *testing.T) {
	run(t, []mutation{
		{"one segment less", ended, "x.mpd", once("x.mpd", `<S t="0" d="180000" r="3">`, `<S t="0" d="180000" r="2">`), []string{"ladder-segments"}},
		{"other frames", ended, "x.mpd", func(t *testing.T, s site) {
			s.change(t, "v1/2.m4s", func(f *mp4.File) {
				trun := firstTraf(f).Trun
				trun.Samples[58].Dur *= 2
				trun.Samples = trun.Samples[:59]
				f.Segments[0].Fragments[0].Mdat.Data = f.Segments[0].Fragments[0].Mdat.Data[:59*160]
			})
		}, []string{"ladder-frames"}},
		{"other aspect", func() *manifest.Presentation {
			p := ended()
			p.Tracks[1].Params.Width = 480
			return p
		}, "x.mpd", func(*testing.T, site) {}, []string{"aspect-ratio"}},
		{"other timescale", func() *manifest.Presentation {
			p := ended()
			v := sample.Track("v1", p.Tracks[1].Params, 30_000)
			v.Rate = p.Tracks[1].Rate
			sample.Fill(&v, 1, 4)
			p.Tracks[1] = v
			return p
		}, "x.mpd", func(*testing.T, site) {}, []string{"ladder-timescale"}},
		{"small one costs more", ended, "x.mpd", func(_ *testing.T, s site) {
			s["x.mpd"] = []byte(strings.Replace(string(s["x.mpd"]), `width="640" height="360"`, `width="2560" height="1440"`, 1))
		}, []string{"resolution", "ladder-order"}},
		{"long GOP", func() *manifest.Presentation {
			p := ended()
			for i := range p.Tracks {
				for k := range p.Tracks[i].Segments {
					p.Tracks[i].Segments[k].Start *= 2
					p.Tracks[i].Segments[k].Duration *= 2
				}
			}
			p.SegmentDuration *= 2
			return p
		}, "v0/index.m3u8", func(*testing.T, site) {}, []string{"keyframe-distance"}},
	})
}

func TestMPDRules(t *testing.T) {
	const x = "x.mpd"
	live := window
	run(t, []mutation{
		{"no profiles", ended, x, edit(x, ` profiles="urn:mpeg:dash:profile:isoff-live:2011"`, ""), []string{"mpd-attributes"}},
		{"no bandwidth", ended, x, func(_ *testing.T, s site) {
			before, rest, _ := strings.Cut(string(s[x]), ` bandwidth="`)
			_, after, _ := strings.Cut(rest, `"`)
			s[x] = []byte(before + after)
		}, []string{"mpd-attributes"}},
		{"no duration", ended, x, func(_ *testing.T, s site) {
			before, rest, _ := strings.Cut(string(s[x]), ` mediaPresentationDuration="`)
			_, after, _ := strings.Cut(rest, `"`)
			s[x] = []byte(before + after)
		}, []string{"mpd-attributes"}},
		{"update after the end", ended, x, edit(x, ` minBufferTime`, ` minimumUpdatePeriod="PT2S" minBufferTime`), []string{"update-after-end"}},
		{"late start", ended, x, once(x, `<S t="0"`, `<S t="90000"`), []string{"manifest-start"}},
		{"wrong duration", ended, x, once(x, `<S t="0" d="180000" r="3">`, `<S t="0" d="190000" r="3">`), []string{"manifest-duration", "manifest-start"}},
		{"bandwidth too low", ended, x, func(_ *testing.T, s site) {
			before, rest, _ := strings.Cut(string(s[x]), ` bandwidth="`)
			_, after, _ := strings.Cut(rest, `"`)
			s[x] = []byte(before + ` bandwidth="2000"` + after)
		}, []string{"mpd-bandwidth", "ladder-order"}},
		{"timescale", ended, x, func(_ *testing.T, s site) {
			s[x] = []byte(strings.Replace(strings.Replace(string(s[x]), `timescale="90000"`, `timescale="1000"`, 1), `<S t="0" d="180000" r="3">`, `<S t="0" d="2000" r="3">`, 1))
		}, []string{"timescale-mdhd"}},
		{"no clock", live, x, func(_ *testing.T, s site) {
			before, _, _ := strings.Cut(string(s[x]), "  <UTCTiming")
			s[x] = []byte(before + "</MPD>")
		}, []string{"utc-timing"}},
		{"no availability start", live, x, edit(x, ` publishTime="2026-05-01T10:00:20.123Z"`, ""), []string{"mpd-attributes"}},
	})
}

func TestLowLatencyRules(t *testing.T) {
	const x, v0 = "x.mpd", "v0/index.m3u8"
	run(t, []mutation{
		{"sound complete only", lowLatency, x, edit(x, ` availabilityTimeOffset="1.808"`, ""), []string{"low-latency-availability"}},
		{"offset too large", lowLatency, x, edit(x, `availabilityTimeOffset="1.808"`, `availabilityTimeOffset="2"`), []string{"low-latency-availability"}},
		{"no target", lowLatency, x, edit(x, ` target="800"`, ""), []string{"low-latency-service"}},
		{"no such reference", lowLatency, x, edit(x, `referenceId="0"`, `referenceId="9"`), []string{"low-latency-reference"}},
		{"reference twice", lowLatency, x, edit(x, `ProducerReferenceTime id="1"`, `ProducerReferenceTime id="0"`), []string{"low-latency-reference"}},
		{"long chunks", lowLatency, x, once(x, `dT="18000"`, `dT="90000"`), []string{"resync-interval"}},
		{"off the grid", lowLatency, x, edit(x, `duration="180000"`, `duration="270000"`), []string{"manifest-start", "manifest-start"}},
		{"part too long", lowLatency, v0, once(v0, `DURATION=0.200`, "DURATION=0.210"), []string{"part-duration"}},
		{"part too short", lowLatency, v0, once(v0, `DURATION=0.200,URI="9.1.m4s"`, `DURATION=0.100,URI="9.1.m4s"`), []string{"part-duration"}},
		{"hold-back", lowLatency, v0, edit(v0, ",HOLD-BACK=6.000", ",HOLD-BACK=5.000"), []string{"server-control"}},
		{"part hold-back", lowLatency, v0, edit(v0, "PART-HOLD-BACK=0.600", "PART-HOLD-BACK=0.300"), []string{"server-control"}},
		{"part hold-back short", lowLatency, v0, edit(v0, "PART-HOLD-BACK=0.600", "PART-HOLD-BACK=0.500"), []string{"server-control-advice"}},
		{"skip boundary", lowLatency, v0, edit(v0, "CAN-SKIP-UNTIL=12.000", "CAN-SKIP-UNTIL=6.000"), []string{"server-control"}},
		{"no blocking", lowLatency, v0, edit(v0, "CAN-BLOCK-RELOAD=YES,", ""), []string{"server-control-advice"}},
		{"controls differ", lowLatency, "x.m3u8", edit(v0, "CAN-SKIP-UNTIL=12.000", "CAN-SKIP-UNTIL=13.000"), []string{"server-control-equal"}},
		{"two hints", lowLatency, v0, edit(v0, "#EXT-X-PRELOAD-HINT", "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"x\"\n#EXT-X-PRELOAD-HINT"), []string{"preload-hint"}},
		{"old parts", lowLatency, v0, once(v0, "#EXTINF:2.000,\n5.m4s", "#EXT-X-PART:DURATION=2.000,URI=\"5.m4s\",INDEPENDENT=YES\n#EXTINF:2.000,\n5.m4s"), []string{"part-duration", "part-retention"}},
		{"no report", lowLatency, "x.m3u8", func(_ *testing.T, s site) {
			before, _, _ := strings.Cut(string(s[v0]), "#EXT-X-RENDITION-REPORT")
			s[v0] = []byte(before)
		}, []string{"rendition-report"}},
	})
}

func TestHDR(t *testing.T) {
	run(t, []mutation{{"range missing", func() *manifest.Presentation {
		p := ended()
		p.Tracks[0].Params.Color.Transfer = media.TransferPQ
		return p
	}, "x.m3u8", edit("x.m3u8", "VIDEO-RANGE=SDR,", ""), []string{"stream-inf-attributes"}}})
}
