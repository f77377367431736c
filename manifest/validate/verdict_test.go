package validate_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
)

// presentation is one with the rules that it breaks: none when it is right.
type presentation struct {
	name   string
	site   func(t *testing.T) site
	target string
	want   []string
}

// changed is a ladder of eight seconds, mutated.
func changed(list ...func(*testing.T, site)) func(*testing.T) site {
	return func(t *testing.T) site {
		s := synth(t, ended())
		for _, f := range list {
			f(t, s)
		}
		return s
	}
}

// of is the presentation of a model.
func of(change func(p *manifest.Presentation)) func(*testing.T) site {
	return func(t *testing.T) site {
		p := ended()
		change(p)
		return synth(t, p)
	}
}

const (
	master  = "x.m3u8"
	mpdName = "x.mpd"
	v0      = "v0/index.m3u8"
	a0      = "a0/index.m3u8"
)

func TestRightPresentations(t *testing.T) {
	for _, c := range []presentation{
		{"packed AAC", playlistOf(stamped(adts(94), 0), stamped(adts(94), 180_480)), "x.m3u8", nil},
		{"packed AAC over the end of the clock", playlistOf(stamped(adts(94), 1<<33-90_000), stamped(adts(94), 90_480)), "x.m3u8", nil},
		{"packed MP3", playlistOf(stamped(mp3(84), 0), stamped(mp3(83), 181_440)), "x.m3u8", nil},
		{"packed AC-3", playlistOf(stamped([]byte("\x0b\x77......"), 0)), "x.m3u8", nil},
		{"WebVTT", playlistOf([]byte("WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"), []byte("\ufeffWEBVTT\n")), "x.m3u8", nil},
		{"WebM", playlistOf([]byte("\x1a\x45\xdf\xa3....")), "x.m3u8", nil},
		{"subtitles in a ladder", changed(subtitles), master, nil},
		{"thumbnails", changed(thumbnails), mpdName, nil},
		{"years and months of none", changed(edit(mpdName, `mediaPresentationDuration="PT8S"`, `mediaPresentationDuration="P0Y0M0DT0H0M8.000S"`)), mpdName, nil},
		{"length in whole seconds", changed(edit(mpdName, `mediaPresentationDuration="PT8S"`, `mediaPresentationDuration="PT9S"`)), mpdName, nil},
		{"cut within the last segment", changed(edit(mpdName, `mediaPresentationDuration="PT8S"`, `mediaPresentationDuration="PT6.5S"`)), mpdName, nil},
		{"AC-4", changed(entry("ac-4"), edit(mpdName, "mp4a.40.2", "ac-4.02.01.01")), mpdName, nil},
		{"MPEG-H", changed(entry("mhm1"), edit(master, "mp4a.40.2", "mhm1.0x10")), master, nil},
		{"Dolby Atmos", changed(edit(master, `CHANNELS="2"`, `CHANNELS="16/JOC"`)), master, nil},
		{"HE-AAC that only decoders find", changed(sampling(24_000), edit(mpdName, `audioSamplingRate="48000"`, `audioSamplingRate="48000"`)), mpdName, nil},
		{"a 4:3 ladder with a 16:9 rung", anamorphic, master, nil},
		{"the same as MPD", anamorphic, mpdName, nil},
		{"MPEG-TS a tick apart", apart, master, nil},
		{"30 fps in milliseconds", film(30, 33, 33, 34), mpdName, nil},
		{"29.97 for 30", changed(edit(mpdName, `frameRate="30"`, `frameRate="30000/1001"`)), mpdName, nil},
		{"frames of several lengths", film(30, 33, 67), mpdName, nil},
		{"a segment that is no multiple of its frames", film(5, 200, 200, 200, 200, 200, 200, 200, 200, 200, 100, 100), mpdName, nil},
		{"one frame that stays", film(30, 33, 33, 34, 33, 33, 34, 100), master, nil},
		{"B-frames at 2 fps", changed(delayed(90_000)), v0, nil},
		{"sound that ends in the last segment", of(func(p *manifest.Presentation) { p.Tracks[2].Segments[3].Duration = 20 * 1024 }), master, nil},
		{"languages", changed(edit(master, `LANGUAGE="en"`, `LANGUAGE="zh-Hant-TW"`)), master, nil},
		{"a private language", changed(edit(master, `LANGUAGE="en"`, `LANGUAGE="x-klingon"`)), master, nil},
		{"CR LF and what is not known", changed(edit(v0, "\n", "\r\n"), edit(v0, "#EXT-X-PLAYLIST-TYPE", "#EXT-X-OF-THE-FUTURE:A=1,A=1\r\n# text, text\r\n\r\n#EXT-X-PLAYLIST-TYPE")), v0, nil},
		{"schemes in capitals", changed(edit(v0, "\n2.m4s", "\n"+strings.Replace(origin, "https", "HTTPS", 1)+"v0/2.m4s")), v0, nil},
		{"numbers instead of a timeline", numberedMPD("PT8S"), mpdName, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.site(t).check(t, c.target)
			require.Empty(t, r.Findings)
			for _, track := range r.Summary.Tracks {
				require.Equal(t, track.Listed, track.Checked, track.Name)
			}
		})
	}
}

