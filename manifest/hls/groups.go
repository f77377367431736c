package hls

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// group is an audio group: the EXT-X-MEDIA tags that share a GROUP-ID.
type group struct {
	id     string
	tracks []*manifest.Track
	names  []string // unique in the group
	lead   int      // index of the member that plays when nobody chooses
}

// soundGroups makes one group per codec where each codec has the same tracks, because groups must have the same members
// (RFC 8216 section 4.3.4.2.1); else one group of all.
func soundGroups(sound []*manifest.Track) []group {
	if len(sound) == 0 {
		return nil
	}
	var codecs []media.Codec
	byCodec := map[media.Codec]*group{}
	for _, t := range sound {
		g := byCodec[t.Params.Codec]
		if g == nil {
			g = &group{id: "audio-" + string(t.Params.Codec)}
			byCodec[t.Params.Codec] = g
			codecs = append(codecs, t.Params.Codec)
		}
		g.tracks = append(g.tracks, t)
	}
	all := group{id: "audio", tracks: sound}
	all.name()
	if len(codecs) == 1 {
		return []group{all}
	}
	groups := make([]group, 0, len(codecs))
	for _, c := range codecs {
		g := byCodec[c]
		g.name()
		groups = append(groups, *g)
		if !groups[0].sameMembers(g) {
			return []group{all}
		}
	}
	align(groups)
	return groups
}

// align gives all groups the default member of the one that has it.
func align(groups []group) {
	for _, g := range groups {
		if g.tracks[g.lead].Default {
			for i := range groups {
				groups[i].lead = g.lead
			}
		}
	}
}

func (g *group) sameMembers(o *group) bool {
	same := func(a, b *manifest.Track) bool { return a.Language == b.Language }
	return slices.Equal(g.names, o.names) && slices.EqualFunc(g.tracks, o.tracks, same)
}

// name gives every track a name that no other one of the group has.
func (g *group) name() {
	seen := map[string]bool{}
	for i, t := range g.tracks {
		if t.Default {
			g.lead = i
		}
		base := t.Label
		if base == "" {
			base = t.Language
		}
		if base == "" || base == "und" { // no name for people
			base = "Audio"
		}
		name := base
		for n := 2; seen[name]; n++ {
			name = base + " " + strconv.Itoa(n)
		}
		seen[name] = true
		g.names = append(g.names, name)
	}
}

func (g *group) main() *manifest.Track { return g.tracks[g.lead] }

func (g *group) write(w *writer, p *manifest.Presentation) {
	main := g.main()
	languages := map[string]bool{main.Language: true}
	for i, t := range g.tracks {
		// Members that players choose by themselves must differ in language; the default one is always among them.
		auto := t == main || !languages[t.Language]
		languages[t.Language] = true
		a := new(attributes).raw("TYPE", "AUDIO").quoted("GROUP-ID", g.id).quoted("NAME", g.names[i])
		if t.Language != "" {
			a.quoted("LANGUAGE", t.Language)
		}
		a.raw("DEFAULT", yesNo(t == main)).raw("AUTOSELECT", yesNo(auto))
		if t.Params.Channels > 0 {
			a.quoted("CHANNELS", fmt.Sprint(t.Params.Channels))
		}
		a.quoted("URI", uri(p, "", t.Playlist))
		w.attributes("MEDIA", a)
	}
}

func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}
