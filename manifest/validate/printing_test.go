package validate_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest/validate"
)

// everything is all the text of a report.
func everything(r *validate.Report) string {
	said := r.Target + "\n" + strings.Join(r.Summary.Notes, "\n") + "\n"
	for _, f := range r.Findings {
		said += f.String() + "\n"
	}
	for _, k := range r.Summary.Tracks {
		said += fmt.Sprintln(k.Name, k.Codecs, k.FrameRate, k.Language)
	}
	return said
}

// Names, notes and values of anybody's presentation do nothing to a terminal, and are not endless.
func TestNothingIsPrintedAsItIs(t *testing.T) {
	const escape = "\x1b[2J\u202e\u009b"
	long := strings.Repeat("x", 100_000)
	for name, s := range map[string]site{
		"an MPD": {"x": []byte(staticMPD + `<Period><AdaptationSet mimeType="video/mp4" lang="` + "\u009b" + `" frameRate="` + "\u202e" + `">
 <Representation id="` + "\u009b[2J" + long + `" bandwidth="1" codecs="` + "\u202e" + `"><BaseURL>a</BaseURL>` + ends)},
		"a playlist": {"x": []byte("#EXTM3U\n#EXT-X-TARGETDURATION:" + escape + "\n#EXT-X-MAP:URI=\"" + escape + "\n#EXTINF:" + escape + ",\n" + long + "\n" +
			"#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\n" + "a" + escape + "\n")},
		"a multivariant playlist": {"x": []byte("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"" + escape + "\",NAME=\"" + escape + "\",LANGUAGE=\"" + escape + "\"\n" +
			"#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"" + escape + "\",AUDIO=\"" + escape + "\",VIDEO=\"" + escape + "\"\na?" + escape + "\n")},
	} {
		r, err := validate.Check(context.Background(), origin+"x", validate.Options{Fetcher: s})
		require.NoError(t, err, name)
		said := everything(r)
		require.NotRegexp(t, "[\\x00-\\x09\\x0b-\\x1f\\x7f\\x{80}-\\x{9f}\\x{202e}]", said, name)
		for line := range strings.Lines(said) {
			require.Less(t, len(line), 5000, name)
		}
		require.NotEmpty(t, r.Findings)
	}
}

func TestErrorsAreCounted(t *testing.T) {
	r := &validate.Report{Findings: []validate.Finding{{Severity: validate.Error}, {Severity: validate.Warning}, {Severity: validate.Error}}}
	require.Equal(t, 2, r.Errors())
}

// pictureEntry gives the pictures another sample entry.
func pictureEntry(name string, child mp4.Box) func(*testing.T, site) {
	return box("v0/init.mp4", func(f *mp4.File) {
		stsd := f.Moov.Trak.Mdia.Minf.Stbl.Stsd
		stsd.Children, stsd.SampleCount, stsd.AvcX = nil, 0, nil
		stsd.AddChild(mp4.CreateVisualSampleEntryBox(name, 1280, 720, child))
	})
}

func TestPicturesOfAllKinds(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, site)
		codecs string
		want   []string
	}{
		"VP9":             {pictureEntry("vp09", &mp4.VppCBox{Version: 1, Level: 31, BitDepth: 8}), "vp09.00.31.08", nil},
		"VP9, other":      {pictureEntry("vp09", &mp4.VppCBox{Version: 1, Level: 31, BitDepth: 8}), "vp09.00.41.08", []string{"codecs-mismatch"}},
		"nothing known":   {pictureEntry("avs3", nil), "avs3.00", nil},
		"wide samples":    {pictureEntry("avs3", &mp4.PaspBox{HSpacing: 4, VSpacing: 3}), "avs3.00", []string{"aspect-ratio"}},
		"shape of nought": {pictureEntry("avs3", &mp4.PaspBox{}), "avs3.00", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := changed(c.change)(t)
			list := bytes.Replace(s[master], []byte("avc1.64000c,mp4a"), []byte(c.codecs+",mp4a"), 1)
			s[master] = list
			r := s.check(t, master)
			require.Equal(t, append([]string{}, c.want...), rules(r), "%v", r.Findings)
		})
	}
}

// A track header may turn its pictures: their sides change places.
func TestTurnedPictures(t *testing.T) {
	s := changed(edit(master, "RESOLUTION=1280x720", "RESOLUTION=720x1280"))(t)
	require.Equal(t, []string{"resolution"}, rules(s.check(t, master)))
	at := bytes.Index(s["v0/init.mp4"], []byte("tkhd")) - 4
	matrix := s["v0/init.mp4"][at+48:]
	copy(matrix, []byte{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0})
	require.Empty(t, s.check(t, master).Findings)
}