func TestWrongPresentations(t *testing.T) {
	longer := func(s string) func(*testing.T, site) { return edit(mpdName, `Duration="PT8S"`, `Duration="`+s+`"`) }
	for _, c := range []presentation{
		{"99 s for 8", changed(longer("PT99S")), mpdName, []string{"presentation-duration"}},
		{"3 s for 8", changed(longer("PT3S")), mpdName, []string{"presentation-duration"}},
		{"3 s for 8, numbered", numberedMPD("PT3S"), mpdName, []string{"presentation-duration"}},
		{"99 s for 8, numbered", numberedMPD("PT99S"), mpdName, []string{"file-missing"}},
		{"sound of one segment", changed(func(_ *testing.T, s site) { cutAfter(s, a0, 1) }), master, []string{"track-length"}},
		{"sound of one segment in an MPD", of(func(p *manifest.Presentation) { p.Tracks[2].Segments = p.Tracks[2].Segments[:1] }), mpdName, []string{"track-length"}},
		{"twice the frame rate", changed(edit(master, "FRAME-RATE=30.000", "FRAME-RATE=60.000")), master, []string{"frame-rate", "frame-rate"}},
		{"25 for 30", changed(edit(mpdName, `frameRate="30"`, `frameRate="25"`)), mpdName, []string{"frame-rate", "frame-rate"}},
		{"30.1 for 30", changed(edit(master, "FRAME-RATE=30.000", "FRAME-RATE=30.100")), master, []string{"frame-rate-accuracy", "frame-rate-accuracy"}},
		{"a frame rate that is none", changed(edit(mpdName, `frameRate="30"`, `frameRate="fast"`)), mpdName, []string{"frame-rate", "frame-rate"}},
		{"60 for what varies", film(60, 33, 67), mpdName, []string{"frame-rate-accuracy"}},
		{"15 for what varies", film(15, 33, 50), mpdName, []string{"frame-rate"}},
		{"six channels for two", changed(edit(master, `CHANNELS="2"`, `CHANNELS="6"`)), master, []string{"channels"}},
		{"six channels for two in an MPD", changed(edit(mpdName, `:2011" value="2"`, `:2011" value="6"`)), mpdName, []string{"channels"}},
		{"44.1 for 48 kHz", changed(edit(mpdName, `audioSamplingRate="48000"`, `audioSamplingRate="44100"`)), mpdName, []string{"audio-sampling-rate"}},
		{"another size of the same shape", changed(edit(master, "RESOLUTION=1280x720", "RESOLUTION=1920x1080")), master, []string{"resolution"}},
		{"another size in an MPD", changed(edit(mpdName, `width="1280" height="720"`, `width="960" height="540"`)), mpdName, []string{"resolution"}},
		{"a negative number", changed(edit(v0, "SEQUENCE:1", "SEQUENCE:-1")), v0, []string{"playlist-syntax"}},
		{"two numbers", changed(edit(v0, "#EXT-X-MEDIA-SEQUENCE:1\n", "#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-MEDIA-SEQUENCE:1\n")), v0, []string{"playlist-syntax"}},
		{"a number at the end", changed(edit(v0, "#EXT-X-MEDIA-SEQUENCE:1\n", ""), edit(v0, "#EXT-X-ENDLIST", "#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-ENDLIST")), v0, []string{"playlist-syntax"}},
		{"a type that is none", changed(edit(v0, "TYPE:VOD", "TYPE:FOO")), v0, []string{"playlist-syntax"}},
		{"a byte order mark", changed(edit(v0, "#EXTM3U", "\ufeff#EXTM3U")), v0, []string{"playlist-encoding"}},
		{"a control character", changed(edit(v0, "#EXTINF:2.000,", "#EXTINF:2.000,\x1b[2J")), v0, []string{"playlist-encoding"}},
		{"Latin 1", changed(edit(v0, "#EXTINF:2.000,", "#EXTINF:2.000,\xe9")), v0, []string{"playlist-encoding"}},
		{"an empty first line", changed(edit(v0, "#EXTM3U", "\n#EXTM3U")), v0, []string{"playlist-syntax"}},
		{"a language that is none", changed(edit(master, `LANGUAGE="en"`, `LANGUAGE="english!!"`)), master, []string{"language-tag"}},
		{"a language by its name", changed(edit(mpdName, `lang="en"`, `lang="english"`)), mpdName, []string{"language-tag"}},
		{"an attribute twice", changed(edit(master, `DEFAULT=YES`, `DEFAULT=YES,DEFAULT=YES`)), master, []string{"playlist-syntax"}},
		{"no quotes", changed(edit(v0, `URI="init.mp4"`, `URI=init.mp4`)), v0, []string{"playlist-syntax"}},
		{"quotes", changed(edit(master, `FRAME-RATE=30.000`, `FRAME-RATE="30.000"`)), master,
			[]string{"playlist-syntax", "stream-inf-attributes", "stream-inf-attributes"}},
		{"a choice that is none", changed(edit(master, `VIDEO-RANGE=SDR`, `VIDEO-RANGE=HDR`)), master, []string{"playlist-syntax"}},
		{"text instead of attributes", changed(edit(v0, `#EXT-X-MAP:URI="init.mp4"`, `#EXT-X-MAP:URI="init.mp4",loud`)), v0, []string{"playlist-syntax"}},
		{"a group without a name", changed(edit(master, `GROUP-ID="audio",`, ""), edit(master, `AUDIO="audio",`, "")), master,
			[]string{"playlist-syntax", "codecs-mismatch", "bandwidth-accuracy", "average-bandwidth", "codecs-mismatch", "bandwidth-accuracy", "average-bandwidth"}},
		{"packed audio without its time", playlistOf(adts(94)), "x.m3u8", []string{"packed-audio-timestamp"}},
		{"packed audio with a hole", playlistOf(stamped(adts(94), 0), stamped(adts(94), 200_000)), "x.m3u8", []string{"pts-continuity"}},
		{"packed audio that is cut", playlistOf(stamped(adts(94)[:550], 0)), "x.m3u8", []string{"media-syntax"}},
		{"an ID3 tag that is cut", playlistOf(stamped(adts(94), 0)[:40]), "x.m3u8", []string{"media-syntax"}},
		{"a delay as long as the segment", changed(delayed(180_000)), v0, []string{"reorder-delay"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.site(t).check(t, c.target)
			require.Equal(t, c.want, rules(r), "%v", r.Findings)
			for _, f := range r.Findings {
				require.NotContains(t, f.String(), "%!")
				require.NotContains(t, f.String(), "strconv")
			}
		})
	}
}

