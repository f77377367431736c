package origin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/origin"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The fake output: two renditions and sound, segments of two seconds in five parts of 400 ms, without media in them.
const (
	partsPerSegment = 5
	partTicks       = 36_000
	segmentTicks    = partsPerSegment * partTicks
)

// output is a live output in the hands of a test, and the source and sink of an origin.
type output struct {
	t testing.TB
	*sink.Memory
	mu    sync.Mutex
	now   *manifest.Presentation
	newer chan struct{}
	open  map[string]sink.Object
}

// newOutput returns an output in which nothing was made yet.
func newOutput(t testing.TB) *output {
	o := &output{t: t, Memory: sink.NewMemory(), newer: make(chan struct{}), open: map[string]sink.Object{}}
	p := &manifest.Presentation{
		State: manifest.StateLive, Start: time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC), SegmentDuration: 2 * time.Second,
		PartDuration: 400 * time.Millisecond, Window: 20 * time.Second, TargetLatency: 1500 * time.Millisecond, UTCTiming: "time",
	}
	p.Published = p.Start
	p.Tracks = []manifest.Track{track("v0", video(1280, 720)), track("v1", video(640, 360)), track("a0", audio())}
	for i := range p.Tracks {
		o.put(p.Tracks[i].Init, "init of "+p.Tracks[i].ID)
	}
	o.now = p
	return o
}

func track(id string, params media.CodecParameters) manifest.Track {
	return manifest.Track{
		ID: id, Params: params, Timescale: 90_000, Init: id + "/init.mp4", Playlist: id + "/live.m3u8",
		SegmentTemplate: id + "/$Number$.m4s", Default: params.Kind == media.KindAudio, Rate: manifest.BitRate{Peak: 900_000, Average: 800_000},
	}
}

func video(width, height int) media.CodecParameters {
	return media.CodecParameters{
		Kind: media.KindVideo, Codec: media.CodecH264, Extradata: []byte{1, 0x64, 0, 0x1e, 0xff, 0xe0, 0}, Bitrate: 800_000,
		Width: width, Height: height, FrameRate: media.FPS(30), BitDepth: 8,
	}
}

func audio() media.CodecParameters {
	return media.CodecParameters{
		Kind: media.KindAudio, Codec: media.CodecAAC, Extradata: []byte{0x11, 0x90}, Bitrate: 64_000, SampleRate: 48_000, Channels: 2,
	}
}

// Snapshot implements origin.Source.
func (o *output) Snapshot() (*manifest.Presentation, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now, o.newer
}

// publish makes a changed copy of the state the present one.
func (o *output) publish(change func(p *manifest.Presentation)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := *o.now
	p.Tracks = slices.Clone(p.Tracks)
	p.Published = p.Published.Add(time.Second)
	change(&p)
	o.now = &p
	close(o.newer)
	o.newer = make(chan struct{})
}

// startAt moves time zero to where a browser's clock can be.
func (o *output) startAt(at time.Time) {
	o.publish(func(p *manifest.Presentation) { p.Start = at })
}

func (o *output) put(name, content string) {
	require.NoError(o.t, sink.WriteObject(context.Background(), o, name, []byte(content)))
}

// part makes the next part of every track: its own object, the growing segment, the state.
func (o *output) part() {
	o.publish(func(p *manifest.Presentation) {
		for i := range p.Tracks {
			t := &p.Tracks[i]
			seg := manifest.Segment{Number: t.NextNumber()}
			seg.Start = (seg.Number - 1) * segmentTicks
			seg.URI = manifest.SegmentURI(t.SegmentTemplate, seg.Number)
			if t.Open != nil {
				seg = *t.Open
			}
			k := len(seg.Parts)
			uri := manifest.PartURI(seg.URI, k)
			content := partContent(uri)
			o.put(uri, content)
			o.grow(seg.URI, content)
			seg.Parts = append(slices.Clone(seg.Parts), manifest.Part{
				URI: uri, Start: seg.Start + int64(k)*partTicks, Duration: partTicks, Bytes: int64(len(content)), Independent: k == 0,
			})
			t.Open = &seg
		}
	})
}

// partContent is longer than one write, so that a chunk's end is not a write's end.
func partContent(uri string) string { return strings.Repeat(uri+" ", 8_000) }

func (o *output) grow(name, content string) {
	object := o.open[name]
	if object == nil {
		var err error
		object, err = o.Create(context.Background(), name)
		require.NoError(o.t, err)
		o.open[name] = object
	}
	_, err := object.Write([]byte(content))
	require.NoError(o.t, err)
	require.NoError(o.t, object.(sink.Flusher).Flush())
}

// seal completes the open segment of every track.
func (o *output) seal() {
	o.publish(func(p *manifest.Presentation) {
		for i := range p.Tracks {
			t := &p.Tracks[i]
			seg := *t.Open
			require.NoError(o.t, o.open[seg.URI].Commit())
			delete(o.open, seg.URI)
			for _, part := range seg.Parts {
				seg.Duration += part.Duration
				seg.Bytes += part.Bytes
			}
			seg.Frames = int(seg.Duration / 3000)
			t.Segments = append(slices.Clone(t.Segments), seg)
			t.Open = nil
		}
	})
}

// abort gives the open segment of every track up.
func (o *output) abort() {
	for name, object := range o.open {
		object.Abort()
		delete(o.open, name)
	}
}

func (o *output) segments(n int) {
	for range n {
		for range partsPerSegment {
			o.part()
		}
		o.seal()
	}
}

func (o *output) parts(n int) {
	for range n {
		o.part()
	}
}

// expire takes the oldest segments off the lists; their bytes stay.
func (o *output) expire(n int) {
	o.publish(func(p *manifest.Presentation) {
		for i := range p.Tracks {
			p.Tracks[i].Segments = p.Tracks[i].Segments[n:]
		}
	})
}

func (o *output) end() {
	o.publish(func(p *manifest.Presentation) {
		p.State = manifest.StateEnded
		for i := range p.Tracks {
			p.Tracks[i].Open = nil
		}
	})
}

// liveOutput has three complete segments and two parts of the fourth.
func liveOutput(t testing.TB) *output {
	o := newOutput(t)
	o.segments(3)
	o.parts(2)
	return o
}

func newOrigin(t testing.TB, out *output, change ...func(*origin.Options)) *origin.Origin {
	opt := origin.Options{Source: out, Objects: out, Page: true}
	for _, c := range change {
		c(&opt)
	}
	o, err := origin.New(opt)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return o
}

// get asks once and returns the answer.
func get(h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	return do(h, request(context.Background(), http.MethodGet, target, headers...))
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func request(ctx context.Context, method, target string, headers ...string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// pending is a request that another goroutine makes.
type pending struct {
	done   chan struct{}
	answer *httptest.ResponseRecorder
	cancel context.CancelFunc
}

func start(h http.Handler, target string) *pending {
	ctx, cancel := context.WithCancel(context.Background())
	p := &pending{done: make(chan struct{}), answer: httptest.NewRecorder(), cancel: cancel}
	go func() {
		defer close(p.done)
		h.ServeHTTP(p.answer, request(ctx, http.MethodGet, target))
	}()
	return p
}

func (p *pending) finished() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func msn(number, part int) string {
	if part < 0 {
		return fmt.Sprintf("/v0/live.m3u8?_HLS_msn=%d", number)
	}
	return fmt.Sprintf("/v0/live.m3u8?_HLS_msn=%d&_HLS_part=%d", number, part)
}
