package validate_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/dash"
	"github.com/framegear/framegear/manifest/hls"
	"github.com/framegear/framegear/manifest/internal/sample"
	"github.com/framegear/framegear/manifest/validate"
)

// site is a presentation as files in memory, by path.
type site map[string][]byte

// synth writes the media of p with mp4ff, measures them into p, and renders all manifests.
func synth(t testing.TB, p *manifest.Presentation) site {
	t.Helper()
	s := site{}
	for i := range p.Tracks {
		track := &p.Tracks[i]
		s[track.Init] = initSegment(t, track)
		meter := manifest.NewMeter(p.SegmentDuration)
		for k := range track.Segments {
			seg := &track.Segments[k]
			seg.Bytes = s.segment(t, track, seg)
			meter.Add(seg.Bytes, seg.Duration, track.Timescale)
		}
		track.Rate, track.Params.Bitrate = meter.Rate(), 0
		if track.Open != nil {
			s.segment(t, track, track.Open)
		}
	}
	s.render(t, p)
	return s
}

func (s site) render(t testing.TB, p *manifest.Presentation) {
	t.Helper()
	var err error
	s["x.mpd"], err = dash.Render(p)
	require.NoError(t, err)
	s["x.m3u8"], err = hls.Multivariant(p)
	require.NoError(t, err)
	for i := range p.Tracks {
		s[p.Tracks[i].Playlist], err = hls.Media(p, &p.Tracks[i], hls.MediaOptions{})
		require.NoError(t, err)
	}
}

func initSegment(t testing.TB, track *manifest.Track) []byte {
	t.Helper()
	in := mp4.CreateEmptyInit()
	in.Ftyp = mp4.NewFtyp("cmfc", 0, []string{"iso6", "cmf2"})
	in.Children[0] = in.Ftyp
	kind := track.Params.Kind.String()
	trak := in.AddEmptyTrack(uint32(track.Timescale), kind, "und")
	if track.Params.Kind == media.KindVideo {
		rec, err := avc.DecodeAVCDecConfRec(track.Params.Extradata)
		require.NoError(t, err)
		require.NoError(t, trak.SetAVCDescriptor("avc1", rec.SPSnalus, rec.PPSnalus, true))
		entry := trak.Mdia.Minf.Stbl.Stsd.AvcX
		entry.Width, entry.Height = uint16(track.Params.Width), uint16(track.Params.Height)
	} else {
		require.NoError(t, trak.SetAACDescriptor(2, track.Params.SampleRate))
	}
	var b bytes.Buffer
	require.NoError(t, in.Encode(&b))
	return b.Bytes()
}

// frames are the start and length of every sample of a stretch of a track.
func frameTicks(track *manifest.Track) int64 {
	if track.Params.Kind == media.KindAudio {
		return 1024
	}
	return track.Timescale / 30
}

// segment writes one segment and its parts and returns its size.
func (s site) segment(t testing.TB, track *manifest.Track, seg *manifest.Segment) int64 {
	t.Helper()
	parts := seg.Parts
	if len(parts) == 0 {
		parts = []manifest.Part{{Start: seg.Start, Duration: seg.Duration, Independent: true}}
	}
	var whole bytes.Buffer
	for i, part := range parts {
		m := mp4.NewMediaSegment()
		m.Styp = nil
		if i == 0 {
			m.Styp = mp4.NewStyp("cmfs", 0, []string{"cmfc"})
		}
		m.AddFragment(fragment(t, track, part))
		var b bytes.Buffer
		require.NoError(t, m.Encode(&b))
		if part.URI != "" {
			s[part.URI] = b.Bytes()
		}
		whole.Write(b.Bytes())
	}
	s[seg.URI] = whole.Bytes()
	return int64(whole.Len())
}

func fragment(t testing.TB, track *manifest.Track, part manifest.Part) *mp4.Fragment {
	t.Helper()
	frag, err := mp4.CreateFragment(uint32(part.Start/1000+1), 1)
	require.NoError(t, err)
	size := track.Params.Width / 4
	if track.Params.Kind == media.KindAudio {
		size = 300
	}
	for at := part.Start; at < part.Start+part.Duration; at += frameTicks(track) {
		key := track.Params.Kind == media.KindAudio || (part.Independent && at == part.Start)
		frag.AddFullSample(frame(at, frameTicks(track), size, key))
	}
	return frag
}

// frame is one access unit: a NAL unit that says whether it is an IDR picture.
func frame(at, ticks int64, size int, key bool) mp4.FullSample {
	flags, nal := mp4.NonSyncSampleFlags|mp4.SampleDependsOn1, byte(0x41)
	if key {
		flags, nal = mp4.SyncSampleFlags, 0x65
	}
	data := make([]byte, size)
	data[2], data[3], data[4] = byte((size-4)>>8), byte(size-4), nal
	return mp4.FullSample{
		Sample:     mp4.Sample{Flags: flags, Dur: uint32(ticks), Size: uint32(size)},
		DecodeTime: uint64(at), Data: data,
	}
}

// write puts the files into a folder and returns it.
func (s site) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range s {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, b, 0o644))
	}
	return dir
}

// origin is where the files of a site are for a check without a disk.
const origin = "https://site.example/"

// Fetch makes a site a Fetcher.
func (s site) Fetch(_ context.Context, target string, part validate.ByteRange, limit int64) (*validate.Object, error) {
	b, ok := s[strings.TrimPrefix(target, origin)]
	if !ok {
		return nil, fmt.Errorf("%s: %w", target, validate.ErrNotFound)
	}
	if part.Length > 0 {
		b = b[min(part.Offset, int64(len(b))):min(part.Offset+part.Length, int64(len(b)))]
	}
	if int64(len(b)) > limit {
		return nil, validate.ErrTooLarge
	}
	return &validate.Object{URL: target, Bytes: b}, nil
}

func (s site) check(t testing.TB, target string) *validate.Report {
	t.Helper()
	r, err := validate.Check(context.Background(), origin+target, validate.Options{Now: clock, Fetcher: s})
	require.NoError(t, err)
	return r
}

// clock is when the samples of segments up to 10 and three parts more exist.
func clock() time.Time { return sample.Start.Add(20700 * time.Millisecond) }

// edit replaces text in a manifest, which must be there.
func (s site) edit(t testing.TB, name, old, new string) {
	t.Helper()
	require.Contains(t, string(s[name]), old)
	s[name] = []byte(strings.ReplaceAll(string(s[name]), old, new))
}

// change decodes a media file, changes its boxes and encodes it again.
func (s site) change(t testing.TB, name string, f func(*mp4.File)) {
	t.Helper()
	file, err := mp4.DecodeFile(bytes.NewReader(s[name]))
	require.NoError(t, err)
	f(file)
	var b bytes.Buffer
	file.FragEncMode = mp4.EncModeBoxTree
	require.NoError(t, file.Encode(&b))
	s[name] = b.Bytes()
}

func rules(r *validate.Report) []string {
	out := []string{}
	for _, f := range r.Findings {
		out = append(out, f.Rule)
	}
	return out
}