// playlistOf is a recording of segments of two seconds.
func playlistOf(segments ...[]byte) func(*testing.T) site {
	return func(*testing.T) site {
		s, list := site{}, "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-PLAYLIST-TYPE:VOD\n"
		for i, b := range segments {
			s[fmt.Sprint(i)] = b
			list += fmt.Sprintf("#EXTINF:2.005,\n%d\n", i)
		}
		s["x.m3u8"] = []byte(list + "#EXT-X-ENDLIST\n")
		return s
	}
}

// stamped puts an ID3 tag with a timestamp before a segment.
func stamped(b []byte, at uint64) []byte {
	const owner = "com.apple.streaming.transportStreamTimestamp\x00"
	var out bytes.Buffer
	out.WriteString("ID3\x04\x00\x00\x00\x00\x00")
	out.WriteByte(10 + byte(len(owner)) + 8)
	out.WriteString("PRIV\x00\x00\x00")
	out.WriteByte(byte(len(owner)) + 8)
	out.WriteString("\x00\x00" + owner)
	for shift := 56; shift >= 0; shift -= 8 {
		out.WriteByte(byte(at >> shift))
	}
	return append(out.Bytes(), b...)
}

// adts are frames of AAC at 48 kHz, stereo, of 100 bytes with their headers.
func adts(n int) []byte {
	frame := append([]byte{0xff, 0xf1, 0x4c, 0x80, 100 >> 3, 100&7<<5 | 0x1f, 0xfc}, make([]byte, 93)...)
	return bytes.Repeat(frame, n)
}

