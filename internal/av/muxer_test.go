package av_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
)

// Two muxers with openers at once, while contexts that have nothing to do with them are freed, and the collector runs: each muxer
// goes on writing to its own opener. go-astiav's own opener has one slot for the process and loses it here.
func TestTwoMuxersAndAnUnrelatedFree(t *testing.T) {
	leaktest.Check(t)
	s := encode(t, 40)
	shelves := []*shelf{newShelf(), newShelf()}
	muxers := []*av.Muxer{dash(t, "a", s, shelves[0]), dash(t, "b", s, shelves[1])}
	for i, p := range s.packets {
		for _, m := range muxers {
			require.NoError(t, m.Write(p, 0))
		}
		if i%7 == 3 {
			unrelated := astiav.AllocFormatContext()
			unrelated.Free()
			other := dash(t, "c", s, newShelf())
			other.Close()
			runtime.GC()
		}
	}
	for _, m := range muxers {
		require.NoError(t, m.Finish())
	}
	for i, name := range []string{"a", "b"} {
		require.Len(t, shelves[i].segments(), 4, "40 frames with a key frame every 10")
		for _, url := range shelves[i].asked {
			require.Contains(t, url, "http://"+name+".invalid/")
			require.True(t, shelves[i].files[url].closed, url)
			require.False(t, shelves[i].files[url].aborted, url)
		}
	}
	for url, f := range shelves[0].files {
		if strings.Contains(url, "m4s") || strings.Contains(url, "init") {
			twin := shelves[1].files[strings.Replace(url, "//a.", "//b.", 1)]
			require.True(t, bytes.Equal(f.Bytes(), twin.Bytes()), "the same packets give the same bytes: %s", url)
		}
	}
}

// libav's dash muxer returns success for a segment that could not be written. The bridge does not.
func TestOpenerErrorsSurface(t *testing.T) {
	cause := errors.New("no space left on device")
	isSegment := func(n int) func(string) bool {
		seen := 0
		return func(url string) bool {
			if strings.Contains(url, "segment") {
				seen++
			}
			return strings.Contains(url, "segment") && seen == n
		}
	}
	for _, c := range []struct {
		name string
		arm  func(s *shelf, f *bookFile)
		open bool
		at   int // the segment
	}{
		{name: "first segment cannot be opened", open: true, at: 1},
		{name: "third segment cannot be opened", open: true, at: 3},
		{name: "last segment cannot be opened", open: true, at: 4},
		{name: "first segment cannot be written", arm: func(_ *shelf, f *bookFile) { f.writeErr = cause }, at: 1},
		{name: "last segment cannot be written", arm: func(_ *shelf, f *bookFile) { f.writeErr = cause }, at: 4},
		{name: "second segment cannot be published", arm: func(_ *shelf, f *bookFile) { f.closeErr = cause }, at: 2},
		{name: "last segment cannot be published", arm: func(_ *shelf, f *bookFile) { f.closeErr = cause }, at: 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaktest.Check(t)
			s := encode(t, 40)
			shelf := newShelf()
			hit := isSegment(c.at)
			shelf.openErr = func(url string) error {
				if c.open && hit(url) {
					return cause
				}
				return nil
			}
			m := dash(t, "faulty", s, armed{shelf, c.arm, isSegment(c.at)})
			var got error
			for _, p := range s.packets {
				if got = m.Write(p, 0); got != nil {
					break
				}
			}
			if got == nil {
				got = m.Finish()
			}
			require.ErrorIs(t, got, cause)
			m.Close()
			if !c.open {
				f := shelf.files[shelf.segments()[c.at-1]]
				require.NotEqual(t, f.closed, f.aborted, "published or given up, not both")
			}
		})
	}
}

// armed lets one file of a shelf fail.
type armed struct {
	*shelf
	arm func(*shelf, *bookFile)
	hit func(string) bool
}

func (a armed) OpenOutput(url string) (w io.WriteCloser, err error) {
	if w, err = a.shelf.OpenOutput(url); err == nil && a.arm != nil && a.hit(url) {
		a.arm(a.shelf, w.(*bookFile))
	}
	return w, err
}

func TestOpenerRefusesTheHeader(t *testing.T) {
	leaktest.Check(t)
	s := encode(t, 2)
	cause := errors.New("read-only file system")
	shelf := newShelf()
	shelf.openErr = func(string) error { return cause }
	_, err := av.OpenMuxer(dashConfig("x", s, shelf))
	require.ErrorIs(t, err, cause)
}

