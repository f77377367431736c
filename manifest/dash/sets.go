package dash

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/Eyevinn/dash-mpd/mpd"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

const (
	roleScheme      = "urn:mpeg:dash:role:2011"
	switchingScheme = "urn:mpeg:dash:adaptation-set-switching:2016"
)

// set is one adaptation set: the indexes of its tracks in the presentation.
type set struct {
	id     uint32
	video  bool
	tracks []int
}

// sets groups the tracks: all video of one codec together, every sound track alone.
func sets(p *manifest.Presentation) []set {
	var out []set
	byCodec := map[media.Codec]int{}
	for i := range p.Tracks {
		t := &p.Tracks[i]
		k, known := byCodec[t.Params.Codec]
		if isVideo(t) && known {
			out[k].tracks = append(out[k].tracks, i)
			continue
		}
		if isVideo(t) {
			byCodec[t.Params.Codec] = len(out)
		}
		out = append(out, set{id: uint32(len(out) + 1), video: isVideo(t), tracks: []int{i}})
	}
	return out
}

func renderPeriod(p *manifest.Presentation, r *run) (*mpd.Period, error) {
	period := &mpd.Period{Id: fmt.Sprintf("p%d", r.start.Milliseconds()), Start: duration(r.start)}
	all := sets(p)
	for i := range all {
		as, err := renderSet(p, r, all, i)
		if err != nil {
			return nil, err
		}
		if len(as.Representations) > 0 {
			period.AdaptationSets = append(period.AdaptationSets, as)
		}
	}
	return period, nil
}

func renderSet(p *manifest.Presentation, r *run, all []set, at int) (*mpd.AdaptationSetType, error) {
	s := &all[at]
	first := &p.Tracks[s.tracks[0]]
	as := &mpd.AdaptationSetType{Id: mpd.Ptr(s.id), SegmentAlignment: true}
	as.StartWithSAP = 1
	if slices.ContainsFunc(s.tracks, func(i int) bool { return p.Tracks[i].OpenGOP }) {
		as.StartWithSAP = 3 // an open GOP (ISO/IEC 14496-12 Annex I)
	}
	if s.video {
		as.ContentType, as.MimeType = "video", mpd.MIME_TYPE_VIDEO_MP4
		pictureLimits(as, p, s)
		switchable(as, all, at)
		as.Roles = []*mpd.DescriptorType{{SchemeIdUri: roleScheme, Value: "main"}}
	} else {
		as.ContentType, as.MimeType = "audio", mpd.MIME_TYPE_AUDIO_MP4
		soundLabels(as, p, first)
	}
	if p.LowLatency() {
		as.ProducerReferenceTimes = []*mpd.ProducerReferenceTimeType{producerReference(p, referenceID(r, at))}
	}
	for _, i := range s.tracks {
		if !r.tracks[i].present() {
			continue
		}
		rep, err := representation(p, &r.tracks[i])
		if err != nil {
			return nil, fmt.Errorf("track %s: %w", p.Tracks[i].ID, err)
		}
		as.Representations = append(as.Representations, rep)
	}
	return as, nil
}

// switchable names the other video sets: the same pictures in another codec (ISO/IEC 23009-1 section 5.3.3.5).
func switchable(as *mpd.AdaptationSetType, all []set, at int) {
	var ids []string
	for i := range all {
		if all[i].video && i != at {
			ids = append(ids, strconv.Itoa(int(all[i].id)))
		}
	}
	if len(ids) > 0 {
		as.SupplementalProperties = []*mpd.DescriptorType{{SchemeIdUri: switchingScheme, Value: joinIDs(ids)}}
	}
}

func pictureLimits(as *mpd.AdaptationSetType, p *manifest.Presentation, s *set) {
	var fastest media.Rate
	var largest *media.CodecParameters
	for _, i := range s.tracks {
		c := &p.Tracks[i].Params
		as.MaxWidth, as.MaxHeight = max(as.MaxWidth, uint32(c.Width)), max(as.MaxHeight, uint32(c.Height))
		if c.FrameRate.Known() && (!fastest.Known() || c.FrameRate.Cmp(fastest) > 0) {
			fastest = c.FrameRate
		}
		if largest == nil || c.Width*c.Height > largest.Width*largest.Height {
			largest = c
		}
	}
	if fastest.Known() {
		as.MaxFrameRate = fastest.String()
	}
	sar := sampleAspect(largest)
	as.Par = ratio(int64(largest.Width)*sar.Num, int64(largest.Height)*sar.Den)
}

func sampleAspect(c *media.CodecParameters) media.Rate {
	if c.SAR.Known() {
		return c.SAR
	}
	return media.Rate{Num: 1, Den: 1}
}

func soundLabels(as *mpd.AdaptationSetType, p *manifest.Presentation, t *manifest.Track) {
	as.Lang = t.Language
	if t.Label != "" {
		as.Labels = []*mpd.LabelType{{Value: t.Label}}
	}
	role := "alternate"
	if t == mainSound(p) {
		role = "main"
	}
	as.Roles = []*mpd.DescriptorType{{SchemeIdUri: roleScheme, Value: role}}
}

// mainSound is the default sound track, the first one where none is.
func mainSound(p *manifest.Presentation) *manifest.Track {
	var first *manifest.Track
	for i := range p.Tracks {
		t := &p.Tracks[i]
		if isVideo(t) {
			continue
		}
		if t.Default {
			return t
		}
		if first == nil {
			first = t
		}
	}
	return first
}