// mp3 are frames of MPEG-1 layer 3 at 48 kHz and 64 kbit/s: 192 bytes for 1152 samples.
func mp3(n int) []byte {
	return bytes.Repeat(append([]byte{0xff, 0xfb, 0x54, 0xc0}, make([]byte, 188)...), n)
}

// subtitles adds a group of WebVTT, whose segments may be longer in a recording.
func subtitles(t *testing.T, s site) {
	s["s.m3u8"] = []byte("#EXTM3U\n#EXT-X-TARGETDURATION:60\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:8,\ns.vtt\n#EXT-X-ENDLIST\n")
	s["s.vtt"] = []byte("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n")
	s.edit(t, master, "#EXT-X-STREAM-INF:", `#EXT-X-STREAM-INF:SUBTITLES="subs",`)
	once(master, "#EXT-X-STREAM-INF", `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",URI="s.m3u8"`+"\n#EXT-X-STREAM-INF")(t, s)
}

// thumbnails adds an adaptation set of tiled pictures (DASH-IF IOP 6.2.6).
func thumbnails(t *testing.T, s site) {
	for n := range 4 {
		s[fmt.Sprintf("t%d.jpg", n+1)] = []byte("\xff\xd8\xff\xe0....")
	}
	s.edit(t, mpdName, "</Period>", `<AdaptationSet mimeType="image/jpeg" contentType="image">
 <SegmentTemplate media="t$Number$.jpg" duration="2" startNumber="1"/><Representation bandwidth="10000" id="t" width="1600" height="900">
 <EssentialProperty schemeIdUri="http://dashif.org/thumbnail_tile" value="5x5"/></Representation></AdaptationSet></Period>`)
}

// entry gives the sound another sample entry, of which no more is known than its name.
func entry(name string) func(*testing.T, site) {
	return box("a0/init.mp4", func(f *mp4.File) {
		stsd := f.Moov.Trak.Mdia.Minf.Stbl.Stsd
		stsd.Children = nil
		stsd.AddChild(mp4.CreateAudioSampleEntryBox(name, 2, 16, 48_000, nil))
		stsd.SampleCount = 1
	})
}

// sampling makes the sound AAC of another sampling rate.
func sampling(hertz int) func(*testing.T, site) {
	return box("a0/init.mp4", func(f *mp4.File) {
		stsd := f.Moov.Trak.Mdia.Minf.Stbl.Stsd
		stsd.Children, stsd.SampleCount = nil, 0
		if err := f.Moov.Trak.SetAACDescriptor(2, hertz); err != nil {
			panic(err)
		}
	})
}