// A muxer that is closed in the middle of a segment gives the segment up: half a segment is never published.
func TestCloseEarlyAborts(t *testing.T) {
	leaktest.Check(t)
	s := encode(t, 25)
	for _, n := range []int{0, 1, 9, 15, 25} {
		shelf := newShelf()
		m := dash(t, "early", s, shelf)
		for _, p := range s.packets[:n] {
			require.NoError(t, m.Write(p, 0))
		}
		m.Close()
		m.Close()
		for i, url := range shelf.segments() {
			whole := (i+1)*10 < n
			require.Equal(t, whole, shelf.files[url].closed, "%s after %d packets", url, n)
			require.Equal(t, !whole, shelf.files[url].aborted, "%s after %d packets", url, n)
		}
		require.ErrorIs(t, m.Write(s.packets[0], 0), av.ErrClosed)
		require.ErrorIs(t, m.Finish(), av.ErrClosed)
	}
}

// The hls muxer frees what it holds of an open segment when it ends, and there alone: it is ended, but nobody is asked for a file.
func TestCloseEarlyHLS(t *testing.T) {
	leaktest.Check(t)
	s := encode(t, 25)
	for _, n := range []int{0, 1, 9, 15, 25} {
		shelf := newShelf()
		m, err := av.OpenMuxer(av.MuxerConfig{
			Format: "hls", URL: "http://early.invalid/manifest", Streams: []*av.Parameters{s.params}, Timescales: []int64{90_000}, Opener: shelf,
			Options: map[string]string{
				"hls_time": "400000us", "hls_segment_type": "mpegts", "method": "PUT", "hls_segment_filename": "http://early.invalid/segment-%d.ts",
			},
		})
		require.NoError(t, err)
		for _, p := range s.packets[:n] {
			require.NoError(t, m.Write(p, 0))
		}
		asked := len(shelf.asked)
		m.Close()
		require.Len(t, shelf.asked, asked, "after %d packets", n)
		require.Len(t, shelf.segments(), max(0, n-1)/10)
	}
}

// The bare mp4 muxer flushes a fragment when it is told to; the others would crash on it and refuse.
func TestFlush(t *testing.T) {
	leaktest.Check(t)
	s := encode(t, 10)
	var out bytes.Buffer
	m, err := av.OpenMuxer(av.MuxerConfig{
		Format: "mp4", Streams: []*av.Parameters{s.params}, Timescales: []int64{90_000}, Output: &out,
		Options: map[string]string{"movflags": "+cmaf+frag_custom+skip_trailer+frag_discont"},
	})
	require.NoError(t, err)
	defer m.Close()
	require.Equal(t, "ftyp", out.String()[4:8])
	out.Reset()
	for range 2 {
		require.NoError(t, m.Write(s.packets[0], 0))
		require.Zero(t, out.Len(), "nothing before the flush")
		require.NoError(t, m.Flush())
		require.Equal(t, "moof", out.String()[4:8], "everything at the flush")
		out.Reset()
		s.packets = s.packets[1:]
	}
	require.NoError(t, m.Finish())

	other := dash(t, "flush", s, newShelf())
	require.ErrorContains(t, other.Flush(), "flush is not possible")
}

func TestMuxerWriteKeepsThePacketsTimes(t *testing.T) {
	leaktest.Check(t)
	s := encode(t, 10)
	var out bytes.Buffer
	m, err := av.OpenMuxer(av.MuxerConfig{
		Format: "mpegts", Streams: []*av.Parameters{s.params}, Timescales: []int64{360_000}, Output: &out,
	})
	require.NoError(t, err)
	defer m.Close()
	for i, p := range s.packets {
		pts, dts := int64(i)*15015+2, int64(i)*15015+1
		p.SetTimes(pts, dts, 15015)
		require.NoError(t, m.Write(p, 0))
		require.Equal(t, [3]int64{pts, dts, 15015}, [3]int64{p.PTS(), p.DTS(), p.Duration()}, "a borrowed packet is not changed")
	}
	require.NoError(t, m.Finish())
}

func TestMuxerOptions(t *testing.T) {
	leaktest.Check(t)
	s := encode(t, 1)
	_, err := av.OpenMuxer(av.MuxerConfig{Format: "no-such-muxer", Streams: []*av.Parameters{s.params}, Timescales: []int64{90_000}, Output: &bytes.Buffer{}})
	require.ErrorIs(t, err, av.ErrNoMuxer)
	_, err = av.OpenMuxer(av.MuxerConfig{
		Format: "mp4", Streams: []*av.Parameters{s.params}, Timescales: []int64{90_000}, Output: &bytes.Buffer{},
		Options: map[string]string{"movflags": "+cmaf", "no_such_option": "1", "another": "x"},
	})
	require.ErrorIs(t, err, av.ErrOption)
	require.ErrorContains(t, err, "another, no_such_option")
}
