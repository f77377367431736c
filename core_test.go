package framegear_test

import (
	"bytes"
	"context"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/synth"
	"github.com/framegear/framegear/muxer/sink"
)

// shelf is a sink in memory that gets manifests as well, which a plain Memory does not: the origin renders those itself.
type shelf struct{ *sink.Memory }

func newShelf() shelf { return shelf{sink.NewMemory()} }

func (s shelf) read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := sink.ReadObject(t.Context(), s.Memory, name)
	require.NoError(t, err)
	return b
}

// has reports whether an object exists.
func (s shelf) has(name string) bool { return slices.Contains(s.Names(), name) }

// listed returns the objects that the media playlists name, and checks that each exists.
func (s shelf) listed(t testing.TB) (names []string) {
	t.Helper()
	for _, name := range s.Names() {
		if path.Ext(name) != ".m3u8" {
			continue
		}
		for line := range strings.Lines(string(s.read(t, name))) {
			uri := strings.TrimSpace(line)
			if _, after, ok := strings.Cut(uri, `#EXT-X-MAP:URI="`); ok {
				uri, _, _ = strings.Cut(after, `"`)
			}
			if uri == "" || strings.HasPrefix(uri, "#") {
				continue
			}
			uri = path.Join(path.Dir(name), uri)
			require.True(t, s.has(uri), "%s lists %s, which does not exist", name, uri)
			names = append(names, uri)
		}
	}
	return names
}

// output is what a stream has made.
type output struct {
	shelf
	mu       sync.Mutex
	segments map[string][]framegear.SegmentInfo // by track
	warnings []string
}

// quick are options for the smallest encodes.
func (o *output) options(opt framegear.Options) framegear.Options {
	if opt.Preset == "" {
		opt.Preset = "ultrafast"
	}
	if opt.SegmentDuration == 0 {
		opt.SegmentDuration = 400 * time.Millisecond
	}
	o.segments = map[string][]framegear.SegmentInfo{}
	if opt.Sink == nil {
		opt.Sink = o.shelf
	}
	opt.Events.SegmentReady = func(s framegear.SegmentInfo) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.segments[s.Track] = append(o.segments[s.Track], s)
	}
	opt.Events.Warning = func(w framegear.WarningInfo) { o.warnings = append(o.warnings, w.Text) }
	return opt
}

// open starts a stream into a new shelf. It is closed when the test ends.
func open(t testing.TB, opt framegear.Options) (*framegear.Stream, *output) {
	t.Helper()
	out := &output{shelf: newShelf()}
	s, err := framegear.New("", out.options(opt))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, out
}

// pattern returns the n-th frame of a moving picture, in a buffer of its own.
func pattern(width, height int) func(n int) *framegear.Frame {
	p := synth.NewPattern(width, height)
	return func(n int) *framegear.Frame { return framegear.BGR(p.Frame(int64(n)), width, height) }
}

// recorded makes a whole output from n frames.
func recorded(t testing.TB, opt framegear.Options, n int, frame func(n int) *framegear.Frame) *output {
	t.Helper()
	s, out := open(t, opt)
	for i := range n {
		require.NoError(t, s.WriteFrame(frame(i)))
	}
	require.NoError(t, s.Finish(context.Background()))
	return out
}

// tracks returns the names of the renditions, sorted.
func (o *output) tracks() (all []string) {
	for id := range o.segments {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// playable returns a segment behind its initialization segment.
func (o *output) playable(t testing.TB, s framegear.SegmentInfo) []byte {
	t.Helper()
	return append(o.read(t, path.Join(path.Dir(s.Name), "init.mp4")), o.read(t, s.Name)...)
}

// boxes is what the boxes of one segment say.
type boxes struct {
	tfdt     uint64
	duration uint64
	samples  int
	keys     []uint64 // decoding times of the samples that decoding can start at
}

func (o *output) boxes(t testing.TB, s framegear.SegmentInfo) boxes {
	t.Helper()
	f, err := mp4.DecodeFile(bytes.NewReader(o.playable(t, s)))
	require.NoError(t, err)
	b := boxes{tfdt: f.Segments[0].Fragments[0].Moof.Traf.Tfdt.BaseMediaDecodeTime()}
	for _, seg := range f.Segments {
		for _, fr := range seg.Fragments {
			samples, err := fr.GetFullSamples(f.Init.Moov.Mvex.Trex)
			require.NoError(t, err)
			for _, sample := range samples {
				if !mp4.DecodeSampleFlags(sample.Flags).SampleIsNonSync {
					b.keys = append(b.keys, sample.DecodeTime)
				}
				b.samples++
				b.duration += uint64(sample.Dur)
			}
		}
	}
	return b
}