// anamorphic is a 4:3 source with a rung of 16:9, whose samples are narrow.
func anamorphic(t *testing.T) site {
	p := ended()
	p.Tracks[0].Params.Width, p.Tracks[0].Params.Height = 640, 480
	p.Tracks[1].Params.Width, p.Tracks[1].Params.Height, p.Tracks[1].Params.SAR = 320, 180, media.Rate{Num: 3, Den: 4}
	s := synth(t, p)
	for i, id := range []string{"v0", "v1"} {
		s.change(t, id+"/init.mp4", func(f *mp4.File) {
			entry := f.Moov.Trak.Mdia.Minf.Stbl.Stsd.AvcX
			for k, child := range entry.Children { // what the parameter set says of the shape is of another picture
				if child.Type() == "pasp" {
					entry.Children = append(entry.Children[:k], entry.Children[k+1:]...)
				}
			}
			entry.AddChild(&mp4.PaspBox{HSpacing: uint32(4 - i), VSpacing: 4})
		})
	}
	return s
}

// apart are two renditions of MPEG-TS whose clock does not meet the frame rate.
func apart(t *testing.T) site {
	s := transport(t)
	s["v1/2.ts"] = transportSegment(t, 1<<33-200_000+180_001, 160, true, 6000)
	return s
}

// film gives pictures of the rate that is said the lengths given, in milliseconds, again and again.
func film(rate int64, lengths ...int64) func(*testing.T) site {
	return func(t *testing.T) site {
		p := ended()
		p.Tracks[0].Params.FrameRate = media.Rate{Num: rate, Den: 1}
		v := sample.Track("v0", p.Tracks[0].Params, 1000)
		sample.Fill(&v, 1, 4)
		p.Tracks = []manifest.Track{v}
		s := synth(t, p)
		track := &p.Tracks[0]
		meter := manifest.NewMeter(p.SegmentDuration)
		for k := range track.Segments {
			seg := &track.Segments[k]
			frag, err := mp4.CreateFragment(uint32(k+1), 1)
			require.NoError(t, err)
			at := seg.Start
			for n := 0; at < seg.End(); n++ {
				ticks := min(lengths[n%len(lengths)], seg.End()-at)
				frag.AddFullSample(frame(at, ticks, 300, at == seg.Start))
				at += ticks
			}
			m := mp4.NewMediaSegment()
			m.Styp = mp4.NewStyp("cmfs", 0, []string{"cmfc"})
			m.AddFragment(frag)
			var b bytes.Buffer
			require.NoError(t, m.Encode(&b))
			s[seg.URI] = b.Bytes()
			meter.Add(int64(b.Len()), seg.Duration, track.Timescale)
		}
		track.Rate = meter.Rate()
		s.render(t, p)
		return s
	}
}

// delayed shows every picture later than it is decoded.
func delayed(ticks int32) func(*testing.T, site) {
	return func(t *testing.T, s site) {
		for n := 1; n <= 4; n++ {
			s.change(t, fmt.Sprintf("v0/%d.m4s", n), func(f *mp4.File) {
				trun := firstTraf(f).Trun
				trun.Flags |= mp4.TrunSampleCompositionTimeOffsetPresentFlag
				for i := range trun.Samples {
					trun.Samples[i].CompositionTimeOffset = ticks
				}
			})
		}
	}
}

// cutAfter ends a playlist after n segments.
func cutAfter(s site, name string, n int) {
	lines := strings.SplitAfter(string(s[name]), "\n")
	for i, line := range lines {
		if strings.HasSuffix(line, ".m4s\n") {
			if n--; n == 0 {
				s[name] = []byte(strings.Join(lines[:i+1], "") + "#EXT-X-ENDLIST\n")
				return
			}
		}
	}
}

// numberedMPD is an MPD whose segments are counted from its length.
func numberedMPD(length string) func(*testing.T) site {
	return func(t *testing.T) site {
		s := synth(t, ended())
		s[mpdName] = fmt.Appendf(nil, `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT8S"
 mediaPresentationDuration="%s" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period start="PT0S">
 <AdaptationSet contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
 <Representation id="v0" bandwidth="9000000" width="1280" height="720" frameRate="30" codecs="avc1.64000c">
 <SegmentTemplate media="v0/$Number$.m4s" initialization="v0/init.mp4" timescale="90000" duration="180000" startNumber="1"/>
 </Representation></AdaptationSet></Period></MPD>`, length)
		return s
	}
}
