package validate_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/internal/sample"
)

// mutation breaks one thing in a valid presentation; exactly the rules named have to notice.
type mutation struct {
	name   string
	base   func() *manifest.Presentation
	target string
	mutate func(t *testing.T, s site)
	want   []string
}

func ended() *manifest.Presentation      { return sample.Ladder(manifest.StateEnded, 1, 4) }
func lowLatency() *manifest.Presentation { return sample.LowLatency(1, 10) }

func run(t *testing.T, list []mutation) {
	t.Helper()
	for _, m := range list {
		t.Run(m.name, func(t *testing.T) {
			s := synth(t, m.base())
			m.mutate(t, s)
			r := s.check(t, m.target)
			require.Equal(t, m.want, rules(r), "%v", r.Findings)
			require.NotEmpty(t, r.Findings[0].Where)
			require.NotEmpty(t, r.Findings[0].Source)
			require.NotContains(t, r.Findings[0].String(), "%!")
		})
	}
}

// edit is a break that replaces text in a manifest.
func edit(name, old, new string) func(*testing.T, site) {
	return func(t *testing.T, s site) { s.edit(t, name, old, new) }
}

// box is a break that changes the boxes of a file.
func box(name string, f func(*mp4.File)) func(*testing.T, site) {
	return func(t *testing.T, s site) { s.change(t, name, f) }
}

func firstTraf(f *mp4.File) *mp4.TrafBox { return f.Segments[0].Fragments[0].Moof.Traf }

func shift(ticks int64) func(*mp4.File) {
	return func(f *mp4.File) {
		tfdt := firstTraf(f).Tfdt
		tfdt.SetBaseMediaDecodeTime(uint64(int64(tfdt.BaseMediaDecodeTime()) + ticks))
	}
}

func TestMediaRules(t *testing.T) {
	run(t, []mutation{
		{"file-missing", ended, "x.mpd", func(_ *testing.T, s site) { delete(s, "v1/3.m4s") }, []string{"file-missing"}},
		{"init missing", ended, "v0/index.m3u8", func(_ *testing.T, s site) { delete(s, "v0/init.mp4") }, []string{"file-missing"}},
		{"garbage", ended, "v0/index.m3u8", func(_ *testing.T, s site) { s["v0/2.m4s"] = []byte("no boxes at all") }, []string{"media-syntax"}},
		{"garbage init", ended, "v0/index.m3u8", func(_ *testing.T, s site) { s["v0/init.mp4"] = []byte("no boxes at all") }, []string{"media-syntax"}},
		{"one tick late", ended, "v0/index.m3u8", box("v0/4.m4s", shift(1)), []string{"tfdt-rounding"}},
		{"a second late", ended, "v0/index.m3u8", box("v0/4.m4s", shift(90_000)), []string{"tfdt-continuity"}},
		{"ladder out of step", ended, "x.mpd", box("v1/4.m4s", shift(1)), []string{"tfdt-rounding", "ladder-alignment"}},
		{"HLS ladder out of step", ended, "x.m3u8", box("v1/4.m4s", shift(1)), []string{"tfdt-rounding", "ladder-alignment-advice"}},
		{"sound out of step", func() *manifest.Presentation {
			p := ended()
			for k := range p.Tracks[2].Segments {
				p.Tracks[2].Segments[k].Start += 4096
			}
			return p
		}, "x.m3u8", func(*testing.T, site) {}, []string{"audio-alignment"}},
		{"no tfdt", ended, "v0/index.m3u8", box("v0/2.m4s", func(f *mp4.File) {
			traf := firstTraf(f)
			traf.Tfdt = nil
			for i, child := range traf.Children {
				if child.Type() == "tfdt" {
					traf.Children = append(traf.Children[:i], traf.Children[i+1:]...)
					return
				}
			}
		}), []string{"tfdt-missing"}},
		{"no key frame", ended, "v0/index.m3u8", func(_ *testing.T, s site) {
			s["v0/2.m4s"] = bytes.Replace(s["v0/2.m4s"], []byte{0x65}, []byte{0x41}, 1)
		}, []string{"keyframe-start"}},
		{"no key frame, nothing promised", ended, "v0/index.m3u8", func(t *testing.T, s site) {
			s.edit(t, "v0/index.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", "")
			s["v0/2.m4s"] = bytes.Replace(s["v0/2.m4s"], []byte{0x65}, []byte{0x41}, 1)
		}, []string{"keyframe-start-advice", "independent-segments"}},
		{"base data offset", ended, "v0/index.m3u8", box("v0/2.m4s", func(f *mp4.File) {
			firstTraf(f).Tfhd.Flags |= 1
		}), []string{"base-data-offset"}},
		{"default base", ended, "v0/index.m3u8", box("v0/2.m4s", func(f *mp4.File) {
			firstTraf(f).Tfhd.Flags &^= 0x020000
		}), []string{"default-base-is-moof"}},
		{"no styp", ended, "v0/index.m3u8", func(_ *testing.T, s site) {
			s["v0/2.m4s"] = s["v0/2.m4s"][bytes.Index(s["v0/2.m4s"], []byte("moof"))-4:]
		}, []string{"styp-missing"}},
		{"no CMAF brand", ended, "v0/index.m3u8", box("v0/init.mp4", func(f *mp4.File) {
			f.Children[0] = mp4.NewFtyp("iso6", 0, []string{"mp41"})
		}), []string{"cmaf-brand"}},
		{"edit list", ended, "v0/index.m3u8", func(t *testing.T, s site) {
			s.change(t, "v0/init.mp4", func(f *mp4.File) {
				edts := &mp4.EdtsBox{}
				edts.AddChild(&mp4.ElstBox{Entries: []mp4.ElstEntry{{MediaTime: 3000, MediaRateInteger: 1}}})
				f.Moov.Trak.AddChild(edts)
			})
			s.change(t, "v0/1.m4s", func(f *mp4.File) { firstTraf(f).Trun.Version = 1 })
		}, []string{"edit-list-and-trun"}},
		{"two tracks", ended, "v0/index.m3u8", box("v0/init.mp4", func(f *mp4.File) {
			trak := *f.Moov.Trak
			f.Moov.AddChild(&trak)
		}), []string{"init-tracks"}},
		{"another track", ended, "v0/index.m3u8", func(t *testing.T, s site) {
			for _, n := range []string{"1", "2", "3", "4"} {
				s.change(t, "v0/"+n+".m4s", func(f *mp4.File) { firstTraf(f).Tfhd.TrackID = 7 })
			}
		}, []string{"track-id"}},
		{"other codec in the MPD", ended, "x.mpd", edit("x.mpd", `codecs="mp4a.40.2"`, `codecs="mp4a.40.5"`), []string{"codecs-mismatch"}},
		{"parts are not the segment", lowLatency, "v0/index.m3u8", func(_ *testing.T, s site) {
			s["v0/10.4.m4s"] = append([]byte(nil), s["v0/10.4.m4s"]...)
			s["v0/10.4.m4s"][len(s["v0/10.4.m4s"])-1] ^= 1
		}, []string{"part-bytes"}},
		{"long duration", ended, "v0/index.m3u8", func(_ *testing.T, s site) {
			s["v0/index.m3u8"] = []byte(strings.Replace(string(s["v0/index.m3u8"]), "#EXTINF:2.000,\n4.m4s", "#EXTINF:2.400,\n4.m4s", 1))
		}, []string{"manifest-duration"}},
	})
}
